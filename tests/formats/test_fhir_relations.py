"""四（一）1: whom a booking, consultation, order or operation relates to its patient, and how long [4.1.1]"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from jingui.core.settings import table
from jingui.core.words import Relation
from jingui.formats.fhir_relations import CONSULTATION, KINDS, TABLE, claims, staff_of

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
DAYS = {name: value for name, value in table({}).items() if isinstance(value, int)}
DAY = timedelta(days=1)


def staff(number: str) -> dict[str, Any]:
    return {"identifier": {"system": "urn:jingui:staff-no", "value": number}}


def department(code: str) -> dict[str, Any]:
    return {"coding": [{"system": "urn:jingui:department", "code": code}]}


def appointment(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Appointment", "status": "booked", "start": "2026-12-01T09:00:00+08:00",
        "end": "2026-12-01T09:10:00+08:00", "serviceType": [department("xnk")],
        "participant": [{"actor": {"reference": "Patient/1"}}, {"actor": staff("T1")}], **more,
    }  # fmt: skip


def order(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest", "status": "active", "authoredOn": "2026-11-21T09:00:00+08:00",
        "performer": [staff("T2")], "performerType": department("jyk"), **more,
    }  # fmt: skip


def test_every_setting_that_the_table_names_exists() -> None:
    for row in TABLE:
        assert {row.before or row.after, row.after, row.longest} <= DAYS.keys()
    assert {"Appointment", "ServiceRequest", "MedicationRequest", "Procedure"} == KINDS


def test_a_booking_begins_days_before_and_ends_a_day_after() -> None:
    found = {one.relation: one for one in claims(appointment(), AT, DAYS)}
    assert found[Relation.TREATING].staff == "T1"
    assert found[Relation.DEPARTMENT].department == "xnk"
    for one in found.values():
        assert one.basis == "booking"
        assert one.starts == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
        assert one.ends == datetime(2026, 12, 2, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("status", ["cancelled", "noshow", "entered-in-error", "proposed", "waitlist", None])
def test_what_is_no_booking_relates_nobody(status: str | None) -> None:
    assert claims(appointment(status=status), AT, DAYS) == []


def test_a_fulfilled_booking_ends_a_day_after_it() -> None:
    past = appointment(status="fulfilled", start="2026-11-21T09:00:00+08:00", end="2026-11-21T12:00:00+08:00")
    assert {one.ends for one in claims(past, AT, DAYS)} == {datetime(2026, 11, 22, 4, 0, tzinfo=UTC)}
    assert claims(past, AT + DAY, DAYS) == []


def test_a_booking_years_away_does_not_last_for_years() -> None:
    far = claims(appointment(start="2026-12-01T09:00:00+08:00", end="2036-12-01T09:00:00+08:00"), AT, DAYS)
    assert all(one.ends <= datetime(2026, 12, 1, 1, 0, tzinfo=UTC) + 2 * DAY for one in far)


def test_a_consultation_is_another_relation_than_an_order() -> None:
    for system, code in CONSULTATION:
        asked = order(category=[{"coding": [{"system": system, "code": code}]}])
        found = claims(asked, AT, DAYS)
        assert {one.relation for one in found} == {Relation.CONSULTATION}
        assert {one.basis for one in found} == {"consultation"}
    assert {one.relation for one in claims(order(), AT, DAYS)} == {Relation.DEPARTMENT}  # who performs is not the team
    assert {one.basis for one in claims(order(), AT, DAYS)} == {"order"}


def test_an_order_that_nobody_ends_ends_by_itself() -> None:
    assert {one.ends for one in claims(order(), AT, DAYS)} == {AT + 90 * DAY}
    done = order(status="completed")
    assert {one.ends for one in claims(done, AT, DAYS)} == {datetime(2026, 11, 21, 1, 0, tzinfo=UTC) + 7 * DAY}


def test_those_who_operate_are_the_team() -> None:
    done = {
        "resourceType": "Procedure", "status": "completed",
        "performedPeriod": {"start": "2026-11-20T09:00:00+08:00", "end": "2026-11-20T11:00:00+08:00"},
        "performer": [{"actor": staff("A")}, {"actor": staff("B"), "onBehalfOf": {
            "identifier": {"system": "urn:jingui:department", "value": "gwk"}}}],
    }  # fmt: skip
    found = claims(done, AT, DAYS)
    assert {(one.relation, one.staff, one.department) for one in found} == {
        (Relation.TEAM, "A", ""), (Relation.TEAM, "B", ""), (Relation.DEPARTMENT, "", "gwk"),
    }  # fmt: skip
    assert {one.ends for one in found} == {datetime(2026, 11, 20, 3, 0, tzinfo=UTC) + 30 * DAY}
    assert staff_of(done) == {"A", "B"}
    assert claims(done, AT + 40 * DAY, DAYS) == []


def test_who_dispenses() -> None:
    asked = {
        "resourceType": "MedicationRequest", "status": "active", "authoredOn": "2026-11-22T08:00:00+08:00",
        "requester": staff("R"), "dispenseRequest": {"performer": {"identifier": {
            "system": "urn:jingui:department", "value": "yjk"}}},
    }  # fmt: skip
    assert [(one.relation, one.staff, one.department) for one in claims(asked, AT, DAYS)] == [
        (Relation.DEPARTMENT, "", "yjk")
    ]  # who asks is not related by asking


@pytest.mark.parametrize("node", [None, 5, "x", [], {}, {"identifier": 3}, {"identifier": {"system": "urn:x"}},
                                  {"reference": "Practitioner/1"}, {"coding": "x"}])  # fmt: skip
def test_odd_performers_relate_nobody(node: Any) -> None:
    odd = order(performer=[node], performerType=node)
    assert claims(odd, AT, DAYS) == []
    assert staff_of(odd) == set()


def test_other_resources_relate_nobody() -> None:
    assert claims({"resourceType": "Observation", "status": "final", "performer": [staff("T1")]}, AT, DAYS) == []
    assert staff_of({"resourceType": "Observation"}) == set()

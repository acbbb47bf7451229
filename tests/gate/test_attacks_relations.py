"""四（一）1: a relation ends with what it follows from, and nobody writes themselves one [4.1.1] [4.1.3]"""

from dataclasses import replace
from typing import Any

import pytest

from jingui.core.access_operations import EndGrant
from jingui.core.enter import Change, Submission
from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.test_attacks_entering import pair
from tests.gate.test_door import bundle
from tests.hospital import Hospital


@pytest.fixture(scope="module", autouse=True)
def chief(hospital: Hospital) -> None:
    """A physician of another ward, so that nobody else's lists change."""
    hospital.person("chief", Role.PHYSICIAN, "xnk")


def visit(of: str, attending: str, code: str = "xnk", **more: Any) -> dict[str, Any]:
    staff = {"system": "urn:jingui:staff-no", "value": attending}
    return {
        "resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
        "subject": {"reference": of}, "period": {"start": "2026-11-18T14:02:00+08:00"},
        "participant": [{"individual": {"identifier": staff}}],
        "serviceType": {"coding": [{"system": "urn:jingui:department", "code": code}]}, **more,
    }  # fmt: skip


def stay(hospital: Hospital, number: str, attending: str) -> tuple[str, str, str]:
    """A patient on the surgical ward under `attending`: ids of patient, visit, result."""
    changes = bundle(f"关系{number}", number)
    changes[1] = Change(visit("urn:uuid:p", attending, "gwk"), "urn:uuid:e")
    made = hospital.enter("his", *changes, purpose=Purpose.OPERATION).made
    return made[0].id, made[1].id, made[2].id


def correct(hospital: Hospital, public: str, resource: dict[str, Any]) -> None:
    hospital.enter("his", Change(resource, record=pair(hospital, public)), purpose=Purpose.OPERATION, verb=Verb.CORRECT)


def running(hospital: Hospital, public: str) -> list[tuple[Any, ...]]:
    """(kind, person, whether an end is set) of the relations that run now."""
    return hospital.sql(
        "SELECT kind, person_id, ends IS NOT NULL FROM care_relation WHERE patient_id = %s AND starts <= now() "
        "AND (ends IS NULL OR ends > now()) ORDER BY kind, person_id", pair(hospital, public)[0],
    )  # fmt: skip


def reads(hospital: Hospital, who: str, public: str) -> bool:
    try:
        door.sheet(hospital.operation(who, Verb.READ, target=door.locate(public)))
    except Refused:
        return False
    return True


def test_who_attends_no_longer_reads_no_longer(hospital: Hospital) -> None:
    patient, encounter, result = stay(hospital, "51000001", "Tchief")
    assert reads(hospital, "chief", result)
    correct(hospital, encounter, visit(f"Patient/{patient}", "Tsurgeon", "gwk"))
    assert not reads(hospital, "chief", result)
    assert reads(hospital, "surgeon", result)
    assert running(hospital, patient) == [("department", None, False), ("treating", hospital.people["surgeon"], False)]


def test_a_closed_visit_ends_its_relations_later(hospital: Hospital) -> None:
    patient, encounter, result = stay(hospital, "51000002", "Tchief")
    period = {"start": "2026-11-18T14:02:00+08:00", "end": "2026-11-22T10:00:00+08:00"}
    correct(hospital, encounter, visit(f"Patient/{patient}", "Tchief", "gwk", status="finished", period=period))
    assert running(hospital, patient) == [("department", None, True), ("treating", hospital.people["chief"], True)]
    assert reads(hospital, "chief", result)


def test_corrections_heap_up_no_relations(hospital: Hospital) -> None:
    patient, encounter, _ = stay(hospital, "51000003", "Tchief")
    for n in range(3):
        correct(hospital, encounter, visit(f"Patient/{patient}", "Tchief", "gwk", length={"value": n, "unit": "d"}))
    assert len(hospital.sql("SELECT 1 FROM care_relation WHERE patient_id = %s", pair(hospital, patient)[0])) == 2


def test_an_end_in_the_far_future_is_none(hospital: Hospital) -> None:
    patient, encounter, _ = stay(hospital, "51000004", "Tchief")
    period = {"start": "2026-11-18T14:02:00+08:00", "end": "2999-01-01T00:00:00+08:00"}
    correct(hospital, encounter, visit(f"Patient/{patient}", "Tchief", "gwk", status="finished", period=period))
    longest = hospital.sql(
        "SELECT max(ends) < now() + interval '400 days' FROM care_relation WHERE patient_id = %s",
        pair(hospital, patient)[0],
    )
    assert longest == [(True,)]


def test_breaking_the_glass_gives_no_lasting_relation(hospital: Hospital) -> None:
    """An emergency lets a physician write; a visit that names the writer must not become a right to read for ever."""
    patient, _, result = stay(hospital, "51000005", "Tsurgeon")
    assert not reads(hospital, "chief", result)
    asked = hospital.operation(
        "chief", Verb.ENTER, Submission(changes=(Change(visit(f"Patient/{patient}", "Tchief")),)),
        purpose=Purpose.EMERGENCY,
    )  # fmt: skip
    with pytest.raises(Refused):  # the word emergency alone lets nobody write
        door.enter(asked)
    opening = hospital.operation(
        "chief", Verb.BREAK_GLASS, target=Target(patient=pair(hospital, patient)[0]), purpose=Purpose.EMERGENCY
    )
    opened = door.write(replace(opening, reason="抢救")).value
    assert door.enter(asked).made
    ending = EndGrant(patient=pair(hospital, patient)[0], grant=opened.grant)
    hospital.write("chief", Verb.END_GRANT, ending)
    assert not reads(hospital, "chief", result)
    assert not reads(hospital, "nurse", result)

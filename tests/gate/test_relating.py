"""四（一）1: relations by booking, consultation, order, operation: made, moved, ended with their record [4.1.1]"""

from typing import Any

import pytest

from jingui.core.enter import Change
from jingui.core.errors import Refused, Tampered
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.formats.test_fhir_relations import appointment, department, order, staff
from tests.gate.test_charts import admit
from tests.gate.test_facts import numbers, pair, read
from tests.hospital import Hospital


@pytest.fixture
def one(hospital: Hospital) -> tuple[str, ...]:
    """An inpatient of the surgical ward."""
    return admit(hospital, f"来源{next(numbers)}", f"6500{next(numbers):04}", "gwk")


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    hospital.person("guest", Role.PHYSICIAN, "jyk")


def enter(hospital: Hospital, public: str, resource: dict[str, Any], who: str = "his") -> str:
    owner = {"reference": f"Patient/{public}"}
    if resource["resourceType"] == "Appointment":
        resource = {**resource, "participant": [{"actor": owner, "status": "accepted"}, *resource["participant"][1:]]}
    else:
        resource = {**resource, "subject": owner}
    purpose = Purpose.OPERATION if who == "his" else Purpose.TREATMENT
    return hospital.enter(who, Change(resource, "urn:x"), purpose=purpose).made[0].id


def correct(hospital: Hospital, public: str, record: str, resource: dict[str, Any]) -> None:
    owner = {"reference": f"Patient/{public}"}
    if resource["resourceType"] == "Appointment":
        resource = {**resource, "participant": [{"actor": owner, "status": "accepted"}, *resource["participant"][1:]]}
    else:
        resource = {**resource, "subject": owner}
    change = Change(resource, record=pair(hospital, record))
    hospital.enter("his", change, purpose=Purpose.OPERATION, verb=Verb.CORRECT)


def of(hospital: Hospital, record: str) -> list[tuple[Any, ...]]:
    """(kind, basis, whether it runs now) of the relations that rest on a record."""
    return hospital.sql(
        "SELECT kind, basis, ends > %s FROM care_relation WHERE patient_id = %s AND encounter_id = %s ORDER BY kind",
        door.now(), *pair(hospital, record),
    )  # fmt: skip


def reads(hospital: Hospital, who: str, public: str) -> bool:
    try:
        return bool(read(hospital, who, public).body)
    except Refused:
        return False


ORDER = {"intent": "order", "code": {"text": "心脏彩超"}}
CONSULT = {"category": [{"coding": [{"system": "urn:jingui:service-category", "code": "consultation"}]}], **ORDER}


def soon(hospital: Hospital, days: int) -> str:
    from datetime import timedelta

    return (hospital.now() + timedelta(days=days)).isoformat(timespec="seconds")


def test_a_consultation_opens_the_chart_until_some_days_after(hospital: Hospital, one: tuple[str, ...]) -> None:
    assert not reads(hospital, "guest", one[2])
    asked = order(performer=[staff("Tguest")], performerType=department("none"), **CONSULT)
    record = enter(hospital, one[0], asked)
    assert of(hospital, record) == [("consultation", "consultation", True)]
    assert reads(hospital, "guest", one[2])
    correct(hospital, one[0], record, {**asked, "status": "revoked"})
    assert of(hospital, record) == [("consultation", "consultation", False)]
    assert not reads(hospital, "guest", one[2])


def test_a_booking_opens_the_chart_shortly_before(hospital: Hospital, one: tuple[str, ...]) -> None:
    booked = appointment(
        start=soon(hospital, 3), end=soon(hospital, 3), serviceType=[department("jyk")],
        participant=[None, {"actor": staff("Tguest"), "status": "accepted"}],
    )  # fmt: skip
    record = enter(hospital, one[0], booked)
    assert of(hospital, record) == [("department", "booking", True), ("treating", "booking", True)]
    assert reads(hospital, "guest", one[2])
    later = {**booked, "start": soon(hospital, 30), "end": soon(hospital, 30)}
    correct(hospital, one[0], record, {**booked, "status": "cancelled"})
    assert not reads(hospital, "guest", one[2])
    again = enter(hospital, one[0], later)
    assert of(hospital, again) == [("department", "booking", True), ("treating", "booking", True)]
    assert not reads(hospital, "guest", one[2])  # a month ahead is too early


def test_those_on_the_operating_list_are_the_team(hospital: Hospital, one: tuple[str, ...]) -> None:
    planned = {
        "resourceType": "Procedure", "status": "preparation", "code": {"text": "胆囊切除术"},
        "performedPeriod": {"start": soon(hospital, 1)}, "performer": [{"actor": staff("Tguest")}],
    }  # fmt: skip
    record = enter(hospital, one[0], planned)
    assert of(hospital, record) == [("team", "operation", True)]
    assert reads(hospital, "guest", one[2])
    correct(hospital, one[0], record, {**planned, "performer": [{"actor": staff("Tdoctor")}]})
    assert not reads(hospital, "guest", one[2])
    rows = hospital.sql(
        "SELECT person_id FROM care_relation WHERE patient_id = %s AND encounter_id = %s AND ends > %s",
        *pair(hospital, record), door.now(),
    )  # fmt: skip
    assert rows == [(hospital.people["doctor"],)]
    correct(hospital, one[0], record, {**planned, "status": "not-done", "performer": []})


def test_an_order_opens_the_chart_to_whoever_performs_it(hospital: Hospital, one: tuple[str, ...]) -> None:
    record = enter(hospital, one[0], order(performer=[], performerType=department("jyk"), **ORDER))
    assert of(hospital, record) == [("department", "order", True)]
    assert reads(hospital, "guest", one[2])


def test_nobody_orders_themselves_in(hospital: Hospital, one: tuple[str, ...]) -> None:
    """The doctor of another ward has no relation: an emergency entry or a consultation names others, never them."""
    hospital.enter("his", Change({**order(performer=[staff("Tguest")], **CONSULT), "subject": {
        "reference": f"Patient/{one[0]}"}}, "urn:c"), purpose=Purpose.OPERATION)  # fmt: skip
    # the consultant may name a colleague, and themselves again: they have a relation already
    record = enter(
        hospital, one[0], order(performer=[staff("Tguest")], performerType=department("none"), **CONSULT), "guest"
    )
    assert ("consultation", "consultation", True) in of(hospital, record)
    other = admit(hospital, "无关", f"6600{next(numbers):04}", "gwk")
    with pytest.raises(Refused):
        enter(hospital, other[0], order(performer=[staff("Tguest")], **CONSULT), "guest")
    assert not reads(hospital, "guest", other[2])


def test_a_visit_keeps_what_others_brought(hospital: Hospital, one: tuple[str, ...]) -> None:
    """Correcting the visit ends neither the consultation nor the order."""
    record = enter(hospital, one[0], order(performer=[staff("Tguest")], performerType=department("jyk"), **CONSULT))
    sheet = door.sheet(hospital.operation("surgeon", Verb.READ, target=door.locate(one[1])))
    import json

    body = json.loads(sheet.body)
    body.pop("meta"), body.pop("id")
    body["priority"] = {"text": "急"}
    hospital.enter("his", Change(body, record=pair(hospital, one[1])), purpose=Purpose.OPERATION, verb=Verb.CORRECT)
    assert all(runs for _, _, runs in of(hospital, record))


def test_a_bent_relation_stops_its_record(hospital: Hospital, one: tuple[str, ...]) -> None:
    asked = order(performer=[staff("Tguest")], performerType=department("none"), **CONSULT)
    record = enter(hospital, one[0], asked)
    hospital.sql(
        "UPDATE care_relation SET ends = ends + interval '9 years' WHERE patient_id = %s AND encounter_id = %s",
        *pair(hospital, record),
    )  # fmt: skip
    with pytest.raises(Tampered):
        correct(hospital, one[0], record, {**asked, "status": "revoked"})


def test_the_follow_up_is_the_setting(hospital: Hospital) -> None:
    made = admit(hospital, "随访", f"6700{next(numbers):04}", "gwk")
    where = pair(hospital, made[1])
    body = {"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},
            "subject": {"reference": f"Patient/{made[0]}"}, "serviceType": department("gwk"),
            "period": {"start": "2026-11-18T14:02:00+08:00", "end": soon(hospital, 0)}}  # fmt: skip
    hospital.enter("his", Change(body, record=where), purpose=Purpose.OPERATION, verb=Verb.CORRECT)
    rows = hospital.sql(
        "SELECT round(extract(epoch FROM ends - now()) / 86400)::int FROM care_relation WHERE patient_id = %s AND "
        "kind = 'department' AND ends > now()", where[0],
    )  # fmt: skip
    assert rows == [(30,)]


def turn(hospital: Hospital, who: str, of: str, ward: str, days: tuple[int, int] = (-1, 1), **more: Any) -> int:
    from datetime import timedelta

    from jingui.core.collect import Roster

    now = hospital.now()
    data = Roster(
        person=hospital.people[of], department=hospital.departments[ward], starts=now + timedelta(days[0]),
        ends=now + timedelta(days[1]), **more,
    )  # fmt: skip
    return hospital.write(who, Verb.RELATE, data).value


def test_a_turn_of_duty_gives_a_wards_patients_until_it_ends(hospital: Hospital, one: tuple[str, ...]) -> None:
    from jingui.core.access import Worklist
    from jingui.core.collect import EndRelation

    hospital.person("turn1", Role.PHYSICIAN, "xnk")
    assert not reads(hospital, "turn1", one[2])
    made = turn(hospital, "surgeon", "turn1", "gwk")
    hospital.sql("UPDATE epoch SET n = n + 1")  # else the actor's facts are a second old
    assert reads(hospital, "turn1", one[2])
    listed, cursor = set(), ""
    while True:
        page = door.read(hospital.operation("turn1", Verb.LIST, Worklist(count=200, cursor=cursor)))
        listed |= {line.patient.id for line in page.value}
        cursor = page.more
        if not cursor:
            break
    assert one[0] in listed
    assert hospital.sql("SELECT basis FROM care_relation WHERE relation_id = %s", made) == [("roster",)]
    hospital.write("surgeon", Verb.RELATE, EndRelation(relation=made))
    assert not reads(hospital, "turn1", one[2])


def test_rosters_that_are_refused(hospital: Hospital) -> None:
    from jingui.core.errors import Invalid

    hospital.person("turn2", Role.PHYSICIAN, "xnk")
    with pytest.raises(Refused):
        turn(hospital, "guest", "turn2", "gwk")  # another department's roster
    with pytest.raises(Refused):
        turn(hospital, "surgeon", "surgeon", "gwk")  # one's own
    with pytest.raises(Invalid):
        turn(hospital, "registrar", "turn2", "gwk", (-1, 60))
    turn(hospital, "registrar", "turn2", "gwk", (-1, 60), rotation=True)
    for bad in ((1, 0), (-3, -2)):
        with pytest.raises(Invalid):
            turn(hospital, "registrar", "turn2", "gwk", bad)


def test_a_roster_that_was_inserted(hospital: Hospital, one: tuple[str, ...]) -> None:
    hospital.person("turn3", Role.PHYSICIAN, "xnk")
    hospital.sql(
        "INSERT INTO care_relation (patient_id, relation_id, kind, rank, person_id, department_id, starts, version, "
        "entry, mac) SELECT 0, 991, 'department', 4, %s, %s, now() - interval '1 d', 1, entry, mac FROM post LIMIT 1",
        hospital.people["turn3"], hospital.departments["gwk"],
    )  # fmt: skip
    with pytest.raises(Tampered) as error:
        read(hospital, "turn3", one[2])
    assert error.value.data["where"] == "care_relation:0.991"


def test_nobody_relates_their_own_ward_to_a_stranger(hospital: Hospital, one: tuple[str, ...]) -> None:
    from datetime import timedelta

    from jingui.core.collect import Relate
    from jingui.core.words import Relation

    data = Relate(
        kind=Relation.DEPARTMENT, department=hospital.departments["xnk"], starts=hospital.now(),
        ends=hospital.now() + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Refused) as error:
        hospital.write("nurse", Verb.RELATE, data, target=door.locate(one[0]))
    assert error.value.reason == "party"
    assert not reads(hospital, "nurse", one[2])

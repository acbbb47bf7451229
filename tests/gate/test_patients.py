"""二（一）采集: relations, merge and split, marks, holds through the door [2.1.2] [2.1.3] [4.1.1] [3.1.3] [4.2.1]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.access import ChartRequest, PatientSearch
from jingui.core.collect import EndRelation, FlagPatient, MergePatient, Relate, SplitPatient
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused
from jingui.core.keep import LiftHold, PlaceHold
from jingui.core.operation import Target
from jingui.core.proposals import Verdict
from jingui.core.words import Hold, Purpose, Relation, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.hospital import Hospital


def confirmed(hospital: Hospital, who: str, second: str, verb: Verb, data: object, **more: Any) -> Any:
    """Propose and confirm; the settled proposal."""
    proposed = hospital.write(who, verb, data, **more).value
    verdict = Verdict(proposal=proposed.proposal, digest=proposed.digest, verdict="approve")
    return hospital.write(second, Verb.APPROVE, verdict).value


def target(hospital: Hospital, public: str) -> Target:
    return Target(patient=number(hospital, public))


def may_open(hospital: Hospital, who: str, public: str) -> bool:
    try:
        door.read(hospital.operation(who, Verb.OPEN_CHART, ChartRequest(), target=target(hospital, public)))
    except Refused:
        return False
    return True


def found(hospital: Hospital, who: str, number_: str) -> list[str]:
    data = PatientSearch(wanted=((("mrn", number_),),))
    purpose = Purpose.OPERATION if who == "registrar" else Purpose.TREATMENT
    return [line.id for line in door.read(hospital.operation(who, Verb.SEARCH_PATIENT, data, purpose=purpose)).value]


@pytest.fixture(scope="module", autouse=True)
def second_registrar(hospital: Hospital) -> None:
    hospital.person("registrar2", Role.REGISTRAR, "xxk")


def test_a_consultation_opens_the_chart_while_it_lasts(hospital: Hospital) -> None:
    patient, _, _ = admit(hospital, "会诊甲", "30000001")
    assert not may_open(hospital, "surgeon", patient)
    data = Relate(
        kind=Relation.CONSULTATION, person=hospital.people["surgeon"], starts=hospital.now() - timedelta(minutes=1),
        ends=hospital.now() + timedelta(days=3),
    )  # fmt: skip
    at = {"target": target(hospital, patient), "purpose": Purpose.TREATMENT}
    made = hospital.write("doctor", Verb.RELATE, data, **at)
    assert may_open(hospital, "surgeon", patient)
    hospital.write("doctor", Verb.RELATE, EndRelation(relation=made.value), **at)
    assert not may_open(hospital, "surgeon", patient)
    with pytest.raises(Conflict):
        hospital.write("doctor", Verb.RELATE, EndRelation(relation=made.value), **at)


def test_nobody_without_a_relation_gives_one_to_themselves(hospital: Hospital) -> None:
    patient, _, _ = admit(hospital, "自荐", "30000002")
    data = Relate(
        kind=Relation.TREATING, person=hospital.people["surgeon"], starts=hospital.now(),
        ends=hospital.now() + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        hospital.write("surgeon", Verb.RELATE, data, target=target(hospital, patient), purpose=Purpose.TREATMENT)
    assert refused.value.reason == "party"
    assert hospital.sql("SELECT verb, decision FROM entry WHERE id = %s", refused.value.entry) == [("relate", "deny")]
    assert not may_open(hospital, "surgeon", patient)


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": 0},
        {"kind": Relation.DEPARTMENT},
        {"kind": Relation.NONE},
        {"ends": timedelta(days=900)},
        {"ends": timedelta(days=-1)},
    ],
)
def test_a_relation_names_one_and_ends(hospital: Hospital, wrong: dict[str, Any]) -> None:
    patient, _, _ = admit(hospital, "期限", f"3000001{len(str(wrong))}")
    now = hospital.now()
    given = {"kind": Relation.TEAM, "person": hospital.people["surgeon"], "starts": now, "ends": timedelta(days=1)}
    given |= wrong
    given["ends"] = now + given["ends"]
    with pytest.raises(Invalid):
        hospital.write(
            "registrar", Verb.RELATE, Relate(**given), target=target(hospital, patient), purpose=Purpose.OPERATION
        )


def test_merged_numbers_lead_to_one_patient_and_back(hospital: Hospital) -> None:
    old, _, old_record = admit(hospital, "合并甲", "40000001", "gwk")
    new, _, new_record = admit(hospital, "合并甲", "40000002", "xnk")
    settled = confirmed(
        hospital, "registrar", "registrar2", Verb.MERGE_PATIENT,
        MergePatient(into=number(hospital, new), reason="同一人"), target=target(hospital, old),
    )  # fmt: skip
    assert settled.state == "executed"
    assert found(hospital, "doctor", "40000001") == [new]
    chart = door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=target(hospital, new)))
    assert {one.id for one in chart.value.records} == {old_record, new_record}
    assert chart.value.patient.numbers["mrn"] == "40000002、40000001"
    # who treats the one may read the other, by either number
    door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(old_record)))
    assert may_open(hospital, "surgeon", new)
    sealing = PlaceHold(kind=Hold.DISPUTE_SEAL, reason="纠纷")
    hold = hospital.write("head", Verb.PLACE_HOLD, sealing, target=target(hospital, new))
    with pytest.raises(Refused):
        hospital.write("registrar", Verb.SPLIT_PATIENT, SplitPatient(reason="误并"), target=target(hospital, old))
    confirmed(
        hospital, "archivist", "head", Verb.LIFT_HOLD, LiftHold(hold=hold.value, reason="启封"),
        target=target(hospital, new), purpose=Purpose.LEGAL,
    )  # fmt: skip
    confirmed(
        hospital, "registrar", "registrar2", Verb.SPLIT_PATIENT, SplitPatient(reason="误并"),
        target=target(hospital, old),
    )  # fmt: skip
    assert found(hospital, "surgeon", "40000001") == [old]
    assert not may_open(hospital, "surgeon", new)
    with pytest.raises(Refused):
        door.sheet(hospital.operation("doctor", Verb.READ, target=door.locate(old_record)))


def test_merges_make_no_chains_and_no_rings(hospital: Hospital) -> None:
    a, b, c = (admit(hospital, f"链{n}", f"4100000{n}")[0] for n in range(3))
    merge = lambda one, into: confirmed(  # noqa: E731 -- reads as a sentence below
        hospital, "registrar", "registrar2", Verb.MERGE_PATIENT,
        MergePatient(into=number(hospital, into), reason="同一人"), target=target(hospital, one),
    )  # fmt: skip
    with pytest.raises(Invalid):
        merge(a, a)
    merge(a, b)
    for one, into in ((b, a), (a, c), (b, c), (c, a)):
        with pytest.raises(Conflict):
            merge(one, into)
    merge(c, b)
    assert {number(hospital, x) for x in (a, c)} == {
        row[0] for row in hospital.sql("SELECT patient_id FROM patient WHERE linked_to = %s", number(hospital, b))
    }


def test_a_restricted_chart_is_found_only_by_who_may(hospital: Hospital) -> None:
    patient, _, _ = admit(hospital, "保密者", "50000001")
    flag = lambda **data: hospital.write(  # noqa: E731 -- reads as a sentence below
        "registrar", Verb.FLAG_PATIENT, FlagPatient(**data), target=target(hospital, patient)
    )
    flag(restricted=True, reason="本人申请")
    assert found(hospital, "doctor", "50000001") == []
    assert not may_open(hospital, "doctor", patient)
    assert found(hospital, "registrar", "50000001") == [patient]
    flag(restricted=False)
    assert found(hospital, "doctor", "50000001") == [patient]


def test_marks_of_death_staff_and_mother(hospital: Hospital) -> None:
    mother, child = admit(hospital, "母亲", "50000002")[0], admit(hospital, "新生儿", "50000003")[0]
    flag = lambda who, **data: hospital.write(  # noqa: E731 -- reads as a sentence below
        "registrar", Verb.FLAG_PATIENT, FlagPatient(**data), target=target(hospital, who)
    )
    flag(child, mother=number(hospital, mother), kind="newborn")
    with pytest.raises(Conflict):
        flag(mother, mother=number(hospital, child))
    with pytest.raises(Conflict):
        flag(child, mother=number(hospital, child))
    with pytest.raises(NotFound):
        flag(child, mother=4711)
    with pytest.raises(Invalid):
        flag(child, kind="ghost")
    flag(mother, deceased=True)
    flag(mother, person=hospital.people["nurse"])
    assert not may_open(hospital, "nurse", mother)
    assert not may_open(hospital, "doctor", mother)  # a colleague, and nobody's patient but the ward's
    with pytest.raises(Refused) as refused:
        hospital.write(
            "surgeon", Verb.FLAG_PATIENT, FlagPatient(deceased=False), target=target(hospital, mother),
            purpose=Purpose.TREATMENT,
        )  # fmt: skip
    assert hospital.sql("SELECT decision FROM entry WHERE id = %s", refused.value.entry) == [("deny",)]


def test_a_mark_set_past_the_door_is_named(hospital: Hospital) -> None:
    patient, _, _ = admit(hospital, "篡改", "50000004")
    hospital.write("registrar", Verb.FLAG_PATIENT, FlagPatient(restricted=True), target=target(hospital, patient))
    hospital.sql("UPDATE patient SET restricted = false WHERE patient_id = %s", number(hospital, patient))
    with pytest.raises(JinguiError) as error:
        door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=target(hospital, patient)))
    assert error.value.code == "tampered"
    assert found(hospital, "doctor", "50000004") == []


def test_a_sealed_record_is_not_corrected_until_two_lift_it(hospital: Hospital) -> None:
    patient, _, record = admit(hospital, "封存者", "60000001")
    place = door.locate(record)
    body = {
        "resourceType": "Observation", "status": "amended", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "10839-9"}]},
    }  # fmt: skip
    change = Change(body, record=(place.patient, place.record))
    hold = hospital.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.DISPUTE_SEAL, reason="纠纷"), target=place)
    with pytest.raises(Refused) as refused:
        hospital.enter("his", change, purpose=Purpose.OPERATION)
    assert refused.value.reason == "sealed"
    chart = door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=target(hospital, patient)))
    assert chart.value.holds == ("dispute_seal",)
    lift = LiftHold(hold=hold.value, reason="依程序启封")
    with pytest.raises(Refused):
        hospital.write("doctor", Verb.LIFT_HOLD, lift, target=place, purpose=Purpose.LEGAL)
    confirmed(hospital, "archivist", "head", Verb.LIFT_HOLD, lift, target=place, purpose=Purpose.LEGAL)
    assert hospital.enter("his", change, purpose=Purpose.OPERATION).made[0].outcome == "updated"
    with pytest.raises(Conflict):
        hospital.write("archivist", Verb.LIFT_HOLD, lift, target=place, purpose=Purpose.LEGAL)


def test_a_hold_lifted_past_the_door_does_not_open(hospital: Hospital) -> None:
    patient, _, _ = admit(hospital, "越权", "60000002")
    place = target(hospital, patient)
    hospital.write("head", Verb.PLACE_HOLD, PlaceHold(kind=Hold.LAWSUIT, reason="诉讼"), target=place)
    hospital.sql("UPDATE hold SET ends = now() + interval '1 hour' WHERE patient_id = %s", place.patient)
    with pytest.raises(JinguiError) as error:
        door.read(hospital.operation("doctor", Verb.OPEN_CHART, ChartRequest(), target=place))
    assert error.value.code == "tampered"


@pytest.mark.parametrize("wrong", [{"kind": Hold.NONE}, {"reason": " "}, {"ends": timedelta(days=-1)}])
def test_a_hold_says_why(hospital: Hospital, wrong: dict[str, Any]) -> None:
    patient, _, _ = admit(hospital, "缘由", f"6000001{len(str(wrong))}")
    given = {"kind": Hold.RESEARCH, "reason": "研究", **wrong}
    if "ends" in given:
        given["ends"] += hospital.now()
    with pytest.raises(Invalid):
        hospital.write("head", Verb.PLACE_HOLD, PlaceHold(**given), target=target(hospital, patient))

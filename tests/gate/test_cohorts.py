"""四（一）1 成批查阅: one matter for a list of patients, one grant each, each patient learns of it [4.1.1]"""

from typing import Any

import pytest

from jingui.core.errors import Invalid, Refused
from jingui.core.matters.asking import CloseMatter, ReadMatter, numbers_in
from jingui.core.portal import ReadersRequest
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from tests.gate.test_charts import admit, number
from tests.gate.test_granting import decide, opens
from tests.gate.test_portal import opened, patient_actor
from tests.hospital import Hospital

MRNS = ("46100001", "46100002", "46100003", "46100004")


@pytest.fixture(scope="module")
def ward(hospital: Hospital) -> list[str]:
    for short, role in (("office", Role.MEDICAL_AFFAIRS), ("checker", Role.QUALITY), ("checker2", Role.QUALITY)):
        if short not in hospital.actors:
            hospital.person(short, role, "xxk")
    return [admit(hospital, f"成批{n}", mrn)[0] for n, mrn in enumerate(MRNS)]


def asked(patients: str, **more: str) -> dict[str, str]:
    return {"patients": patients, "purpose": "quality", "days": "3", "reason": "专项质控抽查"} | more


def cohort(hospital: Hospital, patients: str, **more: str) -> int:
    from jingui.core.matters.asking import Brought, StartMatter

    paper = Brought("basis", "任务单.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n")
    data = StartMatter(
        kind="cohort_access", answers=tuple(asked(patients, **more).items()), submit=True, papers=(paper,)
    )
    return int(hospital.write("checker", Verb.START_MATTER, data).value.matter)


def test_lists_as_people_paste_them() -> None:
    assert numbers_in(" 1, 2；3\n4\t2、5 ") == ("1", "2", "3", "4", "5")
    assert numbers_in("  ") == ()


def test_every_listed_patient_and_nobody_else_is_opened_and_closed_again(hospital: Hospital, ward: list[str]) -> None:
    listed = "\n".join(MRNS[:3])
    matter = cohort(hospital, f"{listed}, {MRNS[0]}")
    for public in ward:
        with pytest.raises(Refused):
            opens(hospital, "checker", public)
    before = hospital.sql("SELECT count(*) FROM access_grant")[0][0]
    decide(hospital, "office", matter)
    assert hospital.sql("SELECT count(*) FROM access_grant")[0][0] == before + 3
    for public in ward[:3]:
        assert opens(hospital, "checker", public).records
    for who, public, purpose in (("checker", ward[3], Purpose.QUALITY), ("checker2", ward[0], Purpose.QUALITY),
                                 ("checker", ward[0], Purpose.RESEARCH)):  # fmt: skip
        with pytest.raises(Refused):
            opens(hospital, who, public, purpose)
    ((patients,),) = hospital.sql(
        "SELECT patients FROM entry WHERE verb = 'decide_matter' AND decision = 'allow' ORDER BY id DESC LIMIT 1"
    )
    assert sorted(patients) == sorted(number(hospital, one) for one in ward[:3])
    slip = opened(hospital, ward[0], papers=("passport",), document="E12345678")
    mine = hospital.operation(
        patient_actor(hospital, slip), Verb.READ_READERS, ReadersRequest(shown="all"),
        purpose=Purpose.PATIENT_REQUEST, target=target(hospital, ward[0]),
    )  # fmt: skip
    verbs = [one.verb for one in door.read(mine).value.others]
    assert "open_chart" in verbs
    assert "decide_matter" in verbs
    hospital.write("checker", Verb.CLOSE_MATTER, CloseMatter(matter=matter))
    for public in ward[:3]:
        with pytest.raises(Refused):
            opens(hospital, "checker", public)


def target(hospital: Hospital, public: str) -> Any:
    from jingui.core.operation import Target

    return Target(patient=number(hospital, public))


def test_a_number_that_is_nobodys_stops_the_whole_list(hospital: Hospital, ward: list[str]) -> None:
    for wrong in (f"{MRNS[0]}, 99999901", "'; DROP TABLE patient; --", "", ",".join(str(n) for n in range(101))):
        before = hospital.sql("SELECT count(*) FROM matter")
        with pytest.raises(Invalid) as error:
            cohort(hospital, wrong)
        assert "patients" in dict(error.value.places)
        assert hospital.sql("SELECT count(*) FROM matter") == before
    assert "99999901" in dict(_wrong(hospital).places)["patients"]
    with pytest.raises(Invalid):
        cohort(hospital, MRNS[0], purpose="treatment")  # treating is by patient


def _wrong(hospital: Hospital) -> Invalid:
    with pytest.raises(Invalid) as error:
        cohort(hospital, f"{MRNS[0]}, 99999901")
    return error.value


def test_nobody_asks_for_or_decides_on_their_own_chart(hospital: Hospital, ward: list[str]) -> None:
    from jingui.core.collect import FlagPatient

    mark = FlagPatient(person=hospital.people["checker"])
    hospital.write("registrar", Verb.FLAG_PATIENT, mark, target=target(hospital, ward[3]))
    with pytest.raises(Refused):
        cohort(hospital, ",".join(MRNS))
    mark = FlagPatient(person=hospital.people["office"])
    hospital.write("registrar", Verb.FLAG_PATIENT, mark, target=target(hospital, ward[3]))
    matter = cohort(hospital, ",".join(MRNS))
    with pytest.raises(Refused):
        decide(hospital, "office", matter)
    seen = hospital.operation("checker", Verb.READ_MATTER, ReadMatter(matter=matter), purpose=Purpose.MANAGEMENT)
    assert door.read(seen).value.line.state == "waiting"


def test_single_and_listed_are_two_rows_of_one_effect() -> None:
    from jingui.core.matters import KINDS

    assert {KINDS["internal_access"].effect, KINDS["cohort_access"].effect} == {"access_grant"}

"""二（一）1 采集模板: the forms of shared documents through the door, by those who write them [2.1.1] [2.2.1]"""

from datetime import date
from typing import Any

import pytest

from jingui.core.errors import Refused
from jingui.core.operation import Target
from jingui.core.signatures import Qualify
from jingui.core.words import Purpose, Role, Verb
from jingui.formats import capture, fhir_json
from jingui.formats.cda_map import makings
from jingui.gate import door
from tests.gate.entering import Admitted, admit, deadlines, entered, filled, form_of, submit
from tests.hospital import Hospital

ELSEWHERE = {"outpatient_record", "patient_basics"}  # written at other visits, or at none
HANDS = {Role.PHYSICIAN: "formdoctor", Role.NURSE: "nurse", Role.TECHNICIAN: "formtech"}
FORMS = sorted({one.form for one in makings().values()} - ELSEWHERE)
MORE: dict[str, dict[str, Any]] = {
    "herbal_prescription": {"herbs": "茯苓15g 白术10g", "herb_doses": "7", "herb_use": "水煎服，每日一剂"},
    "medication_order": {"order_type": "02", "order_content": "胸部正位片"},
    "laboratory_report": {"results": [{"test_item": "6690-2", "test_text": "未见异常"}]},
}
OBSERVED = "emergency_observation_record"


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    """Whom the hospital lets prescribe and operate, a technician, and who says so."""
    for short, role, where in (("formdoctor", Role.PHYSICIAN, "xnk"), ("formtech", Role.TECHNICIAN, "xnk"),
                               ("formoffice", Role.MEDICAL_AFFAIRS, "xxk")):  # fmt: skip
        hospital.person(short, role, where)
    for subject in ("prescription", "operation"):
        data = Qualify(person=hospital.people["formdoctor"], kind="privilege", subject=subject, passed=True,
                       starts=date(2026, 1, 1))  # fmt: skip
        hospital.write("formoffice", Verb.QUALIFY, data, purpose=Purpose.MANAGEMENT)
    return hospital


@pytest.fixture(scope="module")
def bed(house: Hospital) -> Admitted:
    return admit(house)


@pytest.fixture(scope="module")
def observed(house: Hospital) -> Admitted:
    """A patient under observation."""
    kind = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "OBSENC"}
    return admit(house, encounter={"class": kind})


def answers(house: Hospital, form: str) -> dict[str, Any]:
    """What a form requires, and what its answers make necessary."""
    return filled(house, form, **MORE.get(form, {}))


@pytest.mark.parametrize("form", FORMS)
def test_a_form_is_entered_by_each_post_that_writes_it(
    house: Hospital, bed: Admitted, observed: Admitted, form: str
) -> None:
    """Stored as its template and category, read back with its answers; another post is refused."""
    at = observed if form == OBSERVED else bed
    template = capture.templates()[form]
    wrote = 0
    for role, who in HANDS.items():
        given = answers(house, form)
        if role not in template.writers:
            with pytest.raises(Refused) as caught:
                submit(house, who, at, form_of(house, at, given, template=form))
            assert caught.value.reason == "qualification"
        elif template.many or not wrote:
            number = entered(house, who, at, given, template=form)
            held = house.sql("SELECT form, category FROM record WHERE record_id = %s", number)
            assert held == [(form, template.category.value)]
            target = Target(patient=at.patient, record=number)
            stored = fhir_json.parse(door.sheet(house.operation(who, Verb.READ, target=target)).body)
            assert capture.answers_of(template, stored).keys() == given.keys()
            wrote += 1
    assert wrote


def test_a_form_of_a_kind_fulfils_the_deadline_of_its_kind(house: Hospital) -> None:
    """A critical patient's nursing record is a nursing record, a caesarean record an operation record."""
    at = admit(house)
    grade = {"nursing_level": "1"}
    entered(house, "nurse", at, answers(house, "critical_nursing_record") | grade, template="critical_nursing_record")
    assert deadlines(house, at)["nursing_special"][2] is None
    entered(house, "nurse", at, answers(house, "critical_nursing_record") | grade, template="critical_nursing_record")
    rows = house.sql("SELECT met IS NULL FROM deadline WHERE patient_id = %s AND rule = 'nursing_special'", at.patient)
    assert sorted(rows) == [(False,), (True,)]
    entered(house, "formdoctor", at, answers(house, "caesarean_record"), template="caesarean_record")
    found = deadlines(house, at)
    assert found["operation_record"][2] is not None
    assert found["postoperative_note"][2] is None

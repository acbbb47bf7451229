"""二（一）1 采集模板: shipped templates, checks, Questionnaire, responses, what is taken out [2.1.1] [2.2.2]"""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jingui.core.capture import Checked, ItemKind, Necessity, Template, Way, Why
from jingui.formats import capture
from jingui.formats.capture_sound import problems
from jingui.formats.fhir_json import dump, parse
from jingui.formats.tables import table
from jingui.formats.validate import validate
from tests.formats.filled import filled
from tests.formats.shared import SHARED

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NAMES = tuple(capture.templates())
WIDE = {ord(one): ord(one) + 0xFEE0 for one in "0123456789."}  # full-width, as an input method leaves them
PROMISED = {
    "patient_basics", "outpatient_record", "admission_record", "first_progress_note", "progress_note",
    "ward_round_note", "operation_record", "informed_consent", "nursing_record", "vital_signs", "laboratory_report",
    "examination_report", "medication_order", "discharge_record", "discharge_summary", "death_record",
    "resuscitation_record", "front_page",
}  # fmt: skip


def of(name: str) -> Template:
    return capture.templates()[name]


def checked(name: str, answers: dict[str, Any], **more: Any) -> Checked:
    return capture.check(of(name), answers, **{"today": NOW, "sex": "female", **more})


def faults(found: Checked) -> dict[str, str]:
    return {one.path: one.text for one in found.errors}


def changed(name: str, /, **typed: Any) -> Checked:
    return checked(name, {**filled(of(name)), **typed})


def answered(name: str, /, **typed: Any) -> dict[str, Any]:
    found = changed(name, **typed)
    assert not found.errors
    return capture.response(
        of(name), found.answers, subject="Patient/p1", encounter="Encounter/e1", author="Practitioner/a1",
        authored="2026-11-22T12:00:00+08:00",
    )  # fmt: skip


def test_the_promised_templates_are_shipped() -> None:
    assert set(NAMES) >= PROMISED


@pytest.mark.parametrize("name", NAMES)
def test_each_field_says_why_by_which_means_and_how_it_is_checked(name: str) -> None:
    template = of(name)
    assert tuple(problems(template)) == ()
    assert template.standard
    assert template.document.startswith("C00")
    for item in template.every():
        assert item.why in Why
        assert item.way in Way
        assert item.zh
        assert item.en
        assert item.kind not in (ItemKind.CHOICE, ItemKind.CODED) or item.table
        assert item.kind is not ItemKind.DECIMAL or item.low is not None or item.unit


def test_every_data_element_is_one_of_the_national_lists() -> None:
    folder = SHARED / "reference" / "china"
    if not folder.is_dir():
        pytest.skip("the shared references are not beside the project")
    text = "".join((folder / name).read_text("utf-8") for name in ("ws445_data_sets.csv", "ws363_data_elements.csv"))
    known = set(text.replace("\n", ",").split(","))
    elements = {item.element for one in capture.templates().values() for item in one.every() if item.element}
    assert len(elements) > 120
    assert elements <= known


def test_no_item_of_the_dictionary_is_forgotten() -> None:
    used = {item.link for one in capture.templates().values() for item in one.every()}
    assert set(table("capture/items")) - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_template_survives_being_a_questionnaire(name: str) -> None:
    made = capture.questionnaire(of(name))
    validate(made)
    assert capture.from_questionnaire(parse(dump(made))) == of(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_rightly_filled_form_is_right_and_survives_being_a_response(name: str) -> None:
    found = checked(name, filled(of(name)))
    assert found.errors == ()
    assert found.completeness == 100
    again = checked(name, dict(found.answers))
    assert again.answers == found.answers
    made = capture.response(of(name), found.answers, subject="Patient/1", authored="2026-11-22T12:00:00+08:00")
    validate(made)
    assert capture.answers_of(of(name), parse(dump(made))) == found.answers
    assert capture.template_of(made) == (name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_taken_out_of_a_form_is_valid_and_names_it(name: str) -> None:
    made = capture.extract(of(name), answered(name), origin="urn:uuid:00000000-0000-4000-8000-000000000001")
    for resource in made:
        validate(resource)
        assert "urn:uuid:00000000-0000-4000-8000-000000000001" in dump(resource).decode()
    assert bool(made) == bool(of(name).makes)


def test_an_empty_form_says_all_that_is_missing_and_nothing_else() -> None:
    for name in NAMES:
        found = checked(name, {})
        required = {item.link for item in of(name).items() if item.necessity is Necessity.REQUIRED}
        assert set(faults(found)) == required
        assert set(faults(found).values()) <= {"请填写。"}
        assert found.completeness == 0


@pytest.mark.parametrize(
    ("name", "typed", "place"),
    [
        ("vital_signs", {"temperature": "366"}, "temperature"),
        ("vital_signs", {"temperature": "36.66"}, "temperature"),
        ("vital_signs", {"temperature": "三十六"}, "temperature"),
        ("vital_signs", {"pulse": "80.5"}, "pulse"),
        ("vital_signs", {"pulse": True}, "pulse"),
        ("vital_signs", {"pulse": "1e3"}, "pulse"),
        ("vital_signs", {"pulse": "NaN"}, "pulse"),
        ("vital_signs", {"pulse": "9" * 400}, "pulse"),
        ("vital_signs", {"systolic": "60", "diastolic": "90"}, "systolic"),
        ("vital_signs", {"measured_at": "2026-11-22T14:00"}, "measured_at"),
        ("vital_signs", {"measured_at": "2026-11-22"}, "measured_at"),
        ("vital_signs", {"measured_at": "1026-11-22T10:00"}, "measured_at"),
        ("vital_signs", {"measured_at": "0001-01-01T00:00+14:00"}, "measured_at"),
        ("vital_signs", {"secret": "x"}, "secret"),
        ("patient_basics", {"id_number": "110101199003077750"}, "id_number"),
        ("patient_basics", {"id_number": "11010119900307775X"}, "id_number"),
        ("patient_basics", {"birth_date": "1991-03-07"}, "id_number"),
        ("patient_basics", {"sex": "2"}, "id_number"),
        ("patient_basics", {"sex": "7"}, "sex"),
        ("patient_basics", {"phone": "1380013800"}, "phone"),
        ("patient_basics", {"postcode": "10000"}, "postcode"),
        ("patient_basics", {"birth_date": "2026-11-23"}, "birth_date"),
        ("patient_basics", {"birth_date": "2026-02-30"}, "birth_date"),
        ("patient_basics", {"name": "甲" * 51}, "name"),
        ("patient_basics", {"name": "甲\x00乙"}, "name"),
        ("patient_basics", {"name": ["甲"]}, "name"),
        ("patient_basics", {"allergies": [{}]}, "allergies"),
        ("patient_basics", {"allergic": "否"}, "allergies"),
        ("admission_record", {"diagnoses": []}, "diagnoses"),
        ("admission_record", {"diagnoses": [{"diagnosis": ""}]}, "diagnoses"),
        ("admission_record", {"diagnoses": [{"diagnosis_date": "2026-11-20"}]}, "diagnoses.0.diagnosis"),
        ("admission_record", {"diagnoses": [{}, {"diagnosis": "I10", "x": 1}]}, "diagnoses.1.x"),
        ("admission_record", {"diagnoses": ["I10"]}, "diagnoses.0"),
        ("admission_record", {"diagnoses": [{"diagnosis": {"code": "I10", "system": "x"}}]}, "diagnoses.0.diagnosis"),
        ("front_page", {"main": "不知何病"}, "main"),
        ("front_page", {"main": {"code": "", "text": "高血压"}}, "main"),
        ("discharge_record", {"discharged_at": "2026-11-19T09:00+08:00"}, "discharged_at"),
        ("operation_record", {"operation_end": "2026-11-20T08:00+08:00"}, "operation_end"),
        ("operation_record", {"drained": "是", "drain_material": ""}, "drain_material"),
        ("front_page", {"discharge_way": "2", "receiver": " "}, "receiver"),
        ("laboratory_report", {"results": [{"test_item": "6690-2"}]}, "results.0.test_value"),
        ("laboratory_report", {"results": [{"test_item": "6690-2", "test_value": "5"}]}, "results.0.test_unit"),
        ("laboratory_report", {"results": [{}, {"test_item": "6690-2"}]}, "results.1.test_value"),
        ("medication_order", {"drugs": []}, "drugs"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(name: str, typed: dict[str, Any], place: str) -> None:
    found = changed(name, **typed)
    assert place in faults(found)
    assert len(found.errors) <= 2


def test_faults_never_repeat_what_was_typed() -> None:
    found = changed("patient_basics", id_number="110101199003077750", phone="13x", name="王\x01小明", other="王小明")
    said = "".join(one.text + "".join(one.data.values()) for one in found.errors)
    assert [part for part in ("王", "13x", "1101") if part in said] == []


def test_typing_is_understood_as_people_type() -> None:
    found = changed(
        "admission_record", temperature="36.8".translate(WIDE), reliable="是", informant_relation="配偶",
        admitted_at="2026-11-20 09:14", occupation="17 职员",
        diagnoses=[
            {"diagnosis": "I10 原发性高血压"}, {"diagnosis": "2型糖尿病"}, {"diagnosis": "I21.9 急性心肌梗死(前壁)"},
        ],
    )  # fmt: skip
    assert not found.errors
    a = found.answers
    assert (a["temperature"], a["reliable"], a["informant_relation"]) == (Decimal("36.8"), True, "1")
    assert (a["admitted_at"], a["occupation"]) == ("2026-11-20T09:14:00+08:00", "17")
    assert [one["diagnosis"] for one in a["diagnoses"]] == [
        {"code": "I10", "text": "原发性高血压"}, {"code": "E11.9", "text": "2型糖尿病"},
        {"code": "I21.9", "text": "急性心肌梗死(前壁)"},
    ]  # fmt: skip


def test_a_starter_table_warns_and_a_whole_one_refuses() -> None:
    unknown = changed("front_page", main="I10.x00 特发性高血压")
    assert not unknown.errors
    assert [one.path for one in unknown.warnings] == ["main"]
    from jingui.formats.codetables import Tables, in_force

    icd = in_force()["icd10"]
    whole = Tables([replace(icd, complete=True)])
    found = capture.check(
        of("front_page"), {**filled(of("front_page")), "main": "I10.x00 特发性高血压"}, today=NOW, tables=whole
    )
    assert set(faults(found)) == {"main"}


def test_unusual_values_are_warned_of_and_children_are_not_measured_by_adults() -> None:
    grown = changed("vital_signs", temperature="39.5", pulse="140")
    assert {one.path for one in grown.warnings} == {"temperature", "pulse"}
    child = checked("vital_signs", {**filled(of("vital_signs")), "pulse": "140"}, age_days=400)
    assert child.warnings == ()


def test_what_only_women_are_asked_is_not_collected_of_men() -> None:
    answers = filled(of("admission_record"), sex="male")
    assert checked("admission_record", answers, sex="1").right
    assert checked("admission_record", {**answers, "pregnant": False}, sex="male").right
    assert set(faults(checked("admission_record", {**answers, "pregnant": True}, sex="1"))) == {"pregnant"}
    assert checked("admission_record", {**answers, "pregnant": True}, sex="").right


def test_a_planned_date_may_lie_ahead_and_a_day_means_its_end() -> None:
    assert changed("informed_consent", planned_at="2026-12-24T08:00+08:00").right
    found = capture.check(of("vital_signs"), filled(of("vital_signs")), today=date(2026, 11, 20))
    assert not found.errors
    assert "measured_at" in faults(
        capture.check(of("vital_signs"), filled(of("vital_signs")), today=date(2026, 11, 19))
    )


def test_completeness_counts_what_was_asked() -> None:
    answers = filled(of("vital_signs"))
    full = checked("vital_signs", answers).completeness
    without_optional = checked("vital_signs", {k: v for k, v in answers.items() if k != "girth"}).completeness
    without_required = checked("vital_signs", {k: v for k, v in answers.items() if k != "pulse"}).completeness
    assert full == 100 > without_optional > without_required


def test_huge_input_is_refused_in_time() -> None:
    many = [{"diagnosis": "I10"}] * 100_000
    found = changed("admission_record", diagnoses=many, present_illness="病" * 1_000_000)
    assert set(faults(found)) == {"diagnoses", "present_illness"}
    strange = {f"k{n}": n for n in range(50_000)}
    assert len(checked("vital_signs", strange).errors) <= 200


def test_signs_become_observations_with_loinc_and_ucum() -> None:
    made = capture.extract(of("vital_signs"), answered("vital_signs", systolic="120", diastolic="70"))
    pressure = next(one for one in made if one["code"]["coding"][0]["code"] == "85354-9")
    assert [one["valueQuantity"]["value"] for one in pressure["component"]] == [120, 70]
    heat = next(one for one in made if one["code"]["coding"][0]["code"] == "8310-5")
    assert (heat["valueQuantity"]["code"], heat["effectiveDateTime"]) == ("Cel", "2026-11-20T09:14:00+08:00")
    assert {one["subject"]["reference"] for one in made} == {"Patient/p1"}


def test_drugs_become_orders_with_timing() -> None:
    drug = {"drug": "aspirin", "dose": "100", "dose_unit": "mg", "frequency": "qd", "route": "1"}
    made = capture.extract(of("medication_order"), answered("medication_order", drugs=[drug]))
    assert len(made) == 1
    dosage = made[0]["dosageInstruction"][0]
    assert dosage["text"] == "100 毫克 mg 口服 每日一次"
    assert dosage["timing"]["repeat"]["frequency"] == 1
    assert made[0]["medicationCodeableConcept"]["text"] == "阿司匹林肠溶片"


def test_no_allergy_is_made_of_a_denial() -> None:
    made = capture.extract(of("admission_record"), answered("admission_record", allergic="否", allergies=[]))
    assert "AllergyIntolerance" not in {one["resourceType"] for one in made}
    made = capture.extract(
        of("admission_record"),
        answered("admission_record", allergic="是", allergies=[{"allergen": "磺胺类", "allergy_reaction": "皮疹"}]),
    )
    assert [one["code"]["text"] for one in made if one["resourceType"] == "AllergyIntolerance"] == ["磺胺类"]


def test_the_means_of_each_item_stand_in_the_response() -> None:
    found = changed("vital_signs")
    made = capture.response(
        of("vital_signs"), found.answers, subject="Patient/1", authored="2026-11-22T12:00:00+08:00",
        ways={"pulse": Way.DEVICE},
    )  # fmt: skip
    validate(made)
    ways = capture.ways_of(made)
    assert (ways["pulse"], ways["breathing"], ways["pain"]) == ("device", "examined", "asked")


def test_set_text_that_nobody_worked_on_is_told() -> None:
    record = of("admission_record")
    item = next(one for one in record.items() if one.link == "abdomen")
    answers = {"abdomen": item.boilerplate.replace("，", ", ").replace("。", ""), "chest": "双肺可闻及湿性啰音。"}
    assert capture.untouched(record, answers) == ("abdomen",)
    assert capture.untouched(record, {"abdomen": item.boilerplate + "剑突下压痛。"}) == ()


def test_pasted_text_is_found_by_keyed_fingerprints() -> None:
    own = "患者于三天前饮酒后突发上腹部持续性胀痛，向腰背部放射，伴恶心呕吐胃内容物两次，无发热寒战，遂来我院急诊。"
    pasted = f"今日查房。{own.replace('，', ',')}继续观察。"
    other = "患者十年前体检发现血压升高，最高达一百七十，未规律服药，近两周头晕加重，无胸痛及肢体活动障碍。"
    key = b"k" * 32
    one, two, three = (capture.fingerprints(text, key=key) for text in (own, pasted, other))
    assert capture.similar(one, two) > 0.7
    assert capture.similar(one, three) == 0.0
    assert one.isdisjoint(capture.fingerprints(own, key=b"x" * 32))
    assert capture.fingerprints("太短", key=key) == frozenset()


def test_the_templates_own_words_are_no_paste() -> None:
    record = of("admission_record")
    chest = next(one for one in record.items() if one.link == "chest").boilerplate
    ignore = capture.boilerplate(record)
    assert capture.fingerprints(chest)
    assert capture.fingerprints(chest, ignore=ignore) == frozenset()


@given(
    st.text(alphabet="甲乙丙丁戊己庚辛壬癸子丑寅卯", min_size=19, max_size=60),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_any_shared_run_of_nineteen_letters_is_found(run: str, before: str, after: str) -> None:
    assert capture.fingerprints(run) & capture.fingerprints(before + run + after)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.decimals(allow_nan=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_nothing_that_is_typed_breaks_the_check(data: st.DataObject) -> None:
    template = of(data.draw(st.sampled_from(NAMES)))
    links = [item.link for item in template.items()]
    typed = data.draw(st.dictionaries(st.sampled_from(links) | st.text(max_size=6), ANYTHING, max_size=6))
    found = capture.check(template, typed, today=NOW)
    assert set(found.answers) <= set(links)
    again = capture.check(template, found.answers, today=NOW)
    assert again.answers == found.answers
    made = capture.response(template, found.answers, subject="Patient/1", authored="2026-11-22T12:00:00+08:00")
    validate(parse(dump(made)))
    assert capture.answers_of(template, parse(dump(made))) == found.answers

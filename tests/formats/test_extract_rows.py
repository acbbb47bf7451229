"""四（二）4 教学科研: a chart as one row: only approved fields, cleaned, closed words, days from the visit [4.2.4]"""

from typing import Any

import pytest

from jingui.core.deidentify_words import PROFILE_NAMES
from jingui.core.research_fields import FIELDS
from jingui.formats import extract_rows
from jingui.formats.deidentify_project import Known, Project

ALL = tuple(FIELDS)
KNOWN = Known(names=("顾明远",), numbers=("13900001234", "00832217"), staff=("林清如",))
ME = {"reference": "Patient/a"}
HERE = {"reference": "Encounter/e"}
ICD = "http://hl7.org/fhir/sid/icd-10"


def concept(code: str, text: str = "", system: str = ICD) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}], "text": text}


def chart(**more: Any) -> extract_rows.Chart:
    records: dict[str, list[dict[str, Any]]] = {
        "Patient": [
            {"resourceType": "Patient", "id": "a", "gender": "male", "birthDate": "1960-05-01",
             "name": [{"text": "顾明远"}], "maritalStatus": concept("M", system="urn:x"),
             "address": [{"state": "浙江省", "city": "杭州市", "text": "浙江省杭州市西湖区文三路90号"}],
             "telecom": [{"system": "phone", "value": "13900001234"}]}
        ],
        "Encounter": [
            {"resourceType": "Encounter", "id": "x", "status": "finished", "class": {"code": "AMB"}, "subject": ME,
             "period": {"start": "2026-01-01T08:00:00+08:00"}},
            {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "IMP"}, "subject": ME,
             "period": {"start": "2026-03-05T08:00:00+08:00", "end": "2026-03-15T08:00:00+08:00"},
             "hospitalization": {"dischargeDisposition": concept("1", "医嘱离院", "urn:x")}},
        ],
        "Condition": [
            {"resourceType": "Condition", "id": "c0", "subject": ME, "code": concept("E11.900", "糖尿病")},
            {"resourceType": "Condition", "id": "c1", "subject": ME, "encounter": HERE, "code": concept("I10.x00")},
            {"resourceType": "Condition", "id": "c2", "subject": ME, "encounter": HERE, "code": concept("I21.001"),
             "category": [{"coding": [{"code": "main"}]}]},
        ],
        "Procedure": [
            {"resourceType": "Procedure", "id": "p", "status": "completed", "subject": ME,
             "code": {"text": "支架置入术"}, "performedDateTime": "2026-03-06"}
        ],
        "Observation": [
            {"resourceType": "Observation", "id": "o", "status": "final", "subject": ME,
             "code": concept("10839-9", "肌钙蛋白", "http://loinc.org"), "effectiveDateTime": "2026-03-07",
             "valueQuantity": {"value": 1.5, "unit": "ng/mL"}},
            {"resourceType": "Observation", "id": "b", "status": "final", "subject": ME, "code": {"text": "血压"},
             "effectiveDateTime": "2026-03-04", "component": [
                 {"code": {"text": "收缩压"}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
                 {"code": {"text": "舒张压"}, "valueQuantity": {"value": 80, "unit": "mmHg"}}]},
        ],
        "MedicationRequest": [
            {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order", "subject": ME,
             "medicationCodeableConcept": {"text": "阿托伐他汀钙片"}, "authoredOn": "2026-03-05T09:00:00+08:00"}
        ],
        "Composition": [
            {"resourceType": "Composition", "id": "t", "status": "final", "subject": ME, "type": {"text": "入院记录"},
             "date": "2026-03-05T10:00:00+08:00", "author": [{"display": "林清如"}], "title": "入院记录",
             "section": [{"title": "主诉", "text": {"status": "generated",
                 "div": '<div xmlns="http://www.w3.org/1999/xhtml">患者顾明远，电话13900001234，胸痛3小时。</div>'}}]}
        ],
    }  # fmt: skip
    given = {"patient": "a", "visit": "e", "kind": "inpatient", "department": "xnk", "age": 65, "records": records}
    return extract_rows.Chart(**(given | more))


def made(
    profile: str = "research", fields: tuple[str, ...] = ALL, key: bytes = b"k" * 32, **more: Any
) -> dict[str, Any]:
    return extract_rows.row(chart(**more), fields, Project(key=key, profile=profile), KNOWN)


def test_every_field_is_read() -> None:
    row = made()
    plain = {name: row[name] for name in ("sex", "age", "region", "marital", "visit", "department", "stay", "outcome")}
    assert plain == {
        "sex": "male", "age": "65", "region": "浙江省 杭州市", "marital": "M", "visit": "inpatient",
        "department": "xnk", "stay": "10", "outcome": "1",
    }  # fmt: skip
    assert row["diagnosis"] == "I21"  # the visit's main one, not the first
    assert {one["code"] for one in row["diagnoses"]} == {"E11", "I10", "I21"}
    assert row["operations"][0]["after"] == "1"
    assert [(one["text"], one["value"], one["after"]) for one in row["results"]] == [
        ("肌钙蛋白", "1.5", "2"), ("收缩压", "120", "-1"), ("舒张压", "80", "-1"),
    ]  # fmt: skip
    assert row["drugs"] == [{"code": "", "text": "阿托伐他汀钙片", "after": "0"}]
    assert "胸痛3小时" in row["texts"][0]["text"]


@pytest.mark.parametrize("profile", PROFILE_NAMES)
def test_nothing_that_names_a_person_is_in(profile: str) -> None:
    said = str(made(profile))
    for secret in ("顾明远", "林清如", "13900001234", "文三路", "1960-05", "2026-03-05", "'a'"):
        assert secret not in said, secret


def test_days_move_by_project_and_stay_apart_as_they_were() -> None:
    one, other = made(key=b"k" * 32), made(key=b"j" * 32)
    assert one["day"] != other["day"]
    assert one["day"] < "2026-03-05"
    assert one["person"] != other["person"]
    assert one["results"] == other["results"]


def test_only_the_fields_that_were_asked_for() -> None:
    assert list(made(fields=("sex", "age"))) == ["person", "sex", "age"]
    assert extract_rows.kinds(("sex",)) == {"Encounter"}
    assert extract_rows.kinds(("texts",)) == {"Encounter", "Composition", "DiagnosticReport", "QuestionnaireResponse"}


@pytest.mark.parametrize(("age", "said"), [(None, ""), (0, "0"), (89, "89"), (90, "90+"), (117, "90+")])
def test_the_oldest_are_one_group(age: int | None, said: str) -> None:
    assert made(age=age)["age"] == said


@pytest.mark.parametrize("code", ["=1+1", "心内科三病区（张三主任）", "x" * 40, "a b", ""])
def test_what_is_no_word_of_a_closed_list_does_not_leave(code: str) -> None:
    assert made(department=code)["department"] == ""


def test_a_chart_without_records_is_a_row_without_values() -> None:
    row = made(records={"Patient": [{"resourceType": "Patient", "id": "a"}]})
    assert row["results"] == row["texts"] == []
    assert row["day"] == row["stay"] == row["sex"] == ""

"""四（二）4 去标识化: resources by the profiles' rows: what no row names does not leave [4.2.4] [5.2.4] [2.1.3]"""

import json
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest

from jingui.core.deidentify import PROFILE_NAMES, profile, profiles
from jingui.core.deidentify_rows import DATATYPES, ELEMENTS, RESOURCES, TEXTS
from jingui.core.deidentify_words import Kind, Technique
from jingui.core.errors import Misconfigured
from jingui.formats.deidentify import Known, Project, deidentify_resource, shift_days
from jingui.formats.tables import schema
from tests.formats.shared import resources

KEY = b"k" * 32
AT = date(2026, 1, 1)
KNOWN = Known(names=("张建国", "李桂花"), numbers=("ZY0012345",))
ICD = "http://hl7.org/fhir/sid/icd-10"


def out(resource: dict[str, Any], name: str = "research", key: bytes = KEY, known: Known = KNOWN) -> dict[str, Any]:
    return deidentify_resource(resource, Project(key=key, profile=name, at=AT), known).resource


PATIENT: dict[str, Any] = {
    "resourceType": "Patient", "id": "p1", "active": True,
    "meta": {"lastUpdated": "2026-01-01T00:00:00Z", "source": "his"},
    "text": {"status": "generated", "div": "<div>张建国</div>"}, "name": [{"text": "张建国"}], "gender": "male",
    "identifier": [{"system": "urn:jingui:mrn", "value": "ZY0012345"}], "birthDate": "1930-05-06",
    "telecom": [{"system": "phone", "value": "13800138000"}], "photo": [{"data": "AAAA"}],
    "address": [{
        "state": "浙江省", "city": "杭州市", "district": "西湖区", "line": ["文三路1号"], "postalCode": "310012",
        "text": "浙江省杭州市西湖区文三路1号",
    }],
    "contact": [{"name": {"text": "李桂花"}, "telecom": [{"value": "13900139000"}]}],
    "extension": [{"url": "urn:x", "valueString": "张建国"}], "_birthDate": {"id": "张建国"}, "surprise": "张建国",
}  # fmt: skip


def test_a_patient_leaves_year_sex_and_city() -> None:
    made = out(PATIENT)
    assert set(made) == {"resourceType", "id", "gender", "birthDate", "address", "identifier"}
    assert made["birthDate"] == "1936"  # everybody above 89 is of one year
    assert made["address"] == [{"state": "浙江省", "city": "杭州市", "postalCode": "310"}]
    assert made["identifier"][0]["system"] == "urn:jingui:pseudonym"
    for secret in ("张建国", "李桂花", "0012345", "13800138000", "文三路", "310012", 'p1"'):
        assert secret not in json.dumps(made, ensure_ascii=False)


def test_the_input_is_unchanged_and_what_went_is_counted() -> None:
    before = json.dumps(PATIENT, sort_keys=True)
    done = deidentify_resource(PATIENT, Project(key=KEY, profile="research", at=AT), KNOWN)
    assert json.dumps(PATIENT, sort_keys=True) == before
    for path in ("Patient.name", "Patient.surprise", "Patient._birthDate", "Patient.extension", "Patient.photo"):
        assert done.removed[path] == 1


def test_a_birth_date_without_a_day_to_reckon_by_does_not_leave() -> None:
    project = Project(key=KEY, profile="research")
    without = {key: value for key, value in PATIENT.items() if key != "meta"}
    assert "birthDate" not in deidentify_resource(without, project, KNOWN).resource
    assert deidentify_resource({**PATIENT, "birthDate": "1980-02"}, project, KNOWN).resource["birthDate"] == "1980"


CONDITION: dict[str, Any] = {
    "resourceType": "Condition", "id": "c1", "subject": {"reference": "Patient/p1", "display": "张建国"},
    "code": {"coding": [{"system": ICD, "code": "C20.x01", "display": "直肠恶性肿瘤"}], "text": "直肠恶性肿瘤"},
    "onsetDateTime": "2024-03-05T08:00:00+08:00", "recordedDate": "2024-03-08",
    "recorder": {"reference": "Practitioner/d1"},
    "note": [{"text": "张建国2024年3月5日来诊", "authorString": "李桂花"}],
}  # fmt: skip


def test_references_ids_and_days_hold_together() -> None:
    patient, condition = out(PATIENT), out(CONDITION)
    assert condition["subject"] == {"reference": f"Patient/{patient['id']}"}
    days = shift_days(Project(key=KEY, profile="research"), "p1")
    assert (date.fromisoformat(condition["recordedDate"]) - date(2024, 3, 8)).days == days
    assert condition["onsetDateTime"].endswith("T08:00:00+08:00")
    assert condition["code"] == {"coding": [{"system": ICD, "code": "C20"}]}  # neither display nor words say it exactly
    assert condition["note"][0].keys() == {"text"}
    assert "张建国" not in condition["note"][0]["text"]
    assert out(CONDITION, key=b"j" * 32)["subject"] != condition["subject"]


def test_an_absolute_and_a_versioned_reference_are_the_same() -> None:
    for written in ("https://his.example/fhir/Patient/p1", "Patient/p1/_history/3"):
        made = out({**CONDITION, "subject": {"reference": written}})
        assert made["subject"] == out(CONDITION)["subject"]
        assert made["recordedDate"] == out(CONDITION)["recordedDate"]


def test_ids_that_differ_in_a_sign_differ() -> None:
    assert out({**PATIENT, "id": "a-1"})["id"] != out({**PATIENT, "id": "a1"})["id"]


def test_public_keeps_chapter_and_quarter() -> None:
    made = out(CONDITION, "public")
    assert made["code"] == {"coding": [{"system": ICD, "code": "C00-D48"}]}
    assert made["onsetDateTime"] == "2024-01"
    assert not made.keys() & {"id", "subject", "note", "recorder"}
    assert out(PATIENT, "public")["address"] == [{"state": "浙江省"}]


def test_a_houses_own_codes_do_not_leave() -> None:
    service = {"coding": [{"system": "urn:jingui:department", "code": "C01", "display": "张建国组"}]}
    made = out({"resourceType": "Encounter", "status": "finished", "class": {"system": "urn:hospital", "code": "B23"},
                "serviceType": service, "subject": {"reference": "Patient/p1"}})  # fmt: skip
    assert set(made) == {"resourceType", "status", "subject"}


def test_sections_are_cleaned_as_words_not_as_marks() -> None:
    div = "<div xmlns='x' title='张建国'><p>患者<b>张</b>建国，住杭州市西湖区文三路1号</p><p>&lt;b&gt;胸痛</p></div>"
    made = out({
        "resourceType": "Composition", "status": "final", "subject": {"reference": "Patient/p1"}, "title": "入院记录",
        "section": [{"title": "主诉", "text": {"status": "additional", "div": div}}],
    })  # fmt: skip
    text = made["section"][0]["text"]["div"]
    assert "张" not in text
    assert "文三路" not in text
    assert "&lt;b&gt;胸痛" in text


def test_contained_resources_go_by_the_same_rows() -> None:
    made = out({
        **CONDITION, "recorder": {"reference": "#q"},
        "contained": [{"resourceType": "Practitioner", "id": "q", "name": [{"text": "李桂花"}]},
                      {"resourceType": "Observation", "id": "o", "status": "final", "valueString": "张建国说"}],
        "evidence": [{"detail": [{"reference": "#o"}]}],
    })  # fmt: skip
    assert [one["resourceType"] for one in made["contained"]] == ["Observation"]
    assert made["evidence"][0]["detail"][0]["reference"] == f"#{made['contained'][0]['id']}"
    assert "张建国" not in json.dumps(made, ensure_ascii=False)


@pytest.mark.parametrize("name", ["Practitioner", "RelatedPerson", "DocumentReference", "Binary", "Nonsense", None, 7])
def test_a_resource_without_a_row_does_not_leave(name: object) -> None:
    for each in PROFILE_NAMES:
        assert out({"resourceType": name, "id": "x", "name": [{"text": "张建国"}]}, each) == {}


def test_dates_of_nobody_do_not_leave() -> None:
    made = out({"resourceType": "Medication", "id": "m", "batch": {"expirationDate": "2026-05-06", "lotNumber": "B1"}})
    assert "2026" not in json.dumps(made)


def test_a_number_that_could_name_somebody_is_no_measured_value() -> None:
    made = out({"resourceType": "Observation", "status": "final", "code": {"text": "随访"},
                "valueQuantity": {"value": 13800138000, "unit": "11010519491231002X"}})  # fmt: skip
    assert "valueQuantity" not in made


def test_an_age_above_89_is_90_and_more() -> None:
    made = out({"resourceType": "Condition", "subject": {"reference": "Patient/p1"},
                "onsetAge": {"value": 93, "unit": "岁", "code": "a"}})  # fmt: skip
    assert made["onsetAge"] == {"value": 90, "unit": "岁", "code": "a", "comparator": ">="}


def test_deep_nesting_ends() -> None:
    item: dict[str, Any] = {"linkId": "1", "text": "张建国"}
    for _ in range(200):
        item = {"linkId": "1", "item": [item]}
    made = out({"resourceType": "QuestionnaireResponse", "status": "completed", "item": [item],
                "subject": {"reference": "Patient/p1"}})  # fmt: skip
    assert "张建国" not in json.dumps(made, ensure_ascii=False)


# ------------------------------------------------------------------------------------------------------------ tables
def test_the_rows_name_what_exists() -> None:
    definitions = schema()["definitions"]
    for path in ELEMENTS:
        definition, _, element = path.partition(".")
        assert element in definitions[definition]["properties"], path
    assert set(RESOURCES) <= set(definitions)
    assert {name for name in DATATYPES if name != "BackboneElement"} <= set(definitions)
    assert {kind.value for kind in Kind} == set(TEXTS)
    assert [one.name for one in profiles()] == list(PROFILE_NAMES)
    for one in profiles():
        assert all(row.source for row in one.rows.values())


def test_what_has_no_row_is_suppressed() -> None:
    for one in profiles():
        for kind in "HumanName ContactPoint Attachment Extension Narrative Signature base64Binary xhtml".split():
            assert one.row("Whatever.element", kind).technique is Technique.SUPPRESS
    with pytest.raises(Misconfigured):
        profile("everything")


@cache
def _synthea() -> list[dict[str, Any]]:
    return resources("fhir/synthea")


@pytest.mark.parametrize("name", PROFILE_NAMES)
def test_nobody_s_name_or_number_leaves_the_shared_records(name: str) -> None:
    """Synthea's patients: no name, number, address line or telephone of Patient resources in what leaves."""
    whole = _synthea()
    patients = [one for one in whole if one["resourceType"] == "Patient"][:4]
    project = Project(key=KEY, profile=name, at=AT)
    for patient in patients:
        names = {part for each in patient["name"] for part in (*each.get("given", ()), each["family"])}
        secrets = {one["value"] for one in patient["identifier"]} | {one["value"] for one in patient["telecom"]} | names
        secrets |= {line for each in patient["address"] for line in each["line"]} | {patient["id"]}
        known = Known(names=tuple(" ".join((*one["given"], one["family"])) for one in patient["name"]))
        own = [one for one in whole if patient["id"] in json.dumps(one, default=str)][:400]
        left = "\n".join(json.dumps(deidentify_resource(one, project, known).resource, default=str) for one in own)
        assert not [one for one in secrets if len(one) > 3 and f'"{one}"' in left]
        assert patient["id"] not in left


def test_counts_are_a_counter() -> None:
    assert isinstance(deidentify_resource(PATIENT, Project(key=KEY, profile="teaching", at=AT), KNOWN).removed, Counter)


def test_dicom_uids_become_the_projects_own() -> None:
    from jingui.formats.deidentify_dicom import uid

    study = {"resourceType": "ImagingStudy", "id": "i1", "status": "available", "subject": {"reference": "Patient/p1"},
             "series": [{"uid": "1.2.3.5", "instance": [{"uid": "1.2.3.6", "title": "x"}]}]}  # fmt: skip
    made = out(study)
    assert made["series"][0]["uid"] == uid(Project(key=KEY, profile="research"), "1.2.3.5")
    assert "1.2.3." not in json.dumps(made)


def test_a_quantity_in_years_is_an_age() -> None:
    made = out({"resourceType": "Observation", "status": "final", "code": {"text": "年龄"},
                "valueQuantity": {"value": 97, "unit": "岁", "code": "a"}})  # fmt: skip
    assert made["valueQuantity"]["value"] == 90


def test_a_known_name_in_a_codes_words_takes_the_words_with_it() -> None:
    coded = {"system": "http://loinc.org", "code": "718-7", "display": "张 建国的血红蛋白"}
    made = out({"resourceType": "Observation", "status": "final", "code": {"coding": [coded]}})
    assert made["code"]["coding"] == [{"system": "http://loinc.org", "code": "718-7"}]


@pytest.mark.parametrize("value", [None, [], {}, "text", 7, [[]], [{"reference": 7}], {"reference": {"a": 1}}])
def test_malformed_elements_do_not_leave_and_break_nothing(value: object) -> None:
    for name in ("subject", "code", "note", "onsetDateTime", "identifier", "recordedDate", "contained"):
        made = out({**CONDITION, name: value}) if name != "subject" else out({**CONDITION, "subject": value})
        assert "张建国" not in json.dumps(made, ensure_ascii=False)


def _leaves(node: Any, path: tuple[Any, ...] = ()) -> Any:
    """Yield the path of every string below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from _leaves(value, (*path, at))
    elif isinstance(node, str):
        yield path


def test_somebody_s_name_leaves_by_no_element_of_r4s_examples() -> None:
    """A name and a telephone in each string of HL7's examples, one after the other: not one leaves."""
    canary = "联系人王秀英电话13912345678"
    seen: set[tuple[Any, ...]] = set()
    for one in resources("fhir/examples"):
        whole = json.dumps(one, default=str)
        for path in _leaves(one):
            element = (one["resourceType"], *(step for step in path if isinstance(step, str)))
            if path == ("resourceType",) or element in seen:
                continue
            seen.add(element)
            changed = json.loads(whole)
            node = changed
            for step in path[:-1]:
                node = node[step]
            node[path[-1]] = canary
            left = json.dumps(out(changed, PROFILE_NAMES[len(seen) % 3]), ensure_ascii=False, default=str)
            assert "王秀英" not in left, element
            assert "13912345678" not in left, element
    assert len(seen) > 1000

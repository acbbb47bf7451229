"""二（二）录入: what is valid R4 and what is not [2.2.1] [2.2.3]"""

from typing import Any

import pytest

from jingui.core.errors import Unprocessable
from jingui.formats.validate import types, validate, validate_shape
from tests.formats.shared import resources

OBSERVATION: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": "体温"}}


def places(resource: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Unprocessable) as caught:
        validate(resource)
    return dict(caught.value.places)


def test_every_real_resource_is_valid() -> None:
    found = resources()
    for each in found:
        validate(each)
    assert len(found) > 9_000


def test_all_official_types_are_known() -> None:
    assert len(types()) == 146
    assert {"Patient", "Observation", "Bundle", "Parameters", "Binary"} <= types()


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"resourceType": "Observatoin"}, "resourceType"),
        ({"resourceType": None}, "resourceType"),
        ({"status": None}, "Observation.status"),
        ({"status": "done"}, "Observation.status"),
        ({"colour": "red"}, "Observation.colour"),
        ({"id": "a_b"}, "Observation.id"),
        ({"id": "a" * 65}, "Observation.id"),
        ({"effectiveDateTime": "2023-02-30"}, "Observation.effectiveDateTime"),
        ({"effectiveDateTime": "2023-02-29"}, "Observation.effectiveDateTime"),
        ({"effectiveDateTime": "1900-02-29"}, "Observation.effectiveDateTime"),
        ({"effectiveDateTime": "2023-01-01T10:00:00"}, "Observation.effectiveDateTime"),
        ({"issued": "2023-01-01"}, "Observation.issued"),
        ({"valueString": "a", "valueInteger": 1}, "Observation"),
        ({"valueInteger": 1.5}, "Observation.valueInteger"),
        ({"valueInteger": 2**31}, "Observation.valueInteger"),
        ({"valueQuantity": {"value": 10**30}}, "Observation.valueQuantity.value"),
        ({"valueString": "a\x07b"}, "Observation.valueString"),
        ({"subject": {"reference": "Patiant/1"}}, "Observation.subject.reference"),
        ({"subject": {"reference": "Patient/1/2"}}, "Observation.subject.reference"),
        ({"subject": {"reference": "javascript:alert(1)"}}, "Observation.subject.reference"),
        ({"subject": "Patient/1"}, "Observation.subject"),
        ({"extension": [{"valueString": "x"}]}, "Observation.extension[0].url"),
        ({"extension": [{"url": "JavaScript:alert(1)", "valueString": "x"}]}, "Observation.extension[0].url"),
        ({"text": {"status": "generated", "div": "<div><script/></div>"}}, "Observation.text.div"),
        ({"contained": [{"resourceType": "Patient", "birthDate": "x"}]}, "Observation.contained[0].birthDate"),
    ],
)
def test_refused_with_its_place(change: dict[str, Any], path: str) -> None:
    resource = {k: v for k, v in {**OBSERVATION, **change}.items() if v is not None}
    assert path in places(resource)


@pytest.mark.parametrize(
    "change",
    [
        {"effectiveDateTime": "2024-02-29"},
        {"effectiveDateTime": "2000-02-29T23:59:60Z"},
        {"effectiveDateTime": "2024"},
        {"valueString": "　全角空格，𠮷，👨‍👩‍👧，مرحبا"},
        {"subject": {"reference": "urn:uuid:59bc5dbb-1957-47ef-b6b5-25952e6bfdab"}},
        {"subject": {"reference": "Patient/1/_history/2"}},
        {"subject": {"reference": "https://example.org/fhir/Patient/1"}},
        {"text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>正常</p></div>'}},
    ],
)
def test_taken(change: dict[str, Any]) -> None:
    validate({**OBSERVATION, **change})


def test_status_may_be_absent_with_a_reason() -> None:
    reason = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    validate({"resourceType": "Observation", "_status": reason, "code": {"text": "x"}})


def test_inside_a_bundle() -> None:
    bundle = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {**OBSERVATION, "status": "x"}}]}
    assert "Bundle.entry[0].resource.status" in {k.replace("Bundle.", "Bundle.", 1) for k in places(bundle)}


def test_parameters_and_nested_containment() -> None:
    inner = {"resourceType": "Patient", "gender": "m"}
    assert places(
        {"resourceType": "Parameters", "parameter": [{"name": "a", "part": [{"name": "b", "resource": inner}]}]}
    ) == {"Parameters.parameter[0].part[0].resource.gender": "不在规定的取值之内"}
    deep = {**OBSERVATION, "contained": [{**OBSERVATION, "contained": [OBSERVATION]}]}
    assert list(places(deep)) == ["Observation.contained[0].contained[0]"]


def test_places_are_bounded() -> None:
    many = {"resourceType": "Patient", **{f"x{n}": n for n in range(5)}, "name": [{"use": "x"}] * 500}
    with pytest.raises(Unprocessable) as caught:
        validate(many)
    assert len(caught.value.places) == 50


def test_the_shape_alone() -> None:
    validate_shape({"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": "Nonsense"}}]})
    for wrong in ({}, {"resourceType": 7}, {"resourceType": "Bundle"}, {"resourceType": "Bundle", "type": "x"}):
        with pytest.raises(Unprocessable):
            validate_shape(wrong)

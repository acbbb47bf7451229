"""一（二）患者信息的范围: what a type is and whose a resource is [1.2]"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Unprocessable
from jingui.core.words import Category, EncounterKind, RetentionClass
from jingui.formats.fhir_types import (
    category_of,
    encounter_kind,
    patient_of,
    place_of,
    references,
    retention_of,
    rewrite,
    rewritten,
    rows,
)
from jingui.formats.validate import types
from tests.formats.shared import resources


def test_the_table_is_whole() -> None:
    assert set(rows()) == types()
    assert all(row.zh for row in rows().values())
    charts = [row for row in rows().values() if row.place == "chart"]
    assert all(row.owner for row in charts if row.name != "Patient")
    assert {row.category for row in charts} == set(Category) - {Category.DIRECTORY, Category.NONE}


def test_whose_it_is() -> None:
    def made(kind: str, **more: Any) -> dict[str, Any]:
        return {"resourceType": kind, **more}

    assert patient_of(made("Observation", subject={"reference": "Patient/1"})) == "Patient/1"
    assert patient_of(made("Observation", subject={"reference": "Group/1"})) is None
    assert patient_of(made("Observation", subject={"reference": "#p"})) is None
    assert patient_of(made("Observation")) is None
    assert patient_of(made("Coverage", beneficiary={"reference": "Patient/2"})) == "Patient/2"
    assert patient_of(made("Observation", subject={"reference": "urn:uuid:x", "type": "Device"})) is None
    assert patient_of(made("Organization", subject={"reference": "Patient/2"})) is None
    actors = [{"actor": {"reference": "Practitioner/1"}}, {"actor": {"reference": "Patient/3"}}]
    assert patient_of(made("Appointment", participant=actors)) == "Patient/3"
    with pytest.raises(Unprocessable):
        patient_of(made("Appointment", participant=[*actors, {"actor": {"reference": "Patient/4"}}]))
    assert place_of(made("Device")) == "directory"
    assert place_of(made("Device", patient={"reference": "Patient/1"})) == "chart"
    assert place_of(made("Group")) == place_of({}) == "none"


@pytest.mark.parametrize(
    ("resource", "category"),
    [
        ({"resourceType": "Observation"}, Category.TESTS),
        ({"resourceType": "Observation", "category": [{"coding": [{"code": "vital-signs"}]}]}, Category.NURSING),
        ({"resourceType": "Composition", "type": {"coding": [{"code": "C0009"}]}}, Category.SURGERY),
        ({"resourceType": "DocumentReference", "type": {"coding": [{"code": "18748-4"}]}}, Category.TESTS),
        ({"resourceType": "Composition", "type": {"coding": [{"code": "element"}]}}, Category.HISTORY),
        ({"resourceType": "MedicationRequest"}, Category.MEDICATION),
        ({"resourceType": "Practitioner"}, Category.DIRECTORY),
        ({"resourceType": "AuditEvent"}, Category.NONE),
        ({"resourceType": "Nonsense"}, Category.NONE),
    ],
)
def test_category(resource: dict[str, Any], category: Category) -> None:
    assert category_of(resource) is category


def test_encounter_and_retention() -> None:
    assert encounter_kind({"class": {"code": "IMP"}}) is EncounterKind.INPATIENT
    assert encounter_kind({"class": {"code": "checkup"}}) is EncounterKind.CHECKUP
    assert encounter_kind({"class": {"code": "zzz"}}) is encounter_kind({}) is None
    assert all(retention_of(kind) in RetentionClass for kind in EncounterKind)
    assert retention_of(EncounterKind.OUTPATIENT) is RetentionClass.OUTPATIENT
    assert retention_of(EncounterKind.DAY) is RetentionClass.INPATIENT
    assert retention_of(None) is RetentionClass.INPATIENT
    assert retention_of(EncounterKind.OUTPATIENT, psychiatric=True) is RetentionClass.PSYCHIATRIC
    assert retention_of(None, directory=True) is RetentionClass.DIRECTORY


def test_every_real_chart_resource_names_its_patient_or_nobody() -> None:
    for each in resources():
        found = patient_of(each)
        if found:
            assert found in {reference for _, reference in references(each)}


trees = st.recursive(
    st.builds(lambda x: {"reference": x}, st.sampled_from(["Patient/1", "urn:uuid:a", "#x"])) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from("abc"), trees))
def test_rewrite_changes_what_it_should_and_not_its_input(resource: dict[str, Any]) -> None:
    before = repr(resource)
    changed, named = rewritten(resource, {"urn:uuid:a": "Patient/9"})
    assert changed == rewrite(resource, {"urn:uuid:a": "Patient/9"})
    assert sorted(named) == sorted(reference for _, reference in references(changed))
    assert repr(resource) == before
    assert repr(changed) == before.replace("urn:uuid:a", "Patient/9")
    assert "urn:uuid:a" in before or changed is resource
    assert sorted(r for _, r in references(changed)) == sorted(
        "Patient/9" if r == "urn:uuid:a" else r for _, r in references(resource)
    )


def test_references_with_and_without_their_paths_agree() -> None:
    from jingui.formats.fhir_types import references, referred

    resource = {
        "resourceType": "Observation", "subject": {"reference": "Patient/1"},
        "performer": [{"reference": "Practitioner/2"}, {}],
        "contained": [{"resourceType": "Specimen", "collection": {"collector": {"reference": "#x"}}}],
        "extension": [{"url": "u", "extension": [{"valueReference": {"reference": "Group/3"}}]}], "note": [["odd"]],
    }  # fmt: skip
    assert sorted(referred(resource)) == sorted(reference for _, reference in references(resource))

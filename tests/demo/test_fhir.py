"""Every resource is valid FHIR R4 by HL7's own schema (skipped where that is not at hand)."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

from jingui.demo.generator import Hospital, PatientStory

SCHEMA = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir" / "r4.schema.json"


@pytest.fixture(scope="module")
def validator() -> jsonschema_rs.Draft7Validator:
    if not SCHEMA.exists():
        pytest.skip("HL7's R4 schema is not beside the project")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    properties = {name: {"$ref": f"#/definitions/{name}"} for name in schema["discriminator"]["mapping"]}
    return jsonschema_rs.validator_for(
        {
            "definitions": schema["definitions"],
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
        }
    )


def test_the_directory_is_valid(validator: jsonschema_rs.Draft7Validator, hospital: Hospital) -> None:
    for entry in hospital.directory:
        validator.validate({entry.resource["resourceType"]: entry.resource})


def test_every_story_is_valid(validator: jsonschema_rs.Draft7Validator, told: list[PatientStory]) -> None:
    for story in told:
        validator.validate({"Patient": story.patient.resource})
        for encounter in story.encounters:
            for entry in encounter.entries:
                validator.validate({entry.resource["resourceType"]: entry.resource})


def test_the_check_can_fail(validator: jsonschema_rs.Draft7Validator) -> None:
    assert not validator.is_valid({"Observation": {"resourceType": "Observation", "status": 1}})

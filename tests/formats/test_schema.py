"""二（二）录入: the stored schema is what its tool makes of HL7's [2.2.1]"""

import json
import tomllib
from datetime import UTC, datetime

import pytest

from jingui.core.errors import Misconfigured
from jingui.core.words import EncounterKind
from jingui.formats.fhir_encounter import DEPARTMENT_SYSTEM, STAFF_SYSTEM, outline
from jingui.formats.tables import schema, table
from tests.formats.shared import SHARED, folder
from tools import build_fhir_schema as tool


def test_the_schema_is_fresh() -> None:
    folder("fhir")
    source = json.loads((SHARED / "data" / "fhir" / "r4.schema.json").read_text("utf-8"))
    required = tomllib.loads((tool.HERE / "fhir_required.toml").read_text("utf-8"))
    assert tool.build(source, required) == schema()


def test_the_schema_holds_official_elements_only() -> None:
    known = schema()["definitions"]
    assert set(schema()["properties"]) <= set(known)
    assert {"account", "project"}.isdisjoint(known["Meta"]["properties"])
    assert not [name for name in known if name.startswith(("Project", "Agent_", "AccessPolicy"))]


def test_a_missing_table_stops_the_start() -> None:
    with pytest.raises(Misconfigured):
        table("nonsense")


def test_the_outline_of_an_encounter() -> None:
    made = outline(
        {
            "resourceType": "Encounter",
            "status": "in-progress",
            "class": {"code": "IMP"},
            "period": {"start": "2026-01-01T08:00:00+08:00"},
            "serviceType": {"coding": [{"system": DEPARTMENT_SYSTEM, "code": "N07"}]},
            "participant": [{}, {"individual": {"identifier": {"system": STAFF_SYSTEM, "value": "0001"}}}],
        }
    )
    assert (made.kind, made.department, made.attending) == (EncounterKind.INPATIENT, "N07", "0001")
    assert made.start == datetime(2026, 1, 1, tzinfo=UTC)
    assert made.open
    bare = outline({"resourceType": "Encounter", "status": "finished", "class": {"code": "zzz"}})
    assert (bare.kind, bare.department, bare.start, bare.open) == (EncounterKind.OUTPATIENT, "", None, False)

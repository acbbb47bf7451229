"""一（二）: the plain outline of an Encounter that worklists and retention need [1.2] [3.1.3]"""

from datetime import datetime
from typing import NamedTuple

from jingui.core.words import EncounterKind
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_types import Resource, codes_of, encounter_kind

DEPARTMENT_SYSTEM = "urn:jingui:department"
STAFF_SYSTEM = "urn:jingui:staff-no"


class Outline(NamedTuple):
    """Kind, department code, attending's staff number ("" if not said), start and end."""

    kind: EncounterKind
    department: str
    attending: str
    start: datetime | None
    end: datetime | None
    open: bool


def outline(encounter: Resource) -> Outline:
    """Return the outline of a valid Encounter; an unknown class counts as outpatient, without an end it is open."""
    period = encounter.get("period") or {}
    start = span(period["start"]).start if period.get("start") else None
    end = span(period["end"]).start if period.get("end") else None
    department = next(
        (code for system, code in codes_of(encounter.get("serviceType")) if system == DEPARTMENT_SYSTEM), ""
    )
    attending = ""
    for one in encounter.get("participant", ()):
        identifier = (one.get("individual") or {}).get("identifier") or {}
        if identifier.get("system") == STAFF_SYSTEM:
            attending = identifier.get("value", "")
            break
    going_on = encounter.get("status") in ("arrived", "triaged", "in-progress", "onleave") and end is None
    return Outline(encounter_kind(encounter) or EncounterKind.OUTPATIENT, department, attending, start, end, going_on)

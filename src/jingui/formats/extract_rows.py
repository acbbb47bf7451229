"""四（二）4 教学科研: a patient's records as one row of an extract: only the fields that were approved, cleaned [4.2.4]

Every resource is de-identified first, by the profile, and read afterwards: what the profile suppresses, no field tells.
Only the age is reckoned before, because the birth date does not leave, and words of closed lists (kind of visit,
department, marital status, discharge) keep the house's own codes, unless the profile suppresses the element or the
code is not one. Days inside lists count from the visit.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from jingui.core.deidentify import OLDEST, TOP, profile
from jingui.core.deidentify_words import Technique
from jingui.core.research_fields import FIELDS, PERSON
from jingui.formats.deidentify import deidentify_resource
from jingui.formats.deidentify_project import Known, Project, pseudonym
from jingui.formats.fhir_types import codes_of
from jingui.formats.plain_text import words

WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,19}\Z", re.ASCII)
MAIN: Final = "main"  # the rank of the main diagnosis
MOST: Final = 500  # items of one list
LONGEST: Final = 20_000  # characters of one text
#: Which kinds of records a field is read from.
KINDS: Final[dict[str, tuple[str, ...]]] = {
    "visit": ("Encounter",), "day": ("Encounter",), "stay": ("Encounter",), "outcome": ("Encounter",),
    "department": ("Encounter",), "diagnosis": ("Condition",), "diagnoses": ("Condition",),
    "operations": ("Procedure",), "drugs": ("MedicationRequest",), "results": ("Observation",),
    "texts": ("Composition", "DiagnosticReport", "QuestionnaireResponse"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a row is made of: the patient's number, the visit's public id and plain outline, records by kind."""

    patient: str
    visit: str
    kind: str
    department: str
    age: int | None
    records: Mapping[str, Sequence[Mapping[str, Any]]]


class Clean(NamedTuple):
    """The chart de-identified: the visit's records, and when the visit began and ended."""

    records: Mapping[str, Sequence[Mapping[str, Any]]]
    chart: Chart
    start: date | None
    end: date | None
    profile: str

    def closed(self, name: str, code: str) -> str:
        """A word of a closed list; "" where the profile suppresses its element, or for what is no such word."""
        row = profile(self.profile).row(FIELDS[name].element, "CodeableConcept")
        return code if row.technique is not Technique.SUPPRESS and WORD.match(code) else ""


def kinds(fields: Sequence[str]) -> frozenset[str]:
    """The kinds of records that these fields are read from, the visit always."""
    return frozenset({"Encounter"}.union(*(KINDS.get(name, ()) for name in fields)))


def row(chart: Chart, fields: Sequence[str], project: Project, known: Known) -> dict[str, Any]:
    """The row."""
    clean = cleaned(chart, fields, project, known)
    made: dict[str, Any] = {PERSON: pseudonym(project, "person", chart.patient)}
    for name in fields:
        found = READ[name](clean)
        made[name] = found[:MOST] if isinstance(found, list) else found
    return made


def cleaned(chart: Chart, fields: Sequence[str], project: Project, known: Known) -> Clean:
    """Every record of the kinds that are needed, by the profile."""
    wanted = {"Patient"} | kinds(fields)
    records: dict[str, list[Mapping[str, Any]]] = {}
    start = end = None
    for kind in wanted:
        for one in chart.records.get(kind, ()):
            made = deidentify_resource(dict(one), project, known, chart.patient).resource
            if not made:
                continue
            if kind == "Encounter" and one.get("id") == chart.visit:
                period = made.get("period") or {}
                start, end = day(period.get("start")), day(period.get("end"))
                records.setdefault(kind, []).insert(0, made)
            elif kind != "Encounter":
                records.setdefault(kind, []).append({**made, "_here": here(one, chart.visit), "_main": main(one)})
    return Clean(records, chart, start, end, project.profile)


def here(resource: Mapping[str, Any], visit: str) -> bool:
    """Whether a record belongs to the visit."""
    return str((resource.get("encounter") or {}).get("reference", "")).endswith(f"/{visit}")


def main(resource: Mapping[str, Any]) -> bool:
    """Whether a diagnosis is the main one."""
    return any(value == MAIN for each in resource.get("category") or () for _, value in codes_of(each))


def raw(clean: Clean, kind: str) -> Mapping[str, Any]:
    """The patient's or the visit's own resource, for its closed words; {} for none."""
    found = clean.chart.records.get(kind, ())
    return next((one for one in found if kind == "Patient" or one.get("id") == clean.chart.visit), {})


def day(text: Any) -> date | None:
    """The day of a FHIR date or time; None for a coarser one."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def first(clean: Clean, kind: str) -> Mapping[str, Any]:
    """The first record of a kind, {} for none."""
    return next(iter(clean.records.get(kind, ())), {})


def age(clean: Clean) -> str:
    """Years at the visit; above OLDEST one group."""
    years = clean.chart.age
    return "" if years is None else f"{TOP}+" if years > OLDEST else str(years)


def region(clean: Clean) -> str:
    """Province and city, as far as the profile left them."""
    for one in first(clean, "Patient").get("address") or ():
        if one.get("state") or one.get("city"):
            return f"{one.get('state') or '-'} {one.get('city') or ''}".strip()
    return ""


def coded(concept: Any) -> tuple[str, str]:
    """Code and words of a concept."""
    found = concept or {}
    codings = found.get("coding") or [{}]
    return str(codings[0].get("code", "")), str(found.get("text") or codings[0].get("display") or "")


def code(concept: Any) -> str:
    """The code; words where there is none."""
    said, text = coded(concept)
    return said or text


def outcome(clean: Clean) -> str:
    """How the stay ended."""
    stay = raw(clean, "Encounter").get("hospitalization") or {}
    return clean.closed("outcome", coded(stay.get("dischargeDisposition"))[0])


def stay(clean: Clean) -> str:
    """Days of the stay; the day of admission alone is 1."""
    return str((clean.end - clean.start).days or 1) if clean.start and clean.end else ""


def diagnosis(clean: Clean) -> str:
    """The main diagnosis of the visit, else its first one, else the first of all."""
    found = clean.records.get("Condition", ())
    ranked = sorted(found, key=lambda one: (not one["_here"], not one["_main"]))
    return code(ranked[0].get("code")) if ranked else ""


def diagnoses(clean: Clean) -> list[dict[str, str]]:
    """All diagnosis codes, each once."""
    return [
        {"code": one} for one in dict.fromkeys(code(x.get("code")) for x in clean.records.get("Condition", ())) if one
    ]


def after(clean: Clean, *times: Any) -> str:
    """Days from the beginning of the visit."""
    at = next((found for found in map(day, times) if found), None)
    return str((at - clean.start).days) if at and clean.start else ""


def operations(clean: Clean) -> list[dict[str, str]]:
    """Operations, with the day."""
    return [
        item(
            one.get("code"),
            after=after(clean, one.get("performedDateTime"), (one.get("performedPeriod") or {}).get("start")),
        )
        for one in clean.records.get("Procedure", ())
    ]


def drugs(clean: Clean) -> list[dict[str, str]]:
    """Drugs that were ordered."""
    return [
        item(one.get("medicationCodeableConcept"), after=after(clean, one.get("authoredOn")))
        for one in clean.records.get("MedicationRequest", ())
    ]


def item(concept: Any, **more: str) -> dict[str, str]:
    """Code and words, and what else there is."""
    said, text = coded(concept)
    return {"code": said, "text": text, **more}


def results(clean: Clean) -> list[dict[str, str]]:
    """Results with value and unit; of a panel each part."""
    return [
        item(one.get("code"), **value(one), after=after(clean, whole.get("effectiveDateTime"), whole.get("issued")))
        for whole in clean.records.get("Observation", ())
        for one in parts(whole)
    ]


def parts(whole: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The observation itself, or its components."""
    yield from whole.get("component") or (whole,)


def value(one: Mapping[str, Any]) -> dict[str, str]:
    """Value and unit as texts."""
    quantity = one.get("valueQuantity")
    if quantity:
        return {
            "value": str(quantity.get("value", "")),
            "unit": str(quantity.get("unit") or quantity.get("code") or ""),
        }
    if one.get("valueCodeableConcept"):
        return {"value": coded(one["valueCodeableConcept"])[1] or code(one["valueCodeableConcept"]), "unit": ""}
    found = next((one[name] for name in ("valueString", "valueInteger", "valueBoolean") if name in one), "")
    return {"value": str(found), "unit": ""}


def texts(clean: Clean) -> list[dict[str, str]]:
    """Documents as people read them, cleaned."""
    made = []
    for kind in KINDS["texts"]:
        for one in clean.records.get(kind, ()):
            text = str(one.get("conclusion", "")) if kind == "DiagnosticReport" else words(one, LONGEST)
            if text:
                said = coded(one.get("type") or one.get("code"))[1]
                at = after(clean, one.get("date"), one.get("authored"), one.get("effectiveDateTime"))
                made.append({"kind": said, "text": text[:LONGEST], "after": at})
    return made


READ: Final[dict[str, Callable[[Clean], Any]]] = {
    "sex": lambda clean: str(first(clean, "Patient").get("gender", "")),
    "age": age,
    "region": region,
    "marital": lambda clean: clean.closed("marital", coded(raw(clean, "Patient").get("maritalStatus"))[0]),
    "visit": lambda clean: clean.closed("visit", clean.chart.kind),
    "department": lambda clean: clean.closed("department", clean.chart.department),
    "day": lambda clean: clean.start.isoformat() if clean.start else "",
    "diagnosis": diagnosis,
    "stay": stay,
    "outcome": outcome,
    "diagnoses": diagnoses,
    "operations": operations,
    "drugs": drugs,
    "results": results,
    "texts": texts,
}
if set(READ) != set(FIELDS):
    raise RuntimeError("a field without a reader")

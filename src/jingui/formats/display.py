"""四（一）内部查阅: one line that says what a record is, for timelines and lists [4.1.1]"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, NamedTuple

from jingui.core.errors import Misconfigured
from jingui.formats.codes import by_system
from jingui.formats.fhir_dates import span
from jingui.formats.fhir_types import Resource, rows, values
from jingui.formats.tables import table

Language = Literal["zh", "en"]
MAX_TEXT = 120
_THOUSANDTH = Decimal("0.001")

_TITLES = ("code", "vaccineCode", "medicationCodeableConcept", "type", "class", "category", "reasonCode", "name")
_MEASURED = ("valueQuantity", "valueCodeableConcept", "valueString", "valueInteger", "valueBoolean", "valueDateTime")
_STATES = ("status", "clinicalStatus", "lifecycleStatus", "participantStatus")
_TIMES = (
    "effectiveDateTime", "effectivePeriod.start", "effectiveInstant", "performedDateTime", "performedPeriod.start",
    "occurrenceDateTime", "onsetDateTime", "period.start", "started", "authoredOn", "date", "dateTime",
    "recordedDate", "collection.collectedDateTime", "created", "sent", "start", "issued", "recorded",
)  # fmt: skip


class Line(NamedTuple):
    """A record in one line: kind (type name), title, value with unit, state, clinical time (None if it has none)."""

    kind: str
    title: str
    value: str
    state: str
    at: datetime | None

    def __str__(self) -> str:
        """Return the parts that are there, separated for a reader."""
        head = f"{self.title} {self.value}".strip() or self.kind
        return " · ".join(part for part in (self.kind if head != self.kind else "", head, self.state) if part)


@cache
def _names() -> Mapping[tuple[str, str], str]:
    """Return Chinese names by (system, code); Misconfigured if a list has no system."""
    raw = table("display")
    out: dict[tuple[str, str], str] = {}
    for name, listed in raw.items():
        if name in ("systems", "status"):
            continue
        if name not in raw["systems"]:
            raise Misconfigured(table="display", row=name)
        for system in raw["systems"][name]:
            out.update({(system, code): text for code, text in listed.items()})
    return out


def code_text(system: str, code: str, language: Language = "zh") -> str:
    """Return the name of a code we know, "" for others; foreign codes have Chinese names only."""
    own = by_system().get(system)
    if own is not None and code in own.codes:
        return own.show(code, language)
    return _names().get((system, code), "") if language == "zh" else ""


def concept_text(value: Any, language: Language = "zh") -> str:
    """Return what a CodeableConcept, Coding, code or text says: our name, else the sender's words, else the code."""
    if isinstance(value, list):
        return concept_text(value[0], language) if value else ""
    if not isinstance(value, dict):
        return _short(value) if isinstance(value, str) else ""
    codings = value.get("coding") or ([value] if isinstance(value.get("code"), str) else [])
    for coding in codings:
        known = code_text(coding.get("system", ""), coding.get("code", ""), language)
        if known:
            return known
    texts = [coding.get("display") for coding in codings]
    own = value.get("text")
    # the sender's text is its best wording; displays of Chinese code systems are Chinese already
    return _short(own or next((t for t in texts if t), "") or next((c.get("code", "") for c in codings), ""))


def _short(text: str) -> str:
    """Return a text on one line, cut at 120 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_TEXT else f"{flat[: MAX_TEXT - 1]}…"


def quantity_text(value: Mapping[str, Any]) -> str:
    """Return a Quantity with comparator and unit, its number as given; beyond six decimals rounded, marked with ≈."""
    number = value.get("value")
    if number is None:
        return ""
    if isinstance(number, Decimal) and int(number.as_tuple().exponent) < -6 and 0 <= number.adjusted() < 20:
        number = f"≈{number.quantize(_THOUSANDTH)}"
    digits = format(number, "f") if isinstance(number, Decimal) and abs(number.adjusted()) < 20 else str(number)
    unit = value.get("unit") or value.get("code") or ""
    return _short(f"{value.get('comparator', '')}{digits}{'' if unit in ('', '%') else ' '}{unit}")


def _measured(resource: Mapping[str, Any], language: Language) -> str:
    """Return the value of an Observation or of its components."""
    for key in _MEASURED:
        value = resource.get(key)
        if value is None:
            continue
        if key == "valueQuantity":
            return quantity_text(value)
        if isinstance(value, bool):
            return {True: "是", False: "否"}[value] if language == "zh" else str(value).lower()
        return concept_text(value, language) or str(value)
    parts = []
    for component in resource.get("component", ())[:4]:
        inner = _measured({k: v for k, v in component.items() if k != "component"}, language)
        if inner:
            parts.append(f"{concept_text(component.get('code'), language)} {inner}")
    return "，".join(parts) if language == "zh" else ", ".join(parts)


def _person(resource: Resource) -> str:
    """Return the name of a person or organisation."""
    name = resource.get("name")
    if isinstance(name, str):
        return _short(name)
    first = name[0] if isinstance(name, list) and name else {}
    gap = " " if first.get("family", "").isascii() else ""
    parts = [first.get("family", ""), *first.get("given", ())]
    return _short(first.get("text") or gap.join(parts if not gap else [*parts[1:], parts[0]]).strip())


def line(resource: Resource, language: Language = "zh") -> Line:
    """Return the one line of a valid resource; names that only their sender gave stay in the sender's language."""
    name = resource.get("resourceType", "")
    row = rows().get(name)
    title = _short(resource["title"]) if isinstance(resource.get("title"), str) else ""
    if not title:
        title = next((t for key in _TITLES if key != "name" and (t := concept_text(resource.get(key), language))), "")
    if name in ("Patient", "Practitioner", "RelatedPerson", "Organization", "Location", "HealthcareService", "Device"):
        title = _person(resource) or title
    if not title and isinstance(resource.get("description"), (str, dict)):
        title = concept_text(resource["description"], language)
    word = next((resource[key] for key in _STATES if key in resource), "")
    state = concept_text(word, language)
    if isinstance(word, str) and language == "zh":
        state = table("display")["status"].get(word, word)
    return Line(
        kind=row.zh if row is not None and language == "zh" else name,
        title=title,
        value=_measured(resource, language),
        state=state,
        at=clinical_time(resource),
    )


def clinical_time(resource: Resource) -> datetime | None:
    """Return when it happened to the patient (start of the first date of its kind, in UTC), None without one."""
    for path in _TIMES:
        for text in values(resource, path):
            if isinstance(text, str):
                return span(text).start
    return None

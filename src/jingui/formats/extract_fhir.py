"""四（二）4 教学科研: an extract as FHIR R4 resources, one line each (NDJSON), pseudonymous and marked as such [4.2.4]

A generalised value has no place in an exact element: what became a band, quarter or chapter is told in words
(`valueString`, `text`), never as a date or code that it is not. References stay inside the extract.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import orjson

from jingui.core.research_fields import FIELDS, PERSON
from jingui.formats.risk_ladders import ANY

Row = Mapping[str, Any]
SECURITY: Final = {
    "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "PSEUDED"}]
}
FIELD: Final = "urn:jingui:extract-field"
ICD: Final = "http://hl7.org/fhir/sid/icd-10"
DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?\Z", re.ASCII)
NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?\Z", re.ASCII)
CODES: Final = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Zx]+)?\Z", re.ASCII)
SEXES: Final = frozenset({"male", "female", "other", "unknown"})


def written(rows: Iterable[Row]) -> bytes:
    """One part: every row's resources, one a line."""
    lines = [orjson.dumps(one) for row in rows for one in resources(row)]
    return b"\n".join(lines) + b"\n" if lines else b""


def resources(row: Row) -> Iterator[dict[str, Any]]:
    """A row as a Patient, an Encounter and what belongs to it; ids are the pseudonym and a number."""
    person = str(row[PERSON])
    subject = {"reference": f"Patient/{person}"}
    yield patient(person, row)
    yield visit(person, subject, row)
    number = 0
    for name, value in row.items():
        if name == PERSON or name in DRAWN:
            continue
        items = value if isinstance(value, list) else [value]
        for item in items:
            if item in ("", None):
                continue
            number += 1
            made = MADE.get(name, told)(name, item)
            yield {**made, "id": f"{person}-{number}", "meta": SECURITY, "subject": subject}


def patient(person: str, row: Row) -> dict[str, Any]:
    """The person: a sex where it is still one."""
    made: dict[str, Any] = {"resourceType": "Patient", "id": person, "meta": SECURITY}
    if row.get("sex") in SEXES:
        made["gender"] = row["sex"]
    province = str(row.get("region", ""))
    if province not in ("", ANY):
        parts = province.split(" ", 1)
        made["address"] = [{"state": parts[0], **({"city": parts[1]} if len(parts) > 1 else {})}]
    return made


def visit(person: str, subject: dict[str, str], row: Row) -> dict[str, Any]:
    """The visit: its beginning only where it is a date, month or year."""
    made: dict[str, Any] = {
        "resourceType": "Encounter", "id": f"{person}-0", "meta": SECURITY, "status": "finished",
        "class": {"system": FIELD, "code": str(row.get("visit") or "unknown").replace(ANY, "unknown")},
        "subject": subject,
    }  # fmt: skip
    if DATE.match(str(row.get("day", ""))):
        made["period"] = {"start": row["day"]}
    if row.get("department") not in (None, "", ANY):
        made["serviceType"] = {"text": str(row["department"])}
    if row.get("outcome"):
        made["hospitalization"] = {"dischargeDisposition": {"text": str(row["outcome"])}}
    return made


def told(name: str, item: Any) -> dict[str, Any]:
    """Any other field: an Observation that says it in words."""
    return {
        "resourceType": "Observation", "status": "final",
        "code": {"coding": [{"system": FIELD, "code": name}], "text": FIELDS[name].text}, "valueString": str(item),
    }  # fmt: skip


def condition(_name: str, item: Any) -> dict[str, Any]:
    """A diagnosis at the step it leaves at."""
    code = item["code"] if isinstance(item, dict) else str(item)
    concept: dict[str, Any] = {"text": code}
    if CODES.match(code):
        concept["coding"] = [{"system": ICD, "code": code}]
    return {"resourceType": "Condition", "code": concept}


def procedure(_name: str, item: Any) -> dict[str, Any]:
    """An operation."""
    return {"resourceType": "Procedure", "status": "completed", "code": concept(item)}


def order(_name: str, item: Any) -> dict[str, Any]:
    """A drug that was ordered."""
    return {
        "resourceType": "MedicationRequest", "status": "completed", "intent": "order",
        "medicationCodeableConcept": concept(item),
    }  # fmt: skip


def result(_name: str, item: Any) -> dict[str, Any]:
    """A result; its day is told as days since the visit began."""
    made: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": concept(item)}
    if NUMBER.match(item["value"]):
        made["valueQuantity"] = {"value": float(item["value"]), **({"unit": item["unit"]} if item["unit"] else {})}
    elif item["value"]:
        made["valueString"] = item["value"]
    if item["after"]:
        made["note"] = [{"text": f"day {item['after']}"}]
    return made


def text(_name: str, item: Any) -> dict[str, Any]:
    """A cleaned text."""
    return {
        "resourceType": "Observation", "status": "final", "code": {"text": item["kind"] or "text"},
        "valueString": item["text"],
    }  # fmt: skip


def concept(item: Mapping[str, str]) -> dict[str, Any]:
    """Code and words of an item."""
    made: dict[str, Any] = {"text": item["text"] or item["code"]}
    if item["code"]:
        made["coding"] = [{"code": item["code"]}]
    return made


DRAWN: Final = frozenset({"sex", "region", "visit", "day", "department", "outcome"})
MADE: Final = {
    "diagnosis": condition, "diagnoses": condition, "operations": procedure, "drugs": order, "results": result,
    "texts": text,
}  # fmt: skip

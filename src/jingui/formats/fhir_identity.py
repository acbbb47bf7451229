"""二（一）采集: who a Patient resource says somebody is, as fields for the blind look-up indexes [2.1.2]"""

from collections.abc import Iterator, Mapping
from typing import Any

from jingui.formats.fhir_types import Resource, codes_of
from jingui.formats.tables import table


def field_of(identifier: Mapping[str, Any]) -> str:
    """Return the look-up field of an Identifier (mrn, id_card, passport …), `identifier` for an unknown one."""
    rows = table("identity")
    field: str | None = rows["system"].get(identifier.get("system", ""))
    if field:
        return field
    for _, code in codes_of(identifier.get("type")):
        if code in rows["type"]:
            return str(rows["type"][code])
    return "identifier"


def identity(patient: Resource) -> list[tuple[str, str]]:
    """Return each (field, value as written) by which a Patient can be looked up, without doubles, in order.

    The index normalises width, case and dots. Identifiers come as their own field, as `identifier` value and as
    `identifier` system|value; names whole in both orders and in parts.
    """
    return list(dict.fromkeys((field, text) for field, text in _fields(patient) if text.strip()))


def _fields(patient: Resource) -> Iterator[tuple[str, str]]:
    """Yield each (field, value)."""
    for identifier in patient.get("identifier", ()):
        value = identifier.get("value")
        if not value:
            continue
        field = field_of(identifier)
        if field != "identifier":
            yield field, value
        yield "identifier", value
        if identifier.get("system"):
            yield "identifier", f"{identifier['system']}|{value}"
    for name in patient.get("name", ()):
        yield from _name(name)
    for telecom in patient.get("telecom", ()):
        if telecom.get("value") and telecom.get("system") in ("phone", "sms", "email"):
            yield ("email" if telecom["system"] == "email" else "phone"), telecom["value"]
    if patient.get("birthDate"):
        yield "birth_date", patient["birthDate"]


def _name(name: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a HumanName as people may type it: whole, family first, given first, parts."""
    if name.get("text"):
        yield "name", name["text"]
    given = [each for each in name.get("given", ()) if each]
    family = name.get("family") or ""
    if family:
        yield "family", family
    for each in given:
        yield "given", each
    if family and given:
        gap = " " if family.isascii() else ""
        for first in dict.fromkeys((gap.join(given), given[0])):
            yield "name", family + gap + first
            yield "name", first + gap + family

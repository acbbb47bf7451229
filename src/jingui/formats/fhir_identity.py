"""二（一）采集: who a Patient resource says somebody is, as fields for the blind look-up indexes [2.1.2]"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jingui.formats.fhir_types import Resource, codes_of
from jingui.formats.fhir_words import folded, name_form, number_form, phone_form
from jingui.formats.tables import table

_FORMS: Mapping[str, Callable[[str], str]] = {
    "name": name_form,
    "family": name_form,
    "given": name_form,
    "phone": phone_form,
    "birth_date": str.strip,
    "identifier": folded,
    "email": folded,
}


def normal(field: str, value: str) -> str:
    """Return the form in which a field's value is indexed and looked up; idempotent. Numbers are the default form."""
    return _FORMS.get(field, number_form)(value)


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
    """Return each (field, normalised value) by which a Patient can be looked up, without doubles, in order.

    Identifiers come as their own field, as `identifier` value and as `identifier` system|value.
    """
    found = dict.fromkeys((field, normal(field, text)) for field, text in _fields(patient))
    return [(field, text) for field, text in found if text]


def _fields(patient: Resource) -> Iterator[tuple[str, str]]:
    """Yield each (field, value) as written."""
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
    family = name.get("family", "")
    if family:
        yield "family", family
    for each in given:
        yield "given", each
    if family and given:
        joined = "".join(given)
        yield "name", family + joined
        yield "name", joined + family
        if len(given) > 1:
            yield "given", joined
            yield "name", given[0] + family
            yield "name", family + given[0]

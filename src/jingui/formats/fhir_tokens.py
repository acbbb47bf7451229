"""四（一）内部查阅: what of a resource can be searched, as plain values for the vault to make tokens of [4.1.3]"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from jingui.formats.fhir_dates import CHINA, Span, period, span
from jingui.formats.fhir_params import Kind, Param, search_params
from jingui.formats.fhir_types import Resource, values
from jingui.formats.fhir_words import folded

ANY = "*"  # the system of a tuple that matches a search without a system


class Tuple(NamedTuple):
    """One searchable fact. Dates have start and end (UTC, end not in it) and no value; the others value and no dates.

    Tokens come twice, with their system ("" for none) and with `ANY`; a reference's system is its target type.
    """

    parameter: str
    system: str
    value: str
    kind: Kind
    start: datetime | None = None
    end: datetime | None = None


class _Step(NamedTuple):
    """One parameter and one element path of it, prepared for the hot path."""

    name: str
    kind: Kind
    key: str  # the only step, or ""
    path: str
    owner: bool


@cache
def _plan(kind: str) -> tuple[_Step, ...]:
    """Return the steps for a type; `patient` is left out: every record of a chart has the same one."""
    return tuple(
        _Step(p.name, p.kind, path[0] if len(path) == 1 else "", ".".join(path), p.owner)
        for p in search_params(kind).values()
        if p.name != "patient" and p.kind != "identity"
        for path in p.paths
    )


def tuples(resource: Resource, *, zone: tzinfo = CHINA) -> list[Tuple]:
    """Return every searchable fact of a valid resource; empty for types without search parameters.

    A `subject` or `actor` that is the patient gives no tuple, since it is the same for the whole chart; nor does
    a Patient, who is found by fhir_identity.
    """
    out: list[Tuple] = []
    for name, kind, key, path, owner in _plan(resource["resourceType"]):
        if key:
            value = resource.get(key)
            if value is None:
                continue
            found = value if type(value) is list else (value,)
        else:
            found = tuple(values(resource, path))
        for each in found:
            if kind == "token":
                _token(out, name, each)
            elif kind == "reference":
                _reference(out, name, each, owner)
            elif kind == "date":
                for first, last in _spans(each, zone):
                    out.append(Tuple(name, "", "", "date", first, last))
            else:
                for text in _strings(each):
                    out.append(Tuple(name, ANY, folded(text), "string"))
    return out


def _token(out: list[Tuple], name: str, value: Any) -> None:
    """Add the tuples of a code, Coding, CodeableConcept, Identifier or boolean."""
    if type(value) is dict:
        codings = value.get("coding")
        if codings is not None:
            for coding in codings:
                code = coding.get("code")
                if code is not None:
                    out += (
                        Tuple(name, coding.get("system", ""), code, "token"),
                        Tuple(name, ANY, code, "token"),
                    )
            return
        code = value.get("code") or value.get("value")
        if code is not None and type(code) is str:
            out.append(Tuple(name, value.get("system", ""), code, "token"))
            out.append(Tuple(name, ANY, code, "token"))
    elif type(value) is bool:
        out.append(Tuple(name, ANY, "true" if value else "false", "token"))
    elif type(value) is str:
        out.append(Tuple(name, ANY, value, "token"))


def target_of(reference: str) -> tuple[str, str]:
    """Return (type, id) of a relative reference, version left out; ("", reference) for any other."""
    parts = reference.split("/")
    if ":" not in reference and (len(parts) == 2 or (len(parts) == 4 and parts[2] == "_history")):
        return parts[0], parts[1]
    return "", reference


def _reference(out: list[Tuple], name: str, value: Any, owner: bool) -> None:
    """Add the tuple of a Reference; none for the chart's patient, a contained resource or one without address."""
    reference = value.get("reference") if type(value) is dict else None
    if type(reference) is not str or reference[:1] == "#" or (owner and reference.startswith("Patient/")):
        return
    kind, ident = target_of(reference)
    out.append(Tuple(name, kind, ident, "reference"))


def _spans(value: Any, zone: tzinfo) -> Iterator[Span]:
    """Yield the spans of a date text, Period or Timing."""
    if type(value) is str:
        yield span(value, zone)
    elif type(value) is dict:
        if "start" in value or "end" in value:
            yield period(value, zone)
        for event in value.get("event", ()):
            if event is not None:
                yield span(event, zone)
        bounds = value.get("repeat", {}).get("boundsPeriod")
        if bounds:
            yield period(bounds, zone)


def _strings(value: Any) -> Iterator[str]:
    """Yield the texts of a string, HumanName or Address."""
    if type(value) is str:
        yield value
    elif type(value) is dict:
        if "text" in value:
            yield value["text"]
        if "family" in value:
            yield value["family"]
            yield " ".join((*value.get("given", ()), value["family"]))
        yield from value.get("given", ())


def param(kind: str, name: str) -> Param | None:
    """Return a type's search parameter, None if it has no such."""
    return search_params(kind).get(name)

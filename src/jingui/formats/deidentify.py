"""四（二）4 去标识化: a FHIR resource by a profile's rows: what no row names does not leave [4.2.4] [5.2.4] [2.1.3]

The walk knows every element's type from the R4 schema. An element that R4 does not have, an extension, a type without
a row, a resource that the profile does not let out: suppressed and counted.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from html import escape
from typing import Any, Final

from jingui.core.deidentify import Profile, Row, profile
from jingui.core.deidentify_words import Kind, Technique
from jingui.formats.deidentify_fields import (
    address,
    age,
    birth,
    coding,
    exact,
    identifier,
    in_years,
    quarter,
    reference,
    shifted,
    uid,
)
from jingui.formats.deidentify_known import known_places
from jingui.formats.deidentify_project import (
    Cleaned,
    Deidentified,
    Found,
    Known,
    Project,
    pseudonym,
    shift_days,
)
from jingui.formats.deidentify_text import deidentify_text, findings
from jingui.formats.fhir_types import Resource, patient_of
from jingui.formats.plain_text import plain
from jingui.formats.tables import schema

DEEPEST: Final = 60  # elements inside each other
LONGEST: Final = 64  # characters of a code or a unit
_RUN: Final = re.compile(r"\d{9,}(?!\d*[.E])")
_ICD_TEXT: Final = "CodeableConcept.text"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """What one resource's walk knows."""

    project: Project
    profile: Profile
    known: Known
    patient: str
    days: int | None  # None: nobody's, so its dates do not leave
    at: date | None
    removed: Counter[str]


def deidentify_resource(resource: dict[str, Any], project: Project, known: Known, patient: str = "") -> Deidentified:
    """Return what of a resource may leave ({} for nothing) and how often what was changed; the input is unchanged.

    `patient` is the id whose dates move together; without it the one that the resource names. Unprocessable if it
    names several.
    """
    rows = profile(project.profile)
    removed: Counter[str] = Counter()
    name = resource.get("resourceType")
    if not isinstance(name, str) or name not in rows.resources:
        return Deidentified(resource={}, removed=Counter({str(name): 1}))
    owner = patient or _owner(resource)
    walk = _Walk(
        project=project,
        profile=rows,
        known=known,
        patient=owner,
        days=shift_days(project, owner) if owner else None,
        at=project.at or _reference_day(resource),
        removed=removed,
    )
    return Deidentified(resource=_resource(resource, walk, "", 0), removed=removed)


def _owner(resource: Resource) -> str:
    """The id of the patient whose resource it is."""
    if resource.get("resourceType") == "Patient":
        return str(resource.get("id", ""))
    return (patient_of(resource) or "").split("/_history/")[0].rpartition("/")[2]


def _reference_day(resource: Resource) -> date | None:
    """A day of the resource itself against which an age is reckoned."""
    meta = resource.get("meta")
    for value in (resource.get("deceasedDateTime"), meta.get("lastUpdated") if isinstance(meta, dict) else None):
        if isinstance(value, str):
            try:
                return date.fromisoformat(value[:10])
            except ValueError:
                continue
    return None


@cache
def _elements(definition: str) -> Mapping[str, str]:
    """The FHIR type of each element of a type: `code` for a fixed choice, "" for what R4 leaves open."""
    properties = schema()["definitions"].get(definition, {}).get("properties", {})
    out: dict[str, str] = {}
    for name, said in properties.items():
        inner = said.get("items", said)
        kind = inner.get("$ref", "").rpartition("/")[2]
        out[name] = kind or ("code" if "enum" in inner or "const" in inner else inner.get("type", ""))
    return out


def _resource(resource: Mapping[str, Any], walk: _Walk, inside: str, depth: int) -> dict[str, Any]:
    """One resource, a contained one under the id that its references name."""
    name = str(resource.get("resourceType", ""))
    out = _object(resource, name, walk, depth)
    out["resourceType"] = name
    own = resource.get("id")
    if isinstance(own, str) and "id" in out:
        out["id"] = exact(walk.project, "id", f"{inside}{own}" if inside else f"{name}/{own}")
    contained = [
        _resource(one, walk, "#", depth + 1)
        for one in _listed(resource.get("contained"))
        if isinstance(one, dict) and one.get("resourceType") in walk.profile.resources
    ]
    if contained:
        out["contained"] = contained
    return out


def _listed(value: Any) -> list[Any]:
    """A list as it is, nothing for anything else."""
    return value if isinstance(value, list) else []


def _object(node: Mapping[str, Any], definition: str, walk: _Walk, depth: int) -> dict[str, Any]:
    """Each element of an object by its row."""
    out: dict[str, Any] = {}
    elements = _elements(definition)
    for name, value in node.items():
        if name in ("resourceType", "contained"):
            continue
        path = f"{definition}.{name}"
        kind = elements.get(name)
        if name.startswith("_") or kind is None or depth > DEEPEST or (name == "id" and kind != "id"):
            walk.removed[path] += 1
            continue
        if name == "id" and isinstance(value, str) and _row(walk.profile, path, kind).technique is Technique.PSEUDONYM:
            out[name] = value  # _resource gives it its pseudonym
            walk.removed[path] += 1
            continue
        row = _row(walk.profile, path, kind)
        many = isinstance(value, list)
        kept = [
            new for one in (value if many else [value]) if (new := _value(one, kind, row, walk, depth + 1)) is not None
        ]
        if row.technique not in (Technique.KEEP, Technique.WALK) or not kept:
            walk.removed[path] += 1
        if kept:
            out[name] = kept if many else kept[0]
    if definition == "CodeableConcept":
        _without_words(node, out, walk)
    return out


def _row(rows: Profile, path: str, kind: str) -> Row:
    """An element's row; a part of a resource (`Patient_Contact`) is walked."""
    return rows.row(path, "BackboneElement" if "_" in kind else kind)


def _without_words(node: Mapping[str, Any], out: dict[str, Any], walk: _Walk) -> None:
    """A concept whose code was made coarser does not keep the words that say it exactly."""
    exactly = any(coding(one, False)[1] for one in _listed(node.get("coding")) if isinstance(one, dict))
    if exactly and "text" in out:
        del out["text"]
        walk.removed[_ICD_TEXT] += 1


def _value(value: Any, kind: str, row: Row, walk: _Walk, depth: int) -> Any:
    """One value by its row, None for nothing."""
    technique = row.technique
    if technique is Technique.SUPPRESS or value is None:
        return None
    if technique is Technique.KEEP:
        return value if _harmless(value) else None
    if isinstance(value, str):
        return _string(value, row, kind, walk)
    if isinstance(value, dict):
        return _node(value, kind, row, walk, depth)
    return None


def _harmless(value: Any) -> bool:
    """Whether a value that stays is a word, a code or a measured value: short, without a run of digits."""
    if isinstance(value, (dict, list, bytes)):
        return False
    return len(str(value)) <= LONGEST and _RUN.search(str(value)) is None


def _string(value: str, row: Row, kind: str, walk: _Walk) -> str | None:
    """A primitive by its row."""
    match row.technique, row.argument:
        case Technique.TEXT, _:
            return deidentify_text(value, walk.project, walk.known, walk.patient).text
        case Technique.SHIFT, _:
            return None if walk.days is None else shifted(value, walk.days)
        case Technique.GENERALISE, "quarter":
            return None if kind == "instant" else quarter(value)
        case Technique.GENERALISE, "year":
            return birth(value, walk.at) if kind == "date" else value[:4]
        case Technique.GENERALISE, "age":
            return birth(value, walk.at, band=True)
        case Technique.GENERALISE, "prefix3":
            return value[:3] if len(value) == 6 and value.isdigit() else None
        case Technique.PSEUDONYM, _:
            return uid(walk.project, value) if kind == "id" else pseudonym(walk.project, "value", value)
        case _:
            return None


def _node(value: dict[str, Any], kind: str, row: Row, walk: _Walk, depth: int) -> dict[str, Any] | None:
    """An object by its row."""
    match row.technique, row.argument, kind:
        case Technique.WALK, _, "Quantity" if in_years(value):
            return age(value)
        case Technique.WALK, _, _:
            return _object(value, kind, walk, depth) or None
        case Technique.PSEUDONYM, _, "Reference":
            return reference(value, walk.project)
        case Technique.PSEUDONYM, _, "Identifier":
            return identifier(value, walk.project)
        case Technique.TOP_CODE, _, "Age":
            return age(value)
        case Technique.GENERALISE, "age", "Age":
            return age(value, band=True)
        case Technique.GENERALISE, said, "Coding":
            return _coding(value, said == "chapter", walk)
        case Technique.GENERALISE, said, "Address":
            return address(value, said == "city", said == "city")
        case Technique.TEXT, _, "Narrative":
            return _narrative(value, walk)
        case _:
            return None


def _coding(value: Mapping[str, Any], chapters: bool, walk: _Walk) -> dict[str, Any] | None:
    """A coding; its words go when they may name somebody."""
    made = coding(value, chapters)[0]
    if made and "display" in made and _telling(made["display"], walk.known):
        del made["display"]
    return made


def _telling(words: str, known: Known) -> bool:
    """Whether a code's words hold anything identifying."""
    return next(known_places(words, known), None) is not None or _found(words)


@lru_cache(maxsize=8192)
def _found(words: str) -> bool:
    """Codes come again and again: each one's words are read once."""
    return any(one.kind is not Kind.DATE for one in findings(words, Known()))


def _narrative(value: Mapping[str, Any], walk: _Walk) -> dict[str, Any] | None:
    """A section's words, cleaned as plain text: marks-up can split a name, attributes can hold one."""
    div = value.get("div")
    if not isinstance(div, str):
        return None
    cleaned = deidentify_text(plain(div), walk.project, walk.known, walk.patient).text
    lines = "<br/>".join(escape(line, quote=False) for line in cleaned.splitlines())
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{lines}</div>'}


__all__ = [
    "Cleaned", "Deidentified", "Found", "Known", "Project", "deidentify_resource", "deidentify_text", "pseudonym",
    "shift_days",
]  # fmt: skip

"""一（二）患者信息的范围: what each FHIR type is to the hospital, and whose it is [1.2]"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jingui.core.errors import Misconfigured, Unprocessable
from jingui.core.word import N_
from jingui.core.words import Category, EncounterKind, RetentionClass
from jingui.formats.tables import table

Resource = dict[str, Any]

_ADDRESSES = frozenset({"reference", "url", "valueUri", "valueUrl"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRow:
    """One resource type: its Chinese name, where it is kept, which elements may name its patient, its category."""

    name: str
    zh: str
    place: str  # chart | directory | none
    owner: tuple[str, ...]
    category: Category


@cache
def rows() -> Mapping[str, TypeRow]:
    """Return every R4 type by name; Misconfigured if the table holds an unknown word."""
    out = {}
    for name, row in table("types").items():
        place = row.get("place", "none")
        if place not in ("chart", "directory", "none"):
            raise Misconfigured(table="types", row=name)
        try:
            category = Category(row.get("category", "none"))
        except ValueError as error:
            raise Misconfigured(table="types", row=name) from error
        out[name] = TypeRow(name=name, zh=row["zh"], place=place, owner=tuple(row.get("owner", ())), category=category)
    return out


def place_of(resource: Resource) -> str:
    """Return chart, directory or none; a device that names its patient belongs to the chart."""
    row = rows().get(resource.get("resourceType", ""))
    if row is None:
        return "none"
    if row.place == "directory" and row.owner and patient_of(resource) is not None:
        return "chart"
    return row.place


def values(node: object, path: str) -> Iterator[Any]:
    """Yield what stands at a dotted path, through lists."""
    nodes = [node]
    for step in path.split("."):
        below: list[object] = []
        for each in nodes:
            inner = each.get(step) if isinstance(each, dict) else None
            if isinstance(inner, list):
                below.extend(inner)
            elif inner is not None:
                below.append(inner)
        nodes = below
    yield from nodes


def patient_of(resource: Resource) -> str | None:
    """Return the reference that names the patient, None if there is none; Unprocessable if there are several.

    `Patient/1`, an absolute or conditional reference to a Patient, or a urn of the same bundle.
    """
    row = rows().get(resource.get("resourceType", ""))
    if row is None:
        return None
    found: str | None = None
    for path in row.owner:
        for value in values(resource, path):
            reference = value.get("reference") if isinstance(value, dict) else None
            if not isinstance(reference, str) or not _may_be_patient(reference, value.get("type")):
                continue
            if found is not None and reference != found:
                raise Unprocessable(places=((f"{row.name}.{path}", N_("一份记录只能属于一名患者")),))
            found = reference
    return found


def _may_be_patient(reference: str, kind: object) -> bool:
    """Whether a reference can point to a Patient."""
    if reference.startswith(("Patient/", "Patient?")):
        return True
    if reference.startswith("urn:"):
        return kind in (None, "Patient")
    return reference.startswith(("http://", "https://")) and "/Patient/" in reference


def references(resource: Resource) -> Iterator[tuple[str, str]]:
    """Yield (expression path, reference) of every Reference in a resource, those of contained resources too."""
    stack: list[tuple[str, Any]] = [(str(resource.get("resourceType", "")), resource)]
    while stack:
        path, node = stack.pop()
        if isinstance(node, dict):
            reference = node.get("reference")
            if isinstance(reference, str):
                yield path, reference
            for key, inner in node.items():
                if isinstance(inner, (dict, list)):
                    stack.append((f"{path}.{key}", inner))
        else:
            stack.extend((f"{path}[{n}]", inner) for n, inner in enumerate(node) if isinstance(inner, (dict, list)))


def referred(resource: Resource) -> list[str]:
    """Return the references alone, in no promised order: several times faster than with their paths."""
    out: list[str] = []
    stack: list[Any] = [resource]
    while stack:
        node = stack.pop()
        if type(node) is dict:
            for key, inner in node.items():
                kind = type(inner)
                if kind is dict or kind is list:
                    stack.append(inner)
                elif key == "reference" and kind is str:
                    out.append(inner)
        else:
            stack += [inner for inner in node if type(inner) is dict or type(inner) is list]
    return out


def rewrite(resource: Resource, mapping: Mapping[str, str]) -> Resource:
    """Return the resource with each reference and address that is a key of `mapping` replaced; the input is unchanged.

    A `#part` after a key is kept. Parts that need no change are shared with the input.
    """
    return rewritten(resource, mapping)[0]


def rewritten(resource: Resource, mapping: Mapping[str, str]) -> tuple[Resource, list[str]]:
    """Return what `rewrite` returns and the references that then stand in it (see `referred`), in one walk."""
    found: list[str] = []
    return _object(resource, mapping, found), found


def _object(node: dict[str, Any], mapping: Mapping[str, str], found: list[str]) -> dict[str, Any]:
    """Return `node`, copied only where something below it changes."""
    out = node
    for key, value in node.items():
        kind = type(value)
        new: Any
        if kind is str:
            if key not in _ADDRESSES:
                continue
            new = mapping.get(value, value)
            if key == "reference":
                found.append(new)
        elif kind is dict:
            new = _object(value, mapping, found)
        elif kind is list:
            new = _list(value, mapping, found)
        else:
            continue
        if new is not value:
            if out is node:
                out = dict(node)
            out[key] = new
    return out


def _list(node: list[Any], mapping: Mapping[str, str], found: list[str]) -> list[Any]:
    """Return `node`, copied only where something below it changes."""
    out = node
    for n, value in enumerate(node):
        kind = type(value)
        if kind is dict:
            new: Any = _object(value, mapping, found)
        elif kind is list:
            new = _list(value, mapping, found)
        else:
            continue
        if new is not value:
            if out is node:
                out = list(node)
            out[n] = new
    return out


def codes_of(value: object) -> Iterator[tuple[str, str]]:
    """Yield (system, code) of a CodeableConcept, Coding or code, or a list of them."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for each in value:
            yield from codes_of(each)
    elif isinstance(value, dict):
        if isinstance(value.get("code"), str):
            yield value.get("system", ""), value["code"]
        for coding in value.get("coding", ()):
            if isinstance(coding.get("code"), str):
                yield coding.get("system", ""), coding["code"]


def category_of(resource: Resource) -> Category:
    """Return which of the eight kinds of clause 一（二） a resource is; NONE for types that are not taken."""
    name = resource.get("resourceType", "")
    row = rows().get(name)
    if row is None:
        return Category.NONE
    finer = table("categories").get(name)
    if finer is not None:
        finer = table("categories")[finer["same_as"]] if "same_as" in finer else finer
        for _, code in codes_of(resource.get(finer["element"])):
            if code in finer and code != "element":
                return Category(finer[code])
    return row.category


def encounter_kind(encounter: Resource) -> EncounterKind | None:
    """Return the kind of an Encounter by its class, None if the class says nothing we know."""
    for _, code in codes_of(encounter.get("class")):
        word = table("categories")["encounter"].get(code, code)
        if word in EncounterKind.__members__.values():
            return EncounterKind(word)
    return None


def retention_of(kind: EncounterKind | None, *, psychiatric: bool = False, directory: bool = False) -> RetentionClass:
    """Return the retention class; without an encounter the longer inpatient one, because keeping too short is final."""
    if directory:
        return RetentionClass.DIRECTORY
    if psychiatric:
        return RetentionClass.PSYCHIATRIC
    if kind is None:
        return RetentionClass.INPATIENT
    return RetentionClass(table("categories")["retention"][kind.value])

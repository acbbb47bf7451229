"""五（二）1 最小必要: what of a resource leaves: the elements its type's row names, nothing else [5.2.1] [5.2.4]

Extensions go; a resource whose meaning an extension modifies does not leave at all. What it refers to stays a
reference only where that leaves too; of staff, departments and everything else nothing is told.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from jingui.core.share_fields import AUTHORED, ELEMENTS, IDENTITY, PROVING
from jingui.formats.fhir_identity import field_of
from jingui.formats.fhir_types import Resource, rows

#: Under it each public id has its own `urn:uuid:`; the same record has the same one in every document.
SPACE: Final = UUID("6f1c5f0e-6a7f-4d5c-9c0a-6a696e677569")
_HIDDEN: Final = frozenset({"extension", "modifierExtension", "contained", "meta", "id"})
_TEXTS: Final = frozenset({"section"})  # below these a narrative is the content itself
_REFERRING: Final = frozenset({"type", "identifier", "display"})  # a reference by number alone
_USUAL: Final = frozenset({"official", "usual"})


def url_of(ident: str) -> str:
    """The full URL of what the id names."""
    return f"urn:uuid:{uuid5(SPACE, ident)}"


def minimised(resource: Resource, subject: str, house: str, leaving: Mapping[str, str]) -> Resource:
    """What of a record leaves; {} when it cannot. `leaving` maps the references that leave too to their full URLs.

    `subject` and `house` are the full URLs of the patient and of the hospital, which stands for whoever wrote.
    """
    name = str(resource.get("resourceType", ""))
    wanted = ELEMENTS.get(name)
    if wanted is None or _modified(resource):
        return {}
    out: Resource = {"resourceType": name}
    if isinstance(resource.get("id"), str):
        out["id"] = resource["id"]
    for key, value in resource.items():
        if _named(key, wanted) and (kept := _kept(value, leaving, key in _TEXTS)) not in (None, [], {}):
            out[key] = kept
    out[_owner(name)] = {"reference": subject}
    if name in AUTHORED:
        out[AUTHORED[name]] = [{"reference": house}]
    return out


def _owner(name: str) -> str:
    """The element that names the patient."""
    return rows()[name].owner[0].partition(".")[0]


def _named(key: str, wanted: Iterable[str]) -> bool:
    return any(key.startswith(one[:-1]) and key[len(one) - 1 :][:1].isupper() if one[-1] == "*" else key == one
               for one in wanted)  # fmt: skip


def _modified(node: Any) -> bool:
    if isinstance(node, Mapping):
        return "modifierExtension" in node or any(_modified(one) for one in node.values())
    return isinstance(node, list) and any(_modified(one) for one in node)


def _kept(value: Any, leaving: Mapping[str, str], texts: bool) -> Any:
    """A value without extensions, ids and references to what stays here; None for nothing."""
    if isinstance(value, list):
        found = [_kept(one, leaving, texts) for one in value]
        return [one for one in found if one not in (None, [], {})]
    if not isinstance(value, Mapping):
        return value
    if "reference" in value or ("identifier" in value and set(value) <= _REFERRING):
        target = leaving.get(str(value.get("reference", "")).split("/_history/")[0])
        return {"reference": target} if target else None
    out = {}
    for key, one in value.items():
        if key.startswith("_") or key in _HIDDEN:
            continue
        if key == "text" and isinstance(one, Mapping) and not texts:
            continue
        if (kept := _kept(one, leaving, texts)) not in (None, [], {}):
            out[key] = kept
    return out


def identity(patient: Resource, wanted: frozenset[str]) -> Resource:
    """Who it is, as far as the view tells: of identifiers those that prove a person, of names and numbers one each."""
    out: Resource = {"resourceType": "Patient"}
    if isinstance(patient.get("id"), str):
        out["id"] = patient["id"]
    for field, (_, element) in IDENTITY.items():
        value = patient.get(element)
        if field not in wanted or value in (None, [], {}):
            continue
        if element == "identifier":
            value = [_plain(one, ("system", "value", "type")) for one in value if field_of(one) in PROVING]
        elif element == "name":
            value = [_plain(_usual(value), ("text", "family", "given"))]
        elif element == "telecom":
            value = [_plain(one, ("system", "value")) for one in value if one.get("system") == "phone"][:1]
        elif element == "address":
            value = [_plain(value[0], ("text", "state", "city", "district", "line", "postalCode"))]
        if value not in ([], [{}]):
            out[element] = value
    return out


def _usual(names: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The name people go by."""
    return next((one for one in names if one.get("use") in _USUAL), names[0])


def _plain(value: Mapping[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    return {key: _kept(value[key], {}, False) for key in wanted if value.get(key) not in (None, [], {})}

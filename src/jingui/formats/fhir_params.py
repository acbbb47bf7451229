"""四（一）内部查阅: which search parameters each type has and what they look at [4.1.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jingui.core.errors import Misconfigured
from jingui.formats.fhir_types import rows
from jingui.formats.tables import schema, table

Kind = Literal["token", "reference", "date", "string", "identity"]
_TIMES = ("DateTime", "Period", "Instant", "Date", "Timing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One search parameter of one type; `target` is its only target type, "*" for several, "" if no reference.

    The parameters of Patient are of kind `identity`: found by blind index, never by token.
    """

    name: str
    kind: Kind
    target: str
    paths: tuple[tuple[str, ...], ...]
    expression: str
    owner: bool = False  # names the patient whose record it is


@cache
def _kinds() -> Mapping[str, tuple[Kind, str]]:
    """Return (kind, target) by parameter name."""
    out: dict[str, tuple[Kind, str]] = {}
    for kind in ("token", "string", "date"):
        for name in table("search")[kind]["names"].split():
            out[name] = (kind, "")
    for name, target in table("search")["reference"].items():
        out[name] = ("reference", target)
    return out


@cache
def search_params(kind: str) -> Mapping[str, Param]:
    """Return the parameters of a resource type by name, empty for types that cannot be searched."""
    out: dict[str, Param] = {}
    for item in table("search")["types"].get(kind, "").split():
        name, _, path = item.partition("=")
        path = path or name
        if name not in _kinds() or kind not in rows():
            raise Misconfigured(table="search", row=f"{kind}.{name}")
        what, target = _kinds()[name]
        paths = tuple(p for each in path.split("|") for p in _paths(kind, each))
        if not paths:
            raise Misconfigured(table="search", row=f"{kind}.{name}")
        out[name] = Param(
            name=name,
            kind="identity" if kind == "Patient" else what,
            target=target,
            paths=paths,
            expression=f"{kind}.{path.replace('[x]', '')}",
            owner=path in rows()[kind].owner,
        )
    return out


def _paths(kind: str, path: str) -> list[tuple[str, ...]]:
    """Return the element paths that `path` stands for, [x] written out; empty if the schema does not know it."""
    *steps, last = path.split(".")
    node = kind
    for step in steps:
        node = _below(node, step)
        if not node:
            return []
    names = [last.removesuffix("[x]") + t for t in _TIMES] if last.endswith("[x]") else [last]
    known = schema()["definitions"].get(node, {}).get("properties", {})
    return [(*steps, name) for name in names if name in known]


def _below(node: str, step: str) -> str:
    """Return the definition of an element, "" if there is none."""
    at = schema()["definitions"].get(node, {}).get("properties", {}).get(step, {})
    ref: str = at.get("items", at).get("$ref", "")
    return ref.removeprefix("#/definitions/")

"""二（一）3 敏感信息: labels from a record's codes, set when it is entered [2.1.3]"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from itertools import product
from typing import Any, NamedTuple

from jingui.core.errors import Misconfigured
from jingui.core.settings import NONE
from jingui.core.words import Level, Sensitivity
from jingui.formats.fhir_types import Resource
from jingui.formats.tables import table

LABELS = "urn:jingui:sensitivity"  # a sender, a template's field or a consent may name the label itself
_RANK = {Level.ORDINARY: 0, Level.SENSITIVE: 1, Level.SECRET: 2}


class _Rules(NamedTuple):
    """The table, prepared: the ICD-10 systems, labels by (system, code), ICD-10 ranges by first letter."""

    icd10: frozenset[str]
    exact: Mapping[tuple[str, str], frozenset[Sensitivity]]
    ranges: Mapping[str, tuple[tuple[str, str, Sensitivity], ...]]
    levels: Mapping[Sensitivity, Level]
    types: Mapping[str, Sensitivity]
    minor: int


class House(NamedTuple):
    """What a hospital set itself: `codes` as the setting says them; below which age one is a minor (0: as shipped)."""

    codes: str = NONE
    minor: int = 0


SHIPPED = House()


@cache
def _rules() -> _Rules:
    """Return the prepared table; Misconfigured if it names an unknown label, level or code kind."""
    raw = table("sensitivity")
    exact: dict[tuple[str, str], frozenset[Sensitivity]] = {}
    ranges: dict[str, list[tuple[str, str, Sensitivity]]] = {}
    levels: dict[Sensitivity, Level] = {}
    try:
        for name, row in raw["labels"].items():
            label = Sensitivity(name)
            levels[label] = Level(row["level"])
            for kind in row.keys() - {"level", "icd10"}:
                if kind not in raw["systems"]:
                    raise ValueError(kind)
                for pair in product(raw["systems"][kind], row[kind].split()):
                    exact[pair] = exact.get(pair, frozenset()) | {label}
            for each in row.get("icd10", "").split():
                low, _, high = each.partition("-")
                for letter in range(ord(low[0]), ord((high or low)[0]) + 1):
                    ranges.setdefault(chr(letter), []).append((low, high or low, label))
        exact |= {(LABELS, label.value): frozenset({label}) for label in Sensitivity}
        types = {name: Sensitivity(label) for name, label in raw["types"].items()}
        minor = int(raw["age"]["minor"])
        if missing := set(Sensitivity) - levels.keys():
            raise ValueError(str(missing))
    except (KeyError, ValueError) as error:
        raise Misconfigured(table="sensitivity", detail=str(error)) from error
    frozen = {letter: tuple(rows) for letter, rows in ranges.items()}
    return _Rules(frozenset(raw["systems"]["icd10"]), exact, frozen, levels, types, minor)


def _dotted(code: str) -> str:
    """An ICD-10 code in capitals with its dot."""
    text = code.strip().upper()
    return f"{text[:3]}.{text[3:]}" if len(text) > 3 and text[3] not in ".+*" else text


def _within(text: str, low: str, high: str) -> bool:
    """Whether a range, both ends in, covers a code that begins so."""
    return low <= text[: len(low)] and text[: len(high)] <= high


@lru_cache(maxsize=64)
def _changed(codes: str) -> tuple[tuple[Sensitivity, bool, str, str], ...]:
    """The hospital's own ranges: label, whether it is added, low, high."""
    out = []
    for one in codes.split() if codes != NONE else ():
        sign = "+" if "+" in one else "-"
        label, _, ranged = one.partition(sign)
        low, _, high = ranged.partition("-")
        out.append((Sensitivity(label), sign == "+", low.upper(), (high or low).upper()))
    return tuple(out)


@lru_cache(maxsize=4096)
def _of_icd(code: str, codes: str = NONE) -> frozenset[Sensitivity]:
    """Return the labels of an ICD-10 code, written with or without its dot, extension or dagger."""
    text = _dotted(code)
    found = {label for low, high, label in _rules().ranges.get(text[:1], ()) if _within(text, low, high)}
    for label, added, low, high in _changed(codes):
        if _within(text, low, high):
            (found.add if added else found.discard)(label)
    return frozenset(found)


def _codes(node: dict[str, Any], out: list[tuple[str, str]]) -> None:
    """Collect (system, code) of every Coding in a resource, wherever it stands; depth is bounded by the reader."""
    code = node.get("code")
    if type(code) is str and "system" in node:
        out.append((node["system"], code))
    for value in node.values():
        if type(value) is dict:
            _codes(value, out)
        elif type(value) is list:
            for each in value:
                if type(each) is dict:
                    _codes(each, out)


def labels(resource: Resource, birth_date: date | None, at: date, house: House = SHIPPED) -> frozenset[Sensitivity]:
    """Return the labels of a resource entered on day `at` about a person born on `birth_date` (None: not known)."""
    rules = _rules()
    found: set[Sensitivity] = set()
    if (own := rules.types.get(resource.get("resourceType", ""))) is not None:
        found.add(own)
    pairs: list[tuple[str, str]] = []
    _codes(resource, pairs)
    for pair in pairs:
        if pair in rules.exact:
            found |= rules.exact[pair]
        elif pair[0] in rules.icd10:
            found |= _of_icd(pair[1][:16], house.codes)
    if birth_date is not None and _years(birth_date, at) < (house.minor or rules.minor):
        found.add(Sensitivity.MINOR)
    return frozenset(found)


def _years(birth: date, at: date) -> int:
    """Return the full years between two days."""
    return at.year - birth.year - ((at.month, at.day) < (birth.month, birth.day))


def level(labels: Iterable[Sensitivity]) -> Level:
    """Return the highest level among the labels, ORDINARY without any."""
    levels = _rules().levels
    return max((levels[label] for label in labels), key=_RANK.__getitem__, default=Level.ORDINARY)

"""The figures of one run as a table and as JSON; every ratio is made from two figures of the same run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: Which figure each is compared with.
RATIOS: Mapping[str, str] = {
    "governed_read": "hello_world",
    "governed_read_cpu": "hello_world_cpu",
    "search": "hello_world",
    "create": "hello_world",
    "bundle": "create",
    "hl7v2": "hello_world",
    "bundle_two": "bundle",
    "ledger_append": "governed_read",
    "ledger_verify": "ledger_append",
    "ledger_root": "ledger_append",
    "ledger_verify_alone": "ledger_append",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value."""

    name: str
    value: float
    unit: str


def ratio(name: str, values: Mapping[str, float]) -> float | None:
    """`name` over what it is compared with, None without either."""
    to = values.get(RATIOS.get(name, ""))
    return values[name] / to if to else None


def as_json(figures: Iterable[Figure]) -> str:
    """`{name: {value, unit, ratio_to, ratio}}`."""
    listed = list(figures)
    values = {one.name: one.value for one in listed}
    out = {}
    for one in listed:
        found = ratio(one.name, values)
        out[one.name] = {
            "value": rounded(one.value), "unit": one.unit,
            "ratio_to": None if found is None else RATIOS[one.name], "ratio": None if found is None else rounded(found),
        }  # fmt: skip
    return json.dumps(out, ensure_ascii=False, indent=1)


def as_table(figures: Iterable[Figure]) -> str:
    """Columns of name, value, unit and ratio, for a terminal."""
    listed = list(figures)
    values = {one.name: one.value for one in listed}
    lines = []
    for one in listed:
        found = ratio(one.name, values)
        of = "" if found is None else f"{rounded(found):>10,} × {RATIOS[one.name]}"
        lines.append(f"{one.name:<24}{rounded(one.value):>14,} {one.unit:<12}{of}".rstrip())
    return "\n".join(lines)


def rounded(value: float) -> float | int:
    """Three significant digits below 100, whole numbers from there on."""
    return round(value) if abs(value) >= 100 else float(f"{value:.3g}")

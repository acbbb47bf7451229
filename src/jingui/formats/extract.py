"""四（二）4 教学科研: rows as they leave: generalised by the plan, without those that are held back [4.2.4] [5.2.4]

A row is one person: `person`, then each field's text, or a list of items. Values reach this module de-identified.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from jingui.core.research_fields import FIELDS, PERSON, Ladder, Tells
from jingui.formats.risk import Plan
from jingui.formats.risk_ladders import at

Row = Mapping[str, Any]
DIAGNOSIS: Final = "diagnosis"
DIAGNOSES: Final = "diagnoses"


def columns(fields: Sequence[str]) -> tuple[str, ...]:
    """The names of an extract's columns."""
    return (PERSON, *fields)


def quasi(fields: Sequence[str]) -> tuple[tuple[str, Ladder], ...]:
    """The quasi-identifiers among these fields, with their ladders."""
    return tuple((name, FIELDS[name].ladder) for name in fields if FIELDS[name].tells is Tells.QUASI)


def sensitive(fields: Sequence[str]) -> tuple[str, ...]:
    """The sensitive attributes among these fields."""
    return tuple(name for name in fields if FIELDS[name].tells is Tells.SENSITIVE)


def weighed(row: Row, fields: Sequence[str]) -> dict[str, str]:
    """What risk is measured on: quasi-identifiers, and sensitive attributes as one text; lists by their categories."""
    made = {name: str(row.get(name, "")) for name, _ in quasi(fields)}
    for name in sensitive(fields):
        value = row.get(name, "")
        if FIELDS[name].items:
            value = "+".join(sorted({str(item.get("code", ""))[:3] for item in value or ()}))
        made[f"s_{name}"] = str(value)
    return made


def leaving(rows: Iterable[Row], first: int, fields: Sequence[str], plan: Plan) -> Iterator[dict[str, Any]]:
    """The rows numbered from `first` as they leave; a row that is held back does not come."""
    for n, row in enumerate(rows, first):
        if n not in plan.held:
            yield coarse(row, fields, plan.levels)


def coarse(row: Row, fields: Sequence[str], levels: Mapping[str, int]) -> dict[str, Any]:
    """One row at the plan's steps. All diagnoses follow the step of the main one, or they would tell it again."""
    made: dict[str, Any] = {PERSON: row[PERSON]}
    for name in fields:
        field = FIELDS[name]
        if field.items:
            made[name] = [{part: str(item.get(part, "")) for part in field.items} for item in row.get(name) or ()]
        else:
            made[name] = at(field.ladder, str(row.get(name, "")), levels[name]) if name in levels else row.get(name, "")
    if DIAGNOSES in made and DIAGNOSIS in levels:
        step = levels[DIAGNOSIS]
        codes = dict.fromkeys(at(Ladder.CODE, item["code"], step) for item in made[DIAGNOSES])
        made[DIAGNOSES] = [{"code": code} for code in codes]
    return made

"""The readable cases in cases/*.toml as vectors, with what the rules must say of them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Purpose, Standing, Strength

FOLDER = Path(__file__).parent / "cases"
USUAL = {
    "standing": Standing.ACTIVE,
    "strength": Strength.TWO_FACTOR,
    "entrance": Entrance.PAGE,
    "purpose": Purpose.TREATMENT,
}
EXPECTED = {"say", "allow", "deny", "by", "start", "must"}
KINDS = get_type_hints(Vector)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One line of a case file; `allow` lists every rule that allows, `deny` is the reason told."""

    say: str
    vector: Vector
    allow: tuple[str, ...] | None
    deny: str
    by: str
    start: str
    must: tuple[str, ...]


def read_cases() -> list[Case]:
    """Every case of every file; an unknown key, word or a case without one expectation is an error."""
    return [_case(row) for path in sorted(FOLDER.glob("*.toml")) for row in tomllib.loads(path.read_text())["case"]]


def _case(row: dict[str, Any]) -> Case:
    unknown = set(row) - EXPECTED - set(Vector._fields)
    if unknown or ("allow" in row) == ("deny" in row):
        raise ValueError(f"{row['say']}: {unknown or 'allow or deny, one of them'}")
    facts = USUAL | {key: KINDS[key](value) for key, value in row.items() if key in Vector._fields}
    allow = tuple(sorted(row["allow"])) if "allow" in row else None
    wanted = {key: row.get(key, "") for key in ("deny", "by", "start")}
    return Case(say=row["say"], vector=Vector(**facts), allow=allow, must=tuple(row.get("must", ())), **wanted)

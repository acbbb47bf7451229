"""八（二） what carries each clause, and how much evidence the ledger holds of it [8.2] [7.1.1]"""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from jingui.core.bylaws import ClauseLine, SettingLine, VersionLine
from jingui.core.ids import uuid7
from jingui.core.settings import TABLE
from jingui.gate.context import ReadContext
from jingui.gate.registry import acts
from jingui.gate.runtime import Runtime
from jingui.gate.settings import SETTING, SETTINGS_SQL, remember
from jingui.policy import clauses
from jingui.store.statements import Columns

MOST: Final = 100_000  # newest entries that are counted; the answer says when there were more
SECONDS: Final = 60.0
TAG: Final = re.compile(r"\[(\d(?:\.\d){0,2})\]")
# The clauses of a head are cut out as text: ten times cheaper than reading 100,000 heads as JSON.
COUNT_SQL = r"""SELECT x.clauses, x.verb, x.decision, count(*) FROM (
  SELECT e.verb, e.decision, substring(convert_from(e.head, 'UTF8') FROM '"clauses":\[([^]]*)\]') AS clauses
  FROM entry e WHERE e.id >= $1::uuid ORDER BY e.id DESC LIMIT $2::int) x GROUP BY 1, 2, 3"""
VERSION = Columns()
VERSION.sealed("v", "policy_version")
VERSION.add("v.source")
VERSIONS_SQL = f"SELECT {VERSION.sql} FROM policy_version v ORDER BY v.n DESC LIMIT 100"  # noqa: S608 -- own texts only


class Count(NamedTuple):
    """Entries of one combination."""

    clauses: tuple[str, ...]
    verb: str
    decision: str
    entries: int


_counted: dict[tuple[int, str], tuple[float, list[Count], int, bool]] = {}


async def counted(context: ReadContext, since: datetime) -> tuple[list[Count], int, bool]:
    """Entries since a time by clauses, verb and decision, at most a minute old; how many, and whether that is all."""
    now = asyncio.get_running_loop().time()
    key = (id(context.runtime), since.date().isoformat())
    found = _counted.get(key)
    if found is None or found[0] < now:
        rows = await context.rows(COUNT_SQL, first_id(since), MOST)
        made = [Count(tuple((row[0] or "").replace('"', "").split(",")), row[1], row[2], row[3]) for row in rows]
        total = sum(one.entries for one in made)
        _counted.clear()
        found = _counted[key] = (now + SECONDS, made, total, total < MOST)
    return found[1:]


def first_id(since: datetime) -> UUID:
    """The smallest entry id of that moment."""
    return uuid7(int(since.timestamp() * 1000), bytes(10))


def clause_lines(runtime: Runtime, rows: Sequence[Count]) -> tuple[ClauseLine, ...]:
    """Every clause with its rules, its operations and its entries."""
    rules: dict[str, list[str]] = {}
    for rule in runtime.decider.rulebook.rules():
        for one in rule.clauses:
            rules.setdefault(one, []).append(rule.id)
    verbs = tagged_verbs()
    lines = []
    for clause in clauses.all():
        mine = [row for row in rows if clause.id in row.clauses]
        by = {word: sum(row.entries for row in mine if row.decision == word) for word in ("allow", "deny", "fail")}
        seen = {row.verb for row in mine} | verbs.get(clause.id, set())
        lines.append(
            ClauseLine(
                id=clause.id, rules=tuple(rules.get(clause.id, ())), verbs=tuple(sorted(seen)), allowed=by["allow"],
                refused=by["deny"], failed=by["fail"],
            )
        )  # fmt: skip
    return tuple(lines)


def tagged_verbs() -> dict[str, set[str]]:
    """Operations whose act names the clause in its docstring."""
    out: dict[str, set[str]] = {}
    for verb, act in acts().items():
        for tag in TAG.findall(getattr(act, "__doc__", "") or ""):
            out.setdefault(tag, set()).add(verb.value)
    return out


async def versions(context: ReadContext) -> tuple[VersionLine, ...]:
    """Published versions of the policy, newest first."""
    group, at = VERSION.groups["v"], VERSION.at
    return tuple(
        VersionLine(
            n=row[at["v.n"]], source=row[at["v.source"]], text_hash=row[at["v.text_hash"]],
            rules_hash=row[at["v.rules_hash"]], effective=row[at["v.effective"]], entry=str(row[at["v.entry"]]),
            genuine=context.runtime.sealer.holds("policy_version", group.values(row), group.mac(row)),
        )
        for row in await context.rows(VERSIONS_SQL)
    )  # fmt: skip


async def setting_lines(context: ReadContext) -> tuple[SettingLine, ...]:
    """Every setting with its value, limits and the entry that set it."""
    rows = await context.rows(SETTINGS_SQL)
    values = remember(context.runtime, context.actor.epoch, rows)
    set_ = {row[0]: row for row in rows}
    lines = []
    for one in TABLE:
        row = set_.get(one.name)
        lines.append(
            SettingLine(
                name=one.name, kind=one.kind, value=str(values[one.name]), default=str(one.default),
                floor="" if one.floor is None else str(one.floor),
                ceiling="" if one.ceiling is None else str(one.ceiling),
                words=one.words, unit=one.unit, clause=one.clause, basis=one.basis, source=one.source, label=one.text,
                entry="" if row is None else str(row[SETTING.at["s.entry"]]),
                at=None if row is None else row[SETTING.at["s.at"]],
            )
        )  # fmt: skip
    return tuple(lines)

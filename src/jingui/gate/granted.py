"""四（一）1 审批与范围: what grants and standing post grants open, for which category, level and time [4.1.1]"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from jingui.core.words import Category, Grant, Level, Purpose
from jingui.store.seals import Sealer
from jingui.store.statements import index_of

LEVELS = tuple(Level)  # from ordinary to secret
POST_GRANT = index_of("post_grant")
GRANT = index_of("access_grant")
VISIT = index_of("encounter")
G_RECORD, G_CATEGORIES, G_STARTS, G_ENDS = (GRANT[n] for n in ("record_id", "categories", "starts", "ends"))
E_DEPARTMENT, E_STATE, E_ENDS = (VISIT[n] for n in ("department_id", "state", "ends"))


class PostGranted(NamedTuple):
    """岗位常设授权 of an actor's post: which patients (by their visits), categories and levels it opens, and when."""

    purpose: Purpose
    categories: frozenset[str]  # empty: all
    level: int  # the place in LEVELS of the highest that it opens
    departments: frozenset[int]  # empty: the whole house
    days: int
    starts: datetime
    ends: datetime

    def opens(self, category: Category, level: Level, visits: Sequence[Sequence[Any]], at: datetime) -> bool:
        """Whether it covers this category and level of a patient with these visits at `at`."""
        return (
            self.starts <= at < self.ends
            and (not self.categories or category in self.categories)
            and LEVELS.index(level) <= self.level
            and any(self.lists(visit, at) for visit in visits)
        )

    def lists(self, visit: Sequence[Any], at: datetime) -> bool:
        """Whether a visit puts its patient on this worklist: there, and open or ended within the days."""
        if self.departments and visit[E_DEPARTMENT] not in self.departments:
            return False
        ends: datetime | None = visit[E_ENDS]
        return bool(visit[E_STATE] == "open") or (ends is not None and at <= ends + timedelta(days=self.days))


def post_grants(rows: Sequence[Sequence[Any]] | None, sealer: Sealer) -> tuple[tuple[PostGranted, ...], str]:
    """An actor's standing grants, and the name of the first row that is not as it was written ("" for none)."""
    bad = forged("post_grant", rows, sealer)
    if bad or rows is None:
        return (), bad
    return tuple(_read(row) for row in rows), ""


def _read(row: Sequence[Any]) -> PostGranted:
    def get(name: str) -> Any:
        return row[POST_GRANT[name]]

    return PostGranted(
        Purpose(get("purpose")), frozenset(get("categories")), LEVELS.index(Level(get("level"))),
        frozenset(get("departments")), get("days"), get("starts"), get("ends"),
    )  # fmt: skip


def forged(table: str, rows: Sequence[Sequence[Any]] | None, sealer: Sealer) -> str:
    """The name of the first of these sealed rows whose MAC does not hold; "" when all do."""
    for row in rows or ():
        values = tuple(row[:-1])
        if not sealer.holds(table, values, row[-1]):
            return f"{table}:{values[0]}.{values[1]}"
    return ""


def reach(grants: Sequence[PostGranted], purpose: Purpose) -> int:
    """How many days back a visit may have ended to matter for these grants; -1 when no visit matters."""
    return max((one.days for one in grants if one.purpose is purpose), default=-1)


def grant_of(
    rows: Sequence[Sequence[Any]], standing: Sequence[PostGranted], visits: Sequence[Sequence[Any]], purpose: Purpose,
    category: Category, level: Level, record: int, at: datetime,
) -> Grant:  # fmt: skip
    """What all grants together say of one category and level: one that covers is enough; a grant opens nothing wider.

    `rows` are the actor's grants for this patient and purpose, `record` is what is asked about (-1: the chart).
    """
    found = Grant.NONE
    for row in _about(rows, category, record):
        if row[G_STARTS] <= at < row[G_ENDS]:
            return Grant.COVERS
        found = Grant.EXPIRED
    if any(one.purpose is purpose and one.opens(category, level, visits, at) for one in standing):
        return Grant.COVERS
    return found


def _about(rows: Sequence[Sequence[Any]], category: Category, record: int) -> Iterator[Sequence[Any]]:
    for row in rows:
        if row[G_RECORD] in (0, record) and (not row[G_CATEGORIES] or category in row[G_CATEGORIES]):
            yield row

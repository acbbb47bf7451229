"""四（二）4 教学科研: how coarse the values must become so that nobody stands alone, and the risk that is left [4.2.4]

Every row is one person. A group is the people who agree in all quasi-identifiers; k is the smallest group's size.
Shares are told in parts of 10,000. Terms follow GB/T 37964-2019 and the usual literature (prosecutor, journalist,
marketer); the estimates rest on the hospital's own patients as the population an outsider would search.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from jingui.core.research_fields import Ladder
from jingui.formats.risk_ladders import top
from jingui.formats.risk_table import Table

PARTS: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The step of each quasi-identifier, and the rows (by number) that do not leave because their group is small."""

    levels: Mapping[str, int]
    held: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """A sensitive attribute: l, fewest different values in a group; t, largest distance of a group from the whole."""

    name: str
    values: int
    l: int  # noqa: E741 -- the measure's name in the literature
    t: int  # parts of 10,000, variational distance (EMD with equal ground distance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quasi:
    """What one quasi-identifier adds: its values before and after, and how many fewer rows stand alone without it."""

    name: str
    level: int
    of: int
    before: int
    after: int
    adds: int  # parts of 10,000 of the rows that leave small groups when it is hidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The risk of what leaves; `sizes` counts groups by size (1, 2, 3–4, 5–9, 10–19, 20 and more)."""

    rows: int
    held: int
    groups: int
    k: int
    unique_before: int  # parts of 10,000 of all rows alone in their group, before generalising
    unique: int  # the same of what leaves
    prosecutor: int  # highest chance to find one known to be in it
    prosecutor_average: int
    journalist: int  # highest chance to find one who may be in it
    marketer: int  # average share of all that could be found
    population: int
    attributes: tuple[Attribute, ...]
    quasi: tuple[Quasi, ...]
    sizes: tuple[tuple[str, int], ...]


def zero(table: Table) -> dict[str, int]:
    """Every quasi-identifier as it was recorded."""
    return dict.fromkeys(table.quasi, 0)


def climb(table: Table, k: int, share: int) -> dict[str, int]:
    """The steps at which at most `share` parts of 10,000 of the rows are in groups below `k`.

    Greedy: the step that leaves fewest rows in small groups is taken, the smaller loss decides a tie; then each is
    taken back where it was not needed. With every ladder at its end all rows are one group.
    """
    plan, allowed = zero(table), table.count * share // PARTS
    while (best := table.small(plan, k)) > allowed:
        steps = [name for name, ladder in table.quasi.items() if plan[name] < top(ladder)]
        if not steps:
            break
        tried = [(table.small(plan | {name: plan[name] + 1}, k), loss(table.quasi[name], plan[name] + 1), name)
                 for name in steps]  # fmt: skip
        fewest, _, name = min(tried)
        if fewest >= best:  # no single step helps: take the least costly one, and look again
            name = min((loss(table.quasi[one], plan[one] + 1), one) for one in steps)[1]
        plan[name] += 1
    return back(table, plan, k, allowed)


def back(table: Table, plan: dict[str, int], k: int, allowed: int) -> dict[str, int]:
    """The same with every step taken back that the bound does not need, the costliest first."""
    for name in sorted(plan, key=lambda one: (-loss(table.quasi[one], plan[one]), one)):
        while plan[name] and table.small(plan | {name: plan[name] - 1}, k) <= allowed:
            plan[name] -= 1
    return plan


def loss(ladder: Ladder, level: int) -> float:
    """How much of a ladder is climbed, 0 to 1."""
    return level / top(ladder)


def planned(table: Table, k: int, share: int) -> Plan:
    """Steps, and the rows whose group stays smaller than `k` all the same: they do not leave."""
    found = climb(table, k, share)
    by = ", ".join(table.quasi) or "1"
    rows = table.db.execute(
        f"SELECT n FROM (SELECT n, count(*) OVER (PARTITION BY {by}) AS size FROM ({table.said(found)})) "  # noqa: S608 -- own names
        f"WHERE size < {int(k)}"
    ).fetchall()
    return Plan(levels=found, held=frozenset(n for (n,) in rows))


def measured(table: Table, plan: Plan, *, k: int, population: int) -> Report:
    """The report of what leaves under `plan`. `population`: how many people an outsider would search among."""
    first = zero(table)
    total = max(table.count, 1)
    alone = table.small(first, 2)
    sizes = sizes_of(table, plan, k)
    rows, groups, least = sizes
    least = least if rows else 0
    people = max(population, rows, 1)
    return Report(
        rows=rows, held=table.count - rows, groups=groups, k=least, unique_before=alone * PARTS // total,
        unique=(PARTS if least == 1 else 0) and table.small(plan.levels, 2) * PARTS // max(rows, 1),
        prosecutor=PARTS // least if least else 0, prosecutor_average=groups * PARTS // rows if rows else 0,
        journalist=max(1, PARTS * rows // (least * people)) if least else 0,
        marketer=groups * PARTS // people, population=people,
        attributes=tuple(attribute(table, plan, k, name) for name in table.sensitive),
        quasi=tuple(adding(table, plan, k, name) for name in table.quasi),
        sizes=histogram(table, plan, k),
    )  # fmt: skip


def sizes_of(table: Table, plan: Plan, k: int) -> tuple[int, int, int]:
    """Rows that leave, their groups, the smallest group."""
    rows, groups, least = table.one(
        f"SELECT coalesce(sum(size), 0), count(*), coalesce(min(size), 0) FROM ({table.groups(plan.levels)}) "  # noqa: S608 -- own names
        f"WHERE size >= {int(k)}"
    )
    return int(rows), int(groups), int(least)


def histogram(table: Table, plan: Plan, k: int) -> tuple[tuple[str, int], ...]:
    """How many groups there are of each size that leaves."""
    found = dict(
        table.db.execute(
            f"""SELECT CASE WHEN size < 2 THEN '1' WHEN size < 3 THEN '2' WHEN size < 5 THEN '3-4'
            WHEN size < 10 THEN '5-9' WHEN size < 20 THEN '10-19' ELSE '20+' END, count(*)
            FROM ({table.groups(plan.levels)}) WHERE size >= {int(k)} GROUP BY 1"""  # noqa: S608 -- own names
        ).fetchall()
    )
    return tuple((name, int(found.get(name, 0))) for name in ("1", "2", "3-4", "5-9", "10-19", "20+"))


def attribute(table: Table, plan: Plan, k: int, name: str) -> Attribute:
    """l and t of one sensitive attribute over the groups that leave."""
    by = ", ".join(table.quasi) or "1"
    inner = f"""WITH r AS (SELECT *, count(*) OVER (PARTITION BY {by}) AS size
        FROM ({table.said(plan.levels, f", s_{name} AS x")})),
      kept AS (SELECT * FROM r WHERE size >= {int(k)}),
      q AS (SELECT x, count(*)::DOUBLE / (SELECT count(*) FROM kept) AS q FROM kept GROUP BY x),
      g AS (SELECT dense_rank() OVER (ORDER BY {by}) AS g, x, size FROM kept),
      p AS (SELECT g, x, count(*)::DOUBLE / any_value(size) AS p FROM g GROUP BY g, x)"""  # noqa: S608 -- own names
    values, fewest, far = table.one(
        inner  # noqa: S608 -- own names
        + """ SELECT (SELECT count(*) FROM q), (SELECT min(c) FROM (SELECT count(*) AS c FROM p GROUP BY g)),
          (SELECT max(d) FROM (SELECT (sum(abs(p.p - q.q)) + 1 - sum(q.q)) / 2 AS d FROM p JOIN q ON q.x = p.x
            GROUP BY g))"""
    )
    # q of values a group lacks: their distance is q itself, together 1 minus the q of those it has
    return Attribute(name=name, values=int(values or 0), l=int(fewest or 0), t=round(float(far or 0) * PARTS))


def adding(table: Table, plan: Plan, k: int, name: str) -> Quasi:
    """One quasi-identifier's part in the risk."""
    ladder, level = table.quasi[name], plan.levels[name]
    first = zero(table)
    before = table.small(first, k)
    without = table.small(first | {name: top(ladder)}, k)
    (values,) = table.one(f"SELECT count(DISTINCT {name}) FROM t")  # noqa: S608 -- own names
    (after,) = table.one(f"SELECT count(DISTINCT {name}) FROM ({table.said(plan.levels)})")  # noqa: S608 -- own names
    return Quasi(
        name=name, level=level, of=top(ladder), before=int(values), after=int(after),
        adds=(before - without) * PARTS // max(table.count, 1),
    )  # fmt: skip

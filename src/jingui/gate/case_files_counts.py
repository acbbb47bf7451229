"""三（二）2, 七（二）1 归档率、甲级率: counts of case files by month, department and person, for rates and indicators

[3.2.2] [7.2.1] Counts of rows, named to nobody; that every row is genuine is what verification says.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple

from jingui.core.calendars import CHINA, USUAL, Calendar
from jingui.core.custody import KEPT, WHOLE
from jingui.gate.context import ReadContext

#: Visits whose case file takes the whole line: what 归档率 is about.
KINDS: Final = [kind.value for kind, row in KEPT.items() if row.stages == WHOLE]
FILING_SQL: Final = """SELECT c.department_id, c.attending_id,
  (c.discharged AT TIME ZONE 'Asia/Shanghai')::date, (f.at AT TIME ZONE 'Asia/Shanghai')::date, count(*)
FROM case_file c JOIN encounter e ON e.patient_id = c.patient_id AND e.encounter_id = c.encounter_id
LEFT JOIN LATERAL (SELECT min(s.at) AS at FROM case_step s
  WHERE s.patient_id = c.patient_id AND s.file_id = c.file_id AND s.after = $3::text) f ON true
WHERE c.discharged >= $1::timestamptz AND c.discharged < $2::timestamptz AND e.kind = ANY($4::text[])
  AND ($5::bigint = 0 OR c.department_id = $5::bigint) GROUP BY 1, 2, 3, 4"""
GRADES_SQL: Final = """SELECT c.department_id, c.attending_id, c.grade, count(*) FROM case_file c
WHERE c.discharged >= $1::timestamptz AND c.discharged < $2::timestamptz AND c.grade <> '' GROUP BY 1, 2, 3"""
DEFICIENCIES_SQL: Final = """SELECT d.author_id, d.item, d.state, count(*),
  count(*) FILTER (WHERE coalesce(d.answered, d.closed, now()) > d.due) FROM deficiency d
JOIN case_file c ON c.patient_id = d.patient_id AND c.file_id = d.file_id
WHERE c.discharged >= $1::timestamptz AND c.discharged < $2::timestamptz GROUP BY 1, 2, 3"""


class Filed(NamedTuple):
    """So many visits of a department and attending ended in a month; `days` until filed, None for not yet."""

    month: str
    department: int
    person: int
    days: int | None
    files: int


class Graded(NamedTuple):
    """So many case files of a department and attending were graded so."""

    department: int
    person: int
    grade: str
    files: int


class Returned(NamedTuple):
    """So many deficiencies of an author by item and state; `late`: answered after their deadline, or not at all."""

    person: int
    item: str
    state: str
    count_: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A rate: how many of how many."""

    done: int
    of: int


async def filed(
    context: ReadContext, first: datetime, last: datetime, stage: str, *, department: int = 0,
    calendar: Calendar = USUAL,
) -> tuple[Filed, ...]:  # fmt: skip
    """How long filing took for visits that ended in [first, last), in working days."""
    rows = await context.rows(FILING_SQL, first, last, stage, KINDS, department)
    return shaped(rows, calendar)


def shaped(rows: Iterable[Sequence[Any]], calendar: Calendar = USUAL) -> tuple[Filed, ...]:
    """The statement's rows by month and working days."""
    took: dict[tuple[date, date], int] = {}
    out: dict[tuple[str, int, int, int | None], int] = defaultdict(int)
    for department, person, ended, filed_on, n in rows:
        days = None
        if filed_on is not None:
            pair = (ended, filed_on)
            if pair not in took:
                took[pair] = calendar.between(noon(ended), noon(filed_on))
            days = took[pair]
        out[f"{ended:%Y-%m}", department, person, days] += n
    return tuple(Filed(*key, n) for key, n in sorted(out.items(), key=lambda one: (one[0][:3], one[0][3] or 0)))


def noon(day: date) -> datetime:
    """A moment of a day in China."""
    return datetime.combine(day, time(12), tzinfo=CHINA)


def within(rows: Iterable[Filed], days: int) -> Share:
    """归档率: filed within so many working days, of all."""
    found = tuple(rows)
    return Share(
        done=sum(one.files for one in found if one.days is not None and one.days <= days),
        of=sum(one.files for one in found),
    )


async def graded(context: ReadContext, first: datetime, last: datetime) -> tuple[Graded, ...]:
    """Grades of the final check by department and attending, of visits that ended in [first, last)."""
    return tuple(Graded(*row) for row in await context.rows(GRADES_SQL, first, last))


async def returned(context: ReadContext, first: datetime, last: datetime) -> tuple[Returned, ...]:
    """Deficiencies by author, item and state, of visits that ended in [first, last)."""
    return tuple(Returned(*row) for row in await context.rows(DEFICIENCIES_SQL, first, last))

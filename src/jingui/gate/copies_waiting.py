"""四（二）1 复制件: what waits at the records room: to be made, stamped, handed over [4.2.1]"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from jingui.core.errors import Tampered
from jingui.core.matters import KINDS
from jingui.core.release import Copies, CopiesRequest, OrderLine
from jingui.core.words import Role
from jingui.gate import copies_seen
from jingui.gate.context import ReadContext
from jingui.gate.copies_seen import MATTER, Lateness
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.registry import Done

#: Whose approval is there to be copied from. Of what the law asks for some is only looked at: that is no queue.
APPLIED: Final = "patient"
OPEN: Final = """m.kind = ANY($3::text[]) AND m.state = 'executed' AND ($1::bigint = 0 OR m.patient_id = $1::bigint)
  AND NOT EXISTS (SELECT 1 FROM copy_made c WHERE c.matter = m.id)"""
ORDERS_SQL: Final = f"""SELECT {MATTER.sql} FROM matter m
WHERE {OPEN} AND (m.opened, m.id) > ($2::timestamptz, $4::bigint)
ORDER BY m.opened, m.id LIMIT $5::int"""  # noqa: S608 -- own texts only
COUNTS_SQL: Final = f"""SELECT w.what, count(*)::int, min(w.opened) FROM (
  SELECT unnest(array_remove(ARRAY[c.state,
      CASE WHEN c.state = 'confirmed' AND (c.fee = 0 OR c.paid IS NOT NULL) THEN 'to_stamp' END,
      CASE WHEN c.state = 'stamped' AND c.route <> 'portal' THEN 'to_hand' END], NULL)) AS what, m.opened
  FROM copy_made c JOIN matter m ON m.id = c.matter
  WHERE ($1::bigint = 0 OR c.patient_id = $1::bigint) AND c.state IN ('prepared', 'confirmed', 'stamped')
    AND c.kind = ANY($2::text[])) w GROUP BY 1
UNION ALL SELECT 'approved', count(*)::int, min(m.opened) FROM matter m WHERE {OPEN} HAVING count(*) > 0"""  # noqa: S608 -- own texts only
Counts = Mapping[str, tuple[int, datetime]]


def applications(kinds: Sequence[str]) -> list[str]:
    """The matters from whose approval copies of these kinds are made."""
    return [row.id for row in KINDS.values() if row.copies == APPLIED and APPLIED in kinds]


async def counts(context: ReadContext, patient: int, kinds: Sequence[str]) -> Counts:
    """How many wait, by what for, and when the oldest of them was applied for; nothing for a patient."""
    if context.actor.role is Role.PATIENT:
        return {}
    rows = await context.rows(COUNTS_SQL, patient, list(kinds), applications(kinds))
    return {what: (n, opened) for what, n, opened in rows}


def counted(found: Counts, late: Lateness) -> Copies:
    """The counts alone, as a list without lines."""
    return Copies(
        rows=(), waiting={what: n for what, (n, _) in found.items()},
        dues={what: late.due(opened) for what, (_, opened) in found.items()},
    )  # fmt: skip


async def orders(
    context: ReadContext, asked: CopiesRequest, patient: int, kinds: Sequence[str], found: Counts, late: Lateness,
    count: int,
) -> Done:  # fmt: skip
    """A page of approved applications without a copy, the oldest first, as a list of copies; none for a patient."""
    after, number = read_cursor(asked.cursor) if asked.cursor else (copies_seen.NEVER, 0)
    wanted = [] if context.actor.role is Role.PATIENT else applications(kinds)
    rows = [matter(context, row) for row in await context.rows(ORDERS_SQL, patient, after, wanted, number, count + 1)]
    shown = rows[:count]
    patients = tuple(dict.fromkeys(row["patient_id"] for row in shown))
    names = await copies_seen.copied_names(context, sorted(patients))
    lines = tuple(line(context, row, names, late) for row in shown)
    plain = counted(found, late)
    return Done(
        value=Copies(rows=(), waiting=plain.waiting, dues=plain.dues, orders=lines),
        more=cursor(shown[-1]["opened"], shown[-1]["id"]) if len(rows) > count else "",
        patients=patients, lines=tuple(context.line(one) for one in patients),
    )  # fmt: skip


def matter(context: ReadContext, row: Sequence[Any]) -> Mapping[str, Any]:
    """A matter's columns, genuine."""
    group = MATTER.groups["m"]
    if not context.runtime.sealer.holds(group.table, group.values(row), group.mac(row)):
        raise Tampered(where=f"matter:{row[0]}")
    return {name.partition(".")[2]: row[at] for name, at in MATTER.at.items()}


def line(context: ReadContext, row: Mapping[str, Any], names: Mapping[int, str], late: Lateness) -> OrderLine:
    """One application."""
    due = late.due(row["opened"])
    return OrderLine(
        row["id"], row["kind"], context.runtime.public(row["patient_id"], 0), names.get(row["patient_id"], ""),
        row["opened"], row["decided"], due, due <= late.at,
    )  # fmt: skip

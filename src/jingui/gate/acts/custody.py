"""三（二）保管: the life of a record, from its making to its destruction, without what it says [3.2.2] [1.3.3]"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from jingui.core.access import Life, LifeRequest
from jingui.core.errors import Invalid, NotFound, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState, Verb
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.readers import LIFE_SQL, PERSON, reader_lines
from jingui.gate.registry import Done, read_act

MOST = 500
RECORD_SQL = """SELECT r.kind, r.category, r.level, r.state, r.author_id, r.medium, r.retention_class, r.version,
  r.entered, r.department_id, r.encounter_id, k.patient_id IS NOT NULL, e.kind, e.starts, e.ends,
  m.last_visit, m.last_discharge, r.form, r.labels, r.mac
FROM record r LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
LEFT JOIN encounter e ON e.patient_id = r.patient_id AND e.encounter_id = coalesce(r.encounter_id, r.record_id)
CROSS JOIN LATERAL (SELECT max(x.starts) AS last_visit,
  max(x.ends) FILTER (WHERE x.kind = 'inpatient') AS last_discharge FROM encounter x WHERE x.patient_id = $1::bigint) m
WHERE r.patient_id = $1::bigint AND r.record_id = $2::bigint"""


@read_act(Verb.READ_LIFE)
async def read_life(context: ReadContext, permit: Permit) -> Done:
    """Every entry that names the record, oldest first, and the facts that its retention rests on."""
    target = permit.operation.target
    rows = await context.rows(RECORD_SQL, target.patient, target.record)
    if not rows:
        raise NotFound()
    row = rows[0]
    decides = (target.patient, target.record, row[0], row[17], row[1], row[2], row[18], row[3], row[4], row[7], row[6],
               row[5])  # fmt: skip
    if not context.runtime.sealer.holds("record", decides, row[19]):
        raise Tampered(where=f"record:{target.patient}.{target.record}")
    decided = context.may(
        Verb.READ_LIFE, f.CATEGORIES.get(row[1], Category.NONE), f.LEVELS.get(row[2], Level.SECRET),
        state=f.STATES.get(row[3], RecordState.DESTROYED), author=row[4],
    )  # fmt: skip
    if not decided.allow:
        raise Refused(clauses=decided.clauses, rules=decided.rules, reason=decided.reason, matter=decided.matter)
    data = permit.operation.data
    request = data if isinstance(data, LifeRequest) else LifeRequest()
    count = min(max(request.count, 1), MOST)
    public = context.runtime.public(target.patient, target.record)
    named = f'"record":"{public}"'.encode()
    events = await context.rows(LIFE_SQL, target.patient, named, after(request.cursor), count + 1)
    people = await names_of(context).people(context, [row[4], *(one[PERSON] for one in events)])
    departments = await names_of(context).departments(context)
    life = Life(
        kind=row[0], id=public, events=reader_lines(context, events[:count], people),
        facts=facts_of(row, people.get(row[4], NOBODY).name, departments.get(row[9] or 0, "")),
    )  # fmt: skip
    line = context.line(target.patient, target.record, row[0], row[7])
    return Done(value=life, lines=(line,), more=str(events[count - 1][0]) if len(events) > count else "")


def facts_of(row: Sequence[Any], author: str, department: str) -> dict[str, Any]:
    """What custody needs to know of a record: class, medium, where and when it arose, when the terms began."""
    return {
        "category": row[1], "level": row[2], "state": row[3], "author": author, "medium": row[5],
        "retention_class": row[6], "version": row[7], "entered": row[8], "department": department,
        "keyed": row[11],  # False when the data key was destroyed: nothing can be read any more
        "visit_kind": row[12] or "", "visit_starts": row[13], "visit_ends": row[14],
        "last_visit": row[15], "last_discharge": row[16],
    }  # fmt: skip


def after(cursor: str) -> UUID:
    """The entry that the page begins after; Invalid when it is not an entry's id."""
    try:
        return UUID(cursor) if cursor else UUID(int=0)
    except ValueError as error:
        raise Invalid(N_("翻页标记无效。"), places=(("cursor", ""),)) from error

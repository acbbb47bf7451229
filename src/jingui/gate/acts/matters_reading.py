"""一（三）4 责任到人: lists of matters, one matter with its history, its papers [1.3.4] [4.1.2]

Seen by those who started it, whom it concerns, who decided or may decide, and the posts its row names; by nobody else.
"""

from collections.abc import Sequence
from typing import Any, cast

from jingui.core.desk import DeskRequest
from jingui.core.errors import Invalid, NotFound, Refused
from jingui.core.matters import KINDS
from jingui.core.matters.asking import Brought, DelegationsRequest, Matters, MattersRequest, ReadMatter, ReadPaper
from jingui.core.permit import Permit
from jingui.core.words import Role, Verb
from jingui.gate import matters_seen as seen
from jingui.gate.context import ReadContext
from jingui.gate.desk import laid_out
from jingui.gate.matter_lines import lines_of, view
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.registry import Done, read_act
from jingui.store.statements import Columns

MATTER = Columns()
MATTER.sealed("m", "matter")
MATTER.add("m.payload")
# What a portal account asked for stays its own only while its right to that patient lasts: a guardian whose right to
# one child ended sees nothing of that child, whatever other child the account lives through [1.3.2].
MINE = """(m.person_id = $1::bigint AND (m.patient_id = 0
  OR NOT EXISTS (SELECT 1 FROM person pe WHERE pe.id = $1::bigint AND pe.kind = 'patient')
  OR EXISTS (SELECT 1 FROM care_relation c WHERE c.patient_id = m.patient_id AND c.person_id = $1::bigint
    AND c.kind IN ('self', 'guardian') AND c.starts <= now() AND (c.ends IS NULL OR c.ends > now()))))"""
WAITS = f"""m.state IN ('waiting', 'appealed') AND (
  (m.kind, m.step, m.state) IN (SELECT * FROM unnest($2::text[], $3::int[], $4::text[]))
    AND (NOT (m.kind, m.step, m.state) IN (SELECT * FROM unnest($5::text[], $6::int[], $7::text[]))
      OR m.department_id = $8::bigint)
  OR (m.subject_id = $1::bigint AND (m.kind, m.step, m.state)
    IN (SELECT * FROM unnest($9::text[], $10::int[], $11::text[])))
  OR (m.person_id = $1::bigint AND (m.kind, m.step, m.state)
    IN (SELECT * FROM unnest($12::text[], $13::int[], $14::text[]))))
  AND NOT EXISTS (SELECT 1 FROM matter_event v WHERE v.matter_id = m.id AND $1::bigint IN (v.person_id, v.behalf_id)
    AND v.move IN ('approve', 'refuse', 'return', 'reply')
    AND CASE WHEN v.step = m.step + CASE m.state WHEN 'appealed' THEN {seen.APPEALS} ELSE 0 END
      THEN v.round = m.round ELSE NOT m.kind = ANY($15::text[]) END)
  AND (m.person_id <> $1::bigint OR {MINE} AND (m.kind, m.step, m.state)
    IN (SELECT * FROM unnest($12::text[], $13::int[], $14::text[])))"""  # noqa: S608 -- own texts only
DONE = """EXISTS (SELECT 1 FROM matter_event v WHERE v.matter_id = m.id AND v.person_id = $1::bigint
  AND v.move IN ('approve', 'refuse', 'return', 'reply'))"""
# Whether this actor may see a matter at all.
SEES = f"""({MINE} OR {DONE} OR (m.state <> 'draft' AND (
  m.kind = ANY($16::text[]) OR (m.subject_id = $1::bigint AND NOT m.kind = ANY($17::text[])) OR ({WAITS}))))"""
WHICH = {
    "queue": f"({WAITS})", "mine": MINE, "done": DONE, "patient": "m.patient_id = $18::bigint", "all": "true",
}  # fmt: skip
PAGE_SQL = """SELECT {columns} FROM matter m WHERE {sees} AND {which}
  AND ($18::bigint = 0 OR m.patient_id = $18::bigint) AND ($19::text = '' OR m.kind = $19::text)
  AND ($20::text = '' OR m.state = $20::text) AND (NOT $21::bool OR m.due < $22::timestamptz)
  AND ($23::timestamptz IS NULL OR (m.opened, m.id) < ($23::timestamptz, $24::bigint))
ORDER BY m.opened DESC, m.id DESC LIMIT $25::int"""
COUNT_SQL = f"SELECT count(*) FROM matter m WHERE {WAITS}"  # noqa: S608 -- own texts only
ONE_SQL = f"SELECT {MATTER.sql} FROM matter m WHERE m.id = $18::bigint AND {SEES}"  # noqa: S608 -- own texts only
PAPER = Columns()
PAPER.sealed("a", "matter_paper")
PAPER.add("a.payload", "a.at")
PAPERS_SQL = f"""SELECT {PAPER.sql} FROM matter_paper a WHERE a.matter_id = $1::bigint AND NOT a.withdrawn
ORDER BY a.id"""  # noqa: S608 -- own texts only


@read_act(Verb.READ_MATTERS)
async def read_matters(context: ReadContext, permit: Permit) -> Done:
    """A page of matters this actor may see, and how many wait for them [1.3.4]."""
    if isinstance(permit.operation.data, DeskRequest):
        return await laid_out(context, permit, permit.operation.data)
    if isinstance(permit.operation.data, DelegationsRequest):
        return Done(value=await seen.delegations(context, permit))
    request = permit.operation.data if isinstance(permit.operation.data, MattersRequest) else MattersRequest()
    if request.which not in WHICH or (request.kind and request.kind not in KINDS):
        raise Invalid(places=(("which", request.which[:20]),))
    patient = permit.operation.target.patient
    if request.which == "patient" and not patient:
        raise Invalid(places=(("patient", ""),))
    at, number = read_cursor(request.cursor) if request.cursor else (None, 0)
    count = min(max(request.count, 1), 200)
    known = await seen.arguments(context, permit)
    sql = PAGE_SQL.format(columns=MATTER.sql, sees=SEES, which=WHICH[request.which])
    rows = await context.rows(
        sql, *known, patient, request.kind, request.state, request.overdue, permit.at, at, number, count + 1
    )
    shown = [genuine(context, row) for row in rows[:count]]
    more = cursor(shown[-1]["opened"], shown[-1]["id"]) if len(rows) > count else ""
    lines, patients = await lines_of(context, permit, shown)
    waiting = (await context.rows(COUNT_SQL, *known[:15]))[0][0] if request.counted else 0
    return Done(
        value=Matters(rows=lines, waiting=waiting), more=more, patients=patients,
        lines=tuple(context.line(one) for one in patients),
    )  # fmt: skip


def genuine(context: ReadContext, row: Sequence[Any]) -> dict[str, Any]:
    """A row's columns by name; Tampered when it is not as Jingui wrote it."""
    return seen.checked(context.runtime.sealer, MATTER, "m", row)


async def one(context: ReadContext, permit: Permit, number: int) -> dict[str, Any]:
    """One matter that this actor may see. Refused for one they may not; NotFound for none."""
    rows = await context.rows(ONE_SQL, *await seen.arguments(context, permit), number)
    if rows:
        return genuine(context, rows[0])
    exists = await context.rows("SELECT 1 FROM matter WHERE id = $1::bigint AND state <> 'draft'", number)
    if exists and permit.operation.actor.entrance != "portal" and context.actor.role is not Role.PATIENT:
        raise Refused(clauses=("1.3.4", "4.1.2"), reason="not_yours")
    raise NotFound()


@read_act(Verb.READ_MATTER)
async def read_matter(context: ReadContext, permit: Permit) -> Done:
    """A matter with answers, papers, history and the moves that are this actor's now [1.3.4]."""
    data = cast(ReadMatter, permit.operation.data)
    row = await one(context, permit, data.matter)
    papers = [
        seen.checked(context.runtime.sealer, PAPER, "a", paper) for paper in await context.rows(PAPERS_SQL, row["id"])
    ]
    value = await view(context, permit, row, papers)
    lines = seen.target(context, row)
    patients = (row["patient_id"],) if row["patient_id"] else ()
    return Done(value=value, lines=lines, patients=patients, clauses=KINDS[row["kind"]].clauses)


@read_act(Verb.READ_PAPER)
async def read_paper(context: ReadContext, permit: Permit) -> Done:
    """One paper of a matter that this actor may see [4.1.2]."""
    data = cast(ReadPaper, permit.operation.data)
    row = await one(context, permit, data.matter)
    for found in await context.rows(PAPERS_SQL, row["id"]):
        paper = seen.checked(context.runtime.sealer, PAPER, "a", found)
        if paper["id"] == data.paper:
            safe = await seen.safe(context, row)
            name, content = safe.open_paper(paper["id"], paper["payload"])
            value = Brought(paper["kind"], name, paper["media_type"], content)
            patients = (row["patient_id"],) if row["patient_id"] else ()
            return Done(value=value, lines=seen.target(context, row), patients=patients)
    raise NotFound()

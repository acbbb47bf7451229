"""四（一）1 排班与轮转: who stands to which department's patients for a time, as a list [4.1.1]"""

from jingui.core.collect import RosterBoard, RosterLine, RosterRequest
from jingui.core.permit import Permit
from jingui.core.words import Role
from jingui.gate.actors import ROSTERED
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done
from jingui.store.statements import Columns

ROW = Columns()
ROW.sealed("c", "care_relation")
ROW.add("c.basis", "p.staff_no", "p.name", "p.title", "d.name")
SQL = f"""SELECT {ROW.sql} FROM care_relation c JOIN person p ON p.id = c.person_id
LEFT JOIN department d ON d.id = c.department_id
WHERE c.patient_id = 0 AND (c.ends IS NULL OR c.ends > $1::timestamptz)
  AND ($2::bigint = 0 OR c.department_id = $2) ORDER BY d.code, c.starts, p.staff_no, c.relation_id
LIMIT $3::int"""  # noqa: S608 -- own column names
DEPARTMENTS_SQL = """SELECT id, name, name_en FROM department WHERE active AND kind <> 'portal'
AND ($1::bigint = 0 OR id = $1) ORDER BY code LIMIT 1000"""
MOST = 1000


async def rosters(context: ReadContext, permit: Permit, request: RosterRequest) -> Done:
    """The turns that are not over: a ward sees its own department's, the registry every one. No patient is named."""
    ward = context.actor.role in ROSTERED
    own = permit.department if ward else 0
    department = own or request.department
    at, group = ROW.at, ROW.groups["c"]
    rows = await context.rows(SQL, permit.at, department, min(max(request.count, 1), MOST))
    lines = tuple(
        RosterLine(
            row[at["c.relation_id"]], row[at["p.staff_no"]], row[at["p.name"]], row[at["p.title"]],
            row[at["d.name"]] or "", row[at["c.basis"]], row[at["c.starts"]], row[at["c.ends"]],
            context.runtime.sealer.holds("care_relation", group.values(row), group.mac(row)),
            may_end=not ward or row[at["c.department_id"]] == own,
        )
        for row in rows
    )  # fmt: skip
    known = () if context.actor.role not in ROSTERED | {Role.REGISTRAR} else await context.rows(DEPARTMENTS_SQL, own)
    return Done(value=RosterBoard(lines=lines, departments=tuple((row[0], row[1], row[2]) for row in known)))

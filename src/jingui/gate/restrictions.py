"""一（三）2 查阅限制: what a patient closed and to whom, each row genuine [1.3.2]"""

from collections.abc import Sequence
from typing import Any

from jingui.core.errors import NotFound
from jingui.core.portal import RestrictionLine, Restrictions
from jingui.gate.context import ReadContext
from jingui.store.statements import Columns

ROW = Columns()
ROW.sealed("x", "restriction")
ROW.add("d.name", "po.role", "pd.name")
ROWS_SQL = f"""SELECT {ROW.sql} FROM restriction x LEFT JOIN department d ON d.id = x.department_id
LEFT JOIN LATERAL (SELECT p.role, p.department_id FROM post p WHERE p.person_id = x.person_id
  ORDER BY p.state, p.starts DESC LIMIT 1) po ON true
LEFT JOIN department pd ON pd.id = po.department_id
WHERE x.patient_id = $1::bigint ORDER BY x.restriction_id DESC LIMIT 200"""  # noqa: S608 -- own texts only
DEPARTMENTS_SQL = "SELECT id, name, name_en FROM department WHERE active ORDER BY name"


async def restrictions(context: ReadContext) -> Restrictions:
    """Every restriction on the chart, lifted ones too, and the departments that may be named."""
    if context.patient is None:
        raise NotFound()
    rows = await context.rows(ROWS_SQL, context.patient.patient)
    departments = await context.rows(DEPARTMENTS_SQL)
    return Restrictions(
        lines=tuple(line(context, row) for row in rows), departments=tuple(tuple(one) for one in departments)
    )


def line(context: ReadContext, row: Sequence[Any]) -> RestrictionLine:
    """One row; a person is shown by post and department."""
    group, at = ROW.groups["x"], ROW.at
    person = row[at["x.person_id"]]
    against = row[at["pd.name"]] or "" if person else row[at["d.name"]] or ""
    return RestrictionLine(
        restriction=row[at["x.restriction_id"]], kind=row[at["x.kind"]], against=against,
        role=(row[at["po.role"]] or "") if person else "", categories=tuple(row[at["x.categories"]]),
        starts=row[at["x.starts"]], ends=row[at["x.ends"]], lifted=row[at["x.lifted"]],
        genuine=context.runtime.sealer.holds("restriction", group.values(row), group.mac(row)),
    )  # fmt: skip

"""四（一）1 审批与范围: who holds which grant, each row genuine [4.1.1] [4.1.2]"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.access_operations import GrantLine, Grants
from jingui.core.errors import Tampered
from jingui.core.words import Purpose
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.store.statements import Columns

MOST: Final = 200
BACK: Final = timedelta(days=31)  # how long one that is over stays in a list that shows those too
GRANT = Columns()
GRANT.sealed("g", "access_grant")
STANDING = Columns()
STANDING.sealed("s", "post_grant")
ORDER = f"ORDER BY g.starts DESC, g.grant_id LIMIT {MOST}"
SELECT = f"SELECT {GRANT.sql} FROM access_grant g"  # noqa: S608 -- own texts only
WHOLE = f"SELECT {STANDING.sql} FROM post_grant s"  # noqa: S608 -- own texts only
# $1: not over before this moment; $2: whose or about whom
# One's own are part of every desk: both kinds in one statement, each row the one or the other.
MINE_SQL: Final = f"""SELECT {GRANT.sql}, {STANDING.sql} FROM (SELECT * FROM access_grant g
  WHERE g.ends > $1::timestamptz AND g.person_id = $2::bigint {ORDER}) g
FULL JOIN (SELECT * FROM post_grant s
  WHERE s.ends > $1::timestamptz AND s.person_id = $2::bigint ORDER BY s.id LIMIT {MOST}) s ON false
ORDER BY g.starts DESC NULLS LAST, g.grant_id, s.id"""  # noqa: S608 -- own texts only
GRANTS_SQL: Final[dict[Grants, str]] = {
    Grants.PATIENT: f"{SELECT} WHERE g.ends > $1::timestamptz AND g.patient_id = $2::bigint {ORDER}",
    Grants.EMERGENCY: f"{SELECT} WHERE g.ends > $1::timestamptz AND g.purpose = 'emergency' {ORDER}",
}
STANDING_SQL: Final[dict[Grants, str]] = {
    Grants.STANDING: f"{WHOLE} WHERE s.ends > $1::timestamptz ORDER BY s.ends, s.id LIMIT {MOST}",
}


async def held(
    context: ReadContext, which: Grants, at: datetime, *, ended: bool
) -> tuple[tuple[GrantLine, ...], tuple[int, ...]]:
    """The grants of a list, newest first, and the patients they are about. Tampered for a row that is not genuine."""
    since = at - BACK if ended or which is Grants.EMERGENCY else at
    whose = context.operation.target.patient if which is Grants.PATIENT else context.actor.person
    where = GRANT.at
    if which is Grants.MINE:
        both = await context.rows(MINE_SQL, since, whose)
        single = [row for row in both if row[where["g.grant_id"]] is not None]
        standing = [row[len(GRANT.names) :] for row in both if row[where["g.grant_id"]] is None]
    else:
        single = await rows(context, GRANTS_SQL.get(which), since, whose)
        standing = await rows(context, STANDING_SQL.get(which), since, whose)
    people = await names_of(context).people(
        context,
        [row[where["g.person_id"]] for row in single] + [row[STANDING.at["s.person_id"]] for row in standing],
    )
    departments = await names_of(context).departments(context)
    lines = [one(context, row, people, at) for row in single]
    lines += [standing_one(context, row, people, departments, at) for row in standing]
    numbers = tuple(dict.fromkeys(row[where["g.patient_id"]] for row in single if row[where["g.patient_id"]]))
    return tuple(lines), numbers


async def rows(context: ReadContext, sql: str | None, since: datetime, whose: int) -> list[Sequence[Any]]:
    """The rows of one statement; none where a list has no such grants."""
    if sql is None:
        return []
    found: Sequence[Sequence[Any]] = (
        await context.rows(sql, since, whose) if "$2" in sql else await context.rows(sql, since)
    )
    return list(found)


def one(context: ReadContext, row: Sequence[Any], people: Any, at: datetime) -> GrantLine:
    """A grant about one patient, or a right to one count."""
    group, where = GRANT.groups["g"], GRANT.at
    get = {name: row[where[f"g.{name}"]] for name in
           ("patient_id", "grant_id", "person_id", "purpose", "categories", "matter", "starts", "ends")}  # fmt: skip
    if not context.runtime.sealer.holds("access_grant", group.values(row), group.mac(row)):
        raise Tampered(where=f"access_grant:{get['patient_id']}.{get['grant_id']}")
    person = people.get(get["person_id"], NOBODY)
    return GrantLine(
        id=get["grant_id"], patient=context.runtime.public(get["patient_id"], 0) if get["patient_id"] else "",
        person=get["person_id"], name=person.name, title=person.title, department=person.department,
        purpose=get["purpose"], categories=tuple(get["categories"]), matter=get["matter"], starts=get["starts"],
        ends=get["ends"], state=state(get["starts"], get["ends"], at), mine=get["person_id"] == context.actor.person,
        review=get["ends"] if get["purpose"] == Purpose.EMERGENCY else None,
    )  # fmt: skip


def standing_one(
    context: ReadContext, row: Sequence[Any], people: Any, departments: dict[int, str], at: datetime
) -> GrantLine:
    """A standing grant of a post."""
    group, where = STANDING.groups["s"], STANDING.at
    names = ("id", "person_id", "purpose", "categories", "level", "departments", "days", "matter", "starts", "ends",
             "ended")  # fmt: skip
    get = {name: row[where[f"s.{name}"]] for name in names}
    if not context.runtime.sealer.holds("post_grant", group.values(row), group.mac(row)):
        raise Tampered(where=f"post_grant:{get['id']}")
    person = people.get(get["person_id"], NOBODY)
    return GrantLine(
        id=get["id"], patient="", person=get["person_id"], name=person.name, title=person.title,
        department=person.department, purpose=get["purpose"], categories=tuple(get["categories"]),
        matter=get["matter"], starts=get["starts"], ends=get["ends"],
        state="ended" if get["ended"] else state(get["starts"], get["ends"], at), level=get["level"],
        departments=tuple(departments.get(number, "") for number in get["departments"]), days=get["days"],
        standing=True, review=get["ends"], mine=get["person_id"] == context.actor.person,
    )  # fmt: skip


def state(starts: datetime, ends: datetime, at: datetime) -> str:
    """How a grant stands at a moment."""
    return "ended" if ends <= at else "open" if starts <= at else "coming"

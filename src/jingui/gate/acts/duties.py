"""七（一）1 例行工作: runs of duties opened, done and missed, each entered [7.1.1] [1.3.4]"""

from typing import Any, cast

from jingui.core.duties import DUTIES, DoDuty, DutiesRequest, DutyLine, OpenDuties, due
from jingui.core.errors import Conflict, Invalid
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Verb
from jingui.gate import duty_places
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.matters import open_matter
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import DutyRun, Storeroom
from jingui.store.statements import Columns

KNOWN_SQL = "SELECT 1 FROM duty_run WHERE duty = $1::text AND department_id = $2::bigint AND due = $3::timestamptz"
MISSED_SQL = "SELECT id FROM duty_run WHERE state = 'open' AND due <= $1::timestamptz ORDER BY due LIMIT 500"
RUN = Columns()
RUN.sealed("r", "duty_run")
RUN.add("r.payload", "d.name")
STORED = frozenset(duty.id for duty in DUTIES.values() if duty.storerooms)
# A storeroom's run carries the storeroom's number: $6 names those duties.
RUNS_SQL = f"""SELECT {RUN.sql} FROM duty_run r LEFT JOIN LATERAL (
  SELECT name FROM department WHERE id = r.department_id AND r.duty <> ALL($6::text[])
  UNION ALL SELECT name FROM storeroom WHERE id = r.department_id AND r.duty = ANY($6::text[])) d ON true
WHERE r.duty = ANY($1::text[]) AND ($2::bool OR r.state = 'open')
  AND (NOT $3::bool OR r.department_id IN (0, $4::bigint) OR r.duty = ANY($6::text[]))
ORDER BY r.state = 'open' DESC, r.due DESC, r.id LIMIT $5::int"""  # noqa: S608 -- own texts only


@stance(Verb.DO_DUTY)
def doing(_runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the duty is this post's."""
    data = operation.data
    if not isinstance(data, DoDuty):
        return Stance()
    row = DutyRun.objects.filter(pk=data.run).first()
    if row is None:
        return Stance(grant=Grant.COVERS)  # the act says that there is none
    theirs = duty_places.theirs(row.duty, row.department_id, actor)
    return Stance(grant=Grant.COVERS if theirs else Grant.NONE)


@write_act(Verb.DO_DUTY)
def do(context: WriteContext, permit: Permit) -> Done:
    """Record that a duty was done; or, by the system, open the present runs and mark the missed ones [7.1.1]."""
    data = permit.operation.data
    if isinstance(data, OpenDuties) and context.actor.role is Role.SYSTEM:
        return Done(value=open_runs(context, permit))
    data = cast(DoDuty, data)
    result = data.result.strip()
    if len(result) < 4 or len(result) > 4000 or "\0" in result:
        raise Invalid(places=(("result", N_("请写明完成情况（4 至 4000 字）")),))
    row = locked(context, DutyRun, data.run)
    if row.state != "open":
        raise Conflict(N_("这项例行工作已经完成或已过期。"), N_("请刷新列表。"))
    row.state, row.person_id, row.done = "done", permit.person, permit.at
    row.payload = context.runtime.vault.seal_note(f"duty{row.pk}", result.encode())
    if data.abnormal and row.duty in STORED:
        row.matter = remedy(context, permit, row, result)
    keep(context, row)
    return Done(value=row.pk, clauses=DUTIES[row.duty].clauses)


def remedy(context: WriteContext, permit: Permit, run: DutyRun, result: str) -> int:
    """The matter that an abnormal round of a storeroom opens; its keeper answers, or whoever made the round."""
    room = Storeroom.objects.filter(pk=run.department_id).first()
    if room is not None:
        context.runtime.sealer.check(room)
    subject = (room.person_id if room is not None else 0) or permit.person
    answers = {"place": room.name if room is not None else N_("全院"), "what": DUTIES[run.duty].text, "found": result}
    return int(open_matter(context, permit, "protection_finding", answers, patient=0, subject=subject).pk)


def open_runs(context: WriteContext, permit: Permit) -> tuple[int, int]:
    """How many runs were opened, and how many are missed now."""
    departments, storerooms = duty_places.places()
    made = 0
    for duty in DUTIES.values():
        end = due(duty.every, permit.at)
        for department in duty_places.of(duty, departments, storerooms):
            if not raw(KNOWN_SQL, duty.id, department, end):
                keep(context, DutyRun(id=next_id(DutyRun), duty=duty.id, department_id=department, due=end), new=True)
                made += 1
    missed = raw(MISSED_SQL, permit.at)
    for (number,) in missed:
        row = locked(context, DutyRun, number)
        row.state = "missed"
        keep(context, row)
    return made, len(missed)


@read_act(Verb.READ_DUTIES)
async def read(context: ReadContext, permit: Permit) -> Done:
    """Runs of duties: my post's open ones, or all with their results [1.3.4]."""
    data = permit.operation.data
    request = data if isinstance(data, DutiesRequest) else DutiesRequest()
    role = context.actor.role
    wanted = [duty.id for duty in DUTIES.values() if not request.mine or role in duty.roles]
    found = await context.rows(
        RUNS_SQL,
        wanted,
        request.settled,
        request.mine,
        context.actor.department,
        min(max(request.count, 1), 500),
        sorted(STORED),
    )
    rows: list[dict[str, Any]] = [checked(context.runtime.sealer, RUN, "r", row) for row in found]
    people = await names_of(context).people(context, [row["person_id"] for row in rows])
    lines = tuple(
        DutyLine(
            id=row["id"], duty=row["duty"], department=row["name"] or "", due=row["due"], state=row["state"],
            person=people.get(row["person_id"], NOBODY).name, done=row["done"],
            result=context.runtime.vault.open_note(f"duty{row['id']}", row["payload"]).decode()
            if row["payload"] else "",
            mine=duty_places.theirs(row["duty"], row["department_id"], context.actor),
            entry=str(row["entry"]), place=row["department_id"], matter=row["matter"],
        )
        for row in rows
        if row["duty"] in DUTIES
    )  # fmt: skip
    return Done(value=lines)

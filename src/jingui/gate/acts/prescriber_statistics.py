"""四（一）3 防统方: counting per prescriber or department: once per approval, to its end or not at all [4.1.3]"""

from datetime import timedelta
from typing import cast

from jingui.core.access_operations import Counted, CountPrescriptions, Scope
from jingui.core.entry import Line
from jingui.core.errors import Conflict, NotFound, Tampered
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant as GrantWord
from jingui.core.words import Verb
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.counting import Sums, counted, orders, result
from jingui.gate.granting import STATISTICS
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant

PART = 1000  # orders in one transaction: its entry names each of them
HOURS = 2  # a run that was begun ends within this time
RIGHT_SQL = """SELECT patient_id, grant_id FROM access_grant WHERE patient_id = 0 AND person_id = $1::bigint
AND purpose = $2::text AND matter = $3::bigint AND starts <= $4::timestamptz AND ends > $4::timestamptz"""


@stance(Verb.PRESCRIBER_STATISTICS)
def approved(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether `operation.matter` gave the actor a right to a count that is not used up and is genuine."""
    row = right(operation, actor.person)
    if row is None:
        return Stance()
    runtime.sealer.check(row)
    return Stance(GrantWord.COVERS)


def right(operation: Operation, person: int) -> Grant | None:
    """The right that the operation names, None for none."""
    if not operation.matter or not person:
        return None
    rows = raw(RIGHT_SQL, person, STATISTICS, operation.matter, operation.at)
    return Grant.objects.filter(pk=tuple(rows[0])).first() if rows else None


@write_act(Verb.PRESCRIBER_STATISTICS)
def count(context: WriteContext, permit: Permit) -> Done:
    """One part of the one run: the right's own row counts the parts, so none is run twice and none after the end.

    The sums so far travel sealed in the cursor: whoever breaks off learns nothing. The value is a `Counted`.
    """
    data = cast(CountPrescriptions, permit.operation.data)
    found = right(permit.operation, permit.person)
    if found is None:
        raise NotFound()
    row = locked(context, Grant, (found.patient_id, found.grant_id))
    try:
        scope = Scope.of(tuple(row.categories))
    except ValueError as error:
        raise Tampered(where=f"access_grant:0.{row.grant_id}") from error
    name = f"statistics{row.grant_id}.{row.version}"
    if not data.cursor:
        if row.version != 1:
            raise Conflict(
                N_("这次批准的统计已经开始或完成，不能重新开始。"), N_("请继续未完成的统计，或重新提出申请。")
            )
        sums = Sums(total=orders(scope))
        most = settings.number(context.runtime, context.epoch, "statistics_orders")
        if sums.total > most:
            raise Conflict(N_("期间内的医嘱过多，超出一次统计的上限。"), N_("请缩短期间后重新申请。"))
        row.ends = permit.at + timedelta(hours=HOURS)
    else:
        sums = Sums.opened(context.runtime, name, data.cursor)
    seen = counted(context, scope, sums, PART)
    done = len(seen) < PART
    if done:
        row.ends = permit.at
    keep(context, row)
    cursor = "" if done else sums.sealed(context.runtime, f"statistics{row.grant_id}.{row.version}")
    public = context.runtime.public
    lines = tuple(Line(public(one.patient, 0), public(one.patient, one.record), one.kind, one.version) for one in seen)
    value = Counted(
        scope=scope, lines=result(context, scope, sums) if done else (), read=sums.read, total=sums.total,
        unreadable=sums.unreadable, done=done,
    )  # fmt: skip
    patients = tuple(dict.fromkeys(one.patient for one in seen))
    return Done(value=value, more=cursor, lines=lines, patients=patients, note=" ".join(scope.words()).encode())

"""一（三）2 告知后放行: a highly sensitive result is told by a doctor first, then the portal shows it [1.3.2] [2.1.3]

What is given is a sealed grant of one record for one portal account, nothing wider; it ends when the doctor takes it
back, when the account's own right to the chart ends, or with the setting `release_days`.
"""

from datetime import datetime, timedelta
from typing import cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.portal import ReleaseResult, WithdrawRelease
from jingui.core.word import N_
from jingui.core.words import Level, Purpose, RecordState, Relation, Verb
from jingui.gate import settings
from jingui.gate.acts.portal import reaching
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked_record
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Record

PURPOSE = Purpose.PATIENT_REQUEST.value
SHORTEST = 4  # letters of what was told: less says nothing
TO = frozenset({Relation.SELF, Relation.GUARDIAN})


@write_act(Verb.RELEASE_RESULT)
def release_result(context: WriteContext, permit: Permit) -> Done:
    """Let the patient's portal show the target record, or take that back."""
    target, data = permit.operation.target, permit.operation.data
    record = locked_record(context, target.patient, target.record)
    if isinstance(data, WithdrawRelease):
        return _withdraw(context, permit, record, data)
    return _release(context, permit, record, cast(ReleaseResult, data))


def _release(context: WriteContext, permit: Permit, record: Record, data: ReleaseResult) -> Done:
    if len(data.told.strip()) < SHORTEST:
        raise Invalid(places=(("told", N_("请写明向谁告知了什么")),))
    if not data.to or not set(data.to) <= TO:
        raise Invalid(places=(("to", N_("请选择放行给谁")),))
    if record.level != Level.SECRET or record.state in (RecordState.DRAFT, RecordState.DESTROYED):
        raise Conflict(N_("这份记录不需要放行。"), N_("只有高度敏感的结果须由医师告知后放行。"))
    live = [row for row in reaching(context, record.patient_id, permit.at) if row.kind in data.to]
    if not live:
        raise Conflict(N_("没有可以放行的门户账号。"), N_("患者到窗口开通门户后再放行；已告知的内容可先写入病程。"))
    standing = {row.person_id for row in _standing(context, record, permit.at)}
    longest = permit.at + timedelta(days=settings.number(context.runtime, context.epoch, "release_days"))
    fresh = {row.person_id: row.ends for row in live if row.person_id and row.person_id not in standing}
    if not fresh:
        raise Conflict(N_("这份记录已经放行。"))
    for person, ends in sorted(fresh.items()):
        made = Grant(
            patient_id=record.patient_id, grant_id=context.runtime.number(context.runtime.clock.now()),
            person_id=person, purpose=PURPOSE, categories=[], matter=0, starts=permit.at,
            ends=min(longest, ends or longest), record_id=record.record_id,
        )  # fmt: skip
        keep(context, made, new=True)
    return Done(value=len(fresh), lines=_lines(context, record), note=data.told.strip().encode())


def _withdraw(context: WriteContext, permit: Permit, record: Record, data: WithdrawRelease) -> Done:
    if len(data.reason.strip()) < SHORTEST:
        raise Invalid(places=(("reason", N_("请写明撤回的原因")),))
    standing = _standing(context, record, permit.at)
    if not standing:
        raise NotFound(N_("这份记录没有放行。"))
    for row in standing:
        row.ends = permit.at
        keep(context, row)
    return Done(value=len(standing), lines=_lines(context, record), note=data.reason.strip().encode(), bump=True)


def _standing(context: WriteContext, record: Record, at: datetime) -> list[Grant]:
    """The releases of this record that hold now, locked and genuine."""
    rows = Grant.objects.select_for_update().filter(
        patient_id=record.patient_id, record_id=record.record_id, purpose=PURPOSE, ends__gt=at
    )
    for row in rows:
        context.runtime.sealer.check(row)
    return list(rows)


def _lines(context: WriteContext, record: Record) -> tuple[Line, ...]:
    return (context.line(record.patient_id, record.record_id, record.kind, record.version),)

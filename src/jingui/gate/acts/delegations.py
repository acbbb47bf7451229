"""一（三）4 责任到人: lending one's power to decide, for a time, to a named person [1.3.4] [4.2.2]"""

from datetime import timedelta
from typing import cast

from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.matters import KINDS
from jingui.core.matters.asking import Delegate, EndDelegation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import settings
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Delegation, Person

CHAIN_SQL = """SELECT 1 FROM delegation WHERE to_person_id = $1::bigint AND post_id = $2::bigint AND NOT ended
AND ends > $3::timestamptz"""
OVERLAP_SQL = """SELECT 1 FROM delegation WHERE person_id = $1::bigint AND post_id = $2::bigint AND NOT ended
AND to_person_id = $3::bigint AND starts < $5::timestamptz AND ends > $4::timestamptz"""


@write_act(Verb.DELEGATE)
def delegate(context: WriteContext, permit: Permit) -> Done:
    """Let a named colleague decide in one's place for a time; a lent power is never lent on [1.3.4]."""
    data = cast(Delegate, permit.operation.data)
    most = timedelta(days=settings.number(context.runtime, context.epoch, "delegation_days"))
    wrong = []
    if data.ends <= data.starts or data.ends <= permit.at:
        wrong.append(("ends", N_("结束时间须晚于开始时间和现在")))
    elif data.ends - data.starts > most:
        wrong.append(("ends", N_("超出委托的最长期限")))
    if data.to_person == permit.person:
        wrong.append(("to_person", N_("不能委托给自己")))
    unknown = [name for name in data.kinds if name not in KINDS]
    if unknown:
        wrong.append(("kinds", N_("没有这类事项")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    other = locked(context, Person, data.to_person)
    if not other.active or other.kind != "staff":
        raise Invalid(places=(("to_person", N_("只能委托给在职人员")),))
    if raw(CHAIN_SQL, permit.person, context.actor.post, permit.at):
        raise Refused(N_("别人委托给您的权力不能再转委托。"), clauses=("1.3.4",), reason="not_own")
    if raw(OVERLAP_SQL, permit.person, context.actor.post, data.to_person, data.starts, data.ends):
        raise Conflict(N_("这段时间已经委托给此人。"), N_("请先终止原来的委托。"))
    row = Delegation(
        id=next_id(Delegation), person_id=permit.person, post_id=context.actor.post, to_person_id=data.to_person,
        kinds=sorted(set(data.kinds)), starts=data.starts, ends=data.ends,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk)


@write_act(Verb.END_DELEGATION)
def end(context: WriteContext, permit: Permit) -> Done:
    """End a delegation now; whoever gave or received it may [1.3.4]."""
    data = cast(EndDelegation, permit.operation.data)
    row = locked(context, Delegation, data.delegation)
    if permit.person not in (row.person_id, row.to_person_id):
        raise Refused(N_("只有委托人或受托人可以终止委托。"), clauses=("1.3.4",), reason="not_own")
    if row.ended or row.ends <= permit.at:
        raise Conflict(N_("该委托已经结束。"), N_("无需处理。"))
    row.ended = True
    keep(context, row)
    return Done(bump=True)

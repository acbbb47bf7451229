"""四（一）内部查阅: opening a chart in an emergency, listing grants, ending them [4.1.1] [4.1.3]"""

from datetime import timedelta
from typing import Any, cast

from jingui.core.access_operations import EndGrant, Grants, GrantsRequest, Opened
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant as GrantWord
from jingui.core.words import Purpose, Verb
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.matters import open_matter
from jingui.gate.context import ReadContext
from jingui.gate.granting import new_grant
from jingui.gate.holding import held
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Patient, PostGrant

HOLDER_SQL = "SELECT person_id FROM access_grant WHERE patient_id = $1::bigint AND grant_id = $2::bigint"
STANDING_HOLDER_SQL = "SELECT person_id FROM post_grant WHERE id = $1::bigint"
LONGEST = 1000  # characters of a reason: words, not a document


@write_act(Verb.BREAK_GLASS)
def break_glass(context: WriteContext, permit: Permit) -> Done:
    """紧急调阅: a grant for this person and patient, and the matter that reviews it, in one transaction [4.1.1].

    The rules asked for the reason. A second click finds the grant that is open and opens no second review.
    """
    number = permit.operation.target.patient
    reason = permit.operation.reason.strip()
    if not number:
        raise NotFound()
    if len(reason) > LONGEST or "\0" in reason:
        raise Invalid(places=(("reason", N_("内容过长或含有不可用的字符")),))
    locked(context, Patient, number)  # two clicks at once: the second waits here and finds the first one's grant
    for row in Grant.objects.filter(
        patient_id=number, person_id=permit.person, purpose=Purpose.EMERGENCY.value, ends__gt=permit.at
    ):
        context.runtime.sealer.check(row)
        # two clicks may reach the lock in the other order than they were made: it may begin a moment later
        return Done(value=Opened(grant=row.grant_id, until=row.ends, matter=row.matter, again=True))
    review = open_matter(context, permit, "emergency_review", {"reason": reason}, patient=number, subject=permit.person)
    until = permit.at + timedelta(hours=settings.number(context.runtime, context.epoch, "emergency_hours"))
    made = new_grant(
        context, number, permit.person, Purpose.EMERGENCY.value, (), matter=review.pk, starts=permit.at, ends=until
    )
    return Done(value=Opened(grant=made.grant_id, until=until, matter=review.pk))


@read_act(Verb.READ_GRANTS)
async def read_grants(context: ReadContext, permit: Permit) -> Done:
    """Grants as lists show them: one's own, a patient's, the standing ones, the emergency accesses [4.1.1]."""
    data = permit.operation.data
    request = data if isinstance(data, GrantsRequest) else GrantsRequest()
    which = Grants.MINE if request.mine else request.which
    if (which is Grants.PATIENT) != bool(permit.operation.target.patient):
        raise Invalid(places=(("which", N_("请从患者页面查看该患者的授权")),))
    lines, patients = await held(context, which, permit.at, ended=request.ended)
    named = tuple(context.line(number) for number in patients)
    return Done(value=lines, lines=named, patients=patients)


@stance(Verb.END_GRANT)
def holder(runtime: Runtime, operation: Any, actor: ActorFacts) -> Stance:
    """Whether the grant is the actor's own: anybody may give back what was granted to them."""
    data = cast(EndGrant, operation.data)
    rows = raw(STANDING_HOLDER_SQL, data.standing) if data.standing else raw(HOLDER_SQL, data.patient, data.grant)
    return Stance(GrantWord.NONE, bool(rows) and bool(actor.person) and rows[0][0] == actor.person)


@write_act(Verb.END_GRANT)
def end_grant(context: WriteContext, permit: Permit) -> Done:
    """End a grant at once: whoever reads under it is decided again [4.1.1]."""
    data = cast(EndGrant, permit.operation.data)
    if bool(data.standing) == bool(data.grant):
        raise Invalid(places=(("grant", N_("请指定一项授权")),))
    if data.standing:
        standing = locked(context, PostGrant, data.standing)
        if standing.ended:
            raise Conflict(N_("该授权已经终止。"))
        standing.ended = True
        standing.ends = min(standing.ends, permit.at)
        keep(context, standing)
        return Done(value=standing.pk, note=data.reason.encode(), bump=True)
    row = locked(context, Grant, (data.patient, data.grant))
    if row.ends <= permit.at:
        raise Conflict(N_("该授权已经终止。"))
    row.ends = permit.at
    keep(context, row)
    return Done(
        value=row.grant_id, note=data.reason.encode(), bump=True,
        lines=(context.line(data.patient),) if data.patient else (),
        patients=(data.patient,) if data.patient else (),
    )  # fmt: skip

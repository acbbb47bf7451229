"""五（一）2 传输通道: opened as approved, paused by one person, resumed by two others, ended [5.1.1] [5.1.2]"""

from typing import cast

from jingui.core.channels import carries_there
from jingui.core.errors import Conflict, Refused
from jingui.core.partnering import ChangeChannel, OpenChannel
from jingui.core.partners import ChannelState
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import partners, sharing_ended
from jingui.gate.matter_safe import safe_of
from jingui.gate.partners_effects import channel_asked, options
from jingui.gate.proposals import carries, tells
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Channel

carries(Verb.RESUME_CHANNEL, ChangeChannel)
tells(Verb.RESUME_CHANNEL, lambda data: {"about": data.about, "reason": data.reason})


@write_act(Verb.OPEN_CHANNEL)
def open_channel(context: WriteContext, permit: Permit) -> Done:
    """开通传输通道 with exactly the approved answers, once [5.1.2]."""
    data = cast(OpenChannel, permit.operation.data)
    partners.alone(context)
    matter = partners.approved(context, data.matter, "open_channel", permit.at)
    if Channel.objects.filter(matter=matter.pk).exists():
        raise Conflict(N_("这项批准已经用于开通通道。"), N_("每次批准只能开通一次。"))
    answers = safe_of(context.runtime, raw, matter.pk, matter.patient_id).open_answers(matter.payload)
    channel_asked(context, permit, answers)
    partner = partners.named(context, answers)
    row = Channel(
        id=next_id(Channel), partner_id=partner.pk, code=answers["code"], kind=answers["kind"],
        network=answers["network"], direction=answers["direction"], address=answers.get("address", ""),
        options=options(answers), most=int(answers["most"]), seconds=int(answers["seconds"]),
        state=ChannelState.OPEN.value, matter=matter.pk,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, lines=(partners.line(row),), note=f"{row.code} {row.address}".encode())


@write_act(Verb.PAUSE_CHANNEL)
def pause(context: WriteContext, permit: Permit) -> Done:
    """暂停传输通道: nothing more goes or comes over it [5.1.2]."""
    row, reason = found(context, permit, ChannelState.OPEN, N_("通道没有开通，无需暂停。"))
    row.state, row.paused, row.paused_by = ChannelState.PAUSED.value, permit.at, permit.person
    keep(context, row)
    return Done(value=row.pk, lines=(partners.line(row),), note=reason.encode(), bump=True)


@write_act(Verb.RESUME_CHANNEL)
def resume(context: WriteContext, permit: Permit) -> Done:
    """恢复传输通道: asked for by somebody else than who paused it, confirmed by a second person [5.1.2]."""
    row, reason = found(context, permit, ChannelState.PAUSED, N_("通道没有暂停。"))
    if row.paused_by == permit.person:
        raise Refused(
            N_("暂停人不能提出恢复。"), N_("请由另一名有权限的人员提出，再由第二人确认。"), clauses=("5.1.2", "6.1.2"),
            reason="party",
        )  # fmt: skip
    partners.active(context, row.partner_id)
    if not carries_there(row.kind, row.network):
        raise Conflict(N_("该网络不能承载这种通道。"), N_("请开通新的通道。"))
    row.state, row.paused, row.paused_by = ChannelState.OPEN.value, None, 0
    keep(context, row)
    return Done(value=row.pk, lines=(partners.line(row),), note=reason.encode(), bump=True)


@write_act(Verb.END_CHANNEL)
def end(context: WriteContext, permit: Permit) -> Done:
    """停用传输通道, for good [5.1.2]."""
    data = cast(ChangeChannel, permit.operation.data)
    reason = partners.said(data.reason)
    row = locked(context, Channel, data.channel)
    if row.state == ChannelState.ENDED:
        raise Conflict(N_("通道已停用。"))
    row.state = ChannelState.ENDED.value
    keep(context, row)
    waiting = sharing_ended.part(context, permit.at, partner=row.partner_id)
    lines = (partners.line(row), *waiting.lines)
    return Done(value=row.pk, lines=lines, patients=waiting.patients, note=reason.encode(), bump=True)


def found(context: WriteContext, permit: Permit, state: ChannelState, otherwise: str) -> tuple[Channel, str]:
    """The channel, locked, in that state, and the reason given."""
    data = cast(ChangeChannel, permit.operation.data)
    reason = partners.said(data.reason)
    row = locked(context, Channel, data.channel)
    partners.same_words(data.about, row.code)
    if row.state != state:
        raise Conflict(otherwise, N_("请刷新页面查看通道状态。"))
    return row, reason

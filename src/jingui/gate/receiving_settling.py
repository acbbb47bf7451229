"""五（一）3: what waited is settled by a person: filed for a patient or rejected; the sender is told [5.1.3] [2.1.2]"""

from typing import Final

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.receiving import LONGEST_REASON, SettleReceived
from jingui.core.transmit import Direction, Media, ReceivedState
from jingui.core.word import N_
from jingui.crypto.parcel_head import content_of
from jingui.formats import inbound
from jingui.gate.partners_standing import standing
from jingui.gate.receiving_consent import consented
from jingui.gate.receiving_people import contradicts, living
from jingui.gate.receiving_records import Filing, enter
from jingui.gate.receiving_slip import drop, open_waiting, wrapped_key
from jingui.gate.receiving_told import tell
from jingui.gate.registry import Done
from jingui.gate.rows import keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import Received

DIFFERS: Final = N_("资料中写明的姓名、出生日期或证件号与所选患者不一致。核对无误仍要归入的，请写明理由。")
#: Doubts that nobody overrules by filing the content all the same: what was found, and what to do.
NEVER: Final = {
    "virus": N_("可能含有病毒的内容不能归入病历。"),
    "invalid": N_("不符合标准的内容不能归入病历，请退回发送方。"),
}


def settle(context: WriteContext, permit: Permit) -> Done:
    """归入患者病历或退回 [5.1.3]."""
    data = permit.operation.data
    if not isinstance(data, SettleReceived):
        raise Invalid()
    row = locked(context, Received, data.received)
    if row.state != ReceivedState.QUARANTINED or row.payload is None:
        raise Conflict(N_("这份资料已经处理过。"), N_("请刷新页面查看结果。"))
    reason = " ".join(data.reason.split())
    if len(reason) > LONGEST_REASON:
        raise Invalid(places=(("reason", N_("过长")),))
    lines: tuple[Line, ...] = ()
    if data.accept:
        lines = accepted(context, permit, row, reason)
    else:
        if not reason:
            raise Invalid(places=(("reason", N_("请写明退回的理由")),))
        if permit.operation.target.patient:
            raise Invalid(places=(("patient", N_("退回时不选择患者")),))
        row.state = ReceivedState.REFUSED.value
        row.reason = "rejected"
    row.settled, row.person_id, row.payload = context.runtime.clock.now(), context.actor.person, None
    drop(context, row.pk)
    keep(context, row)
    tell(context, row)
    return Done(
        value=row.pk, lines=(*lines, Line("", "", f"received:{row.pk}", 0)), note=reason.encode(),
        patients=(row.patient_id,) if row.patient_id else (),
    )  # fmt: skip


def accepted(context: WriteContext, permit: Permit, row: Received, reason: str) -> tuple[Line, ...]:
    """Filed for the operation's target; what stood against it is looked at again.

    Against what the content itself says of its patient only with a reason, which the entry keeps.
    """
    number = permit.operation.target.patient
    if not number:
        raise Invalid(places=(("patient", N_("请选择患者")),))
    if row.reason in NEVER:
        raise Conflict(NEVER[row.reason], N_("请选择退回，并写明理由。"))
    facts = living(context, number)
    if facts is None:
        raise NotFound() if context.patient is None else Gone()
    if facts.tampered:
        raise Tampered(where=facts.tampered)
    opened = open_waiting(context.runtime, row.pk, wrapped_key(row.pk), bytes(row.payload or b""))
    parcel = content_of(opened)
    partner = standing(context, row.partner_id, direction=Direction.IN).partner
    filing = Filing(
        message=parcel.message, media=Media(row.media), purpose=parcel.purpose, agreement=parcel.agreement,
        sender=parcel.sender, sender_name=partner.name, made=parcel.made, content=parcel.content,
        inbound=inbound.read(Media(row.media), parcel.content),
    )  # fmt: skip
    if not reason and contradicts(context, filing.inbound.patient, facts.patient):
        raise Invalid(places=(("reason", DIFFERS),))
    if not consented(context, facts, filing):
        raise Conflict(N_("该患者没有同意本院接收此类资料。"), N_("请先取得患者的书面同意，或退回发送方。"))
    records, lines = enter(context, facts, filing)
    row.patient_id, row.records, row.state = facts.patient, list(records), ReceivedState.TAKEN.value
    return lines

"""五（一）3 传输: content is handed to the gateway, receipts are proven, failures are counted [5.1.3] [5.1.1]"""

from datetime import timedelta
from typing import Final

from jingui.core.errors import Conflict, Gone, Invalid, JinguiError, Refused
from jingui.core.partners import Standing, Use
from jingui.core.permit import Permit
from jingui.core.sending import AGAIN, FREE, PROBLEMS, Consignment, Held, Send, TakeReceipt, Unsent, stops
from jingui.core.transmit import CHANNELS, Media, Parcel, ReceivedState, TransmissionState
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.crypto import jose
from jingui.crypto.canon import canon
from jingui.gate import gateway_seen, partners_standing, sending
from jingui.gate.acts import transmit_sending as failing
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep
from jingui.gate.writing import WriteContext
from jingui.store.models import Transmission

TRANSMISSION: Final = "transmission"  # the kind of a target that is one
OUTCOMES: Final = {
    ReceivedState.TAKEN.value: TransmissionState.RECEIPTED, ReceivedState.QUARANTINED.value:
    TransmissionState.QUARANTINED, ReceivedState.REFUSED.value: TransmissionState.REFUSED,
}  # fmt: skip
OPEN: Final = frozenset({"queued", "sending", "failed", "stopped"})  # states in which a receipt is still news


@write_act(Verb.SEND)
def send(context: WriteContext, permit: Permit) -> Done:
    """Everything is checked again, then the content is handed out sealed; or a failure is counted [5.1.3]."""
    match permit.operation.data:
        case Send() as data:
            return hand_out(context, permit, data)
        case Unsent() as data:
            return unsent(context, permit, data)
    raise Invalid()


def row_of(context: WriteContext, permit: Permit, number: int) -> Transmission:
    """The transmission of the patient whom the operation is about."""
    return sending.held(context, permit.operation.target.patient, number)


def hand_out(context: WriteContext, permit: Permit, data: Send) -> Done:
    """The consignment, or why it is held; leased, so that no second process takes it meanwhile."""
    row = row_of(context, permit, data.transmission)
    if row.state not in sending.LIVE:
        raise Conflict(N_("这次传输已经结束。"), reason="ended")
    if row.next is not None and row.next > permit.at:
        raise Conflict(N_("这次传输尚未到时间，或正由另一进程办理。"), reason="leased")
    stood = sending.standing_of(context, row)
    reason = sending.hindrance(context, row, stood, permit.at)
    if not reason and not sending.readable(context, row):
        reason = "gone"
    row.attempts += reason not in FREE
    if reason in FREE:
        row.state, row.problem, row.next = TransmissionState.QUEUED.value, reason, permit.at + timedelta(seconds=30)
        keep(context, row)
        return told(context, row, Held(reason=reason, stopped=False), reason)
    if reason or row.attempts > failing.number(context, "send_attempts"):
        failing.failed(context, permit, row, stood, reason or "killed")
        return told(context, row, Held(reason=reason or "killed", stopped=stops(reason or "killed")), reason)
    row.state, row.problem = TransmissionState.SENDING.value, ""
    limit = stood.channel.seconds if stood.channel else 0
    row.next = permit.at + timedelta(seconds=limit + failing.number(context, "send_lease_seconds"))
    keep(context, row)
    try:
        made = consignment(context, permit, row, stood, body=data.body)
    except JinguiError as error:
        if isinstance(error, Gone):
            raise
        failing.failed(context, permit, row, stood, "keys")
        return told(context, row, Held(reason="keys", stopped=False), error.code)
    return told(context, row, made, "")


def consignment(
    context: WriteContext, permit: Permit, row: Transmission, stood: Standing, *, body: bool
) -> Consignment:
    """What the gateway carries over this channel."""
    channel = stood.channel
    if channel is None:
        raise Conflict(reason="channel_missing")
    kind = CHANNELS[channel.kind]
    content = sending.content_of(context, row) if body else b""
    if body and kind.sealed:
        content = sealed(context, permit, row, stood, content)
    pins, roots = sending.partner_pins(stood)
    return Consignment(
        message=row.message, channel=channel.id, code=channel.code, kind=channel.kind, address=channel.address,
        options=sending.options_of(channel.options), network=channel.network, media=row.media, label=row.label,
        body=content, sealed=kind.sealed, pins=pins, roots=roots, seconds=channel.seconds, attempt=row.attempts,
    )  # fmt: skip


def sealed(context: WriteContext, permit: Permit, row: Transmission, stood: Standing, content: bytes) -> bytes:
    """The content signed by this house and sealed for the partner's newest certificate."""
    if context.runtime.gateway_keys is None or not context.runtime.uscc:
        raise Conflict(N_("本院没有配置传输网关的密钥或统一社会信用代码。"), reason="keys")
    parcel = Parcel(
        message=row.message, sender=context.runtime.uscc, receiver=stood.partner.uscc, purpose=row.purpose,
        media=Media(row.media), label=row.label, agreement=stood.agreement.number if stood.agreement else "",
        made=context.runtime.clock.machine(), reply_to=row.reply_to, content=content,
    )  # fmt: skip
    return jose.pack(parcel, context.runtime.gateway_keys().sign, stood.certificates(Use.ENCRYPT)[0].der)


def unsent(context: WriteContext, permit: Permit, data: Unsent) -> Done:
    """An attempt failed: its wait, its end or its matter."""
    if data.problem not in PROBLEMS:
        raise Invalid(places=(("problem", data.problem[:40]),))
    row = row_of(context, permit, data.transmission)
    if row.state != TransmissionState.SENDING:
        raise Conflict(N_("这次传输已经结束。"), reason="ended")
    stood = sending.standing_of(context, row)
    state = failing.failed(context, permit, row, stood, data.problem, max(0, min(data.wait, 3600)))
    return told(context, row, state, data.problem)


@write_act(Verb.TAKE_RECEIPT)
def take_receipt(context: WriteContext, permit: Permit) -> Done:
    """A receipt is proven to be this message's, this content's and this receiver's; once, and kept as it came."""
    data = permit.operation.data
    if not isinstance(data, TakeReceipt):
        raise Invalid()
    row = row_of(context, permit, data.transmission)
    if row.state not in OPEN or row.receipt is not None:
        raise Conflict(N_("这次传输的回执已经登记。"), reason="receipt_again")
    stood = partners_standing.standing(context, row.partner_id, row.agreement_id, row.channel_id)
    outcome, why, kept = proven(context, permit, row, stood, data)
    if why in AGAIN:
        state = failing.failed(context, permit, row, stood, why)
        return told(context, row, state, why)
    row.state, row.problem, row.next = OUTCOMES[outcome].value, why, None
    row.receipt, row.received = kept, permit.at
    if outcome == ReceivedState.REFUSED:
        failing.matter_of(context, permit, row, stood, "rejected")
    keep(context, row)
    refused = outcome == ReceivedState.REFUSED
    failing.count(row.channel_id, permit.at, sent=int(not refused), failed=int(refused))
    return told(context, row, row.state, why)


def proven(
    context: WriteContext, permit: Permit, row: Transmission, stood: Standing, data: TakeReceipt
) -> tuple[str, str, bytes]:
    """Outcome, reason and the bytes to keep; Refused for a receipt that proves nothing of this transmission."""
    channel = stood.channel
    unsealed = channel is not None and not CHANNELS[channel.kind].sealed
    if unsealed and data.answer is not None and not data.receipt:
        if data.answer.peer not in {one.fingerprint for one in stood.certificates(Use.TLS)}:
            raise false_receipt()
        said = {"type": "jingui-transport/1", "kind": channel.kind if channel else "", "code": data.answer.code[:80],
                "digest": data.answer.digest.hex(), "peer": data.answer.peer, "message": str(row.message),
                "at": permit.at.isoformat()}  # fmt: skip
        return ReceivedState.TAKEN.value, "", canon(said)
    pins = {jose.kid_of(one.fingerprint): one.der for one in stood.certificates(Use.SIGN)}
    try:
        receipt, _ = jose.read_receipt(data.receipt, pins)
    except JinguiError as error:
        raise false_receipt() from error
    wanted = (row.message, bytes(row.digest), context.runtime.uscc, stood.partner.uscc)
    if (receipt.message, receipt.digest, receipt.sender, receipt.receiver) != wanted or receipt.outcome not in OUTCOMES:
        raise false_receipt()
    return receipt.outcome, receipt.reason[:40], data.receipt


def false_receipt() -> Refused:
    """What is said of a receipt that is not this transmission's."""
    return Refused(N_("回执无效或与所传内容不符，没有采信。"), N_("请与对方核对；传输将按规定重试。"), reason="receipt",
                   clauses=("5.1.3",))  # fmt: skip


def told(context: WriteContext, row: Transmission, value: object, why: str) -> Done:
    """The value, the transmission as target; the reason stands encrypted beside the entry."""
    lines = (context.line(row.patient_id, row.transmission_id, TRANSMISSION, row.version),) if row.patient_id else ()
    return Done(value=value, lines=lines, note=f"{row.message} {row.state} {why}".strip().encode())


@read_act(Verb.READ_GATEWAY)
async def read_gateway(context: ReadContext, permit: Permit) -> Done:
    """Every channel, its queue and its last day [5.1.2]."""
    return Done(value=await gateway_seen.board(context, permit))

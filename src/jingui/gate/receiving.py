"""五（一）3 传输回执: one message from a partner: proven, judged, filed or kept, receipted: once [5.1.3] [5.1.2]

Row, records, receipt and ledger entry are one transaction. What is refused before anybody knows that the sender wrote
it leaves an entry and nothing else; what a proven sender sent gets a signed receipt, and the same one every time.
"""

import re
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

from jingui.core.entry import Line
from jingui.core.errors import Invalid, Refused, Tampered, Unavailable
from jingui.core.partners import Standing, Use
from jingui.core.permit import Permit
from jingui.core.receiving import Answered, Changed, Delivery, Hostile, Inbound, Late
from jingui.core.transmit import DOUBTS, DeliveryReceipt, Direction, Media, Parcel, ReceivedState
from jingui.core.word import N_
from jingui.crypto import jose
from jingui.crypto.certificates import Issued
from jingui.crypto.parcel_head import head_of
from jingui.formats import clamd, inbound
from jingui.gate import facts as f
from jingui.gate import settings
from jingui.gate.partners_standing import agreement_of, pinned, standing
from jingui.gate.receiving_consent import consented
from jingui.gate.receiving_notices import WITHDRAWN, lock_message, noticed, withdrawn_before
from jingui.gate.receiving_parts import whole
from jingui.gate.receiving_people import certain, living
from jingui.gate.receiving_records import Filing, enter
from jingui.gate.receiving_slip import close
from jingui.gate.registry import Done
from jingui.gate.rows import keep, next_id
from jingui.gate.scanner import scanner
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Received

CODE: Final = re.compile(r"[A-Za-z0-9._-]{1,60}\Z").match
RECEIVED: Final = "received:"  # the kind of a line that is a received message; its number follows
CHANNEL_SQL: Final = """SELECT id, state, most FROM channel WHERE partner_id = $1::bigint AND kind = 'https'
AND direction IN ('in', 'both') AND state <> 'ended' ORDER BY state = 'open' DESC, id LIMIT 1"""
PACE_SQL: Final = """SELECT count(*) FROM received WHERE partner_id = $1::bigint
AND at > $2::timestamptz - interval '1 minute'"""
KNOWN_SQL: Final = "SELECT id FROM received WHERE partner_id = $1::bigint AND message = $2::uuid"
DROP_SQL: Final = "DELETE FROM received_part WHERE partner_id = $1::bigint AND message = $2::uuid"


class Judged(NamedTuple):
    """What becomes of a message."""

    state: ReceivedState
    reason: str = ""
    inbound: Inbound = Inbound()
    agreement: int = 0
    patient: int = 0
    records: tuple[int, ...] = ()
    lines: tuple[Line, ...] = ()
    label: str = ""  # of a notice: which one
    about: UUID | None = None  # and the message it is about


def deliver(context: WriteContext, permit: Permit, data: Delivery) -> Done:
    """Take one whole message."""
    at = context.runtime.clock.now()
    parcel = opened(context, data, whole(context, data), at)
    digest = sha256(parcel.content).digest()
    before = raw(KNOWN_SQL, data.by.partner, parcel.message)
    if before:  # what was receipted stays receipted, whatever became of the channel
        return again(context, data, before[0][0], digest)
    verdict = scanned(parcel.content)  # before anything is locked: a slow scanner stops nobody else
    stands = standing(context, data.by.partner, direction=Direction.IN)
    channel = admitted(context, data.by.partner, at)
    lock_message(data.by.partner, parcel.message)  # the same message over two connections: one after the other
    before = raw(KNOWN_SQL, data.by.partner, parcel.message)
    if before:
        return again(context, data, before[0][0], digest)
    limit = settings.number(context.runtime, context.epoch, "gateway_clock_seconds")
    right = context.runtime.clock.machine()
    if abs(right - parcel.made) > timedelta(seconds=limit):
        raise Late(now=right.isoformat(timespec="milliseconds"))
    judged = judge(context, stands, parcel, verdict)
    row = Received(
        pk=next_id(Received), partner_id=data.by.partner, message=parcel.message, agreement_id=judged.agreement,
        channel_id=channel, purpose=parcel.purpose[:32], media=parcel.media.value,
        label=judged.label or coded(parcel.label) or coded(judged.inbound.kind[1]), digest=digest,
        size=len(parcel.content), patient_id=judged.patient, records=list(judged.records), state=judged.state.value,
        reason=judged.reason, at=at, reply_to=judged.about or parcel.reply_to,
    )  # fmt: skip
    if judged.state is ReceivedState.QUARANTINED:
        row.payload = close(context, row.pk, head_of(parcel) + b"\n" + parcel.content)
    row.receipt = receipted(context, parcel, digest, judged.state, judged.reason, at)
    keep(context, row, new=True, large="payload")
    raw(DROP_SQL, data.by.partner, data.message)
    return Done(
        value=Answered(receipt=bytes(row.receipt), state=row.state, reason=row.reason),
        lines=(*judged.lines, Line("", "", f"{RECEIVED}{row.pk}", 0)),
        patients=(judged.patient,) if judged.patient else (),
    )  # fmt: skip


def opened(context: WriteContext, data: Delivery, body: bytes, at: datetime) -> Parcel:
    """The parcel, sealed for this house and signed by that very partner; Refused for everything else."""
    signers: dict[int, str] = {}

    def certificate(name: str) -> bytes | None:
        for partner, one in pinned(context, jose.fingerprint_of(name)):
            if partner == data.by.partner and one.use == Use.SIGN and one.valid(at):
                signers[partner] = name
                return one.der
        return None

    try:
        parcel, _ = jose.unpack(body, own(context, "encrypt", jose.receiver_of(body)), certificate)
    except Tampered as error:
        raise refused("sender") from error
    if parcel.message != data.message or parcel.sender != data.by.uscc or parcel.receiver != context.runtime.uscc:
        raise refused("sender")
    return parcel


def own(context: WriteContext, use: str, named: str = "") -> Issued:
    """This house's pair of a use, the one that `named` (a kid) stands for; Refused for one that never was ours."""
    reader = context.runtime.gateway_keys
    if reader is None or not context.runtime.uscc:
        raise Unavailable(N_("本院尚未启用传输网关。"), N_("请联系本院信息部门。"), where="gateway")
    for one in reader().of(use):
        if not named or jose.kid(one.certificate) == named:
            return one
    raise refused("sender")


def admitted(context: WriteContext, partner: int, at: datetime) -> int:
    """The partner's open inward channel; Refused without one, Unavailable while it is paused or too much comes."""
    found = raw(CHANNEL_SQL, partner)
    if not found:
        raise Refused(
            N_("没有为该机构开通接收通道。"), N_("请发起开通传输通道申请。"), clauses=("5.1.2",), reason="channel"
        )
    number, state, most = found[0]
    stands = standing(context, partner, channel=number, direction=Direction.IN)
    if state != "open" or stands.reason == "channel_paused":
        raise Unavailable(N_("接收通道已暂停，内容没有接收。"), N_("请稍后重新发送。"), where="channel")
    if raw(PACE_SQL, partner, at)[0][0] >= most:
        raise Unavailable(N_("发送过于频繁，这一份没有接收。"), N_("请一分钟后重新发送。"), where="pace")
    return int(number)


def again(context: WriteContext, data: Delivery, number: int, digest: bytes) -> Done:
    """The stored receipt of the very same message; Changed when something else comes under its number."""
    row = Received.objects.get(pk=number)
    context.runtime.sealer.check(row)
    if bytes(row.digest) != digest:
        raise Changed()
    raw(DROP_SQL, data.by.partner, data.message)
    return Done(
        value=Answered(receipt=bytes(row.receipt), state=row.state, reason=row.reason, again=True),
        lines=(Line("", "", f"{RECEIVED}{row.pk}", 0),),
    )


def scanned(content: bytes) -> str:
    """The doubt about a content; "" for one that the scanner let through, or where none is configured."""
    try:
        clamd.checked(content, scanner(), "content")
    except (Invalid, Unavailable):
        return "virus"
    return ""


def judge(context: WriteContext, stands: Standing, parcel: Parcel, verdict: str) -> Judged:
    """Whether it is taken, waits or is refused, in this order: agreement, withdrawal, harm, form, person, consent."""
    agreed = agreement_of(context, parcel.agreement)
    if agreed is None or agreed.partner != stands.partner.id:
        return refusal("agreement")
    if parcel.media is Media.NOTICE:  # rests on what it tells of, not on whether the agreement is still in force
        return notice(context, stands, parcel, agreed.id)
    if withdrawn_before(stands.partner.id, parcel.message):
        return refusal(WITHDRAWN, agreed.id)
    here = standing(context, stands.partner.id, agreed.id, direction=Direction.IN)
    if here.reason or parcel.media.value not in agreed.payloads or parcel.purpose not in agreed.inbound:
        return refusal("agreement", agreed.id)
    if verdict:
        return waits(verdict, agreed.id)
    try:
        found = inbound.read(parcel.media, parcel.content)
    except Hostile:
        return refusal("hostile", agreed.id)
    except Invalid:
        return waits("invalid", agreed.id)
    if not found.known:
        return waits("unknown_type", agreed.id, found)
    facts = living(context, number) if (number := certain(context, found.patient)) else None
    if facts is None:
        return waits("patient", agreed.id, found)
    if facts.tampered:
        raise Tampered(where=facts.tampered)
    made = filing(parcel, stands, found)
    if not consented(context, facts, made):
        return waits("consent", agreed.id, found)
    return filed(context, facts, made, agreed.id)


def coded(text: str) -> str:
    """A type's code as it stands in plain in the row; "" for words, which could name somebody."""
    return text if CODE(text) else ""


def filed(context: WriteContext, facts: f.PatientFacts, made: Filing, agreement: int) -> Judged:
    """Entered into the patient's chart."""
    records, lines = enter(context, facts, made)
    return Judged(ReceivedState.TAKEN, "", made.inbound, agreement, facts.patient, records, lines)


def notice(context: WriteContext, stands: Standing, parcel: Parcel, agreement: int) -> Judged:
    """A notice is acted on at once; one that cannot be read is refused."""
    try:
        done = noticed(context, stands.partner.id, parcel)
    except Hostile:
        return refusal("hostile", agreement)
    except Invalid:
        return refusal("invalid", agreement)
    return Judged(
        ReceivedState.TAKEN, "", Inbound(), agreement, done.patient, (), done.lines, done.label, done.about
    )  # fmt: skip


def filing(parcel: Parcel, stands: Standing, found: Inbound) -> Filing:
    """What is filed of a parcel."""
    return Filing(
        message=parcel.message, media=parcel.media, purpose=parcel.purpose, agreement=parcel.agreement,
        sender=parcel.sender, sender_name=stands.partner.name, made=parcel.made, content=parcel.content, inbound=found,
    )  # fmt: skip


def waits(reason: str, agreement: int, found: Inbound = Inbound()) -> Judged:  # noqa: B008 -- frozen
    """A person must look at it."""
    return Judged(ReceivedState.QUARANTINED, reason, found, agreement)


def refusal(reason: str, agreement: int = 0) -> Judged:
    """It is not taken; its content is not kept."""
    return Judged(ReceivedState.REFUSED, reason, Inbound(), agreement)


def receipted(
    context: WriteContext, parcel: Parcel, digest: bytes, state: ReceivedState, reason: str, at: datetime
) -> bytes:
    """This house's signed receipt, naming the entry of this very operation."""
    said = DeliveryReceipt(
        message=parcel.message, digest=digest, sender=parcel.sender, receiver=parcel.receiver, outcome=state.value,
        reason=reason, at=at, entry=str(context.entry),
    )  # fmt: skip
    return jose.sign_receipt(said, own(context, "sign"))


def refused(reason: str) -> Refused:
    """The refusal of what nobody is believed to have sent."""
    return Refused(DOUBTS[reason][0], N_("请核对证书、机构代码和签名后重新发送。"), clauses=("5.1.3",), reason=reason)

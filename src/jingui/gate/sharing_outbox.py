"""五（二）2 待传: rows of the outbox: put in, stopped, and the notices that a withdrawal sends after what left [5.2.2]
[5.1.3]
"""

import os
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from jingui.core.entry import Line
from jingui.core.errors import Refused
from jingui.core.sharing import TRANSMISSION, WITHDRAWN, Share
from jingui.core.transmit import Media, TransmissionState
from jingui.core.words import Level
from jingui.crypto.canon import canon
from jingui.gate.outbox import close_content
from jingui.gate.rows import keep
from jingui.gate.sharing_ground import Ground, chosen_channel
from jingui.gate.sharing_made import Plan
from jingui.gate.writing import WriteContext
from jingui.store.models import Transmission

NOTICE: Final = "notice"  # the basis of what tells of another message
#: What lies here and has not arrived: a withdrawal stops it.
STOPPABLE: Final = (TransmissionState.QUEUED.value, TransmissionState.SENDING.value, TransmissionState.FAILED.value)
#: What the other side may have: whoever was handed something, or was being handed it, is told.
ARRIVED: Final = frozenset({
    TransmissionState.SENDING.value, TransmissionState.RECEIPTED.value, TransmissionState.QUARANTINED.value,
})  # fmt: skip
#: And whoever an attempt was made at: one that failed here, or whose answer was lost, may have arrived there.
TRIED: Final = (*STOPPABLE, TransmissionState.STOPPED.value)
# Consents that were withdrawn while something rests on them: it lies here, or arrived and nobody was told.
WITHDRAWN_SQL: Final = """SELECT DISTINCT t.patient_id, t.consent_id FROM transmission t
JOIN patient_consent c ON c.patient_id = t.patient_id AND c.consent_id = t.consent_id
WHERE t.consent_id > 0 AND t.media <> 'notice' AND c.state = 'withdrawn' AND (t.state IN ('queued', 'sending', 'failed')
  OR ((t.state IN ('receipted', 'quarantined') OR t.state = 'stopped' AND t.attempts > 0)
    AND NOT EXISTS (SELECT 1 FROM transmission n
    WHERE n.patient_id = t.patient_id AND n.consent_id = t.consent_id AND n.reply_to = t.message
      AND n.media = 'notice'))) ORDER BY 1, 2 LIMIT $1::int"""


def number() -> UUID:
    """A message's number."""
    return UUID(bytes=os.urandom(16), version=4)


def number_once(context: WriteContext, patient: int, person: int, digest: str, once: str) -> UUID:
    """The number of what this person confirms with this word: the same for the same, and nobody can choose it."""
    runtime = context.runtime
    said = canon({"patient": patient, "person": person, "digest": digest, "once": once})
    return UUID(bytes=runtime.suite.mac(runtime.keyring.key("share-once"), said)[:16], version=4)


def known(context: WriteContext, patient: int, message: UUID) -> Transmission | None:
    """What was put in under this number before, genuine; two who ask at once go one after the other."""
    context.rows("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 0))", str(message))
    row = Transmission.objects.filter(patient_id=patient, message=message).first()
    if row is not None:
        context.runtime.sealer.check(row)
    return row


def put(
    context: WriteContext, patient: int, ground: Ground, plan: Plan, data: Share, *, message: UUID, content: bytes,
    person: int, at: datetime,
) -> Transmission:  # fmt: skip
    """Put what was decided into the outbox, in the transaction of the decision."""
    row = Transmission(
        patient_id=patient, transmission_id=context.runtime.number(context.runtime.clock.now()), message=message,
        partner_id=ground.standing.partner.id, agreement_id=ground.agreement.id, channel_id=ground.channel.id,
        purpose=data.purpose, view=ground.row.view, media=data.media, label=data.label, basis=ground.row.basis,
        consent_id=ground.said.number, level=plan.level.value, records=[one.number for one in plan.records],
        digest=sha256(content).digest(), size=len(content), person_id=person, made=at,
        state=TransmissionState.QUEUED.value, reply_to=UUID(data.reply_to) if data.reply_to else None, next=at,
        classes=list(plan.classes),
    )  # fmt: skip
    return sealed(context, row, content)


def sealed(context: WriteContext, row: Transmission, content: bytes) -> Transmission:
    """Keep a new row with its content encrypted."""
    row.payload = close_content(context.runtime, row.patient_id, row.transmission_id, content, row.classes)
    keep(context, row, new=True)
    return row


def line(context: WriteContext, row: Transmission) -> Line:
    """A transmission as a target of its entry."""
    public = context.runtime.public
    return Line(public(row.patient_id, 0) if row.patient_id else "", public(row.patient_id, row.transmission_id),
                TRANSMISSION, row.version)  # fmt: skip


def stop(context: WriteContext, row: Transmission, why: str) -> None:
    """It does not leave any more. `why` is a code."""
    row.state, row.problem, row.next = TransmissionState.STOPPED.value, why, None
    keep(context, row)


def withdrawn(context: WriteContext, patient: int, consent: int, at: datetime) -> tuple[Line, ...]:
    """A consent was withdrawn: what rests on it stops now, whoever may have received something is told of it.

    The consent's row is locked already, as a sharing locks it: whichever comes second sees the other.
    """
    rows = list(resting_on(context, patient, consent))
    told = {row.reply_to for row in rows if row.media == Media.NOTICE.value}
    out = []
    for row in rows:
        if row.media == Media.NOTICE.value:
            continue
        arrived = row.state in ARRIVED or (row.state in TRIED and row.attempts > 0)
        if row.state in STOPPABLE:
            stop(context, row, WITHDRAWN)
            out.append(line(context, row))
        if arrived and row.message not in told:
            out.append(line(context, notice(context, row, WITHDRAWN, at)))
    return tuple(out)


def resting_on(context: WriteContext, patient: int, consent: int) -> Iterable[Transmission]:
    """Every transmission that rests on the consent, locked and genuine; notices about them too."""
    found = Transmission.objects.select_for_update().filter(patient_id=patient, consent_id=consent)
    for row in found.order_by("transmission_id"):
        context.runtime.sealer.check(row)
        yield row


def notice(context: WriteContext, about: Transmission, what: str, at: datetime, text: str = "") -> Transmission:
    """A notice to who has it: which message, what happened; nothing of the patient."""
    content = canon({
        "notice": what, "message": str(about.message), "digest": bytes(about.digest).hex(), "purpose": about.purpose,
        "at": at.isoformat(timespec="seconds"), "text": text,
    })  # fmt: skip
    row = Transmission(
        patient_id=about.patient_id, transmission_id=context.runtime.number(context.runtime.clock.now()),
        message=number(), partner_id=about.partner_id, agreement_id=about.agreement_id,
        channel_id=way(context, about), purpose=about.purpose, view=about.view,
        media=Media.NOTICE.value, label=what, basis=NOTICE, consent_id=about.consent_id, level=Level.ORDINARY.value,
        records=[], digest=sha256(content).digest(), size=len(content), person_id=0, made=at,
        state=TransmissionState.QUEUED.value, reply_to=about.message, next=at,
    )  # fmt: skip
    return sealed(context, row, content)


def way(context: WriteContext, about: Transmission) -> int:
    """The channel of the notice: one that carries notices, else the channel it went by, where it waits for a person."""
    try:
        return chosen_channel(context, about.partner_id, Media.NOTICE.value, 0)
    except Refused:
        return about.channel_id

"""五（一）3 传输: whether a transmission may go now, everything checked anew; what becomes of it [5.1.1] [5.1.3]"""

import hashlib
import random
from datetime import datetime, timedelta
from typing import Final

import orjson

from jingui.core.errors import Gone, NotFound, Tampered
from jingui.core.matters.transmit import FAILED
from jingui.core.partners import Standing, Use
from jingui.core.permit import Permit
from jingui.core.sending import PROBLEMS, again, stops
from jingui.core.share import CONSENT, above, lowest
from jingui.core.transmit import CHANNELS, NETWORKS, Media, TransmissionState
from jingui.core.words import Level
from jingui.gate import partners_standing, settings
from jingui.gate.acts.matters import open_matter
from jingui.gate.outbox import open_content
from jingui.gate.rows import keep, locked
from jingui.gate.sharing_consent import hold
from jingui.gate.sharing_ground import lapsed
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import PatientConsent, Transmission

PEEK_SQL: Final = """SELECT partner_id, consent_id FROM transmission
WHERE patient_id = $1::bigint AND transmission_id = $2::bigint"""
LIVE: Final = (TransmissionState.QUEUED.value, TransmissionState.SENDING.value)
GIVEN: Final = "given"
#: What a notice rests on is the end of what it tells of: the agreement's own end does not stop it.
ENDS: Final = ("agreement_", "assessment_", "check_", "mend_")
HOUR_SQL: Final = """INSERT INTO gateway_hour (channel_id, hour, sent, failed, taken)
VALUES ($1::bigint, $2::timestamptz, $3::int, $4::int, $5::int)
ON CONFLICT (channel_id, hour) DO UPDATE SET sent = gateway_hour.sent + excluded.sent,
  failed = gateway_hour.failed + excluded.failed, taken = gateway_hour.taken + excluded.taken"""


def held(context: WriteContext, patient: int, transmission: int) -> Transmission:
    """The transmission's row, genuine and locked: after its partner and its consent, in which order others lock too."""
    found = context.rows(PEEK_SQL, patient, transmission)
    if not found:
        raise NotFound()
    partner, consent = found[0]
    partners_standing.standing(context, partner)
    hold(patient, consent)
    return locked(context, Transmission, (patient, transmission))


def number(context: WriteContext, name: str) -> int:
    """A setting."""
    return settings.number(context.runtime, context.epoch, name)


def standing_of(context: WriteContext, row: Transmission) -> Standing:
    """Whether its partner stands for its agreement and channel."""
    found = partners_standing.standing(context, row.partner_id, row.agreement_id, row.channel_id)
    if row.media == Media.NOTICE and found.reason.startswith(ENDS):
        return partners_standing.standing(context, row.partner_id, 0, row.channel_id)
    return found


def hindrance(context: WriteContext, row: Transmission, stood: Standing, at: datetime) -> str:
    """Why it may not go now, the first reason found; "" when everything holds that held when it was decided."""
    if stood.reason:
        return stood.reason
    channel, agreement = stood.channel, stood.agreement
    if channel is None or channel.kind not in CHANNELS or channel.network not in NETWORKS:
        return "channel_missing"
    kind, network = CHANNELS[channel.kind], NETWORKS[channel.network]
    if Media(row.media) not in kind.media or not (kind.sealed or network.unsealed):
        return "media"
    limits = [network.level, *([agreement.level] if agreement is not None else [])]
    if above(Level(row.level), lowest(*limits)):
        return "level"
    if row.media == Media.NOTICE:
        return ""
    if agreement is None:
        return "agreement_missing"
    covered = row.purpose in agreement.purposes and row.view in agreement.views and row.media in agreement.payloads
    if not covered:
        return "purpose"
    if row.basis == CONSENT and not consented(context, row, at):
        return "consent"
    return lapsed(context, row, agreement)


def consented(context: WriteContext, row: Transmission, at: datetime) -> bool:
    """Whether the consent that it rests on is still given, for this moment; its row is locked already."""
    found = PatientConsent.objects.filter(pk=(row.patient_id, row.consent_id)).first()
    if found is None:
        return False
    context.runtime.sealer.check(found)
    return found.state == GIVEN and found.starts <= at and (found.ends is None or at < found.ends)


def content_of(context: WriteContext, row: Transmission) -> bytes:
    """The content as it was decided; Gone when it was destroyed, Tampered when it is not that content."""
    content = open_content(context.runtime, row.patient_id, row.transmission_id, row.payload)
    if hashlib.sha256(content).digest() != bytes(row.digest):
        raise Tampered(where=f"transmission:{row.patient_id}.{row.transmission_id}")
    return content


def readable(context: WriteContext, row: Transmission) -> bool:
    """Whether the content is still there to be sent."""
    try:
        content_of(context, row)
    except Gone:
        return False
    return True


def failed(
    context: WriteContext, permit: Permit, row: Transmission, stood: Standing, problem: str, wait: int = 0
) -> str:
    """Count a failure: try again later, or stop, or after the limit make it a person's matter; the state it leaves."""
    attempts, most = row.attempts, number(context, "send_attempts")
    row.problem = problem
    if stops(problem):
        row.state, row.next = TransmissionState.STOPPED.value, None
    elif attempts >= most:
        row.state, row.next = TransmissionState.FAILED.value, None
    else:
        row.state, row.next = (
            TransmissionState.QUEUED.value,
            permit.at + max(pause(context, attempts), timedelta(seconds=wait)),
        )
    if row.state != TransmissionState.QUEUED:
        matter_of(context, permit, row, stood, problem)
    keep(context, row)
    count(row.channel_id, permit.at, failed=1)
    return row.state


def pause(context: WriteContext, attempts: int) -> timedelta:
    """How long until the next attempt."""
    return again(
        attempts, number(context, "send_first_seconds"), number(context, "send_longest_seconds"),
        number(context, "send_spread_percent"), random.random(),  # noqa: S311 -- it spreads attempts, it hides nothing
    )  # fmt: skip


def matter_of(context: WriteContext, permit: Permit, row: Transmission, stood: Standing, problem: str) -> None:
    """Put it before the hospital's own responsible person: it names the message, never the patient."""
    known = PROBLEMS.get(problem)
    said = {
        "message": str(row.message), "partner": stood.partner.name,
        "channel": stood.channel.code if stood.channel else "—",
        "what": known.text if known else stood.words[0] or problem, "transmission": str(row.transmission_id),
    }  # fmt: skip
    opened = open_matter(context, permit, FAILED, said, patient=0, subject=stood.partner.person)
    row.matter = row.matter or opened.pk


def count(channel: int, at: datetime, *, sent: int = 0, failed: int = 0, taken: int = 0) -> None:
    """Add to the channel's hour."""
    raw(HOUR_SQL, channel, at.replace(minute=0, second=0, microsecond=0), sent, failed, taken)


def options_of(text: str) -> dict[str, str]:
    """A channel's options: canonical JSON of texts; an empty text has none. Tampered when it is something else."""
    try:
        found = orjson.loads(text) if text else {}
    except ValueError as error:
        raise Tampered(where="channel.options") from error
    if not isinstance(found, dict):
        raise Tampered(where="channel.options")
    return {str(name): str(value) for name, value in found.items()}


def partner_pins(stood: Standing) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """The TLS certificates that the receiver may show: fingerprints and DER."""
    found = stood.certificates(Use.TLS)
    return tuple(one.fingerprint for one in found), tuple(one.der for one in found)

"""五（一）3 传输: whether a transmission may go now, everything checked anew [5.1.1] [5.1.3]"""

import hashlib
from datetime import datetime
from typing import Final

import orjson

from jingui.core.errors import Gone, NotFound, Tampered
from jingui.core.partners import Standing, Use
from jingui.core.share import CONSENT, above, lowest
from jingui.core.transmit import CHANNELS, NETWORKS, Media, TransmissionState
from jingui.core.words import Level
from jingui.gate import partners_standing
from jingui.gate.outbox import open_content
from jingui.gate.rows import locked
from jingui.gate.sharing_consent import hold
from jingui.gate.sharing_ground import lapsed
from jingui.gate.writing import WriteContext
from jingui.store.models import PatientConsent, Transmission

PEEK_SQL: Final = """SELECT partner_id, consent_id FROM transmission
WHERE patient_id = $1::bigint AND transmission_id = $2::bigint"""
LIVE: Final = (TransmissionState.QUEUED.value, TransmissionState.SENDING.value)
GIVEN: Final = "given"
#: What a notice rests on is the end of what it tells of: the agreement's own end does not stop it.
ENDS: Final = ("agreement_", "assessment_", "check_", "mend_")


def held(context: WriteContext, patient: int, transmission: int) -> Transmission:
    """The transmission's row, genuine and locked: after its partner and its consent, in which order others lock too."""
    found = context.rows(PEEK_SQL, patient, transmission)
    if not found:
        raise NotFound()
    partner, consent = found[0]
    partners_standing.standing(context, partner)
    hold(patient, consent)
    return locked(context, Transmission, (patient, transmission))


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
    content = open_content(context.runtime, row.patient_id, row.transmission_id, row.payload, row.classes)
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

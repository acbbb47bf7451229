"""五（二）2 批量共享的登记: what left of each patient with a file stands as a transmission to the partner [5.2.2]
[1.3.2]

So the patient sees who received it, and a withdrawal tells whoever did, as after every other sharing. One row for each
patient and export; a file that is taken again changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID, uuid5

from jingui.core.entry import Line
from jingui.core.share import CONSENT, LEVELS
from jingui.core.transmit import Media, TransmissionState
from jingui.core.words import Level
from jingui.gate.bulk_ground import BulkGround
from jingui.gate.bulk_people import Now
from jingui.gate.bulk_rows import Part
from jingui.gate.rows import keep
from jingui.gate.sharing_outbox import line
from jingui.gate.writing import WriteContext
from jingui.store.models import BulkExport, Transmission

SPACE: Final = UUID("0d3c2f5e-5a43-4f0e-9a6e-6a696e677569")  # under it each patient of an export has a number


class Handed(NamedTuple):
    """What of one patient leaves with one file."""

    patient: int
    consent: int
    records: tuple[int, ...]
    level: Level
    body: bytes


def parcels(
    part: Part, stays: Sequence[bool], consents: Mapping[int, int], now: Mapping[tuple[int, int], Now]
) -> Iterable[Handed]:
    """The leaving lines of a file, patient by patient."""
    lines: dict[int, list[bytes]] = {}
    records: dict[int, list[int]] = {}
    at = 0
    for place, leaves in zip(part.places, stays, strict=True):
        if leaves:
            lines.setdefault(place.patient, []).append(part.body[at : at + place.length])
            records.setdefault(place.patient, []).append(place.record)
        at += place.length
    for patient, found in lines.items():
        levels = (now[patient, one].level for one in records[patient] if one)
        yield Handed(
            patient, consents[patient], tuple(records[patient]),
            max(levels, key=LEVELS.index, default=Level.ORDINARY), b"".join(found),
        )  # fmt: skip


def handed(context: WriteContext, row: BulkExport, found: BulkGround, one: Handed, at: datetime) -> Line:
    """The patient's transmission of this export, with this file's lines in it; the consent's row is locked already."""
    message = uuid5(SPACE, f"{row.pk}:{one.patient}")
    kept = Transmission.objects.select_for_update().filter(patient_id=one.patient, message=message).first()
    digest = sha256(one.body).digest()
    if kept is None:
        kept = Transmission(
            patient_id=one.patient, transmission_id=context.runtime.number(context.runtime.clock.now()),
            message=message, partner_id=found.standing.partner.id, agreement_id=row.agreement_id, channel_id=0,
            purpose=row.purpose, view=found.row.view, media=Media.FHIR.value, label="", basis=CONSENT,
            consent_id=one.consent, level=one.level.value, records=list(one.records), digest=digest,
            size=len(one.body), person_id=0, made=at, state=TransmissionState.RECEIPTED.value, received=at,
        )  # fmt: skip
        keep(context, kept, new=True)
        return line(context, kept)
    context.runtime.sealer.check(kept)
    new = [record for record in one.records if record not in kept.records]
    if new:
        kept.records = [*kept.records, *new]
        kept.level = max(Level(kept.level), one.level, key=LEVELS.index).value
        kept.digest, kept.size = sha256(bytes(kept.digest) + digest).digest(), kept.size + len(one.body)
        keep(context, kept)
    return line(context, kept)

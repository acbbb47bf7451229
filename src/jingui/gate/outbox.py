"""五（一）3 传输: the outbox: how a content lies there, and which rows are due, by number alone [5.1.3] [3.1.1]"""

from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.transmit import CHANNELS
from jingui.crypto.envelope import aad
from jingui.gate.runtime import Runtime
from jingui.gate.sealing import identity_key
from jingui.gate.sql import raw

# What is leased to a gateway process comes back when its lease is over: the process may have died.
READY_SQL: Final = """SELECT c.id, c.code, c.kind, c.most, d.patient_id, d.transmission_id FROM channel c
CROSS JOIN LATERAL (SELECT t.patient_id, t.transmission_id, t.next, t.made FROM transmission t
  WHERE t.channel_id = c.id AND t.state IN ('queued', 'sending') AND (t.next IS NULL OR t.next <= $1::timestamptz)
  ORDER BY t.next NULLS FIRST, t.made, t.transmission_id LIMIT $2::int) d
WHERE c.state = 'open' AND c.direction IN ('out', 'both')
ORDER BY c.id, d.next NULLS FIRST, d.made, d.transmission_id"""


class Place(NamedTuple):
    """A transmission that is due."""

    patient: int
    transmission: int


class Lane(NamedTuple):
    """An open channel as the gateway's process plans with it; what it may do is decided at each sending."""

    channel: int
    code: str
    kind: str
    most: int  # messages a minute


def close_content(runtime: Runtime, patient: int, transmission: int, content: bytes) -> bytes:
    """The content as its row holds it: under the patient's key; without a patient, under the house's for notes."""
    if not patient:
        return runtime.vault.seal_note(_name(transmission), content)
    return identity_key(runtime, patient).cipher.seal(content, _place(patient, transmission))


def open_content(runtime: Runtime, patient: int, transmission: int, payload: bytes | memoryview) -> bytes:
    """The content again; Gone when the patient's key was destroyed, Tampered when a bit differs."""
    if not patient:
        return runtime.vault.open_note(_name(transmission), bytes(payload))
    return identity_key(runtime, patient).cipher.open(bytes(payload), _place(patient, transmission))


def ready(at: datetime, most: int) -> tuple[tuple[Lane, tuple[Place, ...]], ...]:
    """What is due at `at` over each open channel, the longest waiting first, `most` of each; in one statement."""
    found: dict[Lane, list[Place]] = {}
    for *lane, patient, transmission in raw(READY_SQL, at, most):
        found.setdefault(Lane(*lane), []).append(Place(patient, transmission))
    return tuple((lane, tuple(places)) for lane, places in found.items() if lane.kind in CHANNELS)


def _place(patient: int, transmission: int) -> bytes:
    return aad(patient, transmission, 0, "transmission", "payload")


def _name(transmission: int) -> str:
    return f"{transmission:032x}"

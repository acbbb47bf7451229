"""五（一）3 传输: the outbox: how a content lies there, and which rows are due, by number alone [5.1.3] [3.1.1]"""

from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.transmit import CHANNELS
from jingui.crypto.envelope import aad
from jingui.gate.runtime import Runtime
from jingui.gate.sealing import identity_key
from jingui.gate.sql import raw

# What is leased to a gateway process comes back when its lease is over: the process may have died.
DUE_SQL: Final = """SELECT patient_id, transmission_id FROM transmission
WHERE channel_id = $1::bigint AND state IN ('queued', 'sending') AND (next IS NULL OR next <= $2::timestamptz)
ORDER BY next NULLS FIRST, made, transmission_id LIMIT $3::int"""
CHANNELS_SQL: Final = """SELECT id, code, kind, most, seconds FROM channel
WHERE state = 'open' AND direction IN ('out', 'both') ORDER BY id"""


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
    seconds: int  # a receipt's time limit


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


def lanes() -> tuple[Lane, ...]:
    """The open outgoing channels."""
    return tuple(Lane(*row) for row in raw(CHANNELS_SQL) if row[2] in CHANNELS)


def due(channel: int, at: datetime, most: int) -> tuple[Place, ...]:
    """What is due over a channel at `at`, the longest waiting first."""
    return tuple(Place(*row) for row in raw(DUE_SQL, channel, at, most))


def _place(patient: int, transmission: int) -> bytes:
    return aad(patient, transmission, 0, "transmission", "payload")


def _name(transmission: int) -> str:
    return f"{transmission:032x}"

"""五（一）3 传输: the outbox: how a content lies there, and which rows are due, by number alone [5.1.3] [3.1.1]"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.errors import Gone, Tampered
from jingui.core.transmit import CHANNELS
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw

IDENTITY: Final = "identity"
KEYS_SQL: Final = "SELECT retention_class, wrapped FROM patient_key WHERE patient_id = $1::bigint"

# What is leased to a gateway process comes back when its lease is over: the process may have died.
READY_SQL: Final = """SELECT c.id, c.code, c.kind, c.most, d.patient_id, d.transmission_id FROM channel c
CROSS JOIN LATERAL (SELECT t.patient_id, t.transmission_id, coalesce(t.next, t.made) AS turn FROM transmission t
  WHERE t.channel_id = c.id AND t.state IN ('queued', 'sending') AND coalesce(t.next, t.made) <= $1::timestamptz
  ORDER BY coalesce(t.next, t.made), t.transmission_id LIMIT $2::int) d
WHERE c.state = 'open' AND c.direction IN ('out', 'both') ORDER BY c.id, d.turn, d.transmission_id"""


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


def close_content(
    runtime: Runtime, patient: int, transmission: int, content: bytes, classes: Sequence[str] = ()
) -> bytes:
    """The content as its row holds it: under the keys of the patient's identity and of every class it was made of, one
    inside the other, so that destroying any of them destroys it. Without a patient, under the house's for notes.
    """
    if not patient:
        return runtime.vault.seal_note(_name(transmission), content)
    for name, key in _keys(runtime, patient, classes, raw(KEYS_SQL, patient)):
        content = key.cipher.seal(content, _place(patient, transmission, name))
    return content


def open_content(
    runtime: Runtime, patient: int, transmission: int, payload: bytes | memoryview | None, classes: Sequence[str] = (),
    wrapped: Iterable[Sequence[Any]] | None = None,
) -> bytes:  # fmt: skip
    """The content again; Gone when it left the outbox or one of the keys was destroyed, Tampered when a bit differs.

    `wrapped` are the patient's keys as `KEYS_SQL` finds them, for whoever read them already.
    """
    if payload is None:
        raise Gone()
    content = bytes(payload)
    if not patient:
        return runtime.vault.open_note(_name(transmission), content)
    found = raw(KEYS_SQL, patient) if wrapped is None else wrapped
    try:
        for name, key in reversed(_keys(runtime, patient, classes, found)):
            content = key.cipher.open(content, _place(patient, transmission, name))
    except Tampered as error:
        raise Tampered(where=f"transmission:{patient}.{transmission}") from error
    return content


def _keys(
    runtime: Runtime, patient: int, classes: Sequence[str], wrapped: Iterable[Sequence[Any]]
) -> list[tuple[str, DataKey]]:
    held = {name: bytes(key) for name, key in wrapped}
    names = dict.fromkeys((IDENTITY, *sorted(classes)))
    return [(name, runtime.vault.key(patient, name, held.get(name))) for name in names]


def ready(at: datetime, most: int) -> tuple[tuple[Lane, tuple[Place, ...]], ...]:
    """What is due at `at` over each open channel, the longest waiting first, `most` of each; in one statement."""
    found: dict[Lane, list[Place]] = {}
    for *lane, patient, transmission in raw(READY_SQL, at, most):
        found.setdefault(Lane(*lane), []).append(Place(patient, transmission))
    return tuple((lane, tuple(places)) for lane, places in found.items() if lane.kind in CHANNELS)


def _place(patient: int, transmission: int, name: str) -> bytes:
    return aad(patient, transmission, 0, "transmission", f"payload.{name}")


def _name(transmission: int) -> str:
    return f"{transmission:032x}"

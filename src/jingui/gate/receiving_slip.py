"""五（一）3, 三（一）3: a message that waits lies under a key of its own [5.1.3] [3.1.1] [3.1.3]

Nobody knows yet whose it is, so no patient's key fits. Its own is wrapped under a segment key as every patient's is,
and its row goes when the message is settled. When the patient for whom it was filed is destroyed, that segment gets a
new key too: then no backup opens what once waited here.
"""

from collections.abc import Sequence
from typing import Final

from jingui.core.errors import Gone, Tampered
from jingui.crypto.envelope import aad
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.statements import KEYS_LOCK

KIND: Final = "received"  # stands where a patient's keys name their retention class
LOCK_SQL: Final = "SELECT pg_advisory_xact_lock_shared($1::bigint)"
PUT_SQL: Final = """INSERT INTO patient_key (patient_id, retention_class, segment, wrapped, created)
VALUES ($1::bigint, $2::text, $3::int, $4::bytea, $5::timestamptz)"""
GET_SQL: Final = "SELECT wrapped FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text"
DROP_SQL: Final = "DELETE FROM patient_key WHERE patient_id = $1::bigint AND retention_class = $2::text"
WAITED_SQL: Final = """SELECT id FROM received WHERE patient_id = ANY($1::bigint[]) AND settled IS NOT NULL
ORDER BY id"""


def close(context: WriteContext, number: int, content: bytes) -> bytes:
    """A waiting content, encrypted under a new key that is stored with it."""
    keyring = context.runtime.keyring
    raw(LOCK_SQL, KEYS_LOCK)  # no segment key is replaced between wrapping and the commit
    key = keyring.new_data_key(number, KIND)
    raw(PUT_SQL, number, KIND, keyring.segment(number, KIND), keyring.wrap(key), context.runtime.clock.now())
    return key.cipher.seal(content, _place(number))


def open_waiting(runtime: Runtime, number: int, wrapped: bytes | memoryview | None, payload: bytes) -> bytes:
    """The content again; Gone without its key, Tampered when a bit differs or it is another row's."""
    if wrapped is None:
        raise Gone()
    try:
        return runtime.keyring.unwrap(number, KIND, bytes(wrapped)).cipher.open(payload, _place(number))
    except Tampered as error:
        raise Tampered(where=f"{KIND}:{number}") from error


def wrapped_key(number: int) -> bytes | None:
    """The key of a waiting content as its row has it; None once it was settled."""
    found = raw(GET_SQL, number, KIND)
    return bytes(found[0][0]) if found else None


def drop(context: WriteContext, number: int) -> None:
    """What waited is settled: its key goes."""
    raw(DROP_SQL, number, KIND)
    context.runtime.keyring.evict(number, KIND)


def places(patients: Sequence[int]) -> tuple[tuple[int, str], ...]:
    """The keys under which waited what was filed for these patients: destroying them destroys these too."""
    return tuple((row[0], KIND) for row in raw(WAITED_SQL, list(patients)))


def _place(number: int) -> bytes:
    return aad(number, 0, 0, KIND, "payload")

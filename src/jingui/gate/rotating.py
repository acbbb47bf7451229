"""三（一）1: new segment keys for the whole house, a few segments at a time, each step safe against a crash [3.1.1]

Re-wrapped keys are committed on a connection of their own before an old key is erased: whatever becomes of the calling
transaction, no data key is ever left under a key that is gone. Nobody stores a new data key meanwhile (KEYS_LOCK).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.db import connections

from jingui.core.keep import Rotated
from jingui.crypto.keyring import Keyring
from jingui.crypto.rotation import Committed, SegmentRotation, WrappedKey, begin, pending
from jingui.crypto.shred import SEGMENTS
from jingui.store.statements import KEYS_LOCK

CHUNK: Final = 32  # segments whose keys are replaced together: admissions wait for one chunk, never for all
ROWS_SQL = "SELECT patient_id, retention_class, wrapped FROM patient_key WHERE segment = $1"
SAVE_SQL = """UPDATE patient_key k SET wrapped = u.wrapped
FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bytea[]) u(patient, class, before, wrapped)
WHERE k.patient_id = u.patient AND k.retention_class = u.class AND k.wrapped = u.before"""
GENERATION_SQL = "UPDATE epoch SET shred_generation = $1 WHERE id = 1 AND shred_generation < $1"
log = logging.getLogger(__name__)


def silent(_done: int, _all: int) -> None:
    """Say nothing."""


def rotate(keyring: Keyring, segments: Sequence[int] = (), progress: Callable[[int, int], None] = silent) -> Rotated:
    """Rotate `segments`, all of them when none is named; finish first what a crash interrupted.

    `progress(done, all)` is told after each chunk. KeyTrouble when a copy of the shred file cannot be written; then
    nothing is erased and the next call goes on.
    """
    wanted = sorted(set(segments)) or list(range(SEGMENTS))
    copies: tuple[str, ...] = ()
    keys, resumed = 0, False
    with own_connection() as connection:
        with holding(connection):
            left = pending(keyring)
            if left is not None:
                keys += through(connection, keyring, left).survivors
                resumed = True
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            with holding(connection):
                committed = through(connection, keyring, begin(keyring, chunk))
            keys += committed.survivors
            copies = tuple(one.place for one in committed.copies)
            progress(start + len(chunk), len(wanted))
    return Rotated(segments=len(wanted), keys=keys, generation=keyring.generation, copies=copies, resumed=resumed)


def through(connection: "psycopg.Connection[Any]", keyring: Keyring, rotation: SegmentRotation) -> Committed:
    """Re-wrap every key of the rotation's segments, commit them, and only then erase the old segment keys."""
    for number in rotation.segments:
        save(connection, [(key, rotation.rewrap(*key)) for key in rows(connection, number)])
    committed = rotation.commit(key for number in rotation.segments for key in rows(connection, number))
    with psycopg.RawCursor(connection) as cursor:  # an older file is refused from now on, whatever else fails
        cursor.execute(GENERATION_SQL, [committed.generation])
    log.info("segment keys replaced: %d segments, %d keys", len(committed.segments), committed.survivors)
    return committed


def rows(connection: "psycopg.Connection[Any]", segment: int) -> list[WrappedKey]:
    """The wrapped keys of a segment as they are committed."""
    with psycopg.RawCursor(connection) as cursor:
        found = cursor.execute(ROWS_SQL, [segment]).fetchall()
    return [WrappedKey(row[0], row[1], bytes(row[2])) for row in found]


def save(connection: "psycopg.Connection[Any]", pairs: Sequence[tuple[WrappedKey, bytes]]) -> None:
    """Commit the re-wrapped keys that changed; a RuntimeError leaves the rotation to be resumed."""
    changed = [(key, wrapped) for key, wrapped in pairs if key.wrapped != wrapped]
    if not changed:
        return
    columns = [
        [key.patient for key, _ in changed], [key.retention_class for key, _ in changed],
        [key.wrapped for key, _ in changed], [wrapped for _, wrapped in changed],
    ]  # fmt: skip
    with connection.transaction(), psycopg.RawCursor(connection) as cursor:
        cursor.execute(SAVE_SQL, columns)
        if cursor.rowcount != len(changed):
            raise RuntimeError("a data key changed although the lock was held")


@contextmanager
def own_connection() -> Iterator["psycopg.Connection[Any]"]:
    """A connection beside the calling transaction, with the same rights, committing by itself."""
    wrapper = connections.create_connection("default")
    try:
        connection = psycopg.connect(**{**wrapper.get_connection_params(), "autocommit": True})
        try:
            yield connection
        finally:
            connection.close()
    finally:
        wrapper.close()


@contextmanager
def holding(connection: "psycopg.Connection[Any]") -> Iterator[None]:
    """Nobody else stores or replaces wrapped keys meanwhile."""
    with psycopg.RawCursor(connection) as cursor:
        cursor.execute("SELECT pg_advisory_lock($1::bigint)", [KEYS_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock($1::bigint)", [KEYS_LOCK])

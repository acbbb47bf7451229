"""六（一）3 恢复测试: patients drawn from a restored database, opened and compared with the present [6.1.3] [3.1.1]

The draw follows from the restored ledger's root: anybody who has it draws the same. Contents stay in this process's
memory; the result is counts and places.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from jingui.core.errors import Gone, Tampered
from jingui.crypto import note
from jingui.crypto.checkpoint import Checkpoint, parse_checkpoint
from jingui.crypto.tiles import Prover
from jingui.gate.lockdown import ledger_key
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.store.tiles import NEWEST_SQL, shelf
from jingui.store.vault import seal_parts

MOST: Final = 200  # versions of one patient that are opened
COUNT_SQL = "SELECT count(*) FROM patient"
DRAWN_SQL = "SELECT patient_id FROM patient ORDER BY patient_id OFFSET $1 LIMIT 1"
FACE_SQL = "SELECT face FROM patient WHERE patient_id = $1"
KEYS_SQL = "SELECT retention_class, wrapped FROM patient_key WHERE patient_id = $1"
VERSIONS_SQL = """SELECT record_id, version, seal, payload FROM record_version WHERE patient_id = $1
ORDER BY record_id, version LIMIT $2"""
OUTSIDE_SQL = """SELECT c.note FROM outside_checkpoint o JOIN checkpoint c ON c.size = o.size
WHERE o.size <= $1::bigint ORDER BY o.size DESC LIMIT 1"""
GENERATION_SQL = "SELECT shred_generation FROM epoch WHERE id = 1"
SAME_SQL = """SELECT payload, seal FROM record_version WHERE patient_id = $1::bigint AND record_id = $2::bigint
AND version = $3::int"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What came of it: patients looked at, versions equal, and every place that differed (internal numbers)."""

    of: int
    seed: str
    patients: tuple[int, ...]
    versions: int
    destroyed: int
    rotated: int  # keys that only an older shred file opens: the log was not followed up to a rotation
    differing: tuple[str, ...]


class Other:
    """The restored database, read by the present one's statements."""

    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        """Read through `connection`."""
        self._connection = connection

    def run(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """Run one statement with $n parameters."""
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql, args, binary=True)
            return cursor.fetchall() if cursor.description else []


def signed_point(runtime: Runtime, other: Other) -> Checkpoint | None:
    """The restored ledger's newest checkpoint, its signature checked: None before the first, Tampered for a forgery."""
    rows = other.run(NEWEST_SQL)
    return None if not rows else parse_checkpoint(note.verify(rows[0][2], [ledger_key(runtime)])[0])


def disagreements(runtime: Runtime, other: Other, point: Checkpoint) -> list[str]:
    """What is wrong with the restored ledger: its own tree, the present one, the newest checkpoint held outside."""
    found = []
    there = Prover(runtime.suite, shelf(runtime.suite, other.run), point.size)
    if there.root(point.size) != point.root:
        found.append("tree")
    rows = raw(NEWEST_SQL)
    size = rows[0][0] if rows else 0
    if point.size > size:
        found.append("longer than the present")
    elif Prover(runtime.suite, shelf(runtime.suite, raw), size).root(point.size) != point.root:
        found.append("fork")
    for (text,) in raw(OUTSIDE_SQL, point.size):
        held = parse_checkpoint(note.verify(text, [ledger_key(runtime)])[0])
        if there.root(held.size) != held.root:
            found.append(f"outside checkpoint {held.size}")
    return found


def drawn(runtime: Runtime, other: Other, seed: bytes, wanted: int) -> Iterator[int]:
    """Patients of the restored database, drawn by `seed`, each at most once."""
    of = other.run(COUNT_SQL)[0][0]
    places: list[int] = []
    turn = 0
    while len(places) < min(wanted, of):
        number = runtime.suite.digest(b"jingui:restore-sample:1\0" + seed + turn.to_bytes(4, "big"))
        place = int.from_bytes(number[:8], "big") % of
        turn += 1
        if place not in places:
            places.append(place)
    for place in places:
        yield other.run(DRAWN_SQL, place)[0][0]


def patients(runtime: Runtime, other: Other, seed: str, wanted: int) -> Compared:
    """Open what stands of the drawn patients in both databases and compare it."""
    looked: list[int] = []
    differing: list[str] = []
    versions = destroyed = rotated = 0
    older = other.run(GENERATION_SQL)[0][0] < runtime.keyring.generation
    for patient in drawn(runtime, other, bytes.fromhex(seed), wanted):
        looked.append(patient)
        here, there = keys(raw, patient), keys(other.run, patient)
        gone = set(there) - set(here)
        for name in gone:  # destroyed since: the old backup must not open it either
            destroyed += 1
            if opens(runtime, patient, name, there[name]):
                differing.append(f"destroyed but readable:{patient}.{name}")
        if older:
            shut = [name for name in there if name in here and not opens(runtime, patient, name, there[name])]
            rotated += len(shut)
            there = {name: key for name, key in there.items() if name not in shut}
        differing += face(runtime, other, patient, here, there)
        for record, version, seal, payload in other.run(VERSIONS_SQL, patient, MOST):
            where = f"record_version:{patient}.{record}.{version}"
            name = seal_parts(seal, where)[2]
            if name in gone or name not in there:
                continue
            found = raw(SAME_SQL, patient, record, version)
            try:
                old = runtime.vault.open(
                    runtime.vault.key(patient, name, there[name]), patient, record, version, seal, bytes(payload)
                )
                new = runtime.vault.open(
                    runtime.vault.key(patient, name, here[name]), patient, record, version, found[0][1],
                    bytes(found[0][0]),
                ) if found else None  # fmt: skip
            except (Tampered, Gone):
                old, new = b"", None
            if new != old:
                differing.append(where)
            versions += 1
    of = other.run(COUNT_SQL)[0][0]
    return Compared(
        of=of, seed=seed, patients=tuple(looked), versions=versions, destroyed=destroyed, rotated=rotated,
        differing=tuple(differing),
    )  # fmt: skip


def keys(run: Any, patient: int) -> dict[str, bytes]:
    """The wrapped data keys of a patient by class."""
    return {row[0]: bytes(row[1]) for row in run(KEYS_SQL, patient)}


def opens(runtime: Runtime, patient: int, name: str, wrapped: bytes) -> bool:
    """Whether a wrapped key still opens."""
    try:
        runtime.vault.key(patient, name, wrapped)
    except (Tampered, Gone):
        return False
    return True


def face(runtime: Runtime, other: Other, patient: int, here: dict[str, bytes], there: dict[str, bytes]) -> list[str]:
    """Whether the patient's face of the restored database opens; it may have been changed since, so only that."""
    rows = other.run(FACE_SQL, patient)
    if not rows or rows[0][0] is None or "identity" not in there or "identity" not in here:
        return []
    try:
        runtime.vault.open_face(runtime.vault.key(patient, "identity", there["identity"]), patient, rows[0][0])
    except (Tampered, Gone):
        return [f"patient.face:{patient}"]
    return []

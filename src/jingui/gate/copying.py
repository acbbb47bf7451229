"""二（二）3: one transaction for everything that stands or falls together, its entries included [2.2.3] [1.3.3]"""

from collections.abc import Sequence
from typing import Any

import asyncpg

from jingui.core.errors import Tampered, Unavailable
from jingui.crypto.keyring import Keyring
from jingui.gate.lanes import LIMIT, LOST, Lane
from jingui.gate.messages import ORDER_SQL
from jingui.gate.pipeline import Stale
from jingui.gate.preparing import Rows
from jingui.store.ledger import Built
from jingui.store.seals import SEALED_TABLES
from jingui.store.statements import ENTRY_SQL, KEYS_LOCK

COPIES: Sequence[tuple[str, str, Sequence[str]]] = (
    ("messages", "source_message", ("source_id", "control", "digest", "answer", "sequence", "entry", "at")),
    (
        "patients", "patient",
        ("patient_id", "kind", "restricted", "deceased", "person_id", "mother_id", "linked_to", "destroyed", "marks",
         "version", "entry", "mac", "face", "created", "last_visit", "last_discharge"),
    ),
    ("keys", "patient_key", ("patient_id", "retention_class", "segment", "wrapped", "created")),
    (
        "records", "record",
        ("patient_id", "record_id", "kind", "form", "category", "medium", "level", "labels", "state", "status",
         "retention_class", "department_id", "author_id", "encounter_id", "at", "at_end", "entered",
         "version", "tokens", "mac"),
    ),
    (
        "versions", "record_version",
        ("patient_id", "record_id", "version", "author_id", "entered", "entry", "seal", "payload"),
    ),
    (
        "relations", "care_relation",
        ("patient_id", "relation_id", "kind", "person_id", "department_id", "encounter_id", "starts", "ends", "version",
         "entry", "mac", "rank", "basis"),
    ),
    ("consents", "patient_consent", (*SEALED_TABLES["patient_consent"], "mac")),
)  # fmt: skip
IDENTITY_SQL = """INSERT INTO patient_identity (patient_id, field, token, current)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::bool[])
ON CONFLICT (patient_id, field, token) DO UPDATE SET current = true"""
# old numbers stay, so that people are still found by them, but they no longer say who somebody is
OLD_SQL = "UPDATE patient_identity SET current = false WHERE patient_id = ANY($1::bigint[]) AND current"
FLAGS_SQL = """UPDATE patient p SET deceased = u.deceased, marks = u.marks, version = u.before + 1, entry = u.entry,
  mac = u.mac
FROM unnest($1::bigint[], $2::int[], $3::bool[], $4::int[], $5::uuid[], $6::bytea[])
  u(id, before, deceased, marks, entry, mac)
WHERE p.patient_id = u.id AND p.version = u.before"""
ENCOUNTER_SQL = """INSERT INTO encounter
  (patient_id, encounter_id, kind, department_id, attending_id, state, starts, ends, stay_seq, mac)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::text[],
  $7::timestamptz[], $8::timestamptz[], $9::int[], $10::bytea[])
ON CONFLICT (patient_id, encounter_id) DO UPDATE SET kind = excluded.kind, department_id = excluded.department_id,
  attending_id = excluded.attending_id,
  stay_seq = coalesce(encounter.stay_seq, excluded.stay_seq), state = excluded.state, starts = excluded.starts,
  ends = excluded.ends, mac = excluded.mac"""
CONSENTED_SQL = """UPDATE patient_consent c SET state = u.state, starts = u.starts, ends = u.ends,
  version = u.before + 1, entry = u.entry, mac = u.mac
FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::uuid[],
  $8::bytea[]) u(patient, consent, before, state, starts, ends, entry, mac)
WHERE c.patient_id = u.patient AND c.consent_id = u.consent AND c.version = u.before"""
ENDED_SQL = """UPDATE care_relation r SET ends = u.ends, version = u.before + 1, entry = u.entry, mac = u.mac
FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::timestamptz[], $5::uuid[], $6::bytea[])
  u(patient, relation, before, ends, entry, mac)
WHERE r.patient_id = u.patient AND r.relation_id = u.relation AND r.version = u.before"""
UPDATE_SQL = """UPDATE record r SET version = u.version, category = u.category, level = u.level,
  labels = string_to_array(u.labels, ','), status = u.status, retention_class = u.class, encounter_id = u.encounter,
  at = u.at, at_end = u.at_end, tokens = u.tokens::bigint[], state = u.state, form = u.form, mac = u.mac
FROM unnest($1::bigint[], $2::bigint[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[],
  $9::text[], $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::text[], $14::text[], $15::text[],
  $16::bytea[], $17::bytea[])
  u(patient, record, version, before, category, level, labels, status, class, encounter, at, at_end, tokens, state,
    form, mac, was)
WHERE r.patient_id = u.patient AND r.record_id = u.record AND r.version = u.before AND r.mac = u.was"""
DRAFTS_SQL = """DELETE FROM entry_draft d
USING unnest($1::bigint[], $2::bigint[], $3::bigint[]) u(patient, number, person)
WHERE d.patient_id = u.patient AND d.draft_id = u.number AND d.person_id = u.person"""
FACE_SQL = (
    "UPDATE patient p SET face = u.face FROM unnest($1::bigint[], $2::bytea[]) u(id, face) WHERE p.patient_id = u.id"
)


class Raced(Exception):
    """Another transaction made the same rows first: prepare again from fresh facts."""


async def commit(lane: Lane, rows: Rows, built: Built, epoch: int, keyring: Keyring) -> None:
    """Store everything or nothing. Stale: decide again; Raced: prepare again; Unavailable: the outcome is unknown."""
    connection = await lane.connection()
    try:
        async with connection.transaction():
            await still_none(connection, rows)
            await keys_open(connection, rows, keyring)
            for name, table, columns in COPIES:
                records = getattr(rows, name)
                if records:
                    await connection.copy_records_to_table(table, records=records, columns=columns, timeout=30)
            await rest(connection, rows)
            status = await connection.execute(ENTRY_SQL, epoch, *built.columns(), timeout=LIMIT)
            if status != f"INSERT 0 {len(built.rows)}":
                raise Stale()
    except asyncpg.UniqueViolationError as error:
        raise Raced() from error
    except LOST as error:
        await lane.drop()
        raise Unavailable(where="commit") from error


async def still_none(connection: "asyncpg.Connection[Any]", rows: Rows) -> None:
    """Look the conditions up again under their locks, which last until the commit; Raced if one is met by now."""
    for lock in sorted({one.lock for one in rows.conditions}):
        await connection.execute("SELECT pg_advisory_xact_lock($1::bigint)", lock, timeout=LIMIT)
    for one in rows.conditions:
        if await connection.fetch(one.sql, *one.args, timeout=LIMIT):
            raise Raced()


async def keys_open(connection: "asyncpg.Connection[Any]", rows: Rows, keyring: Keyring) -> None:
    """New data keys open under the segment keys of this moment, until the commit; Raced if one does not [3.1.1]."""
    if not rows.keys:
        return
    await connection.execute("SELECT pg_advisory_xact_lock_shared($1::bigint)", KEYS_LOCK, timeout=LIMIT)
    keyring.refresh()
    for patient, retention, segment, wrapped, _ in rows.keys:
        try:
            keyring.segments.unwrap(segment, patient, retention, wrapped)
        except Tampered as error:
            raise Raced() from error


async def rest(connection: "asyncpg.Connection[Any]", rows: Rows) -> None:
    """What COPY cannot do: rows that may exist, and corrections that must still find the version they correct."""
    if rows.orders:
        await connection.execute(ORDER_SQL, *turned(rows.orders))
    if rows.faces:
        await connection.execute(OLD_SQL, [row[0] for row in rows.faces])
    if rows.flags and await connection.execute(FLAGS_SQL, *turned(rows.flags)) != f"UPDATE {len(rows.flags)}":
        raise Raced()
    if rows.consented and (
        await connection.execute(CONSENTED_SQL, *turned(rows.consented)) != f"UPDATE {len(rows.consented)}"
    ):
        raise Raced()
    if rows.ended and await connection.execute(ENDED_SQL, *turned(rows.ended)) != f"UPDATE {len(rows.ended)}":
        raise Raced()
    if rows.identities:
        await connection.execute(IDENTITY_SQL, *turned(rows.identities))
    for sql, given in rows.moves.takeovers():
        await connection.execute(sql, *given)
    if rows.encounters:
        await connection.execute(ENCOUNTER_SQL, *turned(rows.encounters))
    if rows.faces:
        await connection.execute(FACE_SQL, *turned(rows.faces))
    if rows.updates:
        plain = [
            (*u[:6], ",".join(u[6]), *u[7:12], "{" + ",".join(map(str, u[12])) + "}", *u[13:]) for u in rows.updates
        ]
        status = await connection.execute(UPDATE_SQL, *turned(plain))
        if status != f"UPDATE {len(rows.updates)}":
            raise Raced()  # judged again on the newer version: If-Match then fails, and that is entered
    for sql, given in rows.moves.statements():
        await connection.execute(sql, *given)
    if rows.drafts:
        await connection.execute(DRAFTS_SQL, *turned(rows.drafts))


def turned(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as one list per column, as unnest wants them."""
    return [list(column) for column in zip(*rows, strict=True)]

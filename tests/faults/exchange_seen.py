"""What one of two houses holds after an exchange, read past the door: `python -m tests.faults.exchange_seen OUT`.

Of each message its row, the ledger entry that last changed it and what that entry says; of what came in also the
content as it lies in the chart, opened with the patient's key.
"""

import json
import sys
from base64 import urlsafe_b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

SENT_SQL = """SELECT t.message::text, t.state, encode(t.digest, 'hex'), t.receipt, t.attempts, e.id::text, e.verb, e.at,
  n.payload, i.idx, t.made, t.media FROM transmission t JOIN entry e ON e.id = t.entry
  LEFT JOIN entry_index i ON i.id = e.id LEFT JOIN entry_payload n ON n.id = e.id"""
TAKEN_SQL = """SELECT r.message::text, r.state, encode(r.digest, 'hex'), r.receipt, r.reason, e.id::text, e.verb, e.at,
  e.targets, i.idx, r.id, r.patient_id, r.records FROM received r JOIN entry e ON e.id = r.entry
  LEFT JOIN entry_index i ON i.id = e.id"""
VERSION_SQL = """SELECT v.seal, v.payload, k.wrapped FROM record_version v JOIN patient_key k
  ON k.patient_id = v.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
  WHERE v.patient_id = %s AND v.record_id = %s AND v.version = 1"""
COUNTS_SQL = "SELECT verb, decision, count(*) FROM entry GROUP BY 1, 2"


def receipt(data: bytes) -> dict[str, Any]:
    """What a receipt says; its signature was proven when it was taken, and `jingui verify` looks at it again."""
    part = data.split(b".")[1]
    found: dict[str, Any] = json.loads(urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    return found


def sent(db: Any, runtime: Any) -> dict[str, Any]:
    """Each transmission by its message."""
    from uuid import UUID

    from jingui.gate.notes import open_note

    out = {}
    for message, state, digest, came, attempts, entry, verb, at, note, idx, made, media in db.execute(SENT_SQL):
        out[message] = {
            "state": state, "digest": digest, "attempts": attempts, "entry": entry, "verb": verb, "at": at.timestamp(),
            "placed": idx is not None, "made": made.timestamp(), "media": media,
            "receipt": receipt(bytes(came)) if came else None, "bytes": sha256(bytes(came or b"")).hexdigest(),
            "says": open_note(runtime, UUID(entry), bytes(note)).decode() if note else "",
        }  # fmt: skip
    return out


def taken(db: Any, runtime: Any) -> dict[str, Any]:
    """Each received message; its rows as a list, so that a double would be seen."""
    from jingui.formats import fhir_json
    from jingui.gate.receiving_records import content_of

    out: dict[str, Any] = {}
    for message, state, digest, came, reason, entry, verb, at, targets, idx, number, patient, records in db.execute(
        TAKEN_SQL
    ).fetchall():
        inside = ""
        if records:
            seal, payload, wrapped = db.execute(VERSION_SQL, (patient, records[1])).fetchone()
            key = runtime.vault.key(patient, seal.split(":")[2], bytes(wrapped))
            body = runtime.vault.open(key, patient, records[1], 1, seal, bytes(payload))
            inside = sha256(content_of(fhir_json.parse(body, max_bytes=1 << 28))).hexdigest()
        out.setdefault(message, []).append({
            "state": state, "digest": digest, "reason": reason, "entry": entry, "verb": verb, "at": at.timestamp(),
            "placed": idx is not None, "bytes": sha256(bytes(came)).hexdigest(), "content": inside,
            "named": any(one["type"] == f"received:{number}" for one in json.loads(bytes(targets))),
            "records": len(records),
        })  # fmt: skip
    return out


def main(out: Path) -> None:
    from jingui.config import house

    with house.opened(reading=False, sequencing=True):
        import psycopg

        from jingui.config import plugs
        from jingui.gate import runtime

        with psycopg.connect(plugs.address().psycopg(), autocommit=True) as db:
            made = runtime.current()
            found = {
                "sent": sent(db, made), "taken": taken(db, made),
                "counts": {f"{verb} {decision}": n for verb, decision, n in db.execute(COUNTS_SQL)},
            }  # fmt: skip
        out.write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

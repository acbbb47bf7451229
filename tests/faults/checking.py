"""Checks I1 to I5 of a house against what its clients were told: `python -m tests.faults.checking FOLDER OUT`."""

import hashlib
import io
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

WRITES = {"enter", "register_patient", "correct", "import"}
VERSIONS_SQL = """SELECT v.patient_id, v.record_id, v.version, v.entry, v.seal, v.payload, k.wrapped
FROM record_version v LEFT JOIN patient_key k ON k.patient_id = v.patient_id
  AND k.retention_class = split_part(v.seal, ':', 3)"""


def read_journal(folder: Path) -> dict[str, dict[str, Any]]:
    """Requests by id with what was answered (status None: nothing)."""
    asked: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("journal-*.jsonl")):
        for raw in file.read_text().splitlines():
            line = json.loads(raw)
            asked.setdefault(line["id"], {"status": None}).update(line)
    return asked


def check(folder: Path) -> dict[str, Any]:
    """The findings: every list must be empty."""
    import psycopg

    from jingui.config import plugs
    from jingui.gate import runtime as equipment

    runtime = equipment.current()
    asked = read_journal(folder)
    with psycopg.connect(plugs.address().psycopg(), autocommit=True) as db:
        until = time.monotonic() + 30
        while db.execute(
            "SELECT 1 FROM entry e WHERE NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id) LIMIT 1"
        ).fetchone():
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        entries = db.execute(
            "SELECT e.id::text, e.verb, e.decision, e.targets, i.idx, e.head, e.leaf "
            "FROM entry e LEFT JOIN entry_index i ON i.id = e.id"
        ).fetchall()
        versions = db.execute(VERSIONS_SQL).fetchall()
        records = db.execute("SELECT patient_id, record_id, version FROM record").fetchall()
        export = exported(db, runtime)
    by_entry = {row[0]: row for row in entries}
    told: dict[tuple[str, int], list[str]] = {}
    for ident, verb, decision, targets, *_ in entries:
        if verb in WRITES and decision == "allow":
            for line in json.loads(bytes(targets)):
                if line["version"]:
                    told.setdefault((line["record"], line["version"]), []).append(ident)
    stored: dict[tuple[str, int], tuple[str, bytes]] = {}
    undecrypted: list[str] = []
    marks: Counter[str] = Counter()
    for patient, record, version, ident, seal, payload, wrapped in versions:
        public = runtime.public(patient, record)
        try:
            key = runtime.vault.key(patient, seal.split(":")[2], wrapped)
            body = runtime.vault.open(key, patient, record, version, seal, payload)
        except Exception as error:  # noqa: BLE001 -- any failure is a finding
            undecrypted.append(f"{public} {type(error).__name__}")
            continue
        stored[(public, version)] = (str(ident), body)
        for one in json.loads(body).get("identifier", ()):
            if one.get("system") == "urn:journal":
                marks[one["value"]] += 1
    lost, wrong, unentered = judged(asked, stored, by_entry)
    newest = {(runtime.public(p, r), v) for p, r, v in records}
    return {
        "asked": len(asked),
        "acknowledged": sum(1 for one in asked.values() if one["status"] in (200, 201)),
        "writes": sum(1 for one in asked.values() if one["status"] in (200, 201) and one["kind"] != "read"),
        "unknown": sum(1 for one in asked.values() if one["status"] in (0, None)),
        "refused": dict(Counter(str(one["status"]) for one in asked.values() if one["status"] not in (0, None, 200,
        201))),
        "entries": len(entries), "versions": len(versions),
        "lost": lost, "changed": wrong, "unentered": unentered, "undecrypted": undecrypted,
        "doubles": [mark for mark, count in marks.items() if count > 1] + [f"{k}" for k,
        v in told.items() if len(v) > 1],
        "orphans": [f"version {k}" for k, v in stored.items() if told.get(k) != [v[0]]]
        + [f"entry {k}" for k in told if k not in stored] + [f"record {k}" for k in newest if k not in stored],
        "unplaced": [row[0] for row in entries if row[4] is None],
        "half": halves(asked, marks),
        "verifier": export,
    }  # fmt: skip


def judged(
    asked: dict[str, dict[str, Any]], stored: dict[tuple[str, int], tuple[str, bytes]], by_entry: dict[str, Any]
) -> tuple[list[str], list[str], list[str]]:
    """Acknowledged writes that are not there, answers that are not what is stored, answers without an entry."""
    lost: list[str] = []
    wrong: list[str] = []
    unentered: list[str] = []
    for number, one in asked.items():
        if one["status"] not in (200, 201):
            continue
        row = by_entry.get(one["entry"])
        if row is None or row[2] != "allow" or row[4] is None:
            unentered.append(number)
        if one["kind"] == "read":
            public = one["path"].partition("/")[2]
            body = stored.get((public, 1), ("", b""))[1]
            if hashlib.sha256(body).hexdigest() != one["hash"]:
                wrong.append(number)
            if row is not None and public not in {line["record"] for line in json.loads(bytes(row[3]))}:
                unentered.append(number)
            continue
        for place in one["places"]:
            kind_and_id, _, version = place.partition("/_history/")
            if (kind_and_id.partition("/")[2], int(version)) not in stored:
                lost.append(number)
            elif one["kind"] == "create":
                body = stored[(kind_and_id.partition("/")[2], int(version))][1]
                if hashlib.sha256(body).hexdigest() != one["hash"]:
                    wrong.append(number)
        if not one["places"]:
            lost.append(number)
    return lost, wrong, unentered


def halves(asked: dict[str, dict[str, Any]], marks: Counter[str]) -> list[str]:
    """Bundles of which only a part is stored, and acknowledged writes whose mark is not stored exactly once."""
    out = []
    for number, one in asked.items():
        if one["kind"] == "bundle":
            count = sum(marks[f"{number}/{n}"] for n in range(4))
            if count not in ((4,) if one["status"] == 200 else (0, 4)):
                out.append(number)
        elif one["kind"] == "create" and marks[number] != 1 and (one["status"] == 201 or marks[number] > 1):
            out.append(number)
    return out


def exported(db: Any, runtime: Any) -> dict[str, Any]:
    """The ledger written out and read by the independent verifier."""
    from jingui.crypto import note
    from jingui.store import export
    from jingui_verify.export import check_export
    from jingui_verify.note import parse_key

    newest = db.execute("SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()
    if newest is None:
        return {"ok": False, "why": "no checkpoint"}
    size, root = newest[0], bytes(newest[1])
    rows = db.execute(
        "SELECT i.idx, e.head, e.private, e.targets FROM entry_index i JOIN entry e ON e.id = i.id "
        "WHERE i.idx < %s ORDER BY i.idx",
        (size,),
    ).fetchall()
    points = db.execute("SELECT size, note, heads FROM checkpoint ORDER BY size").fetchall()
    key = note.key_of(runtime.origin, runtime.keyring.suite, runtime.keyring.ledger_signer())
    plain = [(row[0], *(bytes(part) for part in row[1:])) for row in rows]
    text = (
        export.first(key, runtime.origin, 0, size, ())
        + export.body(plain, points, opened=True)
        + export.last(size, root)
    )
    report = check_export(io.BytesIO(text), parse_key(key.line()))
    return {
        "ok": report.ok,
        "entries": report.entries,
        "checkpoints": report.checkpoints,
        "why": str(report.finding or ""),
    }


def main(folder: Path, out: Path) -> None:
    from jingui.config import house

    with house.opened(reading=False):
        out.write_text(json.dumps(check(folder), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

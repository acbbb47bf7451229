"""七（一）: entries as lines: shown from the committed bytes, never from the columns [7.1.2]"""

from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.core.oversee import EntryLine
from jingui.crypto.entry import private_commitment
from jingui.gate.context import ReadContext
from jingui.gate.notes import open_note
from jingui.gate.runtime import Runtime

ENTRIES_SQL = """SELECT i.idx, e.id, e.at, e.writer, e.n, e.head, e.leaf, e.mac, e.private, e.targets, e.verb,
  e.decision, e.person_id FROM entry e LEFT JOIN entry_index i ON i.id = e.id"""
PRIVATE, TARGETS, VERB, PERSON = 8, 9, 10, 12
# The ledger commits to a note for ever; what was written about somebody who was destroyed is told to nobody [3.1.3].
NOTE_SQL = """SELECT n.payload FROM entry_payload n WHERE n.id = $1::uuid AND NOT EXISTS (
  SELECT 1 FROM entry e JOIN patient p ON p.patient_id = ANY(ARRAY[n.patient_id, e.patient_id])
  WHERE e.id = n.id AND p.destroyed)"""
SHOWN = 50  # targets of one entry


def line(runtime: Runtime, row: Any) -> EntryLine:
    """One row of ENTRIES_SQL, opened; `sound` tells whether MAC, leaf, commitments and columns hold."""
    index, entry, at, writer, n, head, leaf, mac, private, targets, verb, decision, _ = row
    head, private = bytes(head), bytes(private)
    try:
        fields = orjson.loads(head)
        part, lines = orjson.loads(private), orjson.loads(bytes(targets))
        sound = (
            compare_digest(runtime.keyring.ledger_mac(head), bytes(mac))
            and runtime.suite.digest(b"\x00" + head) == bytes(leaf)
            and private_commitment(runtime.suite, private).hex() == fields["private"]
            and (fields["id"], fields["writer"], fields["n"]) == (str(entry), str(writer), n)
            and (fields["verb"], fields["decision"]) == (verb, decision) and fields["count"] == len(lines)
            and datetime.fromisoformat(fields["at"]) == at
        )  # fmt: skip
        return EntryLine(
            id=fields["id"], index=index, at=datetime.fromisoformat(fields["at"]), verb=fields["verb"],
            decision=fields["decision"], reason=fields["reason"], purpose=fields["purpose"],
            entrance=fields["entrance"], clauses=tuple(fields["clauses"]), rules=tuple(fields["rules"]),
            epoch=fields["epoch"], policy=fields["policy"], writer=fields["writer"], n=fields["n"],
            count=fields["count"], sound=sound, person=part["person"], account=part["account"], post=part["post"],
            session=part["session"], address=part["address"], head=head.decode(), leaf=bytes(leaf).hex(),
            targets=tuple(Line(t["patient"], t["record"], t["type"], t["version"]) for t in lines[:SHOWN]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(where=f"entry:{entry}") from error


def with_name(entry: EntryLine, name: str, *, note: str = "", previous: str = "", next: str = "") -> EntryLine:
    """The line with what other rows say of it."""
    return replace(entry, person_name=name, note=note, previous=previous, next=next)


async def note(context: ReadContext, entry: str) -> str:
    """The entry's free text; "" for none, and for what it says of somebody who was destroyed."""
    rows = await context.rows(NOTE_SQL, UUID(entry))
    return open_note(context.runtime, UUID(entry), bytes(rows[0][0])).decode() if rows else ""

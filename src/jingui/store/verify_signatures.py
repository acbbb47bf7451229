"""二（二）1 签名: every signature that the ledger tells of is still there [2.2.1] [7.1.2]

Rows themselves are held by their MAC; this finds those that a database administrator deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from jingui.core.oversee import Finding
from jingui.store.verify_rows import Stream, targets_of

KINDS: Final[Mapping[str, str]] = {
    "sign_record": "sign", "verify_record": "verify", "countersign_record": "countersign",
}  # fmt: skip
ROWS_SQL = "SELECT patient_id, record_id, record_version, kind FROM signature"
ENTRIES_SQL = "SELECT id, verb, targets FROM entry WHERE decision = 'allow' AND verb = ANY($1::text[])"


def signatures(stream: Stream, public: Callable[[int, int], str]) -> Iterator[Finding]:
    """Each document that an entry says was signed, verified or countersigned and that has no such signature."""
    known = {(public(patient, record), version, kind) for patient, record, version, kind in stream(ROWS_SQL)}
    for entry, verb, targets in stream(ENTRIES_SQL, sorted(KINDS)):
        for record, version in sorted(targets_of(targets)):
            if (record, version, KINDS[verb]) not in known:
                where = f"signature:{record}/{version}"
                yield Finding(kind="row", where=where, index=None, why=f"gone: {verb} {entry}")

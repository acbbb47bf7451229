"""一（三）3, 六（一）3: the recovery ledger: why the house was locked, and what a recovery settled [1.3.3] [6.1.3]

A chain of its own, outside the tree: it is written while the tree cannot be trusted. The first entry after a recovery
commits to its root. Each entry names what is wrong as targets: a writer, an entry, a checkpoint held outside, a row.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID

import orjson

from jingui.core.entry import Line
from jingui.core.errors import Tampered
from jingui.core.ids import uuid7
from jingui.crypto import entry as form
from jingui.crypto.keyring import Keyring
from jingui.crypto.merkle import tree_hash
from jingui.store.tiles import Run

SETTLED = "settled"
WRITER, ENTRY, CHECKPOINT, ROW = "writer", "entry", "checkpoint", "row"
READ_SQL = "SELECT n, head, leaf, mac, targets FROM recovery_entry ORDER BY n"
INSERT_SQL = """INSERT INTO recovery_entry (id, n, head, leaf, mac, private, targets)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
LOCK_SQL = "SELECT pg_advisory_xact_lock(29941402063365426)"


class Recorded(NamedTuple):
    """One genuine entry of the recovery ledger."""

    n: int
    reason: str
    lines: tuple[Line, ...]
    leaf: bytes


def writer_of(keyring: Keyring, origin: str) -> UUID:
    """The recovery ledger's one writer id: fixed by the origin."""
    return UUID(bytes=keyring.suite.digest(b"jingui:recovery:1\0" + origin.encode())[:16], version=5)


def read(run: Run, keyring: Keyring) -> list[Recorded]:
    """Every entry in order; Tampered at the first that is not as written, or when one is missing before another."""
    out: list[Recorded] = []
    previous = form.GENESIS
    for n, head, leaf, mac, targets in run(READ_SQL):
        fields = dict(form.read(bytes(head)))
        root = tree_hash(keyring.suite, [keyring.suite.digest(b"\x00" + t) for t in parts(bytes(targets))])
        right = (
            compare_digest(keyring.ledger_mac(bytes(head)), bytes(mac)) and n == len(out) == fields["n"]
            and fields["prev"] == previous.hex() and form.leaf(keyring.suite, bytes(head)) == bytes(leaf)
            and fields["targets"] == root.hex()
        )  # fmt: skip
        if not right:
            raise Tampered(where=f"recovery_entry:{n}")
        lines = tuple(Line(t["patient"], t["record"], t["type"], t["version"]) for t in orjson.loads(bytes(targets)))
        out.append(Recorded(n, str(fields["reason"]), lines, bytes(leaf)))
        previous = bytes(leaf)
    return out


def parts(targets: bytes) -> list[bytes]:
    """The canonical bytes of each stored target."""
    return [orjson.dumps(one, option=orjson.OPT_SORT_KEYS) for one in orjson.loads(targets)]


def append(
    run: Run, keyring: Keyring, origin: str, at: datetime, reason: str, lines: Sequence[Line], *, epoch: int,
    policy: int, verb: str = "recover", person: str = "system:ledger",
) -> list[Recorded]:  # fmt: skip
    """Write the next entry inside the caller's transaction; return the whole recovery ledger with it."""
    run(LOCK_SQL)
    known = read(run, keyring)
    entry = uuid7(int(at.timestamp() * 1000), os.urandom(10))
    made = form.build(
        suite=keyring.suite, mac=keyring.ledger_mac, salt=os.urandom(form.SALT_LENGTH), id=str(entry), at=at, verb=verb,
        decision="allow" if reason == SETTLED else "fail", reason=reason, clauses=["1.3.3", "6.1.3"], rules=[],
        purpose="operation", entrance="command" if reason == SETTLED else "job", epoch=epoch, policy=policy,
        writer=str(writer_of(keyring, origin)), n=len(known), prev=known[-1].leaf if known else form.GENESIS,
        person=person, account="", post="", session="", address="", detail="", targets=lines,
    )  # fmt: skip
    targets = b"[" + b",".join(made.targets) + b"]"
    run(INSERT_SQL, entry, len(known), made.head, made.leaf, made.mac, made.private, targets)
    return [*known, Recorded(len(known), reason, tuple(lines), made.leaf)]


def settled(known: Sequence[Recorded]) -> frozenset[Line]:
    """What recoveries have closed: everything named before the newest settling entry."""
    last = max((one.n for one in known if one.reason == SETTLED), default=-1)
    return frozenset(line for one in known if one.n < last for line in one.lines)


def pending(known: Sequence[Recorded]) -> frozenset[Line]:
    """What was named since, and still waits for a recovery."""
    return frozenset(line for one in known for line in one.lines) - settled(known)


def root(keyring: Keyring, known: Sequence[Recorded]) -> bytes:
    """The RFC 9162 root over the recovery ledger's leaves."""
    return tree_hash(keyring.suite, [one.leaf for one in known])

"""一（三）3 全程管控: which committed entries may be given a place, and which are forged, altered or missing [1.3.3]

Pure: rows in, verdict out. An entry whose predecessor is not there yet waits; what is wrong stops its writer.
"""

from collections.abc import Callable, Collection, Iterable
from hmac import compare_digest
from typing import NamedTuple
from uuid import UUID

import orjson

from jingui.crypto.entry import GENESIS
from jingui.crypto.suite import Suite

Heads = dict[str, tuple[int, bytes]]
"""Writer -> (n, leaf hash) of its newest placed entry."""


class Pending(NamedTuple):
    """A committed entry without a place, as the database shows it."""

    xid: int
    id: UUID
    writer: UUID
    n: int
    head: bytes
    leaf: bytes
    mac: bytes


class Fault(NamedTuple):
    """What is wrong with an entry: kind is form, columns, leaf, mac, repeat, prev or gap."""

    kind: str
    entry: str
    writer: str
    n: int


class Verdict(NamedTuple):
    """Entries in the order of their places; those that wait for a predecessor; what is wrong."""

    placed: list[Pending]
    waiting: list[Pending]
    faults: list[Fault]


def genuine(suite: Suite, mac: Callable[[bytes], bytes], row: Pending) -> tuple[str, bytes]:
    """Return ("", previous leaf) for an entry that Jingui wrote, else (what is wrong, b"")."""
    if not compare_digest(mac(row.head), row.mac):
        return "mac", b""
    if suite.digest(b"\x00" + row.head) != row.leaf:
        return "leaf", b""
    try:
        head = orjson.loads(row.head)
        previous = bytes.fromhex(head["prev"])
        same = head["id"] == str(row.id) and head["writer"] == str(row.writer) and head["n"] == row.n
    except (ValueError, TypeError, KeyError):
        return "form", b""
    return ("", previous) if same else ("columns", b"")


def judge(
    suite: Suite, mac: Callable[[bytes], bytes], heads: Heads, stopped: Collection[str], rows: Iterable[Pending]
) -> Verdict:
    """Order `rows` by transaction and writer and check each; `heads` moves on with every placed entry."""
    placed: list[Pending] = []
    faults: list[Fault] = []
    early: dict[tuple[str, int], tuple[Pending, bytes]] = {}
    bad = set(stopped)
    for row in sorted(rows, key=lambda one: (one.xid, one.writer, one.n)):
        writer = str(row.writer)
        if writer in bad:
            continue
        wrong, previous = genuine(suite, mac, row)
        if wrong:
            faults.append(Fault(wrong, str(row.id), writer, row.n))
            bad.add(writer)
            continue
        early[writer, row.n] = row, previous
        last, leaf = heads.get(writer, (-1, GENESIS))
        if row.n <= last:
            faults.append(Fault("repeat", str(row.id), writer, row.n))
            bad.add(writer)
        while (found := early.get((writer, last + 1))) is not None and writer not in bad:
            one, previous = found
            if previous != leaf:
                faults.append(Fault("prev", str(one.id), writer, one.n))
                bad.add(writer)
                break
            del early[writer, one.n]
            placed.append(one)
            last, leaf = heads[writer] = one.n, one.leaf
    waiting = [row for (writer, _), (row, _) in early.items() if writer not in bad]
    return Verdict(placed, waiting, faults)

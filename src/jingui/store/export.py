"""七（一）监督检查: the ledger as JSON lines that anybody can verify (docs/ledger-format.md) [7.1.2] [1.3.3]"""

from collections.abc import Iterable, Mapping, Sequence

import orjson

from jingui.crypto.note import Key

ROWS_SQL = """SELECT i.idx, e.id, e.at, e.writer, e.n, e.head, e.leaf, e.mac, e.private, e.targets
FROM entry_index i JOIN entry e ON e.id = i.id WHERE i.idx >= $1::bigint AND i.idx < $2::bigint ORDER BY i.idx"""
POINTS_SQL = """SELECT size, note, heads FROM checkpoint WHERE size > $1::bigint AND size <= $2::bigint ORDER BY size"""


def line(value: Mapping[str, object]) -> bytes:
    """One line of an export."""
    return orjson.dumps(value) + b"\n"


def first(key: Key, origin: str, start: int, stop: int, frontier: Sequence[bytes]) -> bytes:
    """The first line; `frontier` only counts when the export does not start at 0."""
    value: dict[str, object] = {
        "kind": "export", "v": 1, "origin": origin, "suite": key.suite.name, "key": key.line(), "from": start,
        "to": stop,
    }  # fmt: skip
    if start:
        value["frontier"] = [node.hex() for node in frontier]
    return line(value)


def entry(index: int, head: bytes, private: bytes = b"", targets: bytes = b"") -> bytes:
    """The line of one entry; the private part and the targets only if they are given."""
    value: dict[str, object] = {"kind": "entry", "index": index, "head": head.decode()}
    if private:
        value["private"] = orjson.loads(private)
        value["target_list"] = orjson.loads(targets)
    return line(value)


def body(
    rows: Iterable[tuple[int, bytes, bytes, bytes]], points: Sequence[tuple[int, str, str]], *, opened: bool
) -> bytes:
    """The lines of consecutive entries (index, head, private, targets) with the checkpoints that they complete."""
    out: list[bytes] = []
    waiting = list(points)
    for index, head, private, targets in rows:
        out.append(entry(index, head, private, targets) if opened else entry(index, head))
        while waiting and waiting[0][0] == index + 1:
            _, note, heads = waiting.pop(0)
            out.append(line({"kind": "checkpoint", "note": note, "heads": orjson.loads(heads)}))
    return b"".join(out)


def last(size: int, root: bytes) -> bytes:
    """The last line."""
    return line({"kind": "end", "size": size, "root": root.hex()})

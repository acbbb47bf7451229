"""一（三）3 全程管控: the tree as the database keeps it: full tiles, and leaves of the unfinished ones [1.3.3]"""

from collections.abc import Callable, Sequence
from typing import Any

from jingui.core.errors import Tampered
from jingui.crypto.merkle import TILE_WIDTH, Tree
from jingui.crypto.suite import Suite
from jingui.crypto.tiles import Shelf, resume

Run = Callable[..., Sequence[Sequence[Any]]]
"""Runs one statement with $n parameters and returns its rows: psycopg in the sequencer, Django's connection in acts."""

TILE_SQL = "SELECT hashes FROM tile WHERE level = $1::smallint AND index = $2::bigint"
LEAVES_SQL = """SELECT e.leaf FROM entry_index i JOIN entry e ON e.id = i.id
WHERE i.idx >= $1::bigint AND i.idx < $2::bigint ORDER BY i.idx"""
NEWEST_SQL = "SELECT size, root, note, heads, at FROM checkpoint ORDER BY size DESC LIMIT 1"


def split(hashes: bytes | memoryview, level: int, index: int) -> tuple[bytes, ...]:
    """A stored tile as its 256 hashes; Tampered names it when it has another length."""
    raw = bytes(hashes)
    if len(raw) != 32 * TILE_WIDTH:
        raise Tampered(where=f"tile:{level}/{index}")
    return tuple(raw[at : at + 32] for at in range(0, len(raw), 32))


def shelf(suite: Suite, run: Run) -> Shelf:
    """A source of tiles over the database. Keep one per process: full tiles never change."""

    def leaves(start: int, stop: int) -> list[bytes]:
        return [bytes(row[0]) for row in run(LEAVES_SQL, start, stop)]

    def full(level: int, index: int) -> tuple[bytes, ...]:
        rows = run(TILE_SQL, level, index)
        if not rows:
            raise Tampered(where=f"tile:{level}/{index}")
        return split(rows[0][0], level, index)

    return Shelf(suite, leaves, full)


def stored_tree(suite: Suite, run: Run, size: int) -> Tree:
    """The growing tree at `size`, its edge read from tiles and leaves; Tampered when they do not make one."""
    try:
        return resume(suite, size, shelf(suite, run))
    except ValueError as error:
        raise Tampered(where=f"ledger:{size}") from error

"""一（三）全程管控: the RFC 9162 Merkle tree: hashing, growing, checking [1.3.3]"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from jingui.crypto.suite import Suite

TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT


class Tile(NamedTuple):
    """A full tile: the 256 roots of the complete subtrees of height 8*level, numbers 256*number onwards."""

    level: int
    number: int
    hashes: tuple[bytes, ...]


def leaf_hash(suite: Suite, data: bytes) -> bytes:
    """Return H(0x00 ‖ data) (RFC 9162 section 2.1.1)."""
    return suite.digest(b"\x00" + data)


def pair_up(digest: Callable[[bytes], bytes], row: Sequence[bytes]) -> list[bytes]:
    """Return the parents of a row of even length."""
    even = iter(row)
    return [digest(b"\x01" + left + right) for left, right in zip(even, even, strict=True)]


def fold(digest: Callable[[bytes], bytes], peaks: Sequence[bytes]) -> bytes:
    """Return the root over maximal complete subtrees given left to right; H("") for none."""
    if not peaks:
        return digest(b"")
    root = peaks[-1]
    for left in reversed(peaks[:-1]):
        root = digest(b"\x01" + left + root)
    return root


def peaks_of(digest: Callable[[bytes], bytes], row: Sequence[bytes]) -> list[bytes]:
    """Return the roots of the maximal complete subtrees over one row, left to right."""
    peaks: list[bytes] = []
    while row:
        if len(row) & 1:
            peaks.append(row[-1])
            row = row[:-1]
        row = pair_up(digest, row)
    return peaks[::-1]


def tree_hash(suite: Suite, leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 9162 root over leaf hashes; H("") for none."""
    return fold(suite.digest, peaks_of(suite.digest, leaves))


class Tree:
    """The growing edge of a tree: at most 255 hashes a tile level are in memory, whatever its size.

    Not for use by several threads: there is one sequencer.
    """

    __slots__ = ("_digest", "_edge", "size")

    def __init__(self, suite: Suite, size: int = 0, edge: Iterable[Sequence[bytes]] = ()) -> None:
        """Start empty, or go on at `size` from `edge`: the hashes of the unfinished tile of every level, from 0 up.

        ValueError when the edge does not have exactly the hashes that a tree of this size has.
        """
        self._digest = suite.digest
        self._edge = [list(row) for row in edge]
        self.size = size
        if [len(row) for row in self._edge] != edge_widths(size):
            raise ValueError("the edge does not belong to a tree of this size")

    def append(self, leaves: Iterable[bytes]) -> list[Tile]:
        """Add leaf hashes in order; return the tiles that became full, lower levels first."""
        rows: list[bytes] = list(leaves)
        self.size += len(rows)
        full: list[Tile] = []
        level = 0
        while rows:
            if level == len(self._edge):
                self._edge.append([])
            edge = self._edge[level]
            number = ((self.size >> (TILE_HEIGHT * level)) - len(edge) - len(rows)) // TILE_WIDTH
            row = edge + rows
            rows = []
            for start in range(0, len(row) - TILE_WIDTH + 1, TILE_WIDTH):
                tile = Tile(level, number, tuple(row[start : start + TILE_WIDTH]))
                full.append(tile)
                rows.append(tile_root(self._digest, tile.hashes))
                number += 1
            self._edge[level] = row[len(row) - len(row) % TILE_WIDTH :]
            level += 1
        return full

    def edge(self) -> tuple[tuple[bytes, ...], ...]:
        """Return the unfinished tile of every level, from 0 up: what `Tree(suite, size, edge)` goes on from."""
        return tuple(tuple(row) for row in self._edge)

    def frontier(self) -> tuple[bytes, ...]:
        """Return the roots of the maximal complete subtrees, left to right."""
        return tuple(peak for row in reversed(self._edge) for peak in peaks_of(self._digest, row))

    def root(self) -> bytes:
        """Return the root of the whole tree."""
        return fold(self._digest, self.frontier())


def tile_root(digest: Callable[[bytes], bytes], row: Sequence[bytes]) -> bytes:
    """Return the root over a row whose length is a power of two."""
    while len(row) > 1:
        row = pair_up(digest, row)
    return row[0]


def edge_widths(size: int) -> list[int]:
    """Return how many hashes the unfinished tile of each level has in a tree of `size` leaves."""
    widths = []
    while size:
        widths.append(size % TILE_WIDTH)
        size //= TILE_WIDTH
    return widths


def verify_inclusion(suite: Suite, leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Say whether `path` proves that `leaf` is number `index` of the tree (RFC 9162 section 2.1.3.2)."""
    if not 0 <= index < size or any(len(node) != 32 for node in path):
        return False
    digest, number, last, at = suite.digest, index, size - 1, leaf
    for node in path:
        if last == 0:
            return False
        if number & 1 or number == last:
            at = digest(b"\x01" + node + at)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            at = digest(b"\x01" + at + node)
        number, last = number >> 1, last >> 1
    return last == 0 and at == root


def verify_consistency(
    suite: Suite, old_size: int, new_size: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> bool:
    """Say whether `path` proves that the old tree is a prefix of the new one (RFC 9162 section 2.1.4.2).

    The empty tree is a prefix of every tree, and a tree of itself: both with an empty path only.
    """
    digest = suite.digest
    if not 0 <= old_size <= new_size or any(len(node) != 32 for node in path):
        return False
    if old_size == new_size:
        return not path and old_root == new_root
    if old_size == 0:
        return not path and old_root == digest(b"")
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            old, new = digest(b"\x01" + node + old), digest(b"\x01" + node + new)
            while number and not number & 1:
                number, last = number >> 1, last >> 1
        else:
            new = digest(b"\x01" + new + node)
        number, last = number >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root

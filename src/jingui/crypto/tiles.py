"""一（三）全程管控: proofs from stored tiles, and which tiles a tree has [1.3.3]"""

from collections.abc import Callable, Iterator, Sequence

from jingui.core.errors import Tampered
from jingui.crypto.merkle import TILE_HEIGHT, TILE_WIDTH, Tree, edge_widths, fold, tile_root
from jingui.crypto.suite import Suite

TileSource = Callable[[int, int, int], Sequence[bytes]]
"""(level, index, width) -> the first `width` (1 to 256) hashes of the tile; fewer than 256 only at the right edge."""


def completed(old_size: int, new_size: int) -> list[tuple[int, int]]:
    """Return the (level, index) of every tile that becomes full as the tree grows, lower levels first."""
    full = []
    level = 0
    while new_size:
        old_size, new_size = old_size // TILE_WIDTH, new_size // TILE_WIDTH
        full += [(level, index) for index in range(old_size, new_size)]
        level += 1
    return full


class Prover:
    """Proofs about a tree of any size up to what the source has; each tile is asked for once per prover."""

    __slots__ = ("_digest", "_have", "_limit", "_source")

    def __init__(self, suite: Suite, source: TileSource, size: int) -> None:
        """Take the tiles and the size of the tree they stand for."""
        self._digest = suite.digest
        self._source = source
        self._limit = size
        self._have: dict[tuple[int, int], Sequence[bytes]] = {}

    def root(self, size: int) -> bytes:
        """Return the root that the tree had at `size`."""
        self._within(size)
        return self._range(0, size)

    def frontier(self, size: int) -> list[bytes]:
        """Return the roots of the maximal complete subtrees of the first `size` leaves, left to right."""
        self._within(size)
        return [self._node(height, number) for height, number in _subtrees(0, size)]

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Return the path of leaf `index` in the tree of `size` (RFC 9162 section 2.1.3.1); ValueError outside it."""
        self._within(size)
        if not 0 <= index < size:
            raise ValueError("no such leaf in a tree of this size")
        path: list[bytes] = []
        start, stop = 0, size
        while stop - start > 1:
            middle = start + _split(stop - start)
            if index < middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start = middle
        return path[::-1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof that the tree of `old` leaves is a prefix of that of `new` (RFC 9162 section 2.1.4.1)."""
        self._within(new)
        if not 0 <= old <= new:
            raise ValueError("the old tree is larger than the new one")
        if old in (0, new):
            return []
        path: list[bytes] = []
        start, stop, whole = 0, new, True
        while old != stop:
            middle = start + _split(stop - start)
            if old <= middle:
                path.append(self._range(middle, stop))
                stop = middle
            else:
                path.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._range(start, stop))
        return path[::-1]

    def _within(self, size: int) -> None:
        if not 0 <= size <= self._limit:
            raise ValueError("the tree has not that size")

    def _range(self, start: int, stop: int) -> bytes:
        return fold(self._digest, [self._node(height, number) for height, number in _subtrees(start, stop)])

    def _node(self, height: int, number: int) -> bytes:
        """Return the root of complete subtree `number` of `height`."""
        level, rest = divmod(height, TILE_HEIGHT)
        first = number << rest
        tile = self._tile(level, first // TILE_WIDTH)
        at = first % TILE_WIDTH
        return tile_root(self._digest, tile[at : at + (1 << rest)])

    def _tile(self, level: int, index: int) -> Sequence[bytes]:
        found = self._have.get((level, index))
        if found is None:
            width = min(TILE_WIDTH, (self._limit >> (TILE_HEIGHT * level)) - index * TILE_WIDTH)
            found = self._source(level, index, width)
            if len(found) != width:
                raise Tampered(where=f"ledger tile {level}/{index}")
            self._have[level, index] = found
        return found


class Shelf:
    """A tile source over stored full tiles and leaves: roots of full tiles never change, so they are kept."""

    __slots__ = ("_digest", "_full", "_leaves", "_roots")

    def __init__(
        self, suite: Suite, leaves: Callable[[int, int], Sequence[bytes]], full: Callable[[int, int], Sequence[bytes]]
    ) -> None:
        """Take `leaves(start, stop)` for unfinished tiles of level 0 and `full(level, index)` for stored tiles."""
        self._digest = suite.digest
        self._leaves, self._full = leaves, full
        self._roots: dict[tuple[int, int], bytes] = {}

    def __call__(self, level: int, index: int, width: int) -> Sequence[bytes]:
        """Return the first `width` hashes of a tile, worked out from the level below while it is unfinished."""
        if width == TILE_WIDTH:
            return self._full(level, index)
        start = index * TILE_WIDTH
        if level == 0:
            return self._leaves(start, start + width)
        return [self._root(level - 1, below) for below in range(start, start + width)]

    def _root(self, level: int, index: int) -> bytes:
        root = self._roots.get((level, index))
        if root is None:
            root = self._roots[level, index] = tile_root(self._digest, self._full(level, index))
        return root


def resume(suite: Suite, size: int, source: TileSource) -> Tree:
    """Return the growing tree at `size`, its edge read from stored tiles (after a restart)."""
    edge = [
        list(source(level, size >> (TILE_HEIGHT * (level + 1)), width)) if width else []
        for level, width in enumerate(edge_widths(size))
    ]
    return Tree(suite, size, edge)


def prover_of(suite: Suite, leaves: Sequence[bytes]) -> Prover:
    """Return a prover over a list of leaf hashes that is wholly in memory."""
    full = {(tile.level, tile.number): tile.hashes for tile in Tree(suite).append(leaves)}
    shelf = Shelf(suite, lambda start, stop: leaves[start:stop], lambda level, index: full[level, index])
    return Prover(suite, shelf, len(leaves))


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size` (at least 2)."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtrees(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield (height, number) of the maximal aligned complete subtrees of [start, stop), left to right."""
    while start < stop:
        fits = (stop - start).bit_length() - 1
        height = min(fits, (start & -start).bit_length() - 1) if start else fits
        yield height, start >> height
        start += 1 << height

"""The writers' chains: each process numbers and links its own entries, so nothing can vanish unseen.

When a link breaks, the older entry or the newer one was altered, or something between them is missing. The writer's
next link, or the next signed list of heads, tells which; until then the break is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from jingui_verify.bad import Bad
from jingui_verify.head import ZEROS, Head

_HEX = re.compile(r"[0-9a-f]{64}")


class Last(NamedTuple):
    """A writer's newest entry: number, leaf hash, index, and the writer's first index since the last checkpoint.

    `place` is -1 where only a signed list of heads named the entry.
    """

    n: int
    leaf: str
    place: int
    first: int

    def leads_to(self, n: int, prev: str) -> bool:
        """Whether an entry `n` with this `prev` follows."""
        return n == self.n + 1 and prev == self.leaf


class Doubt(Exception):
    """A bad entry is known to lie in `index` … `last`, and none is known before."""

    def __init__(self, bad: Bad, index: int, last: int | None = None) -> None:
        """Keep what is wrong and where."""
        super().__init__(bad, index)
        self.bad, self.index, self.last = bad, index, index if last is None else last


@dataclass(frozen=True, kw_only=True)
class Break:
    """Between `older` (None: the writer was unknown) and `newer` of one writer the chain does not hold."""

    writer: str
    older: Last | None
    newer: Last
    low: int

    def doubt(self, *, newer: bool = False, older: bool = False, decided: bool = True) -> Doubt:
        """What it amounts to when the next evidence follows `newer`, or `older`, or neither; or is not `decided`."""
        have, place = self.newer.n, self.newer.place
        want = 0 if self.older is None else self.older.n + 1
        before = -1 if self.older is None else self.older.place
        if have == want:  # the numbers hold, the hash does not
            if before < self.low or (decided and not newer):
                return Doubt(Bad("prev", before=before), place)
            return Doubt(Bad("altered", by=place), before)
        named = {"writer": self.writer, "want": want, "have": have}
        if have > want:
            first = max(before + 1, self.low) if newer or older or not decided else place
            return Doubt(Bad("gap", **named), first, place)
        exact = before >= self.low and self.older is not None and self.older.leaf != self.newer.leaf
        if exact and newer and not older:
            return Doubt(Bad("repeat", **named), before)
        return Doubt(Bad("repeat", **named), before if exact and not decided else place, place)


class Chains:
    """All writers' chains. `whole` says whether every writer is known (true from index 0 or after one checkpoint)."""

    def __init__(self, *, whole: bool, low: int = 0) -> None:
        """Start with no writer seen; everything below index `low` is given."""
        self.last: dict[str, Last] = {}
        self.whole = whole
        self.low = low
        self.broken: Break | None = None

    def add(self, head: Head, leaf: str, index: int) -> None:
        """Link one more entry; raises Doubt when the first bad entry is known."""
        writer, n, prev = head.writer, head.n, head.prev
        known = self.last.get(writer)
        first = index
        if known is None:
            if n == 0 and prev != ZEROS:
                self.settle()
                raise Doubt(Bad("start", writer=writer), index)
            holds = n == 0 or not self.whole
        else:
            if self.broken is not None and self.broken.writer == writer:
                older = self.broken.older
                before = (n, prev) == (0, ZEROS) if older is None else older.leads_to(n, prev)
                raise self.broken.doubt(newer=known.leads_to(n, prev), older=before)
            if known.first >= self.low:
                first = known.first
            holds = n == known.n + 1 and prev == known.leaf
        self.last[writer] = newest = Last(n, leaf, index, first)
        if not holds and self.broken is None:
            self.broken = Break(writer=writer, older=known, newer=newest, low=self.low)

    def settle(self) -> None:
        """No more evidence comes: raise what a still open break amounts to."""
        if self.broken is not None:
            raise self.broken.doubt(decided=False)

    def compare(self, signed: dict[str, list[Any]], end: int) -> None:
        """Compare with a signed list of heads as of index `end`; raises Doubt at a difference."""
        if self.broken is not None:
            older, newer, said = self.broken.older, self.broken.newer, signed.get(self.broken.writer)
            raise self.broken.doubt(
                newer=said == [newer.n, newer.leaf], older=older is not None and said == [older.n, older.leaf]
            )
        doubts: list[Doubt] = []
        for writer, mine in self.last.items():
            said = signed.get(writer)
            if said == [mine.n, mine.leaf]:
                continue
            bad = Bad("heads", what=f"{writer} {mine.n}")
            first, newest = max(mine.first, self.low), max(mine.place, self.low)
            if said is not None and said[0] > mine.n:  # one is missing after the newest we have
                first, newest = max(mine.place + 1, self.low), max(end, self.low)
            doubts.append(Doubt(bad, min(first, newest), newest))
        if self.whole:
            missing = [writer for writer in signed if writer not in self.last]
            doubts += [Doubt(Bad("heads", what=writer), self.low, max(end, self.low)) for writer in missing]
        if doubts:  # each range surely holds a bad entry: the one that ends first, the narrower if equal
            raise min(doubts, key=lambda doubt: (doubt.last, -doubt.index))

    def seal(self, signed: dict[str, list[Any]], size: int) -> None:
        """A checkpoint of `size` was good: all below is proved, and writers not yet seen are taken from its list."""
        self.low = size
        if not self.whole:
            for writer, (n, leaf) in signed.items():
                self.last.setdefault(writer, Last(n, leaf, -1, -1))
            self.whole = True


def check_heads(heads: Any) -> dict[str, list[Any]]:
    """`heads` if it is an object writer → [n, leaf hash], else Bad('heads')."""
    if not isinstance(heads, dict):
        raise Bad("heads", what="form")
    for value in heads.values():
        if not (isinstance(value, list) and len(value) == 2):
            raise Bad("heads", what="form")
        n, leaf = value
        if not isinstance(n, int) or isinstance(n, bool) or n < 0:
            raise Bad("heads", what="form")
        if not isinstance(leaf, str) or not _HEX.fullmatch(leaf):
            raise Bad("heads", what="form")
    return heads

"""The writers' chains: each process numbers and links its own entries, so nothing can vanish unseen.

When a link breaks, either the older entry or the newer one was altered. The next link, or the next signed list of
heads, tells which; until then the break is kept as a `Break`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from jingui_verify.bad import Bad
from jingui_verify.head import ZEROS, Head

_HEX = re.compile(r"[0-9a-f]{64}")


class Last(NamedTuple):
    """A writer's newest entry: number, leaf hash, index, and the writer's first index since the last checkpoint."""

    n: int
    leaf: str
    place: int
    first: int


@dataclass(frozen=True, kw_only=True)
class Break:
    """The link between two entries of one writer does not hold."""

    writer: str
    older: int
    newer: int


class Doubt(Exception):
    """The first bad entry is known to be `index`, or to lie in `index` … `last`."""

    def __init__(self, bad: Bad, index: int, last: int | None = None) -> None:
        """Keep what is wrong and where."""
        super().__init__(bad, index)
        self.bad, self.index, self.last = bad, index, index if last is None else last


class Chains:
    """All writers' chains. `whole` says whether every writer is known (true from index 0 or after one checkpoint)."""

    def __init__(self, *, whole: bool) -> None:
        """Start with no writer seen."""
        self.last: dict[str, Last] = {}
        self.whole = whole
        self.broken: Break | None = None
        self.low = 0  # the size of the last good checkpoint

    def add(self, head: Head, leaf: str, index: int) -> None:
        """Link one more entry; raises Doubt when the first bad entry is known."""
        known = self.last.get(head.writer)
        first = index
        if known is None:
            if head.n == 0:
                if head.prev != ZEROS:
                    raise self._settle(Doubt(Bad("start", writer=head.writer), index))
            elif self.whole:
                raise self._settle(Doubt(Bad("gap", writer=head.writer, want=0, have=head.n), index))
        else:
            want = known.n + 1
            if head.n != want:
                code = "gap" if head.n > want else "repeat"
                raise self._settle(Doubt(Bad(code, writer=head.writer, want=want, have=head.n), index))
            if known.first >= self.low:
                first = known.first
            holds = head.prev == known.leaf
            if self.broken is not None and self.broken.writer == head.writer:
                raise self._older() if holds else self._newer()
            if not holds and self.broken is None:
                self.broken = Break(writer=head.writer, older=known.place, newer=index)
        self.last[head.writer] = Last(head.n, leaf, index, first)

    def _older(self) -> Doubt:
        assert self.broken is not None
        if self.broken.older < 0:  # it was only named by a signed list, so the newer one must be wrong
            return self._newer()
        return Doubt(Bad("altered", by=self.broken.newer), self.broken.older)

    def _newer(self) -> Doubt:
        assert self.broken is not None
        return Doubt(Bad("prev", before=self.broken.older), self.broken.newer)

    def _settle(self, doubt: Doubt) -> Doubt:
        """An older break comes first; without more evidence the older entry is taken as the altered one."""
        return doubt if self.broken is None else self._older()

    def settle(self) -> None:
        """At the end of the evidence, raise what a still open break amounts to."""
        if self.broken is not None:
            raise self._older()

    def compare(self, signed: dict[str, list[Any]], end: int) -> None:
        """Compare with a signed list of heads as of index `end`; raises Doubt at the first difference."""
        if self.broken is not None:
            held = self.last[self.broken.writer]
            agrees = signed.get(self.broken.writer) == [held.n, held.leaf]
            raise self._older() if agrees else self._newer()
        doubts: list[Doubt] = []
        for writer, mine in self.last.items():
            other = signed.get(writer)
            if other == [mine.n, mine.leaf]:
                continue
            what = f"writer {writer} n {mine.n}"
            first = mine.first if mine.first >= self.low else self.low
            newest = max(mine.place, first)
            if other is not None and other[0] > mine.n:
                newest = max(end, first)  # one is missing after the newest we have
            doubts.append(Doubt(Bad("heads", what=what), first, newest))
        if self.whole and any(writer not in self.last for writer in signed):
            doubts.append(Doubt(Bad("heads", what="missing writer"), self.low, max(end, self.low)))
        if doubts:
            raise min(doubts, key=lambda doubt: (doubt.index, doubt.last))

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

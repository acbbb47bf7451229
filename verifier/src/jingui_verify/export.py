"""Whole exports, read line by line in constant memory: only the tree's frontier and the writers' heads are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO

from jingui_verify.bad import Bad
from jingui_verify.canon import LARGEST, canon, parse
from jingui_verify.chains import Chains, Doubt, check_heads
from jingui_verify.checkpoint import Checkpoint, open_checkpoint
from jingui_verify.digest import Hash, hash_of, sha256
from jingui_verify.head import parse_head
from jingui_verify.note import Key, parse_key
from jingui_verify.parts import check_private, check_targets
from jingui_verify.proofs import hashes_of
from jingui_verify.report import Finding, Report, finding
from jingui_verify.texts import words
from jingui_verify.tree import Frontier

LONGEST_LINE = 64 * 1024 * 1024
_FIRST = {"kind", "v", "origin", "suite", "key", "from", "to"}
_ENTRY = ({"kind", "index", "head"}, {"private", "target_list"})


class _Done(Exception):
    """The first bad place is known; nothing after it can be trusted."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found)
        self.found = found


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


class Export:
    """One export being read. Feed its lines in order, then `finish`; `pinned` None trusts the file's own key."""

    def __init__(self, pinned: Key | None, outside: Sequence[str] = ()) -> None:
        """Check against the `pinned` key and against `outside` checkpoints (notes kept elsewhere)."""
        self.pinned = pinned
        self.notes = outside
        self.outside: list[Checkpoint] = []
        self.compared = 0
        self.line = self.start = self.to = self.sealed = self.entries = self.checkpoints = self.opened = 0
        self.ended = False
        self.origin = self.suite = ""
        self.key: Key | None = None
        self.hash: Hash = sha256
        self.tree = Frontier(sha256)
        self.chains = Chains(whole=True)
        self.newest: Checkpoint | None = None

    def feed(self, raw: bytes) -> None:
        """Check the next line; raises _Done at the first thing wrong."""
        self.line += 1
        try:
            value = parse(raw)
            if not isinstance(value, dict):
                raise Bad("form", what="line")
            kind = value.get("kind")
            if self.key is None:
                self._first(value)
            elif self.ended:
                raise Bad("form", what="after the end")
            elif kind == "entry":
                self._entry(value)
            elif kind == "checkpoint":
                self._checkpoint(value)
            elif kind == "end":
                self._end(value)
            else:
                raise Bad("form", what="kind")
        except Doubt as doubt:
            raise self._stop(doubt.bad, doubt.index, doubt.last) from doubt
        except Bad as bad:
            try:
                self.chains.settle()
            except Doubt as doubt:
                raise self._stop(doubt.bad, doubt.index, doubt.last) from doubt
            raise self._stop(bad, self.tree.size) from bad

    def _stop(self, bad: Bad, index: int, last: int | None = None) -> _Done:
        return _Done(finding(bad, index=index, last=last, line=self.line))

    def _first(self, value: dict[str, Any]) -> None:
        if value.get("kind") != "export" or not _FIRST <= set(value) <= _FIRST | {"frontier"} or value["v"] != 1:
            raise Bad("form", what="first line")
        if not all(isinstance(value[name], str) and value[name] for name in ("origin", "key")):
            raise Bad("form", what="first line")
        if not (_is_count(value["from"]) and _is_count(value["to"]) and value["from"] <= value["to"]):
            raise Bad("form", what="from, to")
        if ("frontier" in value) != (value["from"] > 0):
            raise Bad("form", what="frontier")
        key = parse_key(value["key"])
        if self.pinned is not None and key.line != self.pinned.line:
            raise Bad("key_differs")
        if key.suite != value["suite"]:
            raise Bad("suite", suite=value["suite"])
        self.origin, self.suite, self.start, self.to = value["origin"], key.suite, value["from"], value["to"]
        self.sealed = self.start
        self.hash = hash_of(self.suite)
        self.tree = Frontier(self.hash, self.start, hashes_of(value.get("frontier", [])))
        self.chains = Chains(whole=self.start == 0, low=self.start)
        self.key = key
        self.outside = sorted((open_checkpoint(note, key) for note in self.notes), key=lambda point: point.size)
        for point in self.outside:
            if point.origin != self.origin:
                raise Bad("origin", have=point.origin, want=self.origin)
            if point.size < self.start:
                raise Bad("outside_before", size=point.size, have=self.start)
        self._compare_outside()

    def _entry(self, value: dict[str, Any]) -> None:
        must, may = _ENTRY
        if len(value) != 3 and not set(value) <= must | may:
            raise Bad("form", what="keys")
        index, raw = value.get("index"), value.get("head")
        if index != self.tree.size or isinstance(index, bool):
            raise Bad("index", want=self.tree.size, have=index)
        if not isinstance(raw, str):
            raise Bad("form", what="head")
        head = parse_head(raw)
        if head.suite != self.suite:
            raise Bad("suite", suite=head.suite)
        leaf = self.hash(b"\x00" + raw.encode("utf-8"))
        if len(value) > 3:
            self._opened(value, head)
        self.chains.add(head, leaf.hex(), self.tree.size)
        self.tree.append(leaf)
        self.entries += 1
        if self.compared < len(self.outside):
            self._compare_outside()

    def _opened(self, value: dict[str, Any], head: Any) -> None:
        if "private" in value:
            check_private(self.hash, value["private"], head)
            self.opened += 1
        if "target_list" in value:
            check_targets(self.hash, value["target_list"], head)
            self.opened += 1

    def _compare_outside(self) -> None:
        while self.compared < len(self.outside) and self.outside[self.compared].size == self.tree.size:
            point = self.outside[self.compared]
            if point.root != self.tree.root():
                self.chains.settle()
                raise Doubt(
                    Bad("outside_root", size=point.size), self.sealed_before(point.size), max(point.size - 1, 0)
                )
            self.compared += 1

    def sealed_before(self, size: int) -> int:
        """The least index that may be bad when the root at `size` is wrong by an outside checkpoint."""
        earlier = [point.size for point in self.outside[: self.compared] if point.size < size]
        return max([self.start, *earlier])

    def _checkpoint(self, value: dict[str, Any]) -> None:
        before = max(self.tree.size - 1, 0)
        try:
            if set(value) != {"kind", "note", "heads"} or not isinstance(value["note"], str):
                raise Bad("form", what="checkpoint")
            point = open_checkpoint(value["note"], self.key)
            heads = check_heads(value["heads"])
            if self.hash(canon(heads)).hex() != point.writers:
                raise Bad("heads", what="hash")
            if point.origin != self.origin:
                raise Bad("origin", have=point.origin, want=self.origin)
            if self.newest is not None and point.time < self.newest.time:
                raise Bad("time", have=point.time, last=self.newest.time)
        except Bad as bad:
            self.chains.settle()
            zh, en = words(bad)
            raise Doubt(Bad("checkpoint", zh=zh, en=en), before) from bad
        self.chains.compare(heads, before)
        low = min(self.sealed, before)
        if point.size != self.tree.size:
            raise Doubt(Bad("place", size=point.size, have=self.tree.size), low, before)
        if point.root != self.tree.root():
            raise Doubt(Bad("root", size=point.size), low, before)
        self.chains.seal(heads, point.size)
        self.newest, self.sealed = point, point.size
        self.checkpoints += 1

    def _end(self, value: dict[str, Any]) -> None:
        self.chains.settle()
        if set(value) != {"kind", "size", "root"}:
            raise Bad("form", what="end")
        size = self.tree.size
        if not (_is_count(value["size"]) and value["size"] == size == self.to):
            raise Bad("end", what=f"{value['size']}, {self.to}, {size}")
        if value["root"] != self.tree.root().hex():
            raise Bad("end", what="root")
        self.ended = True

    def finish(self, found: Finding | None = None) -> Report:
        """The result after the last line, or after the line where `found` was found."""
        size = self.tree.size
        if found is None:
            found = self._missing(size)
        sealed = max([self.sealed] + [point.size for point in self.outside[: self.compared]])
        if found is not None:
            sealed = min(sealed, found.index)  # what is contradicted from outside is not proved by the file itself
        return Report(
            pinned=self.pinned is not None,
            origin=self.origin,
            suite=self.suite,
            start=self.start,
            size=size,
            sealed=sealed,
            root=self.tree.root().hex(),
            entries=self.entries,
            checkpoints=self.checkpoints,
            outside=self.compared,
            writers=len(self.chains.last),
            opened=self.opened,
            finding=found,
        )

    def _missing(self, size: int) -> Finding | None:
        try:
            self.chains.settle()
        except Doubt as doubt:
            return finding(doubt.bad, index=doubt.index, last=doubt.last, line=self.line)
        covered = [point.size for point in self.outside[: self.compared]]
        if self.newest is not None:
            covered.append(self.newest.size)
        sealed = max(covered, default=self.start)
        if not self.ended:
            return finding(Bad("truncated"), index=size, line=self.line)
        if self.compared < len(self.outside):
            bad = Bad("outside_shorter", size=self.outside[-1].size, have=size)
            return finding(bad, index=size, last=self.outside[-1].size - 1, line=self.line)
        if not covered or sealed != size:
            return finding(Bad("unsealed"), index=sealed, last=max(size - 1, sealed), line=self.line)
        return None


def _lines(file: BinaryIO) -> Iterable[bytes]:
    return iter(lambda: file.readline(LONGEST_LINE), b"")


def check_export(
    file: BinaryIO,
    pinned: Key | None,
    outside: Sequence[str] = (),
    progress: Callable[[int, float], None] | None = None,
) -> Report:
    """Check a whole export; `progress(entries, seconds)` is called about every second."""
    export = Export(pinned, outside)
    begin = told = time.monotonic()
    try:
        for raw in _lines(file):
            export.feed(raw)
            if progress is not None and not export.line & 4095:
                now = time.monotonic()
                if now - told >= 1:
                    told = now
                    progress(export.entries, now - begin)
    except _Done as done:
        return export.finish(done.found)
    return export.finish()

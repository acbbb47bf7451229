"""What the check of an export comes to."""

from __future__ import annotations

from dataclasses import dataclass

from jingui_verify.bad import Bad
from jingui_verify.texts import words


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong first: the bad entry lies in `index` … `last` (equal when exact); `line` of the file, from 1."""

    code: str
    index: int
    last: int
    line: int
    zh: str
    en: str


def finding(bad: Bad, *, index: int, last: int | None = None, line: int = 0) -> Finding:
    """The finding that `bad` amounts to at `index`, or somewhere in `index` … `last`."""
    zh, en = words(bad)
    return Finding(code=bad.code, index=index, last=index if last is None else last, line=line, zh=zh, en=en)


@dataclass(frozen=True, kw_only=True)
class Report:
    """The result: `entries` read, `sealed` = size of the last good checkpoint (all below it is proved)."""

    pinned: bool
    origin: str
    suite: str
    start: int
    size: int
    sealed: int
    root: str
    entries: int
    checkpoints: int
    outside: int
    writers: int
    opened: int
    finding: Finding | None

    @property
    def ok(self) -> bool:
        """Whether nothing was found wrong (says nothing of the key: see `pinned`)."""
        return self.finding is None

"""二（二）录入规范 [2.2.4]: a correction shows the old words struck through and the new ones in place"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

LONGEST = 4000  # characters compared one by one; longer texts are shown as a whole, old and new


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of text that stayed, went or came."""

    kind: Literal["same", "old", "new"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a correction changed in one place: old words struck through, new ones underlined."""

    label: str
    parts: tuple[Part, ...]


def compare(old: str, new: str) -> tuple[Part, ...]:
    """What changed from `old` to `new`; all same+old parts joined are `old`, all same+new parts joined are `new`."""
    if old == new:
        return (Part(kind="same", text=new),) if new else ()
    if max(len(old), len(new)) > LONGEST:
        return tuple(_parts("replace", old, new))
    before, after = _words(old), _words(new)
    found: list[Part] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        found += _parts(tag, "".join(before[a:b]), "".join(after[c:d]))
    return tuple(found)


def _parts(tag: str, old: str, new: str) -> list[Part]:
    if tag == "equal":
        return [Part(kind="same", text=new)]
    return [Part(kind="old", text=old)] * bool(old) + [Part(kind="new", text=new)] * bool(new)


def _words(text: str) -> list[str]:
    """Numbers and Latin words stay whole (5.6 → 6.5 is one change); Chinese goes character by character."""
    return re.findall(r"[A-Za-z0-9.]+|.", text, re.DOTALL)

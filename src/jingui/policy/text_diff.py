"""八（二）制度修订: what changed between two wordings, clause by clause [8.2]"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from jingui.policy.policy_text import PolicyText

Change = Literal["added", "removed", "changed", "moved"]
MAX_COMPARED = 4_000  # characters; a longer clause is shown whole, old and new


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseChange:
    """One clause that differs; `was` is the old id of a moved one, "" otherwise.

    `pieces` are (mark, text): "=" kept, "-" in the old only, "+" in the new only.
    """

    id: str
    change: Change
    old: str
    new: str
    was: str
    pieces: tuple[tuple[str, str], ...]


def diff(old: PolicyText, new: PolicyText) -> tuple[ClauseChange, ...]:
    """Every clause that was added, removed, changed or only renumbered from `old` to `new`; () if none."""
    return diff_texts(old.by_id(), new.by_id())


def diff_texts(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[ClauseChange, ...]:
    """The same over maps of clause id to text, so that shipped and imported wordings compare too."""
    leaving = {one: text for one, text in old.items() if new.get(one) != text}
    coming = {one: text for one, text in new.items() if old.get(one) != text}
    came_from = _moves(leaving, coming)
    changes: list[ClauseChange] = []
    for one, text in coming.items():
        if one in came_from:
            changes.append(_change(one, "moved", text, text, was=came_from[one]))
        elif one in leaving and one not in came_from.values():
            changes.append(_change(one, "changed", leaving[one], text))
        else:
            changes.append(_change(one, "added", "", text))
    settled = set(came_from.values()) | {change.id for change in changes if change.change == "changed"}
    changes += [_change(one, "removed", text, "") for one, text in leaving.items() if one not in settled]
    return tuple(sorted(changes, key=lambda change: [int(part) for part in change.id.split(".")]))


def _moves(leaving: Mapping[str, str], coming: Mapping[str, str]) -> dict[str, str]:
    """New id to old id of every clause whose words are the same under another number."""
    homes: dict[str, list[str]] = {}
    for one, text in leaving.items():
        homes.setdefault(text, []).append(one)
    return {one: homes[text].pop(0) for one, text in coming.items() if homes.get(text)}


def _change(one: str, change: Change, old: str, new: str, was: str = "") -> ClauseChange:
    return ClauseChange(id=one, change=change, old=old, new=new, was=was, pieces=pieces(old, new))


def pieces(old: str, new: str) -> tuple[tuple[str, str], ...]:
    """The two texts as kept, struck and new pieces: without "+" it is `old`, without "-" it is `new`."""
    if max(len(old), len(new)) > MAX_COMPARED:
        return ("-", old), ("+", new)
    found: list[tuple[str, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("=", old[a:b]))
            continue
        found += [(mark, text) for mark, text in (("-", old[a:b]), ("+", new[c:d])) if text]
    return tuple(found)

"""二（二）3, 4 合并与更正: field by field: what differs, and what two people changed at once [2.2.3] [2.2.4]"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from jingui.core.entering import Difference, Fork


class Named(NamedTuple):
    """A field and its label in both languages, in the form's order."""

    field: str
    text: str
    text_en: str


def blank(value: Any) -> bool:
    """Whether nothing is said."""
    return value is None or value == "" or value == [] or value == {} or value == ()


def agree(one: Any, other: Any) -> bool:
    """Whether two answers say the same; all ways of saying nothing are one."""
    return (blank(one) and blank(other)) or one == other


def named(fields: Sequence[Named], *answers: Mapping[str, Any]) -> list[Named]:
    """The form's fields, then those that only the answers know, so that nothing is hidden."""
    known = {one.field for one in fields}
    rest = dict.fromkeys(name for said in answers for name in said if name not in known)
    return [*fields, *(Named(name, name, name) for name in rest)]


def differences(fields: Sequence[Named], old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Every field whose answer changed from `old` to `new`."""
    return tuple(
        Difference(one.field, one.text, one.text_en, old.get(one.field), new.get(one.field))
        for one in named(fields, old, new)
        if not agree(old.get(one.field), new.get(one.field))
    )


def forks(
    fields: Sequence[Named], was: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> tuple[Fork, ...]:
    """Every field that they or I changed since `was`; `clash` where both did, to different answers."""
    out = []
    for one in named(fields, was, theirs, mine):
        before, other, own = was.get(one.field), theirs.get(one.field), mine.get(one.field)
        moved, changed = not agree(before, other), not agree(before, own)
        if moved or changed:
            clash = moved and changed and not agree(other, own)
            out.append(Fork(one.field, one.text, one.text_en, before, other, own, clash))
    return tuple(out)


def merged(found: Sequence[Fork], mine: Mapping[str, Any]) -> dict[str, Any]:
    """A merge's proposal: mine, with theirs where only they changed something; clashes stay mine to decide."""
    out = dict(mine)
    for one in found:
        if agree(one.was, one.mine):
            out[one.field] = one.theirs
    return {name: value for name, value in out.items() if not blank(value)}

"""二（一）1 采集模板: a template with some items renamed, tightened, dropped or added, as a form asks for it [2.1.1]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from jingui.core.capture import Item, Necessity, Section, Template
from jingui.formats.capture_changes import fitted

DROP: Final = "drop"
KEEP: Final = "keep"
NEEDS: Final[Mapping[str, Necessity]] = {"required": Necessity.REQUIRED, "optional": Necessity.OPTIONAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wished of one item: its name, and `need` keep, required, optional or drop."""

    zh: str = ""
    need: str = KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is wished of a template, items by place (`link` or `group.link`), new ones by section."""

    items: Mapping[str, Wish] = field(default_factory=dict)
    added: Sequence[tuple[str, Item]] = ()


def edited(old: Template, wishes: Wishes) -> Template:
    """The next version as it is wished; whether it may be is for `wrong` and `problems` to say."""
    sections = []
    for section in old.sections:
        items = _items(section.items, wishes, "")
        items += [item for name, item in wishes.added if name == section.name]
        if items:
            sections.append(Section(name=section.name, zh=section.zh, en=section.en, items=tuple(items)))
    return replace(fitted(old, tuple(sections)), n=old.n + 1)


def _items(items: Sequence[Item], wishes: Wishes, prefix: str) -> list[Item]:
    out = []
    for item in items:
        wish = wishes.items.get(prefix + item.link, Wish())
        if wish.need == DROP:
            continue
        inner = tuple(_items(item.items, wishes, f"{item.link}."))
        made = replace(item, items=inner)
        if wish.zh and wish.zh != item.zh:
            made = replace(made, zh=wish.zh)
        if wish.need in NEEDS and NEEDS[wish.need] is not item.necessity:
            made = replace(made, necessity=NEEDS[wish.need], when=("", ()))
        if inner or not item.items:
            out.append(made)
    return out

"""二（二）2 录入要求: from what stands in a form's boxes to answers, and back again [2.2.2] [2.2.3]

What cannot be read stays as it was typed: the check names it, and nothing is lost.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from django.utils.translation import gettext as _

from jingui.core.capture import Item, ItemKind, Template
from jingui.web import entering_codes as codes
from jingui.web import entering_times as times

SEX: Final = {"male": "male", "female": "female"}


class Posted(Protocol):
    """What a browser sent: several values may share a name."""

    def getlist(self, key: str) -> list[str]:
        """Every value of `key`."""
        ...

    def __iter__(self) -> Iterator[str]:
        """Every name."""
        ...


def asked(item: Item, sex: str) -> bool:
    """Whether an item is asked of a patient of this sex; of whom we know no sex everything is."""
    return not item.sex or sex not in SEX or item.sex == sex


def read(template: Template, posted: Posted, now: datetime) -> dict[str, Any]:
    """The answers by link; blanks are left out, and so is whatever the template does not ask."""
    found: dict[str, Any] = {}
    for item in template.items():
        value = rows(item, posted, now) if item.kind is ItemKind.GROUP else boxes(item, f"a.{item.link}", posted, now)
        if value not in (None, "", [], {}):
            found[item.link] = value
    return found


def rows(group: Item, posted: Posted, now: datetime) -> list[dict[str, Any]]:
    """A group's lines in order; a line with nothing in it is none."""
    shape = re.compile(rf"a\.{re.escape(group.link)}\.(\d{{1,4}})\.")
    numbers = sorted({int(match[1]) for name in posted if (match := shape.match(str(name)))})
    found = []
    for number in numbers:
        line = {
            item.link: value
            for item in group.items
            if (value := boxes(item, f"a.{group.link}.{number}.{item.link}", posted, now)) not in (None, "", [])
        }
        if line:
            found.append(line)
    return found


def boxes(item: Item, name: str, posted: Posted, now: datetime) -> Any:
    """What the boxes of one item hold: one value, or a list where it repeats."""
    typed = [text for text in posted.getlist(name) if text.strip()]
    values = [value(item, text, now) for text in typed]
    if item.repeats:
        return values
    return values[0] if values else None


def value(item: Item, text: str, now: datetime) -> Any:
    """One box as the check takes it; the text itself where it cannot be read."""
    return READ.get(item.kind, as_text)(item, text, now)


def as_text(item: Item, text: str, _now: datetime) -> str:
    """Words: line ends made the same; single lines without spaces around them."""
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    return whole.rstrip() if item.kind is ItemKind.TEXT else " ".join(whole.split())


def as_number(_item: Item, text: str, _now: datetime) -> str:
    """A number's digits, full-width ones too; the check reads them exactly."""
    return unicodedata.normalize("NFKC", text).replace(" ", "").strip()


def as_day(_item: Item, text: str, now: datetime) -> str:
    """A day in ISO form."""
    found = times.day(text, now)
    return found.isoformat() if found else text.strip()


def as_moment(_item: Item, text: str, now: datetime) -> str:
    """A moment in ISO form with its zone."""
    found = times.moment(text, now)
    return found.isoformat() if found else text.strip()


def as_yes(_item: Item, text: str, _now: datetime) -> Any:
    """Yes or no."""
    return {"true": True, "false": False}.get(text, text)


def as_code(item: Item, text: str, _now: datetime) -> dict[str, str]:
    """A code with its words; code "" where the words name none (yet)."""
    return codes.resolve(item.table, text)


READ: Final[Mapping[ItemKind, Callable[[Item, str, datetime], Any]]] = {
    ItemKind.INTEGER: as_number, ItemKind.DECIMAL: as_number, ItemKind.DATE: as_day, ItemKind.DATETIME: as_moment,
    ItemKind.BOOLEAN: as_yes, ItemKind.CODED: as_code,
}  # fmt: skip


def listed(value: Any) -> Sequence[Any]:
    """The values of an answer, one or several."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def written(item: Item, one: Any, now: datetime) -> str:
    """A value as it stands in its box."""
    if isinstance(one, Mapping):
        return codes.written(item.table, str(one.get("code", "")), str(one.get("text", "")))
    if isinstance(one, bool):
        return "true" if one else "false"
    text = str(one)
    if item.kind is ItemKind.DATE:
        return times.written_day(text)
    return times.written_moment(text, now) if item.kind is ItemKind.DATETIME else text


def read_aloud(item: Item, one: Any, now: datetime, language: str) -> str:
    """A value as a person reads it on the checking page and in a comparison."""
    if isinstance(one, bool):
        return _("是") if one else _("否")
    if item.kind is ItemKind.CHOICE:
        return codes.words(item.table, str(one), language)
    if isinstance(one, Mapping):
        return str(one.get("text") or one.get("code") or "")
    text = written(item, one, now)
    return f"{text} {item.shown}".strip() if item.kind in (ItemKind.INTEGER, ItemKind.DECIMAL) else text


def spoken(item: Item, answer: Any, now: datetime, language: str) -> tuple[str, ...]:
    """A whole answer as a person reads it, line by line."""
    if item.kind is not ItemKind.GROUP:
        return tuple(read_aloud(item, one, now, language) for one in listed(answer))
    return tuple(
        _("，").join(
            f"{each.label(language)} {_('、').join(spoken(each, line[each.link], now, language))}"
            for each in item.items
            if each.link in line
        )
        for line in listed(answer)
        if isinstance(line, Mapping)
    )

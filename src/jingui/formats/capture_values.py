"""二（二）2 真实、准确: one typed value as its item means it, or what is wrong with it [2.2.2]"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from jingui.core.capture import Item, ItemKind
from jingui.core.word import N_
from jingui.formats.codetables import Tables
from jingui.formats.identifiers import CHECKS
from jingui.formats.pinyin import plain

LONGEST: Final = 4000
CLOCKS: Final = timedelta(minutes=10)  # what two clocks may differ by before a moment counts as the future
EARLIEST: Final = date(1880, 1, 1)
TRUE: Final = frozenset({"true", "on", "yes", "1", "是", "有"})
FALSE: Final = frozenset({"false", "off", "no", "0", "否", "无"})
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029]")
_NUMBER: Final = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?\Z")
_CODE: Final = re.compile(r"([^\s|]{1,40})[\s|]+(.+)\Z", re.DOTALL)


class Wrong(Exception):
    """Why a value cannot be taken: a msgid and the names it speaks of."""

    def __init__(self, text: str, **data: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.text, self.data = text, data


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What judging depends on besides the item: now, the hospital's zone, the tables in force."""

    now: datetime
    zone: tzinfo
    tables: Tables


def empty(value: object) -> bool:
    """Whether nothing was answered. `False` and 0 are answers."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict) and set(value) <= {"code", "text"}:
        return not (value.get("code") or value.get("text"))
    return value is None or value == [] or value == {}


def clean(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    """The value in its clean form and a warning msgid ("" for none); Wrong when it cannot be taken."""
    return READERS[item.kind](item, value, moment)


def _text(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    found = _string(value)
    limit = item.longest or LONGEST
    if len(found) > limit:
        raise Wrong(N_("超过%(limit)s个字符，请精简。"), limit=str(limit))
    if item.check:
        problem = CHECKS[item.check](found)
        if problem:
            raise Wrong(problem)
    return found, ""


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise Wrong(N_("须为文字。"))
    found = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if _CONTROL.search(found):
        raise Wrong(N_("含有不可见的控制字符，请重新输入。"))
    return found


def _integer(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    number = _number(value)
    if number != number.to_integral_value():
        raise Wrong(N_("须为整数。"))
    return int(number), _limits(item, number)


def _decimal(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    number = _number(value)
    places = -number.normalize().as_tuple().exponent if number else 0  # type: ignore[operator]  # finite: an int
    if places > item.digits:
        raise Wrong(N_("最多保留%(digits)s位小数。"), digits=str(item.digits))
    return number, _limits(item, number)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal, float)):
        raise Wrong(N_("须为数字。"))
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if not _NUMBER.match(text) or not text.isascii():
        raise Wrong(N_("须为数字。"))
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Wrong(N_("须为数字。")) from error


def _limits(item: Item, number: Decimal) -> str:
    if (item.low is not None and number < item.low) or (item.high is not None and number > item.high):
        raise Wrong(N_("超出可能的范围（%(low)s–%(high)s），请核对单位。"), low=shown(item.low), high=shown(item.high))
    below, above = item.usual
    if (below is not None and number < below) or (above is not None and number > above):
        return N_("不在常见范围内，请核对。")
    return ""


def shown(number: Decimal | None) -> str:
    """A limit as people write it."""
    return "" if number is None else f"{number:f}"


def _boolean(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    if isinstance(value, bool):
        return value, ""
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in TRUE:
        return True, ""
    if word in FALSE:
        return False, ""
    raise Wrong(N_("请选择是或否。"))


def _date(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    try:
        day = date.fromisoformat(unicodedata.normalize("NFKC", _string(value)).replace("/", "-"))
    except ValueError as error:
        raise Wrong(N_("请写成 2026-11-22 这样的日期。")) from error
    if day > moment.now.astimezone(moment.zone).date() and not item.future:
        raise Wrong(N_("不能是将来的日期。"))
    if day < EARLIEST:
        raise Wrong(N_("日期过早，请核对年份。"))
    return day.isoformat(), ""


def _datetime(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    text = _string(value).replace(" ", "T", 1)
    try:
        found = datetime.fromisoformat(text) if len(text) > 10 else None
        if found is not None:
            aware = found if found.tzinfo is not None else found.replace(tzinfo=moment.zone)
            late = aware > moment.now + CLOCKS
            shown_at = aware.isoformat(timespec="seconds")
    except (ValueError, OverflowError) as error:
        raise Wrong(N_("请写成 2026-11-22 09:14 这样的日期和时间。")) from error
    if found is None:
        raise Wrong(N_("请写明日期和时间。"))
    if late and not item.future:
        raise Wrong(N_("不能是将来的时间。"))
    if aware.date() < EARLIEST:
        raise Wrong(N_("日期过早，请核对年份。"))
    return shown_at, ""


def _choice(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    table = moment.tables[item.table]
    typed = _string(value)
    code = typed if typed in table.codes else _split(typed)[0]
    if code in table.codes:
        return code, ""
    named = table.by_name.get(plain(typed))
    if named is not None:
        return named, ""
    if table.shaped(typed):
        return typed, N_("编码表不完整，未能核对此编码。")
    raise Wrong(N_("不在“%(table)s”编码表中，请从列表选择。"), table=table.zh)


def _split(typed: str) -> tuple[str, str]:
    """`I10 原发性高血压` as code and name; what is one piece stands for both."""
    found = _CODE.match(typed)
    return (found[1], found[2].strip()) if found else (typed, typed)


def _coded(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    table = moment.tables[item.table]
    if isinstance(value, dict):
        if value.keys() - {"code", "text"}:
            raise Wrong(N_("须为编码和名称。"))
        code, text = _string(value.get("code", "")), _string(value.get("text", ""))
    else:
        typed = _string(value)
        code, text = _split(typed)
        if code not in table.codes and table.shaped(code) is False:
            code, text = table.by_name.get(plain(typed), ""), typed
    if len(text) > (item.longest or LONGEST):
        raise Wrong(N_("超过%(limit)s个字符，请精简。"), limit=str(item.longest or LONGEST))
    if code in table.codes:
        return {"code": code, "text": text if text and text != code else table.codes[code]}, ""
    if code and table.shaped(code):
        return {"code": code, "text": text}, N_("编码表不完整，未能核对此编码。")
    if item.open and text and not code:
        return {"code": "", "text": text}, N_("没有编码，请尽量从列表选择。")
    raise Wrong(N_("不在“%(table)s”编码表中，请从列表选择。"), table=table.zh)


def _group(item: Item, value: Any, moment: Moment) -> tuple[Any, str]:
    raise TypeError(item.link)  # groups are taken apart before


READERS: Final[Mapping[ItemKind, Callable[[Item, Any, Moment], tuple[Any, str]]]] = {
    ItemKind.TEXT: _text, ItemKind.STRING: _text, ItemKind.INTEGER: _integer, ItemKind.DECIMAL: _decimal,
    ItemKind.DATE: _date, ItemKind.DATETIME: _datetime, ItemKind.BOOLEAN: _boolean, ItemKind.CHOICE: _choice,
    ItemKind.CODED: _coded, ItemKind.GROUP: _group,
}  # fmt: skip

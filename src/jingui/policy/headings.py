"""一 总则: how a clause is written and how its heading is read back: 4.2.1 = 四（二）1 [1.1]"""

import re
import unicodedata

from jingui.core.errors import Invalid
from jingui.core.word import N_

DIGITS = "零一二三四五六七八九十"
_NUMBERED = re.compile(r"\d{1,2}(\.\d{1,2}){0,2}")
_WRITTEN = re.compile(r"第?([一二三四五六七八九十]{1,3})章?(?:\(([一二三四五六七八九十]{1,3})\)(?:(\d{1,2})[.、]?)?)?")


def chinese(number: int) -> str:
    """1 to 99 in Chinese numerals: 12 is 十二."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones or not tens else "")


_NUMBERS = {chinese(value): value for value in range(1, 100)}


def number(text: str) -> int:
    """Chinese numerals from 一 to 九十九 as an integer; 0 if `text` is none, or not as one writes it."""
    return _NUMBERS.get(text, 0)


def heading(clause: str) -> str:
    """The Chinese heading of a chapter, section or clause id: `4` 四, `8.2` 八（二）, `4.2.1` 四（二）1."""
    if not _NUMBERED.fullmatch(clause):
        raise Invalid(N_("条款编号不正确。"), places=((clause, "4.2.1"),))
    chapter, section, item = [*clause.split("."), "", ""][:3]
    return chinese(int(chapter)) + (f"（{chinese(int(section))}）" if section else "") + item


def clause_id(text: str) -> str:
    """The id behind a heading or id as people type it, in full or half width; Invalid if it is neither."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if _NUMBERED.fullmatch(plain):
        return ".".join(str(int(part)) for part in plain.split("."))
    written = _WRITTEN.fullmatch(plain)
    if not written:
        raise Invalid(N_("无法识别的条款编号。"), places=((text[:40], "四（二）1"),))
    chapter, section, item = written.groups()
    numbers = [number(chapter)] + ([number(section)] if section else []) + ([int(item)] if item else [])
    if 0 in numbers:
        raise Invalid(N_("无法识别的条款编号。"), places=((text[:40], "四（二）1"),))
    return ".".join(str(one) for one in numbers)

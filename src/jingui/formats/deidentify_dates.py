"""四（二）4 去标识化: days in a text, in all their written forms: found, moved, written as they were [4.2.4]

Days move by a patient's constant number, so that the time between two of them stays; `术后3天` says no day and stays.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from jingui.formats.deidentify_noise import regions

_HAN: Final = "〇零○一二三四五六七八九"
_DIGITS: Final = {one: str(at) for at, one in enumerate("〇一二三四五六七八九")} | {"零": "0", "○": "0"}
_Y: Final = r"(?:19|20)\d{2}"
_M: Final = r"(?:1[0-2]|0?[1-9])"
_D: Final = r"(?:3[01]|[12]\d|0?[1-9])"
_WRITTEN: Final = re.compile(
    rf"(?<![\d.])(?P<y>{_Y}|(?<!\d)\d{{2}})(?P<a>\s?年\s?|\s?[-/.]\s?)(?P<m>{_M})(?P<b>\s?月\s?份?|\s?[-/.]\s?)(?P<d>{_D})(?P<c>\s?[日号])?(?!\d|\.\d|[-/]\d)"
)
_COMPACT: Final = re.compile(rf"(?<!\d)(?P<y>{_Y})(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?!\d)")
_STAMP: Final = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>1[0-2]|0[1-9])(?P<d>3[01]|[12]\d|0[1-9])(?=(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?(?!\d))"
)
_MONTH: Final = re.compile(
    rf"(?<![\d.])(?P<y>{_Y}|\d{{2}}(?=\s?年))(?P<a>\s?年\s?|[-/.])(?P<m>{_M})(?P<b>\s?月)(?:份)?(?!\s?\d{{1,2}}\s?[日号])"
)
_DAY: Final = re.compile(rf"(?<![\d.年])(?P<m>{_M})(?P<b>\s?月\s?)(?P<d>{_D})(?P<c>\s?[日号])(?!\d)")
_YEAR: Final = re.compile(rf"(?<![\d.])(?P<y>{_Y})(?P<a>\s?年)(?!\s?\d|[前后来间内多余龄])")
_HAN_DAY: Final = re.compile(
    rf"(?:(?P<y>[{_HAN}]{{4}}|[{_HAN}]{{2}})年)?(?P<m>十[一二]?|[一二三四五六七八九])月(?P<d>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
    rf"|(?P<y2>[{_HAN}]{{4}})年(?:(?P<m2>十[一二]?|[一二三四五六七八九])月)?"
)
_EIGHT: Final = re.compile(r"\d{8}")
_HAN_HINT: Final = re.compile(f"[{_HAN}十][年月]")
NEUTRAL: Final = 2001  # a year without a leap day for days written without a year


def days(text: str) -> Iterator[tuple[int, int]]:
    """Yield places of days in a plain text; none overlaps another."""
    taken = bytearray(len(text))
    parts = regions(text)
    year, month = "年" in text, "月" in text
    sign = "-" in text or "/" in text or "." in text
    eight = parts and _EIGHT.search(text) is not None
    may = (
        (_WRITTEN, month or sign), (_STAMP, eight), (_COMPACT, eight), (_DAY, month), (_MONTH, month), (_YEAR, year)
    )  # fmt: skip
    tries = [(pattern, part) for pattern, here in may if here for part in parts]
    if _HAN_HINT.search(text):
        tries.append((_HAN_DAY, (0, len(text))))
    for pattern, (low, high) in tries:
        for match in pattern.finditer(text, low, high):
            start, end = match.span()
            new = _moved_han(match, 0) if pattern is _HAN_DAY else _moved(match, 0)
            if new is not None and not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield start, end


def quarter(text: str) -> str:
    """A day's year and quarter, "" if it names no year."""
    for pattern in (_WRITTEN, _COMPACT, _MONTH, _YEAR):
        if match := pattern.fullmatch(text):
            part = match.groupdict()
            year = _year(part["y"])
            return f"{year}年" if not part.get("m") else f"{year}年第{(int(part['m']) + 2) // 3}季度"
    return ""


def moved(text: str, by: int) -> str | None:
    """Return a written day moved by so many days in the same form, None if it is no possible day."""
    for pattern in (_WRITTEN, _COMPACT, _DAY, _MONTH, _YEAR):
        if (match := pattern.fullmatch(text)) is not None:
            return _moved(match, by)
    match = _HAN_DAY.fullmatch(text)
    return None if match is None else _moved_han(match, by)


def _year(text: str) -> int:
    """A year of two digits is of this century up to 39."""
    return int(text) if len(text) == 4 else int(text) + (2000 if int(text) < 40 else 1900)


def _shift(year: int, month: int, day: int, by: int) -> date | None:
    """A day moved, None for one that no calendar has."""
    try:
        return date(year, month, day) + timedelta(days=by)
    except (ValueError, OverflowError):  # no such day
        return None


def _moved(match: re.Match[str], by: int) -> str | None:
    """The parts of a match in digits, moved; what stands between them stays."""
    part = match.groupdict()
    year = _year(part["y"]) if part.get("y") else NEUTRAL
    month, day = int(part.get("m") or 7), int(part.get("d") or 15)
    if part.get("d") and part.get("m") and not part.get("y") and (month, day) == (2, 29):
        day = 28
    new = _shift(year, month, day, by)
    if new is None:
        return None
    values = {"y": new.year, "m": new.month, "d": new.day}
    out, at = [], match.start()
    for name in ("y", "m", "d"):
        if part.get(name):
            start, end = match.span(name)
            out.append(match.string[at:start])
            out.append(_written(values[name], match.group(name)))
            at = end
    out.append(match.string[at : match.end()])
    return "".join(out)


def _written(value: int, like: str) -> str:
    """A number as wide as another was written."""
    if len(like) == 4:
        return f"{value:04d}"
    return (
        f"{value % 100:02d}"
        if len(like) == 2 and (like[0] == "0" or value < 10 or int(like) > 31)
        else str(value % 100)
    )


def _moved_han(match: re.Match[str], by: int) -> str | None:
    """A day in Chinese numerals, moved."""
    part = match.groupdict()
    written = part["y"] or part["y2"]
    year = NEUTRAL
    if written:
        year = _year("".join(_DIGITS[one] for one in written))
    month = part["m"] or part["m2"]
    new = _shift(year, _value(month) if month else 7, _value(part["d"]) if part["d"] else 15, by)
    if new is None:
        return None
    out = ""
    if written:
        digits = f"{new.year:04d}"[-len(written) :]
        zero = next((one for one in written if one in "零○"), "\u3007")
        out = "".join(zero if one == "0" else "〇一二三四五六七八九"[int(one)] for one in digits) + "年"
    if month:
        out += _spoken(new.month) + "月"
    if part["d"]:
        out += _spoken(new.day) + match.group()[-1]
    return out


def _value(text: str) -> int:
    """A number below a hundred in Chinese numerals."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return int(_DIGITS[text])
    return (int(_DIGITS[tens]) if tens else 1) * 10 + (int(_DIGITS[ones]) if ones else 0)


def _spoken(value: int) -> str:
    """A number below a hundred in Chinese numerals."""
    tens, ones = divmod(value, 10)
    digits = "〇一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")

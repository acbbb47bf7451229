"""四（二）4 去标识化: identities known before reading, found in all their written forms [4.2.4]

A name is found with spaces, dots or zero-width characters between its characters, in either width and case, in pinyin
and, for a Chinese name of three characters, by its given name alone. A number is found with anything thin between.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from jingui.core.deidentify_words import Kind
from jingui.formats.deidentify_names import HAN, surnames
from jingui.formats.deidentify_project import Found, Known

_HIDDEN: Final = "\u00ad\u034f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_BETWEEN: Final = rf"[\s{_HIDDEN}·・•‧∙●･.\uff0e*_\-－—]{{0,3}}"
_SPACE: Final = "[\\s\u200b-\u200f\u2060\ufeff\\-－_./·]{0,3}"
_HALF: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FEW: Final = 8  # identities are kept no longer than their texts need
SHORTEST: Final = 4  # characters of a number that is worth finding
_DIGIT_FORMS: Final = {
    "0": "0\uff10\u3007零○Oo\uff2f\u041e", "1": "1\uff11一壹幺lI", "2": "2\uff12二贰两", "3": "3\uff13三叁",
    "4": "4\uff14四肆", "5": "5\uff15五伍", "6": "6\uff16六陆", "7": "7\uff17七柒", "8": "8\uff18八捌",
    "9": "9\uff19九玖",
}  # fmt: skip


def known_places(text: str, known: Known) -> Iterator[Found]:
    """Yield the places of all known identities, longest first."""
    pattern = _pattern(known)
    if pattern is None:
        return
    for match in pattern.finditer(text):
        if match.end() > match.start():
            yield Found(Kind(match.lastgroup or "name"), *match.span())


def canonical(value: str, known: Known) -> str:
    """The known name that `value` is a written form of, itself if none: one person, one pseudonym."""
    for pattern, name in _forms(known):
        if pattern.fullmatch(value):
            return name
    return value


@lru_cache(maxsize=FEW)
def _forms(known: Known) -> tuple[tuple[re.Pattern[str], str], ...]:
    named = ((name, "|".join(_name_forms(name))) for name in (*known.names, *known.staff))
    return tuple((re.compile(forms, re.IGNORECASE), name) for name, forms in named if forms)


@lru_cache(maxsize=FEW)
def _pattern(known: Known) -> re.Pattern[str] | None:
    """One pattern of everything known; kept for the texts of one patient, which come together."""
    names = sorted({form for name in (*known.names, *known.staff) for form in _name_forms(name)}, key=len, reverse=True)
    numbers = sorted({form for number in known.numbers if (form := _number_form(number))}, key=len, reverse=True)
    parts = []
    if numbers:
        parts.append(f"(?P<record>{'|'.join(numbers)})")
    if names:
        parts.append(f"(?P<name>{'|'.join(names)})")
    return re.compile("|".join(parts), re.IGNORECASE) if parts else None


def _name_forms(name: str) -> Iterator[str]:
    """Yield patterns of a name's written forms."""
    name = unicodedata.normalize("NFC", name).translate(_HALF).strip()
    core = [one for one in name if one.isalnum() or unicodedata.category(one).startswith("M")]
    if len(core) < 2:
        return
    pattern = _BETWEEN.join(_either(one) for one in core)
    if core[0].isascii():
        pattern = rf"(?<![A-Za-z]){pattern}(?![A-Za-z])"
    yield pattern
    if not re.fullmatch(f"[{HAN}]+", "".join(core)):
        parts = [part for part in re.split(r"[\s·・•‧.,，]+", name) if len(part) >= 2]
        if len(parts) >= 2:
            for part in parts:
                yield rf"(?<![A-Za-z]){re.escape(part)}(?![A-Za-z])"
        return
    yield from _pinyin_forms("".join(core))
    surname = re.match(surnames(), "".join(core))
    if surname and len(core) - len(surname.group()) == 2:
        given = "".join(re.escape(one) for one in core[len(surname.group()) :])
        yield given + "(?![路街道门村镇乡巷里])"


def _either(one: str) -> str:
    """A character in half and full width."""
    wide = chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else ""
    composed = unicodedata.normalize("NFD", one)
    if wide:
        return f"[{re.escape(one)}{wide}]"
    return f"(?:{re.escape(one)}|{re.escape(composed)})" if composed != one else re.escape(one)


def _pinyin_forms(name: str) -> Iterator[str]:
    """Yield the pinyin of a Chinese name, surname first and last."""
    from pypinyin import Style, lazy_pinyin

    syllables = lazy_pinyin(name, style=Style.NORMAL, errors="ignore")
    if len(syllables) != len(name) or not all(one.isascii() and one.isalpha() for one in syllables):
        return
    given = r"[\s'’\-]?".join(syllables[1:])
    yield rf"(?<![A-Za-z]){syllables[0]}[\s,，_.\-]{{0,2}}{given}(?![A-Za-z])"
    yield rf"(?<![A-Za-z]){given}[\s,，_.\-]{{0,2}}{syllables[0]}(?![A-Za-z])"


def _number_form(number: str) -> str:
    """The pattern of a number's written forms, "" if it is too short to look for."""
    core = [one for one in unicodedata.normalize("NFKC", number) if one.isalnum()]
    if len(core) < SHORTEST:
        return ""
    inner = _SPACE.join(f"[{_DIGIT_FORMS[one]}]" if one in _DIGIT_FORMS else _either(one) for one in core)
    return rf"(?<![0-9A-Za-z]){inner}(?![0-9A-Za-z])"

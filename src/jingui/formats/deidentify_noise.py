"""四（二）4 去标识化: one plain form of a noisy text, and the way back to its places [4.2.4]

Full width, zero-width characters, circled and mathematical digits, look-alike letters hide a number from patterns but
not from a reader. The plain form is for finding only: what is found is told as places of the text as given.
"""

import re
import unicodedata
from functools import cache
from typing import Final, NamedTuple

#: Characters without width or meaning of their own that may stand inside a number or a name.
INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
#: What reads as a digit between digits.
DIGITS: Final = "0123456789"
ALIKE: Final = {
    "O": "0",
    "o": "0",
    "\u3007": "0",
    "零": "0",
    "○": "0",
    "\uff2f": "0",
    "\u041e": "0",
    "\u043e": "0",
    "l": "1",
    "I": "1",
    "|": "1",
    "丨": "1",
}
SPOKEN: Final = dict(zip("零〇○一二三四五六七八九幺两", "00012345678912", strict=True)) | dict(
    zip("壹贰叁肆伍陆柒捌玖", DIGITS[1:], strict=True)
)


_ASCII: Final = re.compile("[A-Za-z0-9@]+")
BEFORE: Final = 24  # characters before a number in which a word may tell what it is
BEHIND: Final = 64  # and as far as an identifier may reach


def regions(text: str) -> list[tuple[int, int]]:
    """The parts of a plain text with digits or Latin letters and what stands around them: patterns look there."""
    out: list[tuple[int, int]] = []
    for match in _ASCII.finditer(text):
        start, end = max(0, match.start() - BEFORE), min(len(text), match.end() + BEHIND)
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], end
        else:
            out.append((start, end))
    return out


class Plain(NamedTuple):
    """The plain form of a text; `places` maps each of its places to the text as given, None where they are equal."""

    text: str
    places: list[int] | None

    def place(self, start: int, end: int) -> tuple[int, int]:
        """The places of [start, end) in the text as given."""
        if self.places is None:
            return start, end
        return self.places[start], self.places[end - 1] + 1 if end > start else self.places[start]


@cache
def _width() -> dict[int, str]:
    """One character for one character: full width, circled, mathematical and other scripts' digits, dashes, spaces."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    for code in (
        *range(0x2460, 0x24FF),
        *range(0x2776, 0x2794),
        *range(0x1D400, 0x1D800),
        *range(0x660, 0x66A),
        *range(0x1F100, 0x1F10B),
    ):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain.isascii():
            table[code] = plain
    table |= dict.fromkeys((0x2010, 0x2011, 0x2012, 0x2013, 0x2014, 0x2015, 0x2212, 0xFE63, 0x2043, 0x30FC), "-")
    table |= dict.fromkeys((0x3000, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F, 0x205F), " ")
    for code in range(0x660, 0x66A):
        table[code] = chr(code - 0x660 + 48)
    # Full-width punctuation keeps its width: sentences end with it.
    for sign in "，。；：？！（）":
        table.pop(ord(sign), None)
    return table


def plain(text: str) -> Plain:
    """Return the plain form of a text."""
    if text.isascii() and INVISIBLE.search(text) is None:
        return Plain(text, None)
    if INVISIBLE.search(text) is None:
        return Plain(text.translate(_width()), None)
    places = [at for at, one in enumerate(text) if not INVISIBLE.match(one)]
    return Plain("".join(text[at] for at in places).translate(_width()), places)

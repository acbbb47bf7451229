"""四（二）4 教学科研: the steps by which a quasi-identifier says less, each coarser than the last [4.2.4]"""

import re
from collections.abc import Callable
from typing import Final

from jingui.core.research_fields import Ladder

CATEGORY: Final = re.compile(r"[A-Z][0-9][0-9A-Z]\Z", re.ASCII)
ANY: Final = "*"  # says nothing any more
UNKNOWN: Final = ""  # the record does not say; a value like any other
TOP: Final = 90  # ages from here on are one group at every step
BANDS: Final = (1, 5, 10, 20)
#: Chapters of ICD-10 by the first code of each; a code belongs to the last that begins at or before it.
CHAPTERS: Final = (
    "A00", "C00", "D50", "E00", "F00", "G00", "H00", "H60", "I00", "J00", "K00", "L00", "M00", "N00", "O00", "P00",
    "Q00", "R00", "S00", "U00", "V01", "Z00",
)  # fmt: skip


def age(value: str, level: int) -> str:
    """Years, then bands of 5, 10 and 20."""
    years = TOP if value == f"{TOP}+" else int(value)
    if years >= TOP:
        return f"{TOP}+"
    band = BANDS[level]
    low = years - years % band
    if band == 1:
        return str(years)
    return f"{low}-{low + band - 1}" if low + band <= TOP else f"{low}-{TOP - 1}"


def day(value: str, level: int) -> str:
    """Day, month, quarter, year; a date that is itself coarser stays what it is."""
    parts = value.split("-")
    if level == 0 or len(parts) == 1:
        return value
    if level == 1:
        return "-".join(parts[:2])
    return f"{parts[0]}-Q{(int(parts[1]) + 2) // 3}" if level == 2 else parts[0]


def region(value: str, level: int) -> str:
    """Province and city, then province."""
    return value if level == 0 else value.split(" ", 1)[0]


def code(value: str, level: int) -> str:
    """The code, its category of three characters, its chapter."""
    if level == 0:
        return value
    head = value[:3].upper()
    if not CATEGORY.match(head):
        raise ValueError(value)  # words instead of a code: nothing coarser can be said of them
    return head if level == 1 else max((one for one in CHAPTERS if one <= head), default=ANY)


def word(value: str, _level: int) -> str:
    """A word is kept or hidden."""
    return value


#: By ladder: the steps below ANY, and what makes a value of one of them.
LADDERS: Final[dict[Ladder, tuple[int, Callable[[str, int], str]]]] = {
    Ladder.WORD: (1, word),
    Ladder.AGE: (len(BANDS), age),
    Ladder.DAY: (4, day),
    Ladder.REGION: (2, region),
    Ladder.CODE: (3, code),
}


def top(ladder: Ladder) -> int:
    """The step that says nothing."""
    return LADDERS[ladder][0]


def at(ladder: Ladder, value: str, level: int) -> str:
    """The value at a step. One that cannot be read on its ladder says nothing from the first step on."""
    steps, make = LADDERS[ladder]
    if level >= steps:
        return ANY
    if value == UNKNOWN:
        return value
    try:
        return make(value, level)
    except (ValueError, IndexError):
        return ANY

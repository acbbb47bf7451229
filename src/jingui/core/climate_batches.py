"""三（一）2 库房环境: batches of readings as text: a time and a number each, nothing else [3.1.2]"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from jingui.core.climate import Reading, milli
from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_

MOST: Final = 20_000  # readings of a batch, before the setting is asked
HEADINGS: Final = ("at,value", "time,value", "时间,读数")


def lines_of(body: bytes) -> tuple[Reading, ...]:
    """Readings of a CSV batch: `at,value`, a heading allowed; Invalid names the first line that is none."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise wrong("body") from error
    rows = [line for line in text.splitlines() if line.strip()]
    if len(rows) > MOST:
        raise TooLarge()
    start = 1 if rows and rows[0].lower().replace(" ", "").startswith(HEADINGS) else 0
    out = []
    for n, line in enumerate(rows[start:], start + 1):
        parts = line.split(",")
        if len(parts) not in (2, 3):  # a file of ours says in a third column what was absurd
            raise wrong(f"line {n}")
        at, value = moment(parts[0].strip(), f"line {n}"), number(parts[1].strip(), f"line {n}")
        out.append(Reading(at=at, value=value))
    return tuple(out)


def number(value: float | str, where: str) -> int:
    """Thousandths; Invalid names the place."""
    try:
        return milli(str(Decimal(repr(value))) if isinstance(value, float) else str(value))
    except (Invalid, ArithmeticError, ValueError) as error:
        raise wrong(where) from error


def moment(text: str, where: str) -> datetime:
    """A time with its zone; Invalid names the place."""
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            found.timestamp()  # years at the calendar's edge have no place on the clock
            return found
    except (ValueError, OverflowError) as error:
        raise wrong(where) from error
    raise wrong(where)


def wrong(where: str) -> Invalid:
    """The error that names a place of the batch; nothing of its content is repeated."""
    return Invalid(N_("读数无法识别，没有接收任何一条。"), places=((where, N_("内容不符合要求")),))

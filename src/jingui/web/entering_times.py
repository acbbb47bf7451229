"""二（二）3 录入规范: days and moments as people write them [2.2.3]"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils.translation import gettext as _

from jingui.core.word import N_

#: Words for days near to now; both languages are understood whichever the page speaks.
NEAR: Final = {
    "今天": 0, "今日": 0, "今": 0, "昨天": -1, "昨日": -1, "昨": -1, "前天": -2, "明天": 1, "明": 1, "后天": 2,
    "today": 0, "yesterday": -1, "tomorrow": 1, "t": 0, "y": -1,
}  # fmt: skip
NOW: Final = frozenset({"现在", "刚才", "此刻", "now", "n"})
DAY: Final = re.compile(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?$")
PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})$")
CLOCK: Final = re.compile(r"(\d{1,2})[:时点](\d{1,2})?(?::\d{2})?分?$")
PACKED_CLOCK: Final = re.compile(r"(\d{2})(\d{2})$")
HINT_DAY: Final = N_("如 11-22、今天、20261122")
HINT_MOMENT: Final = N_("如 11-22 9:14、今天 9:14、9:14、现在")


def day(text: str, now: datetime) -> date | None:
    """A calendar day near `now`; None for what is none. Without a year the nearest one that is not far ahead."""
    word = plain(text)
    if word in NEAR:
        return now.date() + timedelta(days=NEAR[word])
    if found := PACKED.match(word):
        return whole(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY.match(word):
        if found[1]:
            return whole(int(found[1]), int(found[2]), int(found[3]))
        this = whole(now.year, int(found[2]), int(found[3]))
        if this is not None and this - now.date() > timedelta(days=183):
            return whole(now.year - 1, int(found[2]), int(found[3]))
        return this
    return None


def moment(text: str, now: datetime) -> datetime | None:
    """A moment in the zone of `now`; a clock alone is today's. None for what is none."""
    word = plain(text)
    if word in NOW:
        return now.replace(second=0, microsecond=0)
    try:
        stated = datetime.fromisoformat(word.upper())
    except ValueError:
        stated = None
    if stated is not None and len(word) > 10:
        return stated if stated.tzinfo else stated.replace(tzinfo=now.tzinfo)
    head, _sep, tail = word.rpartition(" ")
    if not head:  # 今天9:14 without a space, or a clock alone
        near = next((one for one in sorted(NEAR, key=len, reverse=True) if word.startswith(one) and len(one) > 1), "")
        head, tail = near, word[len(near) :]
    at, on = clock(tail), day(head, now) if head else now.date()
    return datetime.combine(on, at, now.tzinfo) if at is not None and on is not None else None


def plain(text: str) -> str:
    """The text with its digits and signs made half-width."""
    return unicodedata.normalize("NFKC", text).replace("，", " ").replace(",", " ").strip().lower()


def clock(text: str) -> time | None:
    """Hour and minute."""
    found = CLOCK.match(text) or PACKED_CLOCK.match(text)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def whole(year: int, month: int, number: int) -> date | None:
    """A day that exists."""
    try:
        return date(year, month, number)
    except ValueError:
        return None


def written_day(value: str) -> str:
    """A stored day as it stands in its box."""
    return value[:10]


def written_moment(value: str, now: datetime) -> str:
    """A stored moment as it stands in its box; anything else as it was typed."""
    try:
        return f"{datetime.fromisoformat(value).astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
    except ValueError:
        return value


def told(at: datetime | date, now: datetime) -> str:
    """How it was understood, beside the box."""
    on = at.date() if isinstance(at, datetime) else at
    gap = (on - now.date()).days
    near = {0: _("今天"), -1: _("昨天"), 1: _("明天")}.get(gap, "")
    rest = f"{at:%Y-%m-%d %H:%M}" if isinstance(at, datetime) else f"{at:%Y-%m-%d}"
    return f"= {rest} {near}".strip()

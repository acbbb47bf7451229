"""一 总则: working days and hours, by which deadlines are counted [4.1.1] [4.2.1]

Public holidays of a year are announced the autumn before; days that are not known yet count by their weekday alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

CHINA: Final = ZoneInfo("Asia/Shanghai")
DAY: Final = timedelta(days=1)


def span(first: str, last: str) -> Iterable[date]:
    """Every day from `first` to `last`, both included, as ISO dates."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day
        day += DAY


# 国务院办公厅关于 2026 年部分节假日安排的通知; later years are added when they are announced.
HOLIDAYS: Final = frozenset(
    day
    for first, last in (
        ("2026-01-01", "2026-01-03"), ("2026-02-15", "2026-02-23"), ("2026-04-04", "2026-04-06"),
        ("2026-05-01", "2026-05-05"), ("2026-06-19", "2026-06-21"), ("2026-09-25", "2026-09-27"),
        ("2026-10-01", "2026-10-07"),
    )
    for day in span(first, last)
)  # fmt: skip
MADE_UP: Final = frozenset(
    date.fromisoformat(day)
    for day in ("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Which days are worked: weekdays without `holidays`, and the weekend days in `worked`."""

    holidays: frozenset[date] = HOLIDAYS
    worked: frozenset[date] = MADE_UP

    def is_working(self, day: date) -> bool:
        """Whether people are at their desks on `day`."""
        return day in self.worked or (day.weekday() < 5 and day not in self.holidays)

    def after(self, at: datetime, days: int) -> datetime:
        """The end of the `days`-th working day after the day of `at` (China's days); 0 is the end of the same day."""
        day, left = at.astimezone(CHINA).date(), days
        while left > 0:
            day += DAY
            left -= self.is_working(day)
        return datetime.combine(day + DAY, time(0), tzinfo=CHINA)

    def between(self, first: datetime, last: datetime) -> int:
        """Working days after the day of `first` up to the day of `last`."""
        day, end, count = first.astimezone(CHINA).date(), last.astimezone(CHINA).date(), 0
        while day < end:
            day += DAY
            count += self.is_working(day)
        return count


USUAL: Final = Calendar()

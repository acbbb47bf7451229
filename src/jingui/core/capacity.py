"""三（二）1 容量: when a place will be full, and when that cannot be said [3.2.1] [3.2.3]"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Final, NamedTuple

from jingui.core.word import N_, Word

FEWEST: Final = 8  # points, and
SHORTEST: Final = timedelta(days=7)  # span, below which nothing is foretold
FURTHEST: Final = timedelta(days=3653)  # what lies further off is no forecast
MOST: Final = 240  # points that are compared pairwise


class Outlook(Word):
    """What can be said of a place."""

    FULL = "full", N_("预计写满")
    STEADY = "steady", N_("没有增长")
    FAR = "far", N_("十年内不会写满")
    UNKNOWN = "unknown", N_("记录太少，尚不能预测")


class Sample(NamedTuple):
    """How much of a place was used at a time, in bytes."""

    at: datetime
    used: int
    total: int


class Forecast(NamedTuple):
    """What is foretold: `on` only for FULL; `daily` bytes a day."""

    outlook: Outlook
    on: datetime | None = None
    daily: int = 0


def forecast(samples: Sequence[Sample]) -> Forecast:
    """When the place is full: the median slope of all pairs (Theil–Sen), so one clean-up or burst bends nothing."""
    points = thinned(sorted(samples))
    if len(points) < FEWEST or points[-1].at - points[0].at < SHORTEST:
        return Forecast(Outlook.UNKNOWN)
    slopes = [
        (b.used - a.used) / (b.at - a.at).total_seconds()
        for i, a in enumerate(points)
        for b in points[i + 1 :]
        if b.at > a.at
    ]
    slope = median(slopes)
    daily = round(slope * 86_400)
    last = points[-1]
    if not last.total:
        return Forecast(Outlook.UNKNOWN, None, daily)
    if last.used >= last.total:
        return Forecast(Outlook.FULL, last.at, daily)
    if daily <= 0:
        return Forecast(Outlook.STEADY, None, daily)
    seconds = (last.total - last.used) / slope
    if seconds > FURTHEST.total_seconds():
        return Forecast(Outlook.FAR, None, daily)
    return Forecast(Outlook.FULL, last.at + timedelta(seconds=seconds), daily)


def thinned(points: Sequence[Sample]) -> list[Sample]:
    """At most MOST of them, evenly taken, the last one always."""
    if len(points) <= MOST:
        return list(points)
    step = (len(points) - 1) / (MOST - 1)
    return [points[round(i * step)] for i in range(MOST)]

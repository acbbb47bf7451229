"""三（一）2 库房环境: a sensor's course as geometry for SVG: thresholds, gaps and alarms in it [3.1.2]"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from jingui.core.climate import AlarmLine, Point, SensorLine, told
from jingui.web.viewmodels.climate import Plot

WIDE, HIGH, LEFT, RIGHT, TOP, FOOT = 860, 240, 52, 10, 10, 26
BROKEN: Final = 3  # a step of the plot times this without a reading is a gap


class Scale:
    """Where a moment and a value stand in the drawing."""

    def __init__(self, since: datetime, until: datetime, low: int, high: int) -> None:
        """From `since` to `until`, from `low` to `high`."""
        self.since, self.length = since, max((until - since).total_seconds(), 1.0)
        self.low, self.span = low, max(high - low, 1)

    def x(self, at: datetime) -> float:
        """Across."""
        part = min(max((at - self.since).total_seconds() / self.length, 0.0), 1.0)
        return LEFT + (WIDE - LEFT - RIGHT) * part

    def y(self, value: int) -> float:
        """Down."""
        return HIGH - FOOT - (HIGH - FOOT - TOP) * (value - self.low) / self.span


def drawn(
    sensor: SensorLine, points: Sequence[Point], alarms: Sequence[AlarmLine], since: datetime, until: datetime,
    title: str,
) -> Plot:  # fmt: skip
    """The plot of a sensor between two moments; without points only limits, gaps and alarms stand in it."""
    values = [one.low for one in points] + [one.high for one in points] + [sensor.low, sensor.high]
    margin = max((max(values) - min(values)) // 10, 500)
    scale = Scale(since, until, min(values) - margin, max(values) + margin)
    step = timedelta(seconds=max(60, (until - since).total_seconds() / 480, sensor.every) * BROKEN)
    runs, gaps = split(points, since, until, step)
    return Plot(
        title=title,
        lines=tuple(path([(scale.x(one.at), scale.y(one.mean)) for one in run]) for run in runs),
        bands=tuple(band(scale, run) for run in runs if len(run) > 1),
        limits=tuple((f"{scale.y(value):.1f}", told(value)) for value in dict.fromkeys((sensor.low, sensor.high))),
        grid=tuple(
            (f"{scale.y(value):.1f}", told(round(value, -2)))
            for value in (scale.low + margin, scale.low + scale.span - margin)
        ),
        days=marks(scale, since, until),
        gaps=tuple(stretch(scale, a, b) for a, b in gaps),
        alarms=tuple(stretch(scale, one.starts, one.ends or until) for one in alarms if (one.ends or until) >= since),
    )  # fmt: skip


def split(
    points: Sequence[Point], since: datetime, until: datetime, step: timedelta
) -> tuple[list[list[Point]], list[tuple[datetime, datetime]]]:
    """Runs of points without a gap, and the gaps between them, before the first and after the last."""
    runs: list[list[Point]] = []
    gaps: list[tuple[datetime, datetime]] = []
    last = since
    for one in points:
        if one.at - last > step:
            gaps.append((last, one.at))
            runs.append([one])
        elif runs:
            runs[-1].append(one)
        else:
            runs.append([one])
        last = one.at
    if until - last > step:
        gaps.append((last, until))
    return runs, gaps


def path(corners: Sequence[tuple[float, float]]) -> str:
    """A line through the corners; one alone is a dot."""
    first, *rest = (f"{x:.1f} {y:.1f}" for x, y in corners)
    return f"M{first}" + ("".join(f"L{one}" for one in rest) or "h1.5")


def band(scale: Scale, run: Sequence[Point]) -> str:
    """The area between lowest and highest."""
    there = [(scale.x(one.at), scale.y(one.high)) for one in run]
    back = [(scale.x(one.at), scale.y(one.low)) for one in reversed(run)]
    return path([*there, *back]) + "Z"


def stretch(scale: Scale, starts: datetime, ends: datetime) -> tuple[str, str]:
    """A time as (x, width), never thinner than can be seen."""
    left, right = scale.x(starts), scale.x(ends)
    return f"{left:.1f}", f"{max(right - left, 1.5):.1f}"


def marks(scale: Scale, since: datetime, until: datetime) -> tuple[tuple[str, str], ...]:
    """Moments named under the plot: hours for a day, days for longer. `since` stands in the reader's zone."""
    long = (until - since).total_seconds() > 2 * 86_400
    every = (until - since) / 6
    shown = "%m-%d" if long else "%H:%M"
    return tuple((f"{scale.x(since + every * n):.1f}", f"{since + every * n:{shown}}") for n in range(6))

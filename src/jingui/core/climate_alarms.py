"""三（一）2 库房环境: which stretches of readings are alarms, without flapping [3.1.2]

Pure, and from the readings alone: whatever order they came in, the same readings give the same stretches.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from jingui.core.climate import Quantity, Reading, absurd

ABSURD_RUN: Final = 3  # so many absurd readings in a row mean a broken sensor; one alone is only marked
NOTHING: Final[Mapping[str, Reading]] = MappingProxyType({})


class Limits(NamedTuple):
    """Between which values nothing is wrong."""

    low: int
    high: int


class Stretch(NamedTuple):
    """A time out of limits: its kind, first reading, the first good reading after it (None: goes on), worst value."""

    kind: str  # low | high | absurd
    starts: datetime
    ends: datetime | None
    worst: int


def side(quantity: Quantity, limits: Limits, value: int) -> str:
    """low, high, absurd, or "" within limits."""
    if absurd(quantity, value):
        return "absurd"
    return "low" if value < limits.low else "high" if value > limits.high else ""


def stretches(
    quantity: Quantity, limits: Limits, readings: Sequence[Reading], hold: timedelta,
    going: Mapping[str, Reading] = NOTHING,
) -> tuple[Stretch, ...]:  # fmt: skip
    """Every alarm in these readings, which are in order of time; `going`: kinds that began before them, and when.

    One begins when readings stay on one side for `hold` and is over when they stay off it for `hold`; for a quantity
    that counts at once the first reading begins it. Absurd readings say nothing about limits; a run of them is its own.
    """
    out: list[Stretch] = []
    for kind in ("low", "high"):
        marks = [(one, found == kind) for one in readings if (found := side(quantity, limits, one.value)) != "absurd"]
        out += _runs(kind, marks, timedelta(0) if quantity.at_once else hold, hold, going.get(kind))
    run = going.get("absurd")
    out += _absurd(quantity, limits, readings, [run] * ABSURD_RUN if run else [])
    return tuple(sorted(out, key=lambda one: (one.starts, one.kind)))


def _runs(
    kind: str, marks: Sequence[tuple[Reading, bool]], rise: timedelta, fall: timedelta, begun: Reading | None
) -> list[Stretch]:
    """Stretches of one side: begun after `rise` (or before, by `begun`), over after `fall`."""
    out: list[Stretch] = []
    good: Reading | None = None  # the first reading within limits again
    worst, sure = begun.value if begun else 0, begun is not None
    for one, bad in marks:
        if bad:
            if begun is None:
                begun, worst, sure = one, one.value, False
            good = None
            worst = min(worst, one.value) if kind == "low" else max(worst, one.value)
            sure = sure or one.at - begun.at >= rise
        elif begun is not None:
            good = good or one
            if not sure:  # it never lasted: nothing was wrong
                begun, good = None, None
            elif one.at - good.at >= fall:
                out.append(Stretch(kind, begun.at, good.at, worst))
                begun, good = None, None
    if begun is not None and sure:
        out.append(Stretch(kind, begun.at, None, worst))
    return out


def _absurd(quantity: Quantity, limits: Limits, readings: Sequence[Reading], run: list[Reading]) -> list[Stretch]:
    """Runs of absurd readings."""
    out: list[Stretch] = []
    for one in readings:
        if side(quantity, limits, one.value) == "absurd":
            run.append(one)
            continue
        if len(run) >= ABSURD_RUN:
            out.append(Stretch("absurd", run[0].at, one.at, run[-1].value))
        run = []
    if len(run) >= ABSURD_RUN:
        out.append(Stretch("absurd", run[0].at, None, run[-1].value))
    return out


def silent(last: datetime | None, registered: datetime, every: int, now: datetime, times: int) -> datetime | None:
    """Since when a sensor has said nothing, when that is `times` of its intervals; None while all is well."""
    since = last or registered
    return since if now - since > timedelta(seconds=every * times) else None

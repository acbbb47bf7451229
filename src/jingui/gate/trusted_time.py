"""三（一）3 销毁: the time that may end a term: how far the clock ran on from a confirmed time [3.1.3]

A clock set years ahead makes a leap between two entries, or between the last one and now. Time stands still there
until a witness outside has seen a later checkpoint (it takes none from the future), or two people confirm the date.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from jingui.core.calendars import CHINA
from jingui.core.destruction import Clockwork
from jingui.core.settings import Value
from jingui.gate.runtime import Runtime

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
# $1: from where on, at least; $2: hours. What a witness acknowledged counts, a file beside the database does not.
TIME_SQL: Final = """WITH outside AS (SELECT max(at) AS at FROM outside_checkpoint WHERE acknowledged <> ''),
base AS (SELECT greatest($1::timestamptz, (SELECT at FROM outside)) AS at),
ticks AS (SELECT e.at FROM entry e, base WHERE e.at >= base.at
  UNION SELECT base.at FROM base WHERE base.at > '1970-01-02'),
steps AS (SELECT at, lead(at) OVER (ORDER BY at) AS next FROM ticks)
SELECT (SELECT at FROM outside), (SELECT min(at) FROM steps WHERE next - at > $2::int * interval '1 hour'),
  (SELECT max(at) FROM ticks)"""
# How far the clock was found to run on, by runtime: what lies before is not looked at again.
_known: dict[int, datetime] = {}


def since(runtime: Runtime, settings: Mapping[str, Value]) -> datetime:
    """From where on the ledger is looked through: the day that two people confirmed, or what was found in order."""
    return max(confirmed(settings), _known.get(id(runtime), NEVER))


def confirmed(settings: Mapping[str, Value]) -> datetime:
    """The beginning of the day that two people said was right; long ago without one."""
    number = int(settings["clock_confirmed"])
    try:
        day = date(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        return NEVER
    return datetime.combine(day, time(), CHINA).astimezone(UTC)


def clockwork(
    runtime: Runtime, rows: Sequence[Sequence[Any]], settings: Mapping[str, Value], now: datetime
) -> Clockwork:
    """What TIME_SQL says, judged at `now`."""
    outside, leap, last = rows[0]
    limit = timedelta(hours=int(settings["clock_jump_hours"]))
    if leap is None and last is not None and now - last > limit:
        leap = last
    if leap is None and runtime.clock.ahead > limit:  # the system's clock is not followed: who knows which is right
        leap = now
    if leap is None:
        trusted = max(now, last) if last is not None and last - now <= limit else now
        if last is not None:
            _known[id(runtime)] = last
    else:
        trusted = leap
    if last is None:  # no entry at all: nothing was ever confirmed
        trusted, leap = NEVER, NEVER
    return Clockwork(today=trusted.astimezone(CHINA).date(), trusted=trusted, outside=outside, jump=leap)

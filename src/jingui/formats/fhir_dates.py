"""二（二）录入: partial dates as the span of time they mean [2.2.1]"""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

CHINA = timezone(timedelta(hours=8))  # dates without a zone are the hospital's own calendar days
_MIN = datetime.min.replace(tzinfo=UTC)
_MAX = datetime.max.replace(tzinfo=UTC)
_MINUTE, _SECOND, _DAY = timedelta(minutes=1), timedelta(seconds=1), timedelta(days=1)
_FRACTIONS = tuple(timedelta(microseconds=10 ** (6 - digits)) for digits in range(7))
_LAST = _MAX - _DAY


class Span(NamedTuple):
    """From `start` (in it) to `end` (not in it), both aware and in UTC."""

    start: datetime
    end: datetime


def span(text: str, zone: tzinfo = CHINA) -> Span:
    """Return the span that a FHIR date, dateTime or instant means; ValueError if it is none.

    `2020` is a year, `2020-02` a month, `2020-02-03T04:05Z` a minute, fractions as exact as written (at most 1 µs).
    """
    size = len(text)
    if size > 40:
        raise ValueError("not a FHIR date")
    if size > 10:
        return _moment(text, zone)
    year = int(text[:4])
    if size == 4:
        return _between((year, 1, 1), (year + 1, 1, 1), zone)
    month = int(text[5:7])
    if size == 7 and text[4] == "-":
        return _between((year, month, 1), (year + month // 12, month % 12 + 1, 1), zone)
    if size == 10 and text[4] == "-" == text[7]:
        first = datetime(year, month, int(text[8:]), tzinfo=zone)
        start = _utc(first)
        return Span(start, start + _DAY if start < _LAST else _MAX)
    raise ValueError("not a FHIR date")


def _moment(text: str, zone: tzinfo) -> Span:
    """Return the span of a text with a time of day."""
    if text[10] != "T":
        raise ValueError("not a FHIR date")
    leap = text[16:19] == ":60"
    moment = datetime.fromisoformat(f"{text[:17]}59{text[19:]}" if leap else text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    start = _utc(moment)
    if leap:
        start += timedelta(seconds=1)
    return Span(start, _later(start, _step(text)))


def _step(text: str) -> timedelta:
    """Return how exact a text with a time of day is."""
    if len(text) > 19 and text[19] == ".":
        digits = 0
        while len(text) > 20 + digits and text[20 + digits].isdigit():
            digits += 1
        return _FRACTIONS[min(digits, 6)]
    return _SECOND if len(text) > 16 and text[16] == ":" else _MINUTE


def _later(start: datetime, step: timedelta) -> datetime:
    """Return start + step (at most a minute), at most the last representable moment."""
    return start + step if start < _LAST else min(_MAX - step, start) + step


def _between(first: tuple[int, int, int], after: tuple[int, int, int], zone: tzinfo) -> Span:
    """Return the span between two calendar days."""
    start = _utc(datetime(*first, tzinfo=zone))
    return Span(start, _MAX if after[0] > 9999 else _utc(datetime(*after, tzinfo=zone)))


def _utc(moment: datetime) -> datetime:
    """Return the moment in UTC, clamped to what can be represented."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return _MIN if moment.year < 2 else _MAX


def period(value: dict[str, str], zone: tzinfo = CHINA) -> Span:
    """Return the span of a FHIR Period; an open side is the end of time."""
    start = value.get("start")
    end = value.get("end")
    return Span(span(start, zone).start if start else _MIN, span(end, zone).end if end else _MAX)

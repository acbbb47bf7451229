"""二（二）3 录入规范: days and moments as people write them [2.2.3]"""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.web import entering_times as times

CHINA = timezone(timedelta(hours=8))


def full(text: str) -> str:
    """The text as a Chinese keyboard may write it: full-width."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


NOW = datetime(2026, 11, 22, 9, 31, 7, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("今天", date(2026, 11, 22)), ("昨天", date(2026, 11, 21)), ("11-20", date(2026, 11, 20)),
        ("11/3", date(2026, 11, 3)), ("20261101", date(2026, 11, 1)), ("2025年12月1日", date(2025, 12, 1)),
        (full("2026-11-01"), date(2026, 11, 1)), ("12月25日", date(2026, 12, 25)), ("1-5", date(2026, 1, 5)),
        ("02-30", None), ("刚刚", None), ("", None), ("2026", None), ("11-22-33-44", None),
    ],
)  # fmt: skip
def test_a_day(typed: str, meant: date | None) -> None:
    assert times.day(typed, NOW) == meant


def test_a_day_without_a_year_is_never_far_ahead() -> None:
    january = datetime(2026, 1, 3, 8, tzinfo=CHINA)
    assert times.day("12-30", january) == date(2025, 12, 30)
    assert times.day("1-10", january) == date(2026, 1, 10)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("9:14", (2026, 11, 22, 9, 14)), ("今天 9:14", (2026, 11, 22, 9, 14)), ("昨天16：40", (2026, 11, 21, 16, 40)),
        ("11-20 0805", (2026, 11, 20, 8, 5)), ("20261120 08:05", (2026, 11, 20, 8, 5)),
        ("2026-11-20T08:05:00+08:00", (2026, 11, 20, 8, 5)), ("现在", (2026, 11, 22, 9, 31)),
        ("9时", (2026, 11, 22, 9, 0)), ("25:00", None), ("今天", None), ("", None), ("x 9:14", None),
    ],
)  # fmt: skip
def test_a_moment(typed: str, meant: tuple[int, ...] | None) -> None:
    found = times.moment(typed, NOW)
    assert found == (None if meant is None else datetime(*meant, tzinfo=CHINA))  # type: ignore[misc]


@given(st.datetimes(datetime(1900, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))
def test_what_stands_in_a_box_is_read_back_to_the_minute(at: datetime) -> None:
    written = times.written_moment(at.isoformat(), NOW)
    assert times.moment(written, NOW) == at.replace(second=0, microsecond=0)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    times.day(text, NOW)
    times.moment(text, NOW)

"""Readings, alarms that do not flap, forecasts, explained changes [3.1.2] [3.2.1] [3.2.3]"""

import random
from datetime import UTC, datetime, timedelta

import pytest

from jingui.core import climate, storage
from jingui.core.capacity import Outlook, Sample, forecast
from jingui.core.climate import QUANTITIES, Reading, milli, told, wrong_times
from jingui.core.climate_alarms import Limits, silent, stretches
from jingui.core.equipment import KINDS, LOGS, Condition
from jingui.core.errors import Invalid
from jingui.core.matters import KINDS as MATTERS

T0 = datetime(2026, 7, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOLD = timedelta(minutes=15)
WARM = QUANTITIES["temperature"]
LIMITS = Limits(14_000, 24_000)


def course(*values: float, step: int = 5) -> tuple[Reading, ...]:
    return tuple(Reading(at=T0 + n * step * MINUTE, value=int(value * 1000)) for n, value in enumerate(values))


@pytest.mark.parametrize(
    ("text", "value"), [("21.5", 21_500), ("-3", -3000), ("0.0004", 0), ("1e3", 1_000_000), ("9e99", climate.LARGEST)]
)
def test_numbers_are_thousandths(text: str, value: int) -> None:
    assert milli(text) == value


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "", "12,5", "abc", "1" * 50, "0x10"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        milli(text)


def test_told_is_what_was_read() -> None:
    for value in (0, 21_500, -3, 45_000, 1, -40_000):
        assert milli(told(value)) == value


def test_one_spike_is_no_alarm_and_a_stay_is_one() -> None:
    assert stretches(WARM, LIMITS, course(20, 30, 20, 20, 20, 20), HOLD) == ()
    found = stretches(WARM, LIMITS, course(20, 25, 26, 30, 27, 26), HOLD)
    assert [(one.kind, one.starts, one.ends, one.worst) for one in found] == [("high", T0 + 5 * MINUTE, None, 30_000)]


def test_an_alarm_does_not_flap() -> None:
    values = [25, 25, 25, 25] + [23.9, 24.1] * 20
    found = stretches(WARM, LIMITS, course(*values), HOLD)
    assert len(found) == 1
    assert found[0].ends is None
    over = stretches(WARM, LIMITS, course(*values, 23, 23, 23, 23), HOLD)
    assert len(over) == 1
    assert over[0].ends == T0 + 5 * len(values) * MINUTE


def test_water_counts_at_once_and_absurd_readings_say_nothing_of_limits() -> None:
    water = stretches(QUANTITIES["water"], Limits(0, 0), course(0, 1), HOLD)
    assert [one.kind for one in water] == ["high"]
    assert stretches(WARM, LIMITS, course(20, 500, 20, -273, 20), HOLD) == ()
    broken = stretches(WARM, LIMITS, course(20, 500, 500, 500, 20), HOLD)
    assert [(one.kind, one.ends is not None) for one in broken] == [("absurd", True)]


def test_the_order_in_which_readings_came_changes_nothing() -> None:
    made = random.Random(7)
    values = [made.gauss(23, 3) for _ in range(400)]
    readings = list(course(*values))
    once = stretches(WARM, LIMITS, tuple(readings), HOLD)
    assert once
    made.shuffle(readings)
    assert stretches(WARM, LIMITS, tuple(sorted(readings, key=lambda one: one.at)), HOLD) == once


def test_times_that_cannot_be() -> None:
    now = T0
    assert not wrong_times(
        (Reading(at=now + timedelta(minutes=10), value=1), Reading(at=now - timedelta(days=900), value=1)), now
    )
    assert wrong_times((Reading(at=now + timedelta(minutes=11), value=1),), now)
    assert wrong_times((Reading(at=now.replace(tzinfo=None), value=1),), now)
    assert wrong_times((Reading(at=now.replace(year=1999), value=1),), now)


def test_a_sensor_is_silent_after_its_times() -> None:
    assert silent(T0, T0, 300, T0 + timedelta(minutes=20), 4) is None
    assert silent(T0, T0, 300, T0 + timedelta(minutes=21), 4) == T0
    assert silent(None, T0, 300, T0 + timedelta(hours=1), 4) == T0


def test_rows_are_plausible() -> None:
    for row in QUANTITIES.values():
        assert row.least <= row.low <= row.high <= row.most, row.name
        assert row.source
    for log in LOGS.values():
        assert not log.matter or log.matter in MATTERS
        assert not log.asks or log.asks in MATTERS
        assert Condition.SCRAPPED not in log.before
    assert all(len(name) <= 24 for name in KINDS)
    assert all(len(name) <= 16 for name in (*LOGS, *QUANTITIES))


def samples(days: int, daily: int, total: int, *, noise: int = 0, burst: int = 0) -> list[Sample]:
    made = random.Random(3)
    out = [Sample(T0 + timedelta(days=n), n * daily + made.randint(-noise, noise), total) for n in range(days)]
    if burst:
        out[days // 2] = out[days // 2]._replace(used=out[days // 2].used + burst)
    return out


def test_a_forecast_is_right_within_noise_and_a_burst_bends_nothing() -> None:
    found = forecast(samples(60, 1000, 100_000, noise=300, burst=80_000))
    assert found.outlook is Outlook.FULL
    assert found.on is not None
    assert abs((found.on - (T0 + timedelta(days=100))).days) <= 2
    assert 970 <= found.daily <= 1030


def test_a_forecast_that_cannot_be_made_says_so() -> None:
    assert forecast(samples(5, 1000, 100_000)).outlook is Outlook.UNKNOWN
    assert forecast([Sample(T0 + n * MINUTE, n, 100) for n in range(100)]).outlook is Outlook.UNKNOWN
    assert forecast(samples(30, 0, 100)).outlook is Outlook.STEADY
    assert forecast(samples(30, -5, 100)).outlook is Outlook.STEADY
    assert forecast(samples(30, 1, 10_000_000)).outlook is Outlook.FAR
    assert forecast(samples(30, 1000, 5000)).outlook is Outlook.FULL
    assert forecast([]).outlook is Outlook.UNKNOWN


def test_changes_are_explained_by_their_own_operation_or_a_matter_that_names_them() -> None:
    before = {"settings": {"a": "1"}, "triggers": {"t1": "x", "t2": "y"}, "software": {"python": "1"}}
    after = {"settings": {"a": "2"}, "triggers": {"t1": "x"}, "software": {"python": "2"}}
    found = storage.changed(before, after)
    assert found == {"settings": ("a",), "triggers": ("t2",), "software": ("python",)}
    assert storage.explained(found, [], []) == found
    assert storage.explained(found, [], ["settings", "triggers", "software"]) == {}
    assert set(storage.explained(found, [], ["settings", "software"])) == set()
    without = {name: items for name, items in found.items() if name != "software"}
    # an approved upgrade that did not happen explains no dropped trigger
    assert set(storage.explained(without, [], ["settings", "software"])) == {"triggers"}


def test_an_operation_explains_its_own_part_alone() -> None:
    found = {"keys": ("generation",), "policy": ("version 2",)}
    assert set(storage.explained(found, ["rotate_keys"], [])) == {"policy"}
    assert storage.explained(found, ["rotate_keys", "publish_policy"], []) == {}


def test_many_changes_are_named_and_counted() -> None:
    left = {"tables": tuple(f"{n:03d}" + "x" * 100 for n in range(100))}
    said = storage.listed(left)
    assert len(said) == storage.MOST_NAMED + 1
    assert said[-1] == "+60"
    assert all(len(one) <= storage.WIDEST for one in said)

"""R7: the house's time when somebody turns the machine's clock [6.1.2] [6.1.3]"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.gate.runtime import Clock

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
LEAP = timedelta(days=60)


class Machine:
    """A system clock that anybody may turn, and a steady counter that nobody can."""

    def __init__(self) -> None:
        self.wall, self.counter = START, 1000.0

    def pass_(self, seconds: float) -> None:
        """Real time goes on."""
        self.wall += timedelta(seconds=seconds)
        self.counter += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> Clock:
    made = Clock(lambda: machine.wall, leap=LEAP, steady=lambda: machine.counter)
    made.at_least(START)
    return made


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1), timedelta(days=20000)])
def test_a_clock_set_back_prolongs_nothing(machine: Machine, clock: Clock, back: timedelta) -> None:
    ends = clock.now() + timedelta(minutes=5)
    machine.wall -= back
    assert clock.now() >= START
    machine.pass_(301)
    assert clock.now() > ends, "what was to end in five minutes has ended, whatever the clock on the wall says"


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=1)])
def test_a_new_process_learns_the_time_from_the_ledger(machine: Machine, back: timedelta) -> None:
    machine.wall -= back
    fresh = Clock(lambda: machine.wall, leap=LEAP, steady=lambda: machine.counter)
    fresh.at_least(START)
    machine.pass_(60)
    assert fresh.now() == START + timedelta(seconds=60)


def test_a_leap_of_31_years_is_not_followed(machine: Machine, clock: Clock) -> None:
    machine.wall += timedelta(days=31 * 365)
    machine.pass_(10)
    assert clock.now() == START + timedelta(seconds=10)
    assert clock.ahead.days == 31 * 365
    machine.wall -= timedelta(days=31 * 365)
    assert clock.now() == machine.wall
    assert not clock.ahead


def test_a_leap_two_people_confirmed_is_followed(machine: Machine, clock: Clock) -> None:
    """The house really was off for a year."""
    machine.wall += timedelta(days=365)
    assert clock.now() < machine.wall
    clock.confirm(machine.wall - timedelta(hours=8))
    assert clock.now() == machine.wall
    machine.wall += timedelta(days=30 * 365)
    assert clock.now() < machine.wall, "the confirmation was for that day, not for ever"


def test_an_ordinary_rest_is_followed(machine: Machine, clock: Clock) -> None:
    machine.wall += timedelta(days=9)  # off over the holidays
    assert clock.now() == machine.wall


def test_a_demonstration_follows(machine: Machine) -> None:
    clock = Clock(lambda: machine.wall, leap=None, steady=lambda: machine.counter)
    clock.at_least(START)
    machine.wall += timedelta(days=400)
    assert clock.now() == machine.wall


def test_entries_of_others_move_it_forward_only(machine: Machine, clock: Clock) -> None:
    clock.at_least(START - timedelta(days=3))
    assert clock.now() == START
    clock.at_least(START + timedelta(seconds=3))
    assert clock.now() == START + timedelta(seconds=3)

"""五（一）3: lanes by themselves: a busy door is asked again, a pace is kept, a wait grows [5.1.3]"""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.carry import lanes
from jingui.carry.carried import Proofs
from jingui.carry.lanes import Key, Lanes
from jingui.carry.pace import Pace
from jingui.carry.spool import Spool
from jingui.core.errors import Tampered, Unavailable
from jingui.core.sending import PROBLEMS, Send, again, stops
from jingui.core.words import Verb


class Door:
    """Away for some questions, then there."""

    def __init__(self, away: int) -> None:
        self.away, self.asked = away, 0

    def now(self) -> datetime:
        return datetime.now(UTC)

    def let_go(self) -> None:
        """Nothing is held between two questions."""

    def write(self, _operation: Any) -> Any:
        self.asked += 1
        if self.asked <= self.away:
            raise Unavailable(where="epoch")
        return type("Result", (), {"value": "there"})


@pytest.mark.parametrize(("away", "found"), [(0, "there"), (3, "there"), (99, "away")])
def test_a_busy_door_is_asked_again_for_a_while(monkeypatch: Any, tmp_path: Path, away: int, found: str) -> None:
    made = Door(away)
    monkeypatch.setattr(lanes, "door", made)
    monkeypatch.setattr(lanes, "AGAIN", (0.01,) * 4)
    both = Lanes(proofs=Proofs(tls=lambda _one: None, ssh=bytes), spool=Spool(tmp_path))  # type: ignore[arg-type,return-value]
    try:
        got = asyncio.run(both.ask(Key(1, 2), Verb.SEND, Send(transmission=2)))
    except Unavailable:
        got = "away"
    assert got == found
    assert made.asked == min(away, 4) + 1


def test_a_pace_is_kept_over_a_minute() -> None:
    pace = Pace(60, 0.0)
    taken = sum(pace.take(second / 10) for second in range(600))
    assert 60 <= taken <= 65
    slow = Pace(1, 0.0)
    assert slow.take(0.0)
    assert not slow.take(30.0)
    assert slow.take(61.0)


@given(st.integers(1, 10_000), st.integers(1, 3600), st.integers(1, 86_400), st.integers(0, 50), st.floats(0, 0.999))
def test_waits_grow_and_stay_within_their_limits(n: int, first: int, longest: int, spread: int, chance: float) -> None:
    wait = again(n, first, longest, spread, chance)
    assert timedelta() < wait <= timedelta(seconds=longest * (1 + spread / 100))
    assert again(n, first, longest, 0, chance) <= again(n + 1, first, longest, 0, chance)


def test_what_stops_and_what_waits() -> None:
    assert stops("agreement_ended")
    assert stops("consent")
    assert not stops("certificate_tls")
    assert not stops("timeout")
    assert all(row.text for row in PROBLEMS.values())


def test_the_spool_keeps_what_is_whole_and_of_that_message(tmp_path: Path) -> None:
    from uuid import uuid4

    spool, message = Spool(tmp_path), uuid4()
    assert spool.body(7, message) == b""
    spool.keep(7, message, b"sealed")
    assert spool.has(7)
    assert Spool(tmp_path).body(7, message) == b"sealed"
    assert spool.body(7, uuid4()) == b""
    assert oct(next(tmp_path.iterdir()).stat().st_mode)[-3:] == "600"
    spool.drop(7)
    spool.drop(7)
    assert not spool.has(7)


def test_a_bent_row_is_not_asked_for_every_moment(monkeypatch: Any, tmp_path: Path) -> None:
    """It is left alone for a while, and holds up nothing behind it."""
    house, most = Door(0), []
    way = type("Way", (), {"channel": 1, "most": 6000})

    def due(_at: datetime, limit: int) -> Any:
        most.append(limit)
        return ((way, ((1, 2), (1, 3))),)

    def write(operation: Any) -> Any:
        house.asked += operation.data.transmission == 2
        raise Tampered(where="transmission:1.2") if operation.data.transmission == 2 else Unavailable(where="epoch")

    house.due = type("Due", (), {"transmissions": staticmethod(due)})  # type: ignore[attr-defined]  # enough of it
    house.write = write  # type: ignore[method-assign]  # the row is bent
    monkeypatch.setattr(lanes, "door", house)
    monkeypatch.setattr(lanes, "AGAIN", ())
    made = Lanes(proofs=Proofs(tls=lambda _one: None, ssh=bytes), spool=Spool(tmp_path))  # type: ignore[arg-type,return-value]

    async def looks() -> list[int]:
        begun = []
        for _ in range(5):
            begun.append(await made.look())
            await asyncio.gather(*made.tasks)
        return begun

    assert asyncio.run(looks()) == [2, 1, 1, 1, 1]
    assert house.asked == 1
    assert most[-1] == most[0] + 1
    made.aside = {key: until - lanes.ASIDE for key, until in made.aside.items()}
    assert asyncio.run(made.look()) == 2


def test_what_nobody_asks_for_again_goes_within_a_day(monkeypatch: Any, tmp_path: Path) -> None:
    """While the process runs, not only when it starts."""
    from uuid import uuid4

    house = Door(0)
    house.due = type("Due", (), {"transmissions": lambda _at, _most: ()})  # type: ignore[attr-defined]  # nothing is due
    monkeypatch.setattr(lanes, "door", house)
    spool = Spool(tmp_path)
    spool.keep(7, uuid4(), b"withdrawn")
    spool.keep(8, uuid4(), b"on its way")
    old = time.time() - 25 * 3600
    os.utime(tmp_path / f"{7:016x}.jose", (old, old))
    made = Lanes(proofs=Proofs(tls=lambda _one: None, ssh=bytes), spool=spool)  # type: ignore[arg-type,return-value]
    asyncio.run(made.look())
    assert spool.has(7)  # an hour has not passed yet
    made.swept -= lanes.SWEEP + 1
    asyncio.run(made.look())
    assert not spool.has(7)
    assert spool.has(8)

"""The demonstration is built through the door, goes on where it was stopped, and says what it did [1.2]"""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from jingui.demo.play import Stage, beginning, play
from jingui.demo.play_state import State

pytestmark = [pytest.mark.database, pytest.mark.slow]
DAY = date(2026, 11, 9)
COUNT = 12


def counts() -> tuple[int, ...]:
    from jingui.gate.sql import raw

    return tuple(
        raw(
            "SELECT (SELECT count(*) FROM person), (SELECT count(*) FROM account), (SELECT count(*) FROM post),"
            " (SELECT count(*) FROM patient WHERE patient_id > 0), (SELECT count(*) FROM record)"
        )[0]
    )


def test_a_stopped_build_goes_on_and_makes_nothing_twice(stage: tuple[Stage, "list[str]"]) -> None:
    here, told = stage
    half = play(here, count=COUNT // 2, today=DAY, act=False)
    assert len(half.patients) == COUNT // 2
    # what a kill leaves: the last lines of the notes are missing or cut short
    notes = here.folder / "demo.jsonl"
    lines = notes.read_text("utf-8").splitlines()
    kept = [line for line in lines if '"marked"' not in line][:-2]
    notes.write_text("\n".join(kept) + "\n" + lines[-1][:20], "utf-8")
    between = counts()
    whole = play(here, count=COUNT, today=DAY, act=False)
    assert len(whole.patients) == COUNT
    people, accounts, posts, patients, _ = counts()
    assert (people, accounts, posts, patients) == (*between[:3], COUNT)
    assert people == accounts == posts == 60, "59 of staff and the hospital's interface"
    again = counts()
    play(here, count=COUNT, today=DAY, act=False)
    assert counts() == again
    assert told[-1] == "done"


def test_the_scenes_are_decided_as_they_expect(stage: tuple[Stage, "list[str]"]) -> None:
    from random import Random

    from jingui.demo.generator import build_hospital, stories
    from jingui.demo.play_scenes import Scenes

    here, _ = stage
    state = play(here, count=COUNT, today=DAY, act=False)
    hospital = build_hospital(Random(state.seed), state.today)
    told = list(stories(hospital, Random(state.seed + 1), state.today, COUNT))
    scenes = Scenes(hospital=hospital, state=state, names=here.names, now=here.now)
    seen = list(scenes.play(told))
    assert seen[-1][0] == seen[-1][1] > 50
    assert scenes.surprises == 0
    assert list(scenes.play(told)) == [], "nothing is played twice"


def test_the_days_told_end_today() -> None:
    china = ZoneInfo("Asia/Shanghai")
    assert beginning(datetime(2026, 11, 22, 12, tzinfo=china)) == date(2026, 11, 9)
    assert beginning(datetime(2026, 11, 22, 7, tzinfo=china)) == date(2026, 11, 8)


def test_notes_hold_ids_only(tmp_path: Path) -> None:
    state = State.load(tmp_path, DAY, 7)
    state.note({"patient": "p1", "ids": {"Patient/p1": "abc"}})
    (tmp_path / "demo.jsonl").open("a").write('{"patient": "p2", "i')
    back = State.load(tmp_path, date(2030, 1, 1), 9)
    assert (back.today, back.seed, back.patients) == (DAY, 7, {"p1"})
    assert back.known == {"Patient/p1": "Patient/abc"}
    assert back.directory == {}

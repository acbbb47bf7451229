"""The second house costs nothing while it waits, and begins as soon as the first one's notes say the word."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from jingui.cli import demo
from jingui.cli.demo_wait import says


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes.jsonl"


def test_it_waits_for_the_word_and_then_becomes_the_program(notes: Path, tmp_path: Path) -> None:
    went = tmp_path / "went"
    program = (sys.executable, "-c", f"open({str(went)!r}, 'w').close()")
    command = (sys.executable, "-I", "-S", str(demo.WAIT), str(notes), demo.READY, *program)
    with subprocess.Popen(command) as waiting:
        try:
            notes.write_text('{"patient": "p0001"}\n', "utf-8")
            time.sleep(1.5)
            assert waiting.poll() is None
            assert not went.exists()
            notes.write_text('{"patient": "p0001"}\n{"marked": "p0001"}\n', "utf-8")
            assert waiting.wait(60) == 0
            assert went.exists()
        finally:
            waiting.kill()


def test_the_word_is_what_the_notes_write(notes: Path) -> None:
    from datetime import date

    from jingui.demo.play_state import NOTES, State

    assert not says(str(notes), demo.READY)
    state = State.load(notes.parent, date(2026, 11, 22), 7)
    assert not says(str(notes.parent / NOTES), demo.READY)
    state.note({"marked": "p0001"})
    assert says(str(notes.parent / NOTES), demo.READY)

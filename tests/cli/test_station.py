"""`jingui station`: made without a house, opened with its passphrase, nothing without it [2.2.3]"""

from pathlib import Path

import pytest

from jingui.cli import main
from jingui.crypto.station import parse

PHRASE = "a ward's long passphrase"


def asked(folder: Path, step: str, *more: str) -> int:
    return main(["station", step, "--folder", str(folder), *more])


def test_made_once_and_opened_with_its_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "station"
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", "short")
    made = ("--code", "ward-a", "--house", "https://jingui.example")
    assert asked(folder, "init", *made) == 1
    assert not folder.exists()
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", PHRASE)
    assert asked(folder, "init", "--code", "ward-a", "--house", "http://jingui.example") == 1, "no patient in clear"
    assert asked(folder, "init", *made) == 0
    line = capsys.readouterr().out.strip().splitlines()[-1]
    assert parse(line, "ward-a").suite.name == "intl"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert asked(folder, "init", *made) == 1, "what stands there is left as it is"
    assert asked(folder, "pull") == 1, "no token yet"
    monkeypatch.setenv("JINGUI_STATION_TOKEN", "jg_something")
    assert asked(folder, "token") == 0
    assert b"jg_something" not in (folder / "token.sealed").read_bytes()
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", "another passphrase")
    assert asked(folder, "token") == 1
    folder.chmod(0o755)
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", PHRASE)
    assert asked(folder, "token") == 1, "readable by others"


def test_there_is_no_station_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", PHRASE)
    assert asked(tmp_path / "nowhere", "pull") == 1


def test_the_national_suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JINGUI_STATION_PASSPHRASE", PHRASE)
    made = ("--code", "ward-gm", "--house", "https://jingui.example", "--suite", "gm")
    assert asked(tmp_path / "gm", "init", *made) == 0

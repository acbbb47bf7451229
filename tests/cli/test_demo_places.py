"""The demonstration's two houses: each has a file, a number and ports of its own, and they are written once."""

import socket
import tomllib
from pathlib import Path

import pytest

from jingui.cli import demo_places as places
from jingui.formats.identifiers import uscc_ok


def read(root: Path) -> dict[str, object]:
    return tomllib.loads((root / "jingui.toml").read_text("utf-8"))


def test_both_files_are_written_once_and_name_different_places(tmp_path: Path) -> None:
    places.pair(tmp_path, 8400)
    first, second = read(tmp_path), read(tmp_path / places.SECOND)
    assert first["demo"] is second["demo"] is True
    for name in ("institution", "origin", "uscc", "gateway"):
        assert first[name] != second[name], name
    assert uscc_ok(str(first["uscc"]))
    assert uscc_ok(str(second["uscc"]))
    assert second["port"] != 8400
    before = [(tmp_path / name / "jingui.toml").read_bytes() for name in ("", places.SECOND)]
    places.pair(tmp_path, 8400)
    assert before == [(tmp_path / name / "jingui.toml").read_bytes() for name in ("", places.SECOND)]


def test_a_house_without_a_gateway_gets_one_and_one_with_its_own_is_left(tmp_path: Path) -> None:
    (tmp_path / "jingui.toml").write_text('demo = true\ninstitution = "甲"\n', "utf-8")
    places.pair(tmp_path, 8400)
    assert read(tmp_path)["institution"] == "甲"
    assert "gateway" in read(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "jingui.toml").write_text('demo = true\ngateway = "127.0.0.1:9"\n', "utf-8")
    places.pair(other, 8400)
    assert not (other / places.SECOND).exists()


def test_ports_in_use_are_passed_over() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as taken:
        taken.bind((places.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = places.free(port, 2)
    assert port not in found
    assert len(set(found)) == 2


def test_both_lay_their_papers_in_the_same_folder(tmp_path: Path) -> None:
    assert places.exchange(tmp_path) == places.exchange(tmp_path / places.SECOND)
    assert (places.which(tmp_path), places.which(tmp_path / places.SECOND)) == ("first", "second")


def test_a_reset_removes_both_houses_and_nothing_that_is_not_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingui.cli import demo
    from jingui.config.home import home

    root = tmp_path / "var"
    monkeypatch.setenv("JINGUI_HOME", str(root))
    monkeypatch.delenv("JINGUI_DATABASE_URL", raising=False)
    monkeypatch.delenv("JINGUI_OWNER_URL", raising=False)
    try:
        where = demo.settle()
        assert places.paired(root)
        houses = (root, root / places.SECOND)
        for folder in houses:
            (folder / "keys").mkdir()
            (folder / "mine.txt").write_text("mine", "utf-8")
        (root / places.EXCHANGE).mkdir()
        demo.reset(where)
        assert home().root == root, "the first house is this one again"
        assert sorted(one.name for one in root.iterdir()) == ["mine.txt", places.SECOND]
        assert [one.name for one in houses[1].iterdir()] == ["mine.txt"]
        assert demo.settle().gateway
        assert (houses[1] / "jingui.toml").exists(), "laid out anew"
    finally:
        home.cache_clear()


def test_a_real_house_in_the_seconds_place_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingui.cli import demo
    from jingui.config.home import home

    root = tmp_path / "var"
    monkeypatch.setenv("JINGUI_HOME", str(root))
    try:
        where = demo.settle()
        second = root / places.SECOND
        (second / "jingui.toml").write_text('institution = "真的医院"\n', "utf-8")
        (second / "keys").mkdir()
        assert not places.paired(root)
        assert demo.second(where) == [], "and never started"
        demo.reset(where)
        assert (second / "keys").exists()
        assert (second / "jingui.toml").exists()
    finally:
        home.cache_clear()

"""The demonstration's two houses: each has a file, a number and ports of its own, and they are written once."""

import socket
import tomllib
from pathlib import Path

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

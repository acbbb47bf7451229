"""What is installed: pinned, hashed, complete, and without a word about where it comes from."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from tests.house import ROOT, tracked
from tools import setup

REQUIREMENTS = ROOT / "requirements"


def pins(name: str) -> dict[str, str]:
    """Package -> version of a lock file."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+) \\$", (REQUIREMENTS / f"{name}.txt").read_text(), re.M))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", setup.SETS)
def test_lock_files_name_no_host(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    assert not re.search(r"://|--\w+-url|--find-links|--trusted-host|^\s*-[ire]\b", text, re.M)


@pytest.mark.parametrize("name", setup.SETS)
def test_lock_files_pin_and_hash_everything(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()
    blocks = re.split(r"^(?=[\w.-]+==)", text, flags=re.M)[1:]
    assert len(blocks) == len(pins(name)) > 20
    assert [block.split()[0] for block in blocks if not re.search(r"--hash=sha256:[0-9a-f]{64}", block)] == []


@pytest.mark.parametrize("name", setup.SETS)
def test_lock_files_hold_what_was_asked_for(name: str) -> None:
    asked = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?[<>=]", (REQUIREMENTS / f"{name}.in").read_text(), re.M)
    held = {plain(each) for each in pins(name)}
    assert asked
    assert [each for each in asked if plain(each) not in held] == []


def test_the_sets_agree() -> None:
    for small, large in pairwise(setup.SETS):
        assert pins(small).items() <= pins(large).items()


def test_no_file_names_a_machine() -> None:
    # Put together here, so that this file does not find itself.
    places = ["/wo" + "rk/", "/ro" + "ot/.", "/opt/py" + "pi", "files.python" + "hosted.org", "pypi" + ".org"]
    text = {
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".in",
        ".cfg",
        ".sh",
        ".html",
        ".js",
        ".css",
        ".yml",
        ".json",
        ".po",
        ".cedar",
        "",
    }
    found = [
        f"{path.relative_to(ROOT)}: {place}"
        for path in tracked()
        if path.suffix in text
        for place in places
        if place.encode() in path.read_bytes()
    ]
    assert found == []


def test_the_project_says_what_it_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    assert project["requires-python"] == ">={}.{}".format(*setup.OLDEST)
    assert project["scripts"]["jingui"] == "jingui.cli:main"


def test_a_larger_set_counts_as_the_smaller_one(tmp_path: Path) -> None:
    assert not setup.installed(tmp_path, "base")
    (tmp_path / "jingui.stamp").write_text(f"dev {setup.lock_digest('dev')}\n")
    assert setup.installed(tmp_path, "base")
    assert setup.installed(tmp_path, "dev")
    (tmp_path / "jingui.stamp").write_text("test stale\n")
    assert not setup.installed(tmp_path, "test")
    assert setup.wanted(tmp_path, "base") == "test"
    assert setup.wanted(tmp_path, "dev") == "dev"

"""One founded house for the tests that need a database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jingui.cluster.cluster import Cluster

from .house import House


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(tmp_path_factory.mktemp("house") / "home")
    done = house.run("init")
    assert done.returncode == 0, done.stderr
    yield house
    Cluster(house.home / "db").remove()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "bundles"
    made.mkdir()
    return made

"""A house at the other end, and papers of both sides."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.relay.house import House, certificates


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates(tmp_path_factory.mktemp("papers"))


@pytest.fixture
def house(papers: Path) -> Iterator[House]:
    made = House(papers)
    yield made
    made.close()

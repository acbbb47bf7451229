"""The simulated hospital, one per session."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="session")
def hospital() -> Iterator[Hospital]:
    """A running house with its people."""
    with house() as made:
        yield made

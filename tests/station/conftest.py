"""The simulated hospital, one for this folder."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its people."""
    with house() as made:
        yield made

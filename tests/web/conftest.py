"""A simulated hospital of this folder's own."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its people."""
    with house() as made:
        yield made

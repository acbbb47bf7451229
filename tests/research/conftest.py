"""A simulated hospital of its own: counts and extracts look at every patient there is."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its people, and no patients but those that the tests enter."""
    with house() as made:
        yield made

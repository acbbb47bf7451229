"""Each file has a house of its own: whole ledgers are verified here, boards counted, rows bent."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    """A running house with its people, and no patients but those that the file enters."""
    with house() as made:
        yield made

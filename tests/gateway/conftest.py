"""Each file has a house of its own: partners, clocks and whole ledgers belong to it alone."""

from collections.abc import Iterator

import pytest

from tests.gateway.parties import settle
from tests.hospital import Hospital, house


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    """A running house with its people, its own number and gateway keys."""
    with house() as made:
        settle(made)
        yield made

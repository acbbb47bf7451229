"""Pages of exchange: each file has a house of its own, for partners, queues and counters are the whole house's."""

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

"""Each file has a house of its own whose clock is moved ahead: what its ledger then holds can never be undone."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    """A running house with its people; later tests of a file live on in the later time."""
    with house() as made:
        yield made

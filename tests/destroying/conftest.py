"""Each file has a house of its own: clocks are set and keys erased here."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="module")
def hospital() -> Iterator[Hospital]:
    """A running house with the people who keep and destroy."""
    with house() as made:
        from tests.gate import destroying

        yield destroying.staff(made)

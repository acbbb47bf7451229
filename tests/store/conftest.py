"""A house of this folder's own; each test turns its sequencer by hand."""

from collections.abc import Iterator

import pytest

from tests.hospital import Hospital, house


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house without a sequencer."""
    with house(sequenced=False) as made:
        yield made

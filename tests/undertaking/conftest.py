"""A simulated hospital of this folder's own: an undertaking binds everybody in it."""

from collections.abc import Iterator

import pytest

from jingui.core.words import Role
from tests.hospital import Hospital, house

PEOPLE = (
    ("office", Role.MEDICAL_AFFAIRS), ("chief", Role.HEAD), ("chemist", Role.PHARMACIST),
    ("discipline", Role.DISCIPLINE),
)  # fmt: skip


@pytest.fixture(scope="package")
def hospital() -> Iterator[Hospital]:
    """A running house with its people and those who approve."""
    with house() as made:
        for short, role in PEOPLE:
            made.person(short, role, "xxk")
        yield made

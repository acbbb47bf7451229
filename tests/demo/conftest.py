"""One made-up hospital with all its stories, shared by the tests of this folder."""

from datetime import date
from random import Random

import pytest

from jingui.demo.generator import Hospital, PatientStory, build_hospital, stories

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="session")
def hospital() -> Hospital:
    return build_hospital(Random(7), TODAY)


@pytest.fixture(scope="session")
def told(hospital: Hospital) -> list[PatientStory]:
    return list(stories(hospital, Random(8), TODAY, 320))

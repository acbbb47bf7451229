"""One decider for all policy tests: reading the rules takes a tenth of a second."""

import pytest

from jingui.policy.decide import Decider


@pytest.fixture(scope="session")
def decider() -> Decider:
    return Decider.load(1)

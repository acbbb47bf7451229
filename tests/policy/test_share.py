"""五（二）1、2: who shares, stops, retries and sees: read twice [5.2.1] [5.2.2]"""

import random
from typing import Any, get_type_hints

import pytest

from jingui.core.vector import Vector
from jingui.core.words import Entrance, RecordState, Standing, Strength, Verb
from jingui.policy.decide import Decider
from tests.policy import second_share
from tests.policy.second import allowed

KINDS: dict[str, Any] = get_type_hints(Vector)
LIKELY = {
    "standing": Standing.ACTIVE, "strength": Strength.TWO_FACTOR, "entrance": Entrance.PAGE,
    "state": RecordState.NONE, "own": False, "objected": False, "restricted": False,
}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(second_share.HERE))
def test_rules_and_the_second_reading_agree(decider: Decider, verb: Verb) -> None:
    dice, yes = random.Random(f"share:{verb}"), 0
    for _ in range(20_000):
        facts = {name: dice.choice((False, True) if kind is bool else tuple(kind)) for name, kind in KINDS.items()}
        facts |= {name: word for name, word in LIKELY.items() if dice.random() < 0.8}
        vector = Vector(**facts | {"verb": verb})
        found = decider.decide(vector).allow
        assert found == allowed(vector), vector
        yes += found
    assert yes > 30

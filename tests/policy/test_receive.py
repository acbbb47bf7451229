"""五（一）3: who delivers, who looks, who settles: read twice [5.1.3]"""

from itertools import product

import pytest

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Purpose, Role, Standing, Strength, Verb
from jingui.policy.decide import Decider
from tests.policy import second_receive
from tests.policy.second import allowed

STANDS = (Standing.ACTIVE, Standing.NO_UNDERTAKING, Standing.FROZEN)
GRANTS = (Grant.COVERS, Grant.NONE)


@pytest.mark.parametrize("verb", sorted(second_receive.HERE))
def test_rules_and_the_second_reading_agree_everywhere(decider: Decider, verb: Verb) -> None:
    yes = 0
    for role, standing, strength, entrance, grant, own in product(
        Role, STANDS, Strength, Entrance, GRANTS, (False, True)
    ):
        vector = Vector(verb, role, standing, strength, entrance, Purpose.OPERATION, grant=grant, own=own)
        found = decider.decide(vector).allow
        assert found == allowed(vector), vector
        yes += found
    assert yes

"""六（一）2 三员管理: which operations the rules leave to which role, computed by the rules [6.1.2] [1.3.2]"""

from collections.abc import Iterable

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Purpose, Relation, Role, Standing, Strength, Verb
from jingui.gate.runtime import current
from jingui.policy.decide import Decider

YES, TWO, NO = "yes", "two", "no"


def table(roles: Iterable[Role], verbs: Iterable[Verb]) -> dict[tuple[Role, Verb], str]:
    """For each role and operation: "yes", "two" (a second person confirms) or "no", at the kindest.

    That is: a genuine account, a strong session, a treating relation, every purpose tried, a second person ready.
    """
    listed = tuple(verbs)
    return {(role, verb): one(current().decider, role, verb) for role in roles for verb in listed}


def one(decider: Decider, role: Role, verb: Verb) -> str:
    """What the rules leave of `verb` to `role`."""
    two = verb in decider.two_person()
    for purpose in Purpose:
        for relation, category in ((Relation.NONE, Category.NONE), (Relation.TREATING, Category.HISTORY)):
            vector = Vector(
                verb, role, Standing.ACTIVE, Strength.TWO_FACTOR, Entrance.PAGE, purpose, relation=relation,
                category=category, grant=Grant.COVERS if two else Grant.NONE,
            )  # fmt: skip
            if decider.decide(vector).allow:
                return TWO if two else YES
    return NO

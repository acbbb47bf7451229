"""一（三）1: how an actor stands to what an operation names, for verbs whose target is not a patient [1.3.1] [6.1.2]

Rules see two closed facts: whether the table gives this move to the actor, and whether it is about themselves.
"""

from collections.abc import Callable
from typing import NamedTuple

from jingui.core.operation import Operation
from jingui.core.words import Grant, Verb
from jingui.gate.actors import ActorFacts
from jingui.gate.runtime import Runtime


class Stance(NamedTuple):
    """What the rules see of it."""

    grant: Grant = Grant.NONE
    party: bool = False


StanceOf = Callable[[Runtime, Operation, ActorFacts], Stance]
STANCES: dict[Verb, StanceOf] = {}
NONE = Stance()


def stance(*verbs: Verb) -> Callable[[StanceOf], StanceOf]:
    """Register who finds the stance for these changing verbs."""

    def register(find: StanceOf) -> StanceOf:
        for verb in verbs:
            if verb in STANCES:
                raise RuntimeError(f"two stances for {verb}")
            STANCES[verb] = find
        return find

    return register


def stance_of(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The stance of this operation; none for verbs that have none."""
    find = STANCES.get(operation.verb)
    return NONE if find is None else find(runtime, operation, actor)

"""Sweeps over the whole space of facts: what no combination may ever allow [1.3.1] [6.1.2] [3.1.3] [4.1.3] [4.2.1]"""

import random
from collections import Counter
from typing import Any, get_type_hints

from hypothesis import example, given, settings
from hypothesis import strategies as st

from jingui.core.vector import Vector
from jingui.core.words import (
    Category,
    Entrance,
    Grant,
    Hold,
    Purpose,
    RecordState,
    Role,
    Standing,
    Strength,
    Verb,
)
from jingui.policy.decide import Decider
from tests.policy.cases import read_cases
from tests.policy.second import ADMINS, READS, WRITES, allowed

KINDS: dict[str, Any] = get_type_hints(Vector)
DECIDER = Decider.load(1)
CASES = read_cases()
DOORS = [
    (Strength.TWO_FACTOR, Entrance.PAGE),
    (Strength.TOKEN, Entrance.FHIR),
    (Strength.LOCAL, Entrance.COMMAND),
    (Strength.LOCAL, Entrance.JOB),
    (Strength.TWO_FACTOR, Entrance.PORTAL),
    (Strength.TOKEN, Entrance.STATION),
]
#: How often a sweep takes the fact that lets most through, so that it does not drown in refusals.
LIKELY = {
    "standing": (Standing.ACTIVE, 0.9),
    "state": (RecordState.SIGNED, 0.6),
    "hold": (Hold.NONE, 0.6),
    "grant": (Grant.COVERS, 0.5),
    "restricted": (False, 0.8),
    "own": (False, 0.8),
    "colleague": (False, 0.8),
    "party": (False, 0.8),
    "deceased": (False, 0.8),
    "licensed": (True, 0.8),
}


def vectors(**fixed: Any) -> st.SearchStrategy[Vector]:
    drawn = {name: st.booleans() if kind is bool else st.sampled_from(kind) for name, kind in KINDS.items()}
    return st.builds(Vector, **(drawn | fixed))


def some(dice: random.Random) -> Vector:
    facts = {name: dice.choice((False, True) if kind is bool else tuple(kind)) for name, kind in KINDS.items()}
    facts |= {name: word for name, (word, share) in LIKELY.items() if dice.random() < share}
    if dice.random() < 0.9:
        facts["strength"], facts["entrance"] = dice.choice(DOORS)
    if dice.random() < 0.4:
        facts["verb"] = dice.choice(sorted(READS | WRITES))
    return Vector(**facts)


def near(dice: random.Random, number: int) -> Vector:
    """A case, each in its turn, with one to three of its facts changed: that is where a rule's edges are."""
    facts = CASES[number % len(CASES)].vector._asdict()
    for name in dice.sample(sorted(facts), dice.randint(1, 3)):
        facts[name] = dice.choice((False, True) if KINDS[name] is bool else tuple(KINDS[name]))
    return Vector(**facts)


def test_the_second_reading_agrees_on_the_cases() -> None:
    wrong = [case.say for case in CASES if allowed(case.vector) != (case.allow is not None)]
    assert wrong == []


def test_the_second_reading_agrees_everywhere() -> None:
    dice = random.Random(20261122)
    seen: Counter[bool | str] = Counter()
    for turn in range(24 * len(CASES)):
        vector = some(dice) if turn % 4 == 0 else near(dice, turn - turn // 4)
        decided = DECIDER.evaluate(vector)
        assert decided.allow == allowed(vector), (vector, decided)
        seen.update([decided.allow, *decided.rules])
    # A sweep of refusals alone, or one that some rule never had a say in, would prove little.
    assert seen[True] > 1_500, seen
    assert [rule.id for rule in DECIDER.rulebook.rules() if seen[rule.id] < 5] == []


@given(vectors())
def test_the_second_reading_agrees_wherever_hypothesis_looks(vector: Vector) -> None:
    decided = DECIDER.evaluate(vector)
    assert decided.allow == allowed(vector)
    assert decided.clauses
    assert bool(decided.reason) != decided.allow
    assert decided.reason != "policy_error"


@given(
    vectors(
        role=st.sampled_from(sorted(ADMINS)),
        verb=st.sampled_from(sorted(READS | WRITES | {Verb.SEARCH_PATIENT})),
        category=st.sampled_from([one for one in Category if one is not Category.DIRECTORY]),
    )
)
@settings(max_examples=300)
def test_administrators_never_touch_content(vector: Vector) -> None:
    assert not DECIDER.decide(vector).allow


def test_administrators_never_touch_content_exhaustively() -> None:
    # Everything that ever widens access, at once, for each administrator, operation, purpose and category.
    for role in ADMINS:
        for verb in READS | WRITES | {Verb.SEARCH_PATIENT, Verb.LIST}:
            for purpose in Purpose:
                for strength, entrance in DOORS:
                    vector = Vector(verb, role, Standing.ACTIVE, strength, entrance, purpose, grant=Grant.COVERS)
                    assert not DECIDER.decide(vector).allow, vector


@given(vectors(standing=st.sampled_from([Standing.TAMPERED, Standing.UNKNOWN])))
@settings(max_examples=300)
def test_a_tampered_or_unknown_standing_does_nothing(vector: Vector) -> None:
    assert not DECIDER.decide(vector).allow


@given(vectors(standing=st.sampled_from([Standing.FROZEN, Standing.EXPIRED])))
@settings(max_examples=300)
def test_a_frozen_or_expired_standing_only_signs_out(vector: Vector) -> None:
    decided = DECIDER.decide(vector)
    assert decided.allow == (vector.verb is Verb.SIGN_OUT and allowed(vector))


@given(vectors(standing=st.just(Standing.NO_POST)))
@settings(max_examples=300)
def test_without_a_post_only_the_own_account_and_the_policy(vector: Vector) -> None:
    if DECIDER.decide(vector).allow:
        account = {Verb.SIGN_IN, Verb.SIGN_OUT, Verb.ENROL_FACTOR, Verb.CHANGE_PASSWORD, Verb.READ_POLICY}
        assert vector.verb in account


@given(vectors(verb=st.sampled_from(sorted(READS | WRITES)), state=st.just(RecordState.DESTROYED)))
@settings(max_examples=300)
def test_destroyed_is_never_read_or_written(vector: Vector) -> None:
    assert not DECIDER.decide(vector).allow or vector.verb is Verb.READ_LIFE


@given(vectors(verb=st.just(Verb.CORRECT), hold=st.just(Hold.DISPUTE_SEAL)))
@example(Vector(Verb.CORRECT, Role.INTERFACE, Standing.ACTIVE, Strength.TOKEN, Entrance.FHIR, Purpose.OPERATION,
                category=Category.DIRECTORY, hold=Hold.DISPUTE_SEAL))  # fmt: skip
@settings(max_examples=300)
def test_sealed_is_never_corrected(vector: Vector) -> None:
    assert not DECIDER.decide(vector).allow


@given(vectors(role=st.sampled_from(sorted(set(Role) - {Role.PATIENT})), verb=st.sampled_from(sorted(READS | WRITES))))
@settings(max_examples=300)
def test_nobody_at_work_opens_their_own_record(vector: Vector) -> None:
    assert not (DECIDER.decide(vector).allow and vector.own)


def test_no_role_both_acts_and_hides() -> None:
    """Granting rights and reading or exporting the ledger of others never meet in one role."""
    opened = {Verb.OPEN_ACCOUNT: set[Role](), Verb.GRANT_POST: set[Role](), Verb.READ_LEDGER: set[Role]()}
    for role in Role:
        for verb, roles in opened.items():
            vector = Vector(verb, role, Standing.ACTIVE, Strength.TWO_FACTOR, Entrance.PAGE, Purpose.OVERSIGHT)
            if DECIDER.decide(vector).allow:
                roles.add(role)
    assert opened[Verb.OPEN_ACCOUNT] == {Role.SYSTEM_ADMIN}
    assert opened[Verb.GRANT_POST] == {Role.SECURITY_ADMIN}
    assert opened[Verb.READ_LEDGER] == {Role.AUDIT_ADMIN, Role.SUPERVISOR, Role.DISCIPLINE}

"""The rules, case by case [1.3.1] [4.1.1] [4.1.3] [4.2.1] [2.2.1] [2.2.4] [6.1.2] [6.2.2] [7.1.2] [8.2]"""

import pytest

from jingui.core.words import Verb
from jingui.policy import clauses
from jingui.policy.decide import Decider
from tests.policy.cases import Case, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.say for case in CASES])
def test_case(decider: Decider, case: Case) -> None:
    decided = decider.decide(case.vector)
    if case.allow is None:
        assert (decided.allow, decided.reason) == (False, case.deny)
        assert not case.by or case.by in decided.rules
        assert not case.start or decided.matter == case.start
        assert decided.obligations == ()
    else:
        assert (decided.allow, decided.rules) == (True, case.allow)
        assert set(case.must) <= set(decided.obligations)
        assert (decided.reason, decided.matter) == ("", "")
    assert decided.clauses


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 120
    assert len({case.say for case in CASES}) == len(CASES)


def test_each_rule_is_hit(decider: Decider) -> None:
    hit = {rule for case in CASES for rule in decider.decide(case.vector).rules}
    assert {rule.id for rule in decider.rulebook.rules()} - hit == set()


def test_each_verb_has_an_action_that_some_case_allows(decider: Decider) -> None:
    allowed = {case.vector.verb for case in CASES if case.allow is not None}
    assert set(Verb) - allowed == set()


def test_each_reason_and_obligation_is_used(decider: Decider) -> None:
    words = decider.rulebook.lexicon
    rules = decider.rulebook.rules()
    assert {rule.reason for rule in rules} | {"no_rule", "policy_error"} >= set(words.reasons)
    assert {one for rule in rules for one in rule.obligations} == set(words.obligations)
    assert all(clauses.known(one) for rule in rules for one in rule.clauses)

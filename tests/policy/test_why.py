"""Why I may and why I may not: a sentence, rules, clauses, the next step [1.3.1] [1.3.2]"""

import pytest

from jingui.core.errors import Invalid
from jingui.policy.decide import Decider
from jingui.policy.why import refusal, why
from tests.policy.cases import Case, read_cases

CASES = read_cases()


@pytest.mark.parametrize("case", CASES, ids=[case.say for case in CASES])
def test_every_decision_explains_itself(decider: Decider, case: Case) -> None:
    decided = decider.decide(case.vector)
    zh, en = (why(decided, lang, decider.rulebook) for lang in ("zh", "en"))
    assert [line.id for line in zh.rules] == list(decided.rules)
    for told in (zh, en):
        assert told.sentence
        assert [one for one, _ in told.clauses] == list(decided.clauses)
        assert bool(told.next_step) != decided.allow
        assert bool(told.matter_label) == bool(decided.matter)
        assert len(told.obligations) == len(decided.obligations)
    assert not any("\u4e00" <= sign <= "\u9fff" for sign in en.sentence + en.next_step + en.matter_label)
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh.sentence)


def test_a_clause_is_shown_by_its_heading(decider: Decider) -> None:
    case = next(one for one in CASES if one.by == "own-record")
    told = why(decider.decide(case.vector), "zh", decider.rulebook)
    assert ("4.2.1", "四（二）1 患者及其法定代理人") in told.clauses
    assert told.matter == "own_copy"


def test_a_refusal_carries_what_the_entrances_need(decider: Decider) -> None:
    case = next(one for one in CASES if one.deny == "sealed")
    error = refusal(decider.decide(case.vector), decider.rulebook, entry="e1")
    assert (error.reason, error.matter, error.data["entry"]) == ("sealed", "unsealing", "e1")
    assert error.clauses
    assert "sealed-correct" in error.rules
    assert "封存" in error.message


def test_another_language_is_refused(decider: Decider) -> None:
    with pytest.raises(Invalid):
        why(decider.decide(CASES[0].vector), "fr", decider.rulebook)  # type: ignore[arg-type] # the point of the test

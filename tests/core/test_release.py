"""四（二）1: the table of applicants, and what a name shows of itself [4.2.1]"""

import pytest

from jingui.core.errors import Invalid, Misconfigured
from jingui.core.matters import KINDS, checked
from jingui.core.matters.release import REFUSALS
from jingui.core.matters.release_applicants import APPLICANTS
from jingui.core.matters.row import MatterKind, Move, Paper, Step
from jingui.core.process import outcome_of
from jingui.core.release import PURPOSES, Pages, masked
from jingui.core.settings_release import ROWS
from jingui.core.words import Role

NAMES = {row.name for row in ROWS}


@pytest.mark.parametrize("kind", sorted(APPLICANTS))
def test_a_row_holds_together(kind: str) -> None:
    """[4.2.1] Papers that a row speaks of are on its list; what it asks about exists; others review than start."""
    row, matter = APPLICANTS[kind], KINDS[kind]
    names = {one.name for one in matter.papers}
    assert {*row.window, *row.departed} <= names
    assert not {one.name for one in row.papers if one.required} & {*row.window, *row.departed}
    assert matter.copies in PURPOSES
    assert matter.effect == "copy_order"
    assert matter.four_eyes
    asked = {one.name for one in matter.questions}
    assert ("valid_until" in asked) is row.agency
    assert ("sensitive" in asked) is row.named
    assert ("relation" in asked) is row.related
    assert (Role.PATIENT in row.starters) is row.portal
    assert all(one.most in NAMES for one in matter.questions if one.most)
    assert matter.steps[0].days in NAMES
    assert matter.appeal[0].roles == (Role.HEAD,)


def test_a_refusal_names_a_lawful_ground_and_an_approval_none() -> None:
    step = KINDS["own_copy"].steps[0]
    assert outcome_of(step, "", Move.APPROVE) == ("", True)
    assert outcome_of(step, "anything", Move.RETURN) == ("", True)
    for word, _, _ in REFUSALS:
        assert outcome_of(step, word, Move.REFUSE) == (word, False)
    for word in ("", "because"):
        with pytest.raises(Invalid):
            outcome_of(step, word, Move.REFUSE)


def test_where_nothing_may_be_refused_the_word_alone_says_which_way_it_goes() -> None:
    step = Step(
        name="答复", roles=(Role.HEAD,), moves=(Move.APPROVE,), outcomes=(("yes", "是", True), ("no", "否", False))
    )
    assert outcome_of(step, "no", Move.APPROVE) == ("no", False)
    both = Step(name="答复", roles=(Role.HEAD,), outcomes=(("yes", "是", True), ("no", "否", False)))
    assert outcome_of(both, "yes", Move.APPROVE) == ("yes", True)
    with pytest.raises(Invalid):
        outcome_of(both, "no", Move.APPROVE)


@pytest.mark.parametrize("wrong", [{"copies": "gossip"}, {"ground": "none"}, {"paper": "none"}])
def test_a_row_that_could_never_be_used_stops_the_start(wrong: dict[str, str]) -> None:
    row = MatterKind(
        id="x", text="x", purpose="x", clauses=("4.2.1",), section="release", starters=(Role.ARCHIVIST,),
        copies=wrong.get("copies", ""), papers=(Paper(name="p", text="p"),),
        steps=(
            Step(
                name="x", roles=(Role.HEAD,), outcomes=(("no", "否", False),),
                grounds=((wrong.get("ground", "no"), wrong.get("paper", "p")),),
            ),
        ),
    )  # fmt: skip
    with pytest.raises(Misconfigured):
        checked(row)


def test_what_is_told_of_a_name() -> None:
    assert [masked(name) for name in ("张三", "欧阳明月", " 李 ", "", "阿不都·热依木")] == [
        "张*",
        "欧*",
        "李*",
        "",
        "阿*",
    ]
    assert Pages("1", 3, 12).sheets == 10

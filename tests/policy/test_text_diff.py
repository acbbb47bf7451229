"""What changed between two wordings [8.2]"""

from hypothesis import example, given
from hypothesis import strategies as st

from jingui.policy.text_diff import diff, diff_texts, pieces
from jingui.policy.text_import import parse_policy

IDS = ["1.1", "1.2.1", "1.2.2", "2.1.10", "2.1.9"]
TEXTS = st.dictionaries(st.sampled_from(IDS), st.sampled_from(["甲。", "乙。", "丙方同意。", "丁方不同意。"]))


def test_each_kind_of_change() -> None:
    old = {"1.1": "甲。", "1.2.1": "乙方同意。", "1.2.2": "丙。", "2.1": "丁。"}
    new = {"1.1": "甲。", "1.2.1": "乙方书面同意。", "1.2.2": "新的。", "1.2.3": "丙。", "3.1": "戊。"}
    found = {change.id: change for change in diff_texts(old, new)}
    assert [(one, change.change) for one, change in found.items()] == [
        ("1.2.1", "changed"), ("1.2.2", "added"), ("1.2.3", "moved"), ("2.1", "removed"), ("3.1", "added"),
    ]  # fmt: skip
    assert found["1.2.1"].pieces == (("=", "乙方"), ("+", "书面"), ("=", "同意。"))
    assert found["1.2.3"].was == "1.2.2"


def test_clauses_are_in_their_own_order() -> None:
    changes = diff_texts({}, {"2.1.10": "甲。", "2.1.9": "乙。", "1.1": "丙。"})
    assert [change.id for change in changes] == ["1.1", "2.1.9", "2.1.10"]


def test_two_policies() -> None:
    text = "制度\n一、总则\n（一）目的\n引言。\n1. 甲。\n2. 乙。\n"
    old, new = (parse_policy(one.encode(), "p.txt") for one in (text, text.replace("引言", "序言")))
    assert diff(old, old) == ()
    assert [(change.id, change.change) for change in diff(old, new)] == [("1.1", "changed")]


@given(TEXTS, TEXTS)
@example({"1.1": "甲。", "1.2.1": "乙。"}, {"1.1": "乙。", "1.2.1": "甲。"})
@example({"1.1": "甲。", "1.2.1": "甲。"}, {"1.2.2": "甲。"})
@example({"1.1": "甲。", "1.2.1": "乙。"}, {"1.1": "乙。"})
def test_the_changes_turn_the_old_into_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    changes = diff_texts(old, new)
    made = dict(old)
    for change in changes:
        if change.change == "removed":
            assert made.pop(change.id) == change.old
        elif change.change == "moved":
            assert old[change.was] == change.new
            made.pop(change.was, None)
    made |= {change.id: change.new for change in changes if change.change != "removed"}
    assert made == new
    assert (changes == ()) == (old == new)


@given(st.text(max_size=60), st.text(max_size=60))
def test_pieces_hold_both_texts(old: str, new: str) -> None:
    found = pieces(old, new)
    assert "".join(text for mark, text in found if mark != "+") == old
    assert "".join(text for mark, text in found if mark != "-") == new


def test_a_very_long_clause_is_shown_whole() -> None:
    assert pieces("甲" * 5_000, "乙") == (("-", "甲" * 5_000), ("+", "乙"))

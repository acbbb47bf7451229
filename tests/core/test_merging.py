"""二（二）3 合并: three-way, field by field; nothing of either side is lost [2.2.3]"""

from hypothesis import given
from hypothesis import strategies as st

from jingui.core.merging import Named, agree, differences, forks, merged

FIELDS = (Named("a", "甲", "A"), Named("b", "乙", "B"), Named("c", "丙", "C"))
ANSWERS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "x", "y", "z", None]))


def test_who_changed_what() -> None:
    found = {one.field: one for one in forks(FIELDS, {"a": "1", "b": "1"}, {"a": "2", "b": "1"}, {"a": "3", "b": "4"})}
    assert found["a"].clash
    assert not found["b"].clash
    assert "c" not in found
    same = forks(FIELDS, {"a": "1"}, {"a": "2"}, {"a": "2"})
    assert [one.clash for one in same] == [False]  # both wrote the same


@given(ANSWERS, ANSWERS, ANSWERS)
def test_a_merge_keeps_every_change(was: dict[str, str], theirs: dict[str, str], mine: dict[str, str]) -> None:
    found = forks(FIELDS, was, theirs, mine)
    made = merged(found, mine)
    for name in "abcd":
        if not agree(was.get(name), mine.get(name)):
            assert agree(made.get(name), mine.get(name))
        else:
            assert agree(made.get(name), theirs.get(name))
    clashing = {one.field for one in found if one.clash}
    for name in "abcd":
        both = not agree(was.get(name), mine.get(name)) and not agree(was.get(name), theirs.get(name))
        assert (name in clashing) == (both and not agree(mine.get(name), theirs.get(name)))


@given(ANSWERS, ANSWERS)
def test_differences_are_what_differs(old: dict[str, str], new: dict[str, str]) -> None:
    assert {one.field for one in differences(FIELDS, old, new)} == {
        name for name in "abcd" if not agree(old.get(name), new.get(name))
    }

"""The clauses as data and their headings [1.1] [8.2] [8.3]"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid, NotFound
from jingui.policy import clauses
from jingui.policy.headings import chinese, number

SECTIONS = {
    "door": 3, "collect": 1, "enter": 1, "keep": 1, "custody": 1, "access": 1, "release": 1, "transmit": 1, "share": 1,
    "protect": 1, "incident": 1, "oversee": 1, "performance": 1, "bylaws": 3,
}  # fmt: skip
#: Raise version.toml and replace this together: readers acknowledged these very words.
HASHES = {1: "76a6852b6acd906e774ab36adf47a568bcdb77251f7a5bd515d486426cb694d9"}


def test_there_are_eight_chapters_eighteen_sections_and_49_clauses() -> None:
    chapters = clauses.chapters()
    sections = [section for chapter in chapters for section in chapter.sections]
    assert [chapter.id for chapter in chapters] == list("12345678")
    assert (len(sections), len(clauses.all())) == (18, 49)
    assert {name: [s.name for s in sections].count(name) for name in SECTIONS} == SECTIONS
    assert all(s.id.startswith(c.id + ".") for c in chapters for s in c.sections)
    assert all(clause.section == section.id for section in sections for clause in section.clauses)


def test_each_clause_speaks_both_languages() -> None:
    for clause in clauses.all():
        assert len(clause.text_zh) >= 15, clause.id
        assert len(clause.text_en.split()) >= 8, clause.id
        assert clause.title_zh, clause.id
        assert clause.title_en.isascii(), clause.id
        assert bool(clause.by_hand_zh) == bool(clause.by_hand_en), clause.id


def test_a_changed_wording_raises_the_version() -> None:
    assert clauses.text_hash() == HASHES[clauses.version()]


def test_headings_go_there_and_back() -> None:
    for clause in clauses.all():
        assert clauses.clause_id(clause.heading) == clause.id
        assert clauses.get(clause.id) is clause
    assert clauses.heading("4.2.1") == "四（二）1"
    assert (clauses.heading("8.2"), clauses.heading("4.2"), clauses.heading("7")) == ("八（二）", "四（二）", "七")


FULL_WIDTH = str.maketrans("0123456789.", "".join(chr(ord(sign) + 0xFEE0) for sign in "0123456789."))
TYPED = ["四（二）1", "四(二)1", " 四 ( 二 ) 1. ", "第四章（二）1", "4.2.1", "四（二)1、"]


@pytest.mark.parametrize("text", [*TYPED, *(text.translate(FULL_WIDTH) for text in TYPED)])
def test_headings_are_read_however_typed(text: str) -> None:
    assert clauses.clause_id(text) == "4.2.1"


@pytest.mark.parametrize(
    "text", ["", "四（二", "四（）1", "四二1", "x", "4.2.1.1", "四（二）1;drop", "九九（一）", "4..1", "十十", "一十"]
)
def test_other_words_are_no_headings(text: str) -> None:
    with pytest.raises(Invalid):
        clauses.clause_id(text)


@pytest.mark.parametrize("one", ["9.1", "4.2.9", "", "四（二）1"])
def test_an_unknown_clause_is_not_found(one: str) -> None:
    assert not clauses.known(one)
    with pytest.raises(NotFound):
        clauses.get(one)


@given(st.integers(1, 99))
def test_numerals_go_there_and_back(value: int) -> None:
    assert number(chinese(value)) == value


@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 99))
def test_any_heading_goes_there_and_back(chapter: int, section: int, item: int) -> None:
    one = f"{chapter}.{section}.{item}"
    assert clauses.clause_id(clauses.heading(one)) == one

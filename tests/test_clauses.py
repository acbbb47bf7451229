"""Each of the forty-nine clauses is served by a row or a function and a test, or stands on a list that only shrinks."""

import re
from pathlib import Path

import pytest

from jingui.policy import clauses
from tests.house import ROOT, SOURCES, tags, tracked

#: Clauses that no rule, row or function serves yet. Take one off when it is served; never put one on.
UNSERVED = set("7.1.3 7.2.2 7.2.3".split())
#: Clauses that no test names yet.
UNTESTED = set(
    """
    6.2.1 6.2.3 7.1.3 7.2.2 7.2.3 8.1
    """.split()
)


def tagged(folder: Path) -> set[str]:
    """Clause ids that the Python files and tables of a folder are tagged with, and those that Cedar rules name."""
    found: set[str] = set()
    for path in tracked():
        if path.is_relative_to(folder) and path.is_relative_to(SOURCES / "policy" / "clauses") is False:
            if path.suffix in {".py", ".toml"}:
                found |= set(tags(path.read_text()))
            if path.suffix in {".cedar", ".toml"}:
                rows = re.findall(r'(?:@clause\(|\bclauses?\s*=\s*)\[?("[^)\]\n]*")', path.read_text())
                found |= set(re.findall(r"\d(?:\.\d)+", " ".join(rows)))
    return found


def test_there_are_forty_nine() -> None:
    assert len(clauses.all()) == len({clause.id for clause in clauses.all()}) == 49


@pytest.mark.parametrize("clause", clauses.all(), ids=lambda clause: clause.id)
def test_each_clause_is_bilingual(clause: clauses.Clause) -> None:
    for chinese, english in (
        (clause.title_zh, clause.title_en),
        (clause.text_zh, clause.text_en),
        (clause.by_hand_zh, clause.by_hand_en),
    ):
        assert bool(chinese) == bool(english)
        assert not re.search(r"[\u4e00-\u9fff]", english)


def test_each_clause_is_served_or_listed() -> None:
    everything = {clause.id for clause in clauses.all()}
    assert everything - tagged(SOURCES) - UNSERVED == set()


def test_each_clause_is_tested_or_listed() -> None:
    everything = {clause.id for clause in clauses.all()}
    assert everything - tagged(ROOT / "tests") - UNTESTED == set()


def test_the_lists_name_clauses_that_wait() -> None:
    everything = {clause.id for clause in clauses.all()}
    assert everything >= UNSERVED | UNTESTED
    assert UNSERVED & tagged(SOURCES) == set(), "served: take them off"
    assert UNTESTED & tagged(ROOT / "tests") == set(), "tested: take them off"

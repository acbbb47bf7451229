"""一（三）2 患者门户: numbers, start codes, papers, the day of majority [1.3.2] [4.2.1]"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.portal import (
    LETTERS,
    PAPER_WORDS,
    PAPERS,
    check_digit,
    code_of,
    majority,
    number_of,
    proven,
    typed_code,
    typed_number,
)
from jingui.core.words import Relation


@given(st.binary(min_size=8, max_size=8), st.integers(1, 10), st.integers(1, 9))
def test_a_number_shows_every_single_mistyped_digit(chance: bytes, place: int, by: int) -> None:
    number = number_of(chance)
    assert len(number) == 12
    assert check_digit(number[1:11]) == int(number[11])
    wrong = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    assert check_digit(wrong[1:11]) != int(wrong[11])
    assert typed_number(f" {number[:4]}-{number[4:].lower()} ") == number


@given(st.binary(min_size=15, max_size=15))
def test_a_start_code_is_read_again_however_it_is_typed(chance: bytes) -> None:
    code = code_of(chance)
    assert set(code) <= set(LETTERS) | {"-"}
    for typed in (code, code.upper(), code.replace("-", " "), code.replace("-", "")):
        assert typed_code(typed) == code


def test_start_codes_have_all_their_letters() -> None:
    assert len({code_of(one.to_bytes(15, "big")) for one in range(5_000)}) == 5_000
    assert len(LETTERS) ** 15 < 1 << 120  # fifteen random bytes are enough for fifteen letters


@pytest.mark.parametrize(
    ("born", "of_age"),
    [("2008-11-23", "2026-11-23"), ("2008-02-29", "2026-03-01"), ("2012-12-31", "2030-12-31")],
)
def test_of_age_on_the_birthday(born: str, of_age: str) -> None:
    assert majority(date.fromisoformat(born), 18) == date.fromisoformat(of_age)


def test_papers_prove_only_with_one_of_each_set() -> None:
    assert {one for sets in PAPERS.values() for wanted in sets for one in wanted} == set(PAPER_WORDS)
    assert proven(Relation.SELF, ("passport",))
    assert not proven(Relation.SELF, ("birth_certificate",))
    assert not proven(Relation.GUARDIAN, ("id_card",))
    assert proven(Relation.GUARDIAN, ("id_card", "guardianship_deed"))
    assert not proven(Relation.TREATING, tuple(PAPER_WORDS))

"""三（二）2 纸质病案: codes with a check, due days, full boards, what a scan means [3.2.2] [4.1.2] [6.1.4]"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core import archive as a
from jingui.core import archive_codes as c
from jingui.core.calendars import CHINA
from jingui.core.errors import Invalid

HOUSE = c.house(b"\x12\x34")
RANDOM = st.integers(0, (1 << c.RANDOM_BITS) - 1)


@given(RANDOM, st.sampled_from(c.Labelled))
def test_a_code_is_read_as_it_was_made_however_it_is_typed(random: int, kind: c.Labelled) -> None:
    code = c.made(HOUSE, kind, random)
    assert len(code) == 16
    for text in (code, c.shown(code), code.lower(), f" {c.shown(code)} ", "".join(chr(ord(x) + 0xFEE0) for x in code)):
        assert c.see(text, HOUSE) == (code, kind, "")


@given(RANDOM, st.integers(0, 15), st.sampled_from(c.ALPHABET))
def test_no_slip_of_one_character_passes(random: int, at: int, letter: str) -> None:
    code = c.made(HOUSE, c.Labelled.VOLUME, random)
    slipped = code[:at] + letter + code[at + 1 :]
    assert (c.see(slipped, HOUSE).wrong == "") == (slipped == code)


@given(RANDOM, st.integers(4, 12))
def test_no_two_neighbours_change_places_unseen(random: int, at: int) -> None:
    code = c.made(HOUSE, c.Labelled.VOLUME, random)
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert (c.see(swapped, HOUSE).wrong == "") == (swapped == code)


def test_another_house_another_kind_another_thing() -> None:
    foreign = c.made("ZZZ", c.Labelled.VOLUME, 7)
    assert c.see(foreign, HOUSE).wrong == c.FOREIGN
    for text in ("", "6901234567890", "A" * 500, "\x00", "病案", foreign[:-1], foreign + "0"):
        assert c.see(text, HOUSE).wrong == c.MALFORMED, text
    board = c.made(HOUSE, c.Labelled.POSITION, 7)
    with pytest.raises(Invalid) as error:
        c.read(board, HOUSE, c.Labelled.VOLUME, "code")
    assert error.value.places == (("code", c.WRONG_KIND),)
    assert c.check_digits(794) == "44"  # the standard's own example of MOD 97-10


def test_letters_that_are_mistaken_for_digits_are_read_as_them() -> None:
    code = c.made(HOUSE, c.Labelled.BAG, 1)
    assert code[4:14] == "0000000001"
    assert c.see(code.replace("0", "o").replace("1", "l"), HOUSE).code == code


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_due_on_the_third_working_day_the_reading_room_today() -> None:
    friday = at("2026-11-20T16:00")
    assert a.due(a.Place.DEPARTMENT, friday, 3) == at("2026-11-26T00:00")
    assert a.due(a.Place.READING_ROOM, friday, 3) == at("2026-11-21T00:00")
    assert a.due(a.Place.DEPARTMENT, at("2026-09-30T09:00"), 3) == at("2026-10-11T00:00")  # the holidays, a day made up
    assert not a.overdue(at("2026-11-26T00:00"), at("2026-11-25T23:59"))
    assert a.overdue(at("2026-11-26T00:00"), at("2026-11-26T00:00"))


@given(st.integers(0, 400), st.integers(0, 15), st.integers(0, 86_399))
def test_late_before_is_where_late_begins(day: int, days: int, second: int) -> None:
    now = at("2026-03-01T00:00") + timedelta(days=day, seconds=second)
    edge = a.late_before(now, days)
    assert a.late(edge - timedelta(seconds=1), now, days)
    assert not a.late(edge, now, days)


@pytest.mark.parametrize(
    ("state", "home", "here", "meaning"),
    [("shelved", 1, 1, "found"), ("shelved", 1, 0, "found"), ("shelved", 1, 2, "misplaced"),
     ("shelved", 9, 1, "misplaced"), ("lent", 1, 1, "lent"), ("reading", 1, 1, "lent"), ("lost", 1, 1, "strange"),
     ("room", 0, 1, "strange"), ("department", 0, 1, "strange"), ("destroyed", 1, 1, "strange")],
)  # fmt: skip
def test_what_a_scan_means(state: str, home: int, here: int, meaning: str) -> None:
    assert a.outcome(state, home, here, frozenset({1, 2})).value == meaning


def test_boards_weights_rows_and_scans() -> None:
    assert a.fits(19, 1, 20)
    assert not a.fits(19, 2, 20)
    assert a.fits(10**6, 1, 0)
    assert (a.fullness(5, 20), a.fullness(5, 0)) == (25, 0)
    assert a.weight_agrees(5000, 4900, 20)
    assert not a.weight_agrees(5000, 4899, 20)
    assert not a.weight_agrees(5000, 5101, 20)
    assert a.rows_in("A-C，东1") == ("A", "B", "C", "东1")
    assert a.rows_in("9-11") == ("9", "10", "11")
    for text in ("A-", "C-A", "A-1", "1-99999", "x" * 13):
        assert a.rows_in(text) == (), text
    assert list(a.boards(("A",), 1, 2)) == [("A", "1", "1"), ("A", "1", "2")]
    assert a.scans("a\n\n b ,c;d\r\ne\tf") == ("a", "b", "c", "d", "e", "f")

"""三（二）2 盘点, 六（一）4 废纸: hundreds of scans at once, by several; differences explained; bags weighed twice

[3.2.2] [6.1.4]
"""

from typing import Any

import pytest

from jingui.core.archive import MOST_CODES
from jingui.core.archive_asking import (
    CloseStocktaking,
    CountStock,
    HandWaste,
    LabelsRequest,
    Shelve,
    StartStocktaking,
    StocktakingRequest,
    WasteRequest,
    WeighWaste,
)
from jingui.core.archive_codes import Labelled, made, shown
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.words import Verb
from jingui.gate import archive
from tests.gate import archived as a
from tests.gate.entering import admit, entries
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return a.people(hospital)


def started(house: Hospital, shelves: int = 2) -> tuple[int, int, tuple[str, ...], list[str]]:
    """A storeroom, its stock-taking, its boards and four volumes on the first."""
    room, boards = a.room(house, boards=shelves)
    codes = [code for _, code in a.volumes(house, *(admit(house) for _ in range(4)))]
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=boards[0], codes=tuple(codes)))
    return room, a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room)), boards, codes


def counted(house: Hospital, taking: int, *scans: str, who: str = "archivist", position: str = "") -> Any:
    return a.do(house, who, Verb.COUNT_STOCK, CountStock(taking=taking, scans=scans, position=position))


def test_found_misplaced_strange_lent_missing(house: Hospital) -> None:
    room, taking, boards, codes = started(house)
    at = admit(house)
    lent, lent_code = a.shelved(house, at, boards[1])
    a.lend(house, at, lent)
    ((_, elsewhere),) = a.volumes(house, admit(house))
    foreign = made("ZZZ", Labelled.VOLUME, 5)
    before = entries(house)
    seen = counted(
        house, taking, boards[0], codes[0], shown(codes[1]), boards[1], codes[2], lent_code, elsewhere, foreign,
        "6901234",
    )  # fmt: skip
    assert entries(house) == before + 1
    assert seen.outcomes == {"found": 2, "misplaced": 1, "lent": 1, "strange": 3}
    assert [text for text, _ in seen.wrong] == [foreign, "6901234"]
    assert (seen.position, seen.expected) == (boards[1], 4)
    again = counted(house, taking, codes[2], who="archivist2", position=boards[0])  # the last scan counts
    assert again.progress == {"found": 3, "lent": 1, "strange": 3}
    missing = a.see(house, "archivist", Verb.READ_STOCKTAKING, StocktakingRequest(taking=taking))
    assert [one.code for one in missing.differences] == [codes[3]]
    strange = a.see(house, "quality", Verb.READ_STOCKTAKING, StocktakingRequest(taking=taking, outcome="strange"))
    assert {one.code for one in strange.differences} == {elsewhere, foreign, "6901234"}
    with pytest.raises(Invalid):
        a.do(house, "archivist", Verb.CLOSE_STOCKTAKING, CloseStocktaking(taking=taking))
    told = CloseStocktaking(taking=taking, explanation="一册未见，已安排查找；外院病案退回")
    matter = a.do(house, "archivist2", Verb.CLOSE_STOCKTAKING, told)
    assert house.sql("SELECT kind FROM matter WHERE id = %s", matter) == [("stock_finding",)]
    kept = house.sql("SELECT found, missing, misplaced, strange FROM stocktaking WHERE id = %s", taking)
    assert kept == [(3, 1, 0, 3)]
    more = CountStock(taking=taking, scans=(codes[3],))
    for verb, data in ((Verb.COUNT_STOCK, more), (Verb.CLOSE_STOCKTAKING, told)):
        with pytest.raises(Conflict):
            a.do(house, "archivist", verb, data)
    a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room))
    with pytest.raises(Conflict):
        a.do(house, "archivist2", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room))
    assert a.found_wrong(house) == []


def test_a_room_where_all_is_well_closes_without_a_word(house: Hospital) -> None:
    _, taking, boards, codes = started(house)
    counted(house, taking, boards[0], *codes)
    assert a.do(house, "archivist", Verb.CLOSE_STOCKTAKING, CloseStocktaking(taking=taking)) == 0


def test_a_slip_of_the_reader_counts_for_nothing(house: Hospital) -> None:
    _, taking, boards, codes = started(house)
    slipped = codes[0][:-1] + str((int(codes[0][-1]) + 1) % 10)
    seen = counted(house, taking, boards[0], slipped, "\x00\x01", "  ")
    assert seen.progress == {}
    assert len(seen.wrong) == 3
    other = a.room(house)[1][0]
    assert counted(house, taking, other, codes[0]).wrong[0][0] == other
    with pytest.raises(Invalid):
        counted(house, taking, codes[0], position=codes[0])
    with pytest.raises(Invalid):
        counted(house, taking)
    with pytest.raises(Invalid):
        counted(house, taking, *[codes[0]] * (MOST_CODES + 1))


@pytest.mark.parametrize("who", ["doctor", "quality", "head"])
def test_only_the_record_room_counts(house: Hospital, who: str) -> None:
    with pytest.raises(Refused):
        counted(house, 1, "X", who=who)


def test_statements_of_a_batch_are_the_same_for_two_and_for_two_hundred(house: Hospital) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    room, boards = a.room(house)
    at = admit(house)
    codes = [code for _, code in a.volumes(house, *[at] * MOST_CODES)]
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=boards[0], codes=tuple(codes)))
    taking = a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room))
    asked = []
    for scans in (codes[:2], codes):
        with CaptureQueriesContext(connection) as seen:
            counted(house, taking, *scans, position=boards[0])
        asked.append(len(seen))
    assert asked[0] == asked[1] <= 20


def test_several_count_at_once(house: Hospital) -> None:
    """Overlapping batches in opposite orders: nobody waits for ever, every code counts once."""
    room, boards = a.room(house)
    at = admit(house)
    codes = [code for _, code in a.volumes(house, *[at] * 100)]
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=boards[0], codes=tuple(codes)))
    taking = a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=room))
    out = a.together(
        lambda: counted(house, taking, *codes), lambda: counted(house, taking, *reversed(codes), who="archivist2"),
        lambda: counted(house, taking, *codes[50:], *codes[:50]),
    )  # fmt: skip
    assert [type(one).__name__ for one in out] == ["Counted"] * 3
    assert house.sql("SELECT count(*) FROM stock_count WHERE taking_id = %s", taking) == [(100,)]
    labels = a.see(house, "archivist", Verb.PRINT_LABELS, LabelsRequest(codes=tuple(codes)))
    assert len(labels) == 100


def weighed(house: Hospital, who: str = "archivist", **more: Any) -> str:
    seen = tuple(house.people[one] for one in more.pop("witnesses", ("nurse", "nurse2")))
    return str(a.do(house, who, Verb.WEIGH_WASTE, WeighWaste(**{"grams": 5000, "witnesses": seen, **more})))


def test_a_bag_before_two_witnesses_who_did_not_close_it(house: Hospital) -> None:
    for wrong in (
        {"witnesses": ("nurse",)}, {"witnesses": ("nurse", "nurse")}, {"witnesses": ("nurse", "archivist")},
        {"witnesses": ("nurse", "nurse2", "doctor")}, {"grams": 0}, {"grams": 10**9}, {"department": 10**6},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            weighed(house, **wrong)
    with pytest.raises(Refused):  # a ward's nurse weighs her ward's alone
        weighed(house, "nurse", department=house.departments["gwk"], witnesses=("doctor", "nurse2"))
    number = weighed(house, "nurse", department=house.departments["xnk"], witnesses=("doctor", "nurse2"))
    bags = a.see(house, "watcher", Verb.READ_WASTE, WasteRequest())
    assert number in {one.number for one in bags.rows}
    with pytest.raises(Refused):
        a.see(house, "doctor", Verb.READ_WASTE, WasteRequest())


def test_weighed_again_when_it_is_handed_over(house: Hospital) -> None:
    number, other = weighed(house), weighed(house, note="门诊处方底联")
    hand: Any = lambda *bags, **more: a.do(  # noqa: E731 -- said five times below
        house, "archivist", Verb.HAND_WASTE, HandWaste(bags=bags, taker="绿源销毁公司 张工", **more)
    )
    with pytest.raises(Refused):
        a.do(house, "nurse", Verb.HAND_WASTE, HandWaste(bags=((number, 5000),), taker="绿源销毁公司 张工"))
    with pytest.raises(Invalid) as error:
        hand((number, 4000), (other, 5000))
    assert dict(error.value.places)["bags"] == shown(number)
    assert hand((number, 4920), (other, 4000), reason="袋口破损，散落部分已回收另装") == (other,)
    with pytest.raises(Conflict):
        hand((number, 5000))
    for bags in ((), ((archive.prefix(house.runtime), 1),), ((number, 1), (number, 2))):
        with pytest.raises(Invalid):
            hand(*bags)
    month = f"{house.today():%Y-%m}"
    rows = {one.number: one for one in a.see(house, "archivist", Verb.READ_WASTE, WasteRequest(month=month)).rows}
    assert (rows[number].state, rows[number].grams_out, rows[other].note) == (
        "handed", 4920, "门诊处方底联；袋口破损，散落部分已回收另装",
    )  # fmt: skip
    with pytest.raises(Invalid):
        a.see(house, "archivist", Verb.READ_WASTE, WasteRequest(month="2026-13"))
    assert a.found_wrong(house) == []

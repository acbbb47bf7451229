"""三（二）2 病案室流转: the board counts, filters and finds; what is overdue stands first; rates [3.2.2]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.custody import CaseFilesRequest, RatesRequest
from jingui.core.errors import Invalid, Refused
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate import custody as line
from tests.gate.entering import admit
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return line.people(hospital)


def board(house: Hospital, who: str = "archivist", **more: Any) -> Any:
    asked = house.operation(
        who, Verb.READ_CASE_FILES, CaseFilesRequest(**more), purpose=line.WISH.get(who, Purpose.TREATMENT)
    )
    return door.read(asked)


def test_the_board_counts_filters_pages_and_finds(house: Hospital) -> None:
    ats = [line.stay(house, page=False) for _ in range(4)]
    files = [line.opened(house, one) for one in ats]
    line.move(house, ats[0], files[0], "collected")
    first = board(house, count=2, stage="ward")
    assert len(first.value.rows) == 2
    assert first.more
    second = board(house, count=2, stage="ward", cursor=first.more)
    assert not {one.id for one in first.value.rows} & {one.id for one in second.value.rows}
    counts = {one.stage: one.files for one in first.value.stages}
    assert counts["ward"] >= 2
    assert counts["collected"] >= 1
    newest = board(house, newest=True).value.rows
    assert newest[0].discharged >= newest[-1].discharged
    mrn = board(house, newest=True).value.rows[0].patient.numbers["mrn"]
    found = board(house, number=mrn).value.rows
    assert [one.patient.numbers["mrn"] for one in found] == [mrn]
    assert board(house, number="不存在的号").value.rows == ()
    assert not {one.id for one in board(house, overdue=True).value.rows} & set(files)  # all of today
    assert board(house, department=house.departments["gwk"]).value.rows == ()
    for wrong in ({"month": "2026-13"}, {"stage": "nowhere"}, {"cursor": "xyz"}):
        with pytest.raises(Invalid):
            board(house, **wrong)
    public = house.runtime.public(ats[1].patient, 0).encode()
    rows = house.sql("SELECT targets FROM entry WHERE verb = 'read_case_files' ORDER BY id")
    assert any(public in bytes(row[0]) for row in rows)


def test_clinical_staff_see_their_department_alone(house: Hospital) -> None:
    at = line.stay(house, page=False)
    file = line.opened(house, at)
    assert file in {one.id for one in board(house, "doctor", newest=True).value.rows}
    assert file not in {one.id for one in board(house, "surgeon", newest=True).value.rows}
    asked = board(house, "surgeon", newest=True, department=house.departments["xnk"])
    assert file not in {one.id for one in asked.value.rows}
    with pytest.raises(Refused) as refused:
        line.shown(house, at, file, "surgeon")
    assert refused.value.reason == "no_relation"
    for who in ("registrar", "audit", "secadmin"):
        with pytest.raises(Refused):
            board(house, who)


def test_rates_by_month_and_department(house: Hospital) -> None:
    at = line.stay(house)
    line.along(house, at, line.opened(house, at), "filed")
    asked = house.operation("quality", Verb.READ_CASE_FILES, RatesRequest(until=house.today()), purpose=Purpose.QUALITY)
    found = door.read(asked).value
    assert found.days == (2, 3, 7)
    row = next(one for one in found.rows if one.name == "心血管内科")
    assert 1 <= row.within[0] <= row.discharged
    assert row.within[0] <= row.within[1] <= row.within[2]
    assert row.unfiled == row.discharged - row.within[2]


def test_overdue_is_counted_and_stands_first(house: Hospital) -> None:
    late, fresh = admit(house, hours=24 * 40), line.stay(house, page=False)
    gone = (house.now() - timedelta(days=30)).isoformat(timespec="seconds")
    line.discharge(house, late, period={"start": late.since.isoformat(timespec="seconds"), "end": gone})
    file = line.opened(house, late)
    first = board(house).value
    assert first.rows[0].id == file
    assert first.rows[0].overdue
    assert next(one for one in first.stages if one.stage == "ward").overdue >= 1
    only = {one.id for one in board(house, overdue=True).value.rows}
    assert file in only
    assert line.opened(house, fresh) not in only
    for stage in ("collected", "received"):
        line.move(house, late, file, stage)
    assert board(house, overdue=True, stage="received").value.rows[0].id == file

"""四（一）2 借阅: lent once, to those who may read it, renewed, asked for, returned, lost and found [4.1.2] [6.1.4]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.archive import Condition, Place
from jingui.core.archive_asking import (
    FoundAgain,
    LendVolume,
    LoansRequest,
    RemindLoan,
    RenewLoan,
    ReportLost,
    ReturnVolume,
    Shelve,
    VolumeRequest,
)
from jingui.core.archive_codes import shown
from jingui.core.calendars import CHINA, USUAL
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.words import Hold, Purpose, Verb
from jingui.jobs import actor, loans
from jingui.store.models import Loan, Volume
from tests.gate import archived as a
from tests.gate import sealed as s
from tests.gate.entering import Admitted, admit, entered, entries, sign, signing
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return s.people(a.people(hospital))


@pytest.fixture(scope="module")
def board(house: Hospital) -> str:
    return a.room(house)[1][0]


@pytest.fixture
def one(house: Hospital) -> Admitted:
    return admit(house)


def free(house: Hospital) -> None:
    """Nobody has anything on loan."""
    for row in Loan.objects.filter(state="open"):
        volume = Volume.objects.get(pk=(row.patient_id, row.volume_id))
        row.state, volume.state = "returned", "room"
        house.keep(row, new=False)
        house.keep(volume, new=False)


@pytest.fixture(autouse=True)
def nothing_lent(house: Hospital) -> None:
    free(house)


def backdate(house: Hospital, volume: str, at: Admitted, days: int) -> Loan:
    """An open loan that was due `days` ago, as if the clock had moved on."""
    number = house.runtime.ids.internal(volume)[1]
    row = Loan.objects.get(patient_id=at.patient, volume_id=number, state="open")
    row.due -= timedelta(days=days)
    row.lent -= timedelta(days=days)
    row.reminded = None
    return house.keep(row, new=False)


def test_lent_to_who_treats_the_patient_and_back(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    before = entries(house)
    _, due = a.lend(house, one, volume)
    assert entries(house) == before + 1
    assert due == USUAL.after(house.now(), 3)
    assert a.state(house, code) == "lent"
    mine = a.see(house, "doctor", Verb.READ_ARCHIVE, LoansRequest()).rows
    assert [row.code for row in mine] == [code]
    with pytest.raises(Conflict):
        a.lend(house, one, volume, "nurse")
    with pytest.raises(Conflict):  # what is out is not shelved
        a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(code,)))
    with pytest.raises(Refused):  # others' loans are not the ward's business
        a.see(house, "doctor", Verb.READ_ARCHIVE, LoansRequest(which="all"))
    assert a.back(house, one, volume) == 0
    assert a.state(house, code) == "room"
    with pytest.raises(Conflict):
        a.back(house, one, volume)
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(code,)))
    view = a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=volume), one.patient)
    assert [(loan.state, loan.condition) for loan in view.loans] == [("returned", "whole")]
    assert a.found_wrong(house) == []


def test_the_reading_room_ends_with_the_day(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    _, due = a.lend(house, one, volume, place=Place.READING_ROOM)
    assert due.astimezone(CHINA) - house.now() <= timedelta(days=1)
    assert a.state(house, code) == "reading"
    with pytest.raises(Conflict):
        a.do(house, "doctor", Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient, purpose=Purpose.TREATMENT)


@pytest.mark.parametrize(
    ("borrower", "purpose"),
    [("surgeon", "treatment"), ("doctor", "research"), ("his", "treatment"), ("archivist2", "management"),
     ("registrar", "treatment")],
)  # fmt: skip
def test_nobody_holds_what_they_may_not_read(
    house: Hospital, one: Admitted, board: str, borrower: str, purpose: str
) -> None:
    volume, code = a.shelved(house, one, board)
    before = entries(house)
    with pytest.raises(Refused) as error:
        a.lend(house, one, volume, borrower, purpose=purpose)
    assert (error.value.reason, error.value.matter) == ("loan_right", "internal_access")
    assert entries(house) == before + 1
    assert a.entry(house, Verb.LEND_VOLUME) == ("deny", "loan_right", [one.patient])
    assert a.state(house, code) == "shelved"


@pytest.mark.parametrize("who", ["doctor", "nurse", "affairs", "sysadmin"])
def test_only_the_record_room_lends(house: Hospital, one: Admitted, board: str, who: str) -> None:
    volume, _ = a.shelved(house, one, board)
    with pytest.raises(Refused):
        a.lend(house, one, volume, who=who)


def test_a_volume_is_lent_once_whoever_asks_at_the_same_time(house: Hospital, board: str) -> None:
    """Ten races of four lenders: one loan each time, the others are told."""
    for _ in range(10):
        at = admit(house)
        volume, _ = a.shelved(house, at, board)
        out = a.together(*(
            lambda to=to, who=who, at=at, volume=volume: a.lend(house, at, volume, to, who=who)
            for to in ("doctor", "nurse") for who in ("archivist", "archivist2")
        ))  # fmt: skip
        assert sorted(type(one).__name__ for one in out) == ["Conflict", "Conflict", "Conflict", "tuple"]
        assert house.sql("SELECT count(*) FROM loan WHERE patient_id = %s AND state = 'open'", at.patient) == [(1,)]
        free(house)


def test_the_late_get_nothing_more(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    backdate(house, volume, one, 30)
    other = admit(house)
    second, _ = a.shelved(house, other, board)
    with pytest.raises(Refused) as error:
        a.lend(house, other, second)
    assert error.value.reason == "loan_overdue"
    a.lend(house, other, second, "nurse")
    with pytest.raises(Conflict):  # nor is it renewed
        a.do(house, "doctor", Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient, purpose=Purpose.TREATMENT)
    over = a.see(house, "affairs", Verb.READ_ARCHIVE, LoansRequest(which="overdue")).rows
    assert [row.borrower for row in over] == ["doctor"]


def test_as_many_as_the_setting_says(house: Hospital, board: str) -> None:
    patients = [admit(house) for _ in range(11)]
    made = [a.shelved(house, at, board) for at in patients]
    for at, (volume, _) in zip(patients[:10], made[:10], strict=True):
        a.lend(house, at, volume)
    with pytest.raises(Refused) as error:
        a.lend(house, patients[10], made[10][0])
    assert error.value.reason == "loan_most"


def test_renewed_once_and_not_while_somebody_waits(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    _, due = a.lend(house, one, volume)
    asked = {"code": shown(code), "reason": "会诊前复习既往病历"}
    matter = s.asked(house, "nurse", "volume_request", one.patient, asked, ())
    renew: Any = lambda who="doctor": a.do(  # noqa: E731 -- said four times below
        house, who, Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient, purpose=Purpose.TREATMENT
    )
    with pytest.raises(Conflict):
        renew()
    s.decided(house, "archivist", matter)
    with pytest.raises(Refused):
        renew("nurse")
    assert renew() == USUAL.after(due - timedelta(seconds=1), 3)
    with pytest.raises(Conflict):
        renew()


def test_a_request_names_a_volume_of_its_patient(house: Hospital, one: Admitted, board: str) -> None:
    _, code = a.shelved(house, admit(house), board)
    for text in (code, "不是条码"):
        with pytest.raises(Invalid):
            s.asked(house, "nurse", "volume_request", one.patient, {"code": text, "reason": "复习病历"}, ())


def test_asked_for_daily_and_told_upwards_once(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    loans(0)
    assert house.sql("SELECT reminded FROM loan WHERE state = 'open'") == [(None,)]
    row = backdate(house, volume, one, 3)
    loans(0)
    assert house.sql("SELECT reminded IS NOT NULL FROM loan WHERE state = 'open'") == [(True,)]
    remind = RemindLoan(loan=row.loan_id)
    with pytest.raises(Conflict):  # once a day
        house.write(actor("loans"), Verb.REMIND_LOAN, remind, target=Target(patient=one.patient))
    assert house.sql("SELECT count(*) FROM matter WHERE kind = 'loan_overdue'") == [(0,)]
    for _ in range(2):
        backdate(house, volume, one, 30)
        loans(0)
    told = house.sql("SELECT subject_id, state FROM matter WHERE kind = 'loan_overdue'")
    assert told == [(house.people["doctor"], "waiting")]
    with pytest.raises(Refused):
        a.do(house, "doctor", Verb.REMIND_LOAN, remind, one.patient)


def test_damage_and_missing_pages_become_a_matter(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    with pytest.raises(Invalid):  # 120 pages were registered
        a.back(house, one, volume, pages=118)
    with pytest.raises(Invalid):  # in words
        a.back(house, one, volume, Condition.MISSING_PAGES)
    matter = a.back(house, one, volume, Condition.MISSING_PAGES, pages=118, note="缺第 33、34 页")
    rows = house.sql("SELECT kind, subject_id FROM matter WHERE id = %s", matter)
    assert rows == [("volume_damage", house.people["doctor"])]
    view = a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=volume), one.patient)
    assert view.condition == "缺第 33、34 页"
    assert "缺第".encode() not in house.sql("SELECT payload FROM volume WHERE code = %s", view.line.code)[0][0]
    assert a.found_wrong(house) == []


def test_the_borrower_does_not_take_it_back(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    number = house.runtime.ids.internal(volume)[1]
    row = Loan.objects.get(patient_id=one.patient, volume_id=number, state="open")
    row.borrower_id = house.people["archivist"]
    house.keep(row, new=False)
    with pytest.raises(Refused):
        a.back(house, one, volume)
    assert a.back(house, one, volume, who="archivist2") == 0


def test_lost_searched_for_and_found_again(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    a.lend(house, one, volume)
    lost = ReportLost(volume=volume, circumstances="查房时放在护士站，次日不见")
    with pytest.raises(Refused):
        a.do(house, "surgeon", Verb.REPORT_LOST, lost, one.patient)
    with pytest.raises(Invalid):
        a.do(house, "doctor", Verb.REPORT_LOST, ReportLost(volume=volume, circumstances=" "), one.patient)
    matter = a.do(house, "doctor", Verb.REPORT_LOST, lost, one.patient)
    assert a.state(house, code) == "lost"
    assert house.sql("SELECT state FROM loan WHERE patient_id = %s", one.patient) == [("lost",)]
    with pytest.raises(Conflict):
        a.do(house, "archivist", Verb.REPORT_LOST, lost, one.patient)
    with pytest.raises(Conflict):
        a.lend(house, one, volume, "nurse")
    s.decided(house, "archivist", matter, outcome="not_found")
    s.decided(house, "affairs", matter, outcome="incident")
    s.decided(house, "head", matter)
    found = FoundAgain(volume=volume, where="三楼处置室")
    with pytest.raises(Refused):
        a.do(house, "doctor", Verb.REPORT_LOST, found, one.patient)
    a.do(house, "archivist", Verb.REPORT_LOST, found, one.patient)
    assert a.state(house, code) == "room"
    assert a.found_wrong(house) == []


def test_a_sealed_chart_is_not_lent(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    hold = PlaceHold(kind=Hold.DISPUTE_SEAL, reason="医疗纠纷封存")
    house.write("archivist", Verb.PLACE_HOLD, hold, target=Target(patient=one.patient))
    with pytest.raises(Refused) as error:
        a.lend(house, one, volume)
    assert error.value.reason == "sealed_volume"


def test_nor_one_of_which_a_part_is_sealed(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    signing(house, "doctor")
    sign(house, "doctor", one, entered(house, "doctor", one))
    from jingui.core.sealing import DrawList

    s.seal(house, "archivist", one.patient, DrawList(matter=s.approved(house, one.patient)))
    with pytest.raises(Refused) as error:
        a.lend(house, one, volume)
    assert error.value.reason == "sealed"


def test_a_destroyed_volume_is_closed(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    row = Volume.objects.get(code=code)
    row.state = "destroyed"
    house.keep(row, new=False)
    for verb, data in (
        (Verb.LEND_VOLUME, LendVolume(volume=volume, borrower=house.people["doctor"], purpose="treatment")),
        (Verb.RETURN_VOLUME, ReturnVolume(volume=volume, condition=Condition.WHOLE)),
        (Verb.REPORT_LOST, ReportLost(volume=volume, circumstances="找不到这一册")),
    ):
        with pytest.raises(Gone):
            a.do(house, "archivist", verb, data, one.patient)
    with pytest.raises(Conflict):
        a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(code,)))


def test_what_the_administrator_of_the_database_bends(house: Hospital, one: Admitted, board: str) -> None:
    volume, code = a.shelved(house, one, board)
    for bent, back in (
        ("UPDATE volume SET state = 'room' WHERE code = %s", "UPDATE volume SET state = 'shelved' WHERE code = %s"),
        ("UPDATE volume SET position_id = 0 WHERE code = %s",
         "UPDATE volume SET position_id = (SELECT id FROM position WHERE code = %s) WHERE code = %s"),
    ):  # fmt: skip
        house.sql(bent, code)
        with pytest.raises(Tampered):
            a.lend(house, one, volume)
        house.sql(back, *((board, code) if back.count("%s") == 2 else (code,)))
    a.lend(house, one, volume)
    house.sql("UPDATE loan SET due = due + interval '1 year' WHERE patient_id = %s", one.patient)
    with pytest.raises(Tampered):
        a.back(house, one, volume)
    house.sql("UPDATE loan SET due = due - interval '1 year' WHERE patient_id = %s", one.patient)


def test_another_patients_volume_is_not_found(house: Hospital, one: Admitted, board: str) -> None:
    volume, _ = a.shelved(house, one, board)
    with pytest.raises(NotFound):
        a.lend(house, admit(house), volume)
    with pytest.raises(NotFound):
        a.do(house, "archivist", Verb.LEND_VOLUME, LendVolume(volume=volume, borrower=1, purpose="treatment"))

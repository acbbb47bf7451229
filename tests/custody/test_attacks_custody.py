"""三（二）2, 四（一）2 [3.2.2] [4.1.2]: the paper archive attacked by those who keep it, and by borrowers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jingui.core.archive_asking import (
    AcceptVolumes,
    CloseStocktaking,
    CountStock,
    LendVolume,
    RenewLoan,
    StartStocktaking,
)
from jingui.core.errors import Conflict, JinguiError, NotFound, Refused
from jingui.core.keep import PlaceHold
from jingui.core.operation import Target
from jingui.core.words import Hold, Role, Verb
from jingui.formats import photo
from jingui.gate.acts import archive_loans
from jingui.store.models import Post
from tests.gate import archived as a
from tests.gate.entering import Admitted, admit
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return a.people(hospital)


@pytest.fixture(scope="module")
def board(house: Hospital) -> str:
    return str(a.room(house)[1][0])


def test_nobody_lends_to_themselves(house: Hospital, board: str) -> None:
    one = admit(house)
    volume, code = a.shelved(house, one, board)
    post = Post(id=970_003, person_id=house.people["doctor"], department_id=house.departments["xxk"], state="active",
                role=Role.ARCHIVIST.value, starts=house.now() - timedelta(days=1))  # fmt: skip
    house.keep(post)  # a treating physician who also keeps the archive
    both = replace(house.actors["doctor"], post=970_003)
    with pytest.raises(Refused) as refused:
        a.lend(house, one, volume, "doctor", both)
    house.sql("DELETE FROM post WHERE id = 970003")
    assert refused.value.reason == "party"
    assert a.state(house, code) == "shelved"
    a.lend(house, one, volume)
    a.back(house, one, volume)


def test_what_was_sealed_meanwhile_is_not_renewed(house: Hospital, board: str) -> None:
    one = admit(house)
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    house.write("archivist", Verb.PLACE_HOLD, PlaceHold(kind=Hold.DISPUTE_SEAL, reason="医疗纠纷封存"),
                target=Target(patient=one.patient))  # fmt: skip
    for who in ("archivist", "doctor"):
        with pytest.raises(Refused):
            a.do(house, who, Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient)
    a.back(house, one, volume)


def test_whose_right_has_ended_renews_nothing(house: Hospital, board: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = admit(house)
    volume, _ = a.shelved(house, one, board)
    a.lend(house, one, volume)
    with monkeypatch.context() as ended:
        ended.setattr(archive_loans, "may_hold", lambda *_: False)
        for who in ("archivist", "doctor"):
            with pytest.raises(Refused) as refused:
                a.do(house, who, Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient)
            assert refused.value.reason == "loan_right"
    a.do(house, "doctor", Verb.RENEW_LOAN, RenewLoan(volume=volume), one.patient)
    a.back(house, one, volume)


def other_volume(house: Hospital, board: str) -> tuple[Admitted, Admitted, str]:
    """Two patients, and a volume of the first."""
    one, other = admit(house), admit(house)
    return one, other, a.shelved(house, one, board)[0]


def test_a_volume_under_another_patients_name_is_not_there(house: Hospital, board: str) -> None:
    one, other, volume = other_volume(house, board)
    lend = LendVolume(volume=volume, borrower=house.people["doctor"], purpose="treatment")
    for data, verb in ((lend, Verb.LEND_VOLUME), (RenewLoan(volume=volume), Verb.RENEW_LOAN)):
        for patient in (other.patient, 0):
            with pytest.raises((NotFound, Refused)):
                a.do(house, "archivist", verb, data, patient)
    assert one.patient != other.patient


def test_a_closed_count_stays_closed(house: Hospital) -> None:
    number, boards = a.room(house)
    one = admit(house)
    _, code = a.shelved(house, one, boards[0])
    taking = a.do(house, "archivist", Verb.START_STOCKTAKING, StartStocktaking(storeroom=number))
    close = CloseStocktaking(taking=taking, explanation="临时借出未登记，正在查找")
    count = CountStock(taking=taking, scans=(boards[0], code))
    done = a.together(*[
        lambda: a.do(house, "archivist", Verb.CLOSE_STOCKTAKING, close),
        lambda: a.do(house, "archivist2", Verb.CLOSE_STOCKTAKING, close),
    ])  # fmt: skip
    assert sum(isinstance(each, JinguiError) for each in done) == 1
    with pytest.raises(Conflict):
        a.do(house, "archivist", Verb.COUNT_STOCK, count)
    assert house.sql("SELECT count(*) FROM stock_count WHERE taking_id = %s", taking) == [(0,)]


def test_a_list_is_taken_as_it_was_signed(house: Hospital) -> None:
    one, two = admit(house), admit(house)
    (_, first), (_, second) = a.volumes(house, one, two, who="nurse", department="xnk")
    number, digest = a.offered(house, first)
    for wrong in ("0" * 64, digest.upper(), ""):
        with pytest.raises(JinguiError):
            a.accepted(house, number, wrong, first)
    both = AcceptVolumes(hand_over=number, digest=digest, taken=(first, second))
    with pytest.raises(JinguiError):
        a.do(house, "archivist", Verb.ACCEPT_VOLUMES, both)
    row = house.sql("SELECT volume_id, pages FROM volume WHERE code = %s", first)[0]
    house.sql("UPDATE volume SET pages = 1 WHERE code = %s", first)
    with pytest.raises(JinguiError):
        a.accepted(house, number, digest, first)
    house.sql("UPDATE volume SET pages = %s WHERE code = %s", row[1], first)
    a.accepted(house, number, digest, first)


def test_a_photo_carries_nothing_behind_the_fields_of_its_segments() -> None:
    def segment(mark: int, content: bytes) -> bytes:
        return bytes((0xFF, mark)) + (len(content) + 2).to_bytes(2) + content

    density = b"JFIF\0\x01\x01\0\0\x01\0\x01"
    colours = b"Adobe\0\x64\0\0\0\0\x01"
    body = (
        b"\xff\xd8" + segment(0xE0, density + b"\x01\x01<script>39.9N") + segment(0xEE, colours + b"SECRET")
        + segment(0xE0, b"JFXX\0thumbnail") + segment(0xDA, b"ab") + b"picture\xff\xd9PK\x03\x04zip"
    )  # fmt: skip
    media, kept = photo.stripped(body)
    assert media == "image/jpeg"
    assert kept == (
        b"\xff\xd8" + segment(0xE0, density + b"\0\0") + segment(0xEE, colours) + segment(0xDA, b"ab")
        + b"picture\xff\xd9"
    )  # fmt: skip

"""三（二）2 纸质病案: rooms, codes, volumes, hand-overs, shelves [3.2.2]"""

import pytest

from jingui.core.archive import CHECKS
from jingui.core.archive_asking import (
    ArchiveOverview,
    EndStoreroom,
    FindVolumes,
    HandOversRequest,
    LabelsRequest,
    NewVolume,
    OfferVolumes,
    RegisterVolumes,
    RoomsRequest,
    Shelve,
    VolumeRequest,
    VolumesRequest,
    WithdrawOffer,
)
from jingui.core.archive_codes import FOREIGN, SLIPPED, Labelled, made, shown
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.words import Verb
from jingui.gate import archive
from tests.gate import archived as a
from tests.gate.entering import admit, entries
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    return a.people(hospital)


def test_a_room_with_its_boards_at_once(house: Hospital) -> None:
    before = entries(house)
    number, codes = a.room(house, rows=("A", "B"), shelves=3, boards=4, capacity=20)
    assert (len(codes), len(set(codes))) == (24, 24)
    assert entries(house) == before + 2
    seen = a.see(house, "archivist", Verb.READ_ARCHIVE, RoomsRequest(storeroom=number))
    assert [(one.row, one.shelf, one.board) for one in seen.boards][:5] == [
        ("A", "1", "1"), ("A", "1", "2"), ("A", "1", "3"), ("A", "1", "4"), ("A", "2", "1"),
    ]  # fmt: skip
    assert seen.rows[0].boards == 24
    do = a.do(house, "archivist", Verb.REGISTER_STOREROOM, EndStoreroom(storeroom=number))
    assert do == number
    with pytest.raises(Conflict):
        a.do(house, "archivist", Verb.REGISTER_STOREROOM, EndStoreroom(storeroom=number))


@pytest.mark.parametrize("who", ["doctor", "nurse", "registrar", "sysadmin", "affairs"])
def test_rooms_are_the_record_rooms(house: Hospital, who: str) -> None:
    before = entries(house)
    with pytest.raises(Refused):
        a.do(house, who, Verb.REGISTER_STOREROOM, EndStoreroom(storeroom=1))
    assert entries(house) == before + 1
    assert a.entry(house, Verb.REGISTER_STOREROOM)[0] == "deny"


def test_a_volume_from_the_ward_to_its_board(house: Hospital) -> None:
    one, other = admit(house), admit(house)
    pairs = a.volumes(house, one, other, who="nurse", department="xnk")
    codes = [code for _, code in pairs]
    assert a.entry(house, Verb.REGISTER_VOLUME)[2] == [one.patient, other.patient]
    assert {a.state(house, code) for code in codes} == {"department"}
    number, digest = a.offered(house, *map(shown, codes))
    assert a.state(house, codes[0]) == "handing"
    listed = a.see(house, "archivist", Verb.READ_ARCHIVE, HandOversRequest(hand_over=number))
    assert sorted(each.code for each in listed.volumes) == sorted(codes)
    assert len(listed.checks) == len(CHECKS)
    with pytest.raises(Invalid):  # what is missing is explained
        a.accepted(house, number, digest, codes[0])
    assert a.accepted(house, number, digest, codes[0], note="第二册尚未找到") == (1, 1)
    assert [a.state(house, code) for code in codes] == ["room", "department"]
    with pytest.raises(Conflict):
        a.accepted(house, number, digest, codes[0])
    _, boards = a.room(house)
    assert a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=boards[0], codes=(codes[0],))) == 1
    view = a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=pairs[0][0]), one.patient)
    assert (view.line.state, view.position) == ("shelved", boards[0])
    assert [event.verb for event in view.events] == [
        "register_volume", "offer_volumes", "read_archive", "accept_volumes", "shelve_volume",
    ]  # fmt: skip
    assert a.found_wrong(house) == []


def test_the_departments_time_runs_on_while_a_list_is_only_offered(house: Hospital) -> None:
    ((_, code),) = a.volumes(house, admit(house), who="nurse", department="xnk")
    since = house.sql("SELECT since FROM volume WHERE code = %s", code)
    number, _ = a.offered(house, code)
    a.do(house, "nurse", Verb.OFFER_VOLUMES, WithdrawOffer(hand_over=number))
    assert house.sql("SELECT since FROM volume WHERE code = %s", code) == since
    assert a.state(house, code) == "department"


def test_the_giver_never_takes(house: Hospital) -> None:
    """One person with two posts signs for both sides: refused."""
    ((_, code),) = a.volumes(house, admit(house), who="nurse", department="xnk")
    number, digest = a.offered(house, code)
    from jingui.store.models import HandOver

    row = HandOver.objects.get(pk=number)
    row.giver_id = house.people["archivist"]
    house.keep(row, new=False)
    with pytest.raises(Refused) as error:
        a.accepted(house, number, digest, code)
    assert error.value.reason == "party"
    assert a.accepted(house, number, digest, code, who="archivist2") == (1, 0)


def test_departments_handle_their_own_alone(house: Hospital) -> None:
    ((_, code),) = a.volumes(house, admit(house), who="nurse", department="xnk")
    with pytest.raises(Conflict):
        a.offered(house, code, who="nurse2")
    with pytest.raises(Refused):
        a.volumes(house, admit(house), who="nurse2", department="xnk")
    with pytest.raises(Refused):
        a.volumes(house, admit(house), who="nurse")  # straight into the record room
    number, _ = a.offered(house, code)
    with pytest.raises(Refused):
        a.do(house, "nurse2", Verb.OFFER_VOLUMES, WithdrawOffer(hand_over=number))
    with pytest.raises(NotFound):
        a.see(house, "nurse2", Verb.READ_ARCHIVE, HandOversRequest(hand_over=number))
    mine = a.see(house, "nurse2", Verb.READ_ARCHIVE, VolumesRequest())
    assert code not in {one.code for one in mine.rows}


def test_unticked_items_are_explained(house: Hospital) -> None:
    ((_, code),) = a.volumes(house, admit(house), who="nurse", department="xnk")
    with pytest.raises(Invalid) as error:
        a.offered(house, code, checks=("collected",))
    assert "note" in dict(error.value.places)
    with pytest.raises(Invalid):
        a.do(house, "nurse", Verb.OFFER_VOLUMES, OfferVolumes(codes=(code,), checks=("invented",), note="说明情况"))
    a.offered(house, code, checks=("collected",), note="签名待补，已通知医师")


def test_a_barcode_of_another_hospital_is_refused_by_name(house: Hospital) -> None:
    ours = archive.prefix(house.runtime)
    other = "ZZZ" if ours != "ZZZ" else "YYY"
    foreign = made(other, Labelled.VOLUME, 987654321)
    _, (board, *_) = a.room(house)
    for verb, data in (
        (Verb.SHELVE_VOLUME, Shelve(position=board, codes=(foreign,))),
        (Verb.OFFER_VOLUMES, OfferVolumes(codes=(foreign,), checks=tuple(CHECKS))),
    ):
        with pytest.raises(Invalid) as error:
            a.do(house, "archivist" if verb is Verb.SHELVE_VOLUME else "nurse", verb, data)
        assert FOREIGN in dict(error.value.places).values()
    with pytest.raises(Invalid) as found:
        a.see(house, "archivist", Verb.READ_ARCHIVE, FindVolumes(text=foreign))
    assert dict(found.value.places) == {"text": FOREIGN}
    ((_, code),) = a.volumes(house, admit(house))
    slipped = code[:5] + ("2" if code[5] != "2" else "3") + code[6:]
    with pytest.raises(Invalid) as error:
        a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(slipped,)))
    assert SLIPPED in dict(error.value.places).values()


def test_a_full_board_takes_no_more(house: Hospital) -> None:
    _, (board, other) = a.room(house, capacity=2)
    codes = [code for _, code in a.volumes(house, admit(house), admit(house), admit(house))]
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=tuple(codes[:2])))
    with pytest.raises(Conflict) as error:
        a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(codes[2],)))
    assert error.value.data["taken"] == 2
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=tuple(codes[:2])))  # they are there
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=other, codes=(codes[0],)))
    a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(codes[2],)))


def test_two_fill_the_last_place_at_once(house: Hospital) -> None:
    _, (board, _) = a.room(house, capacity=1)
    codes = [code for _, code in a.volumes(house, admit(house), admit(house))]
    out = a.together(*(
        lambda code=code: a.do(house, "archivist", Verb.SHELVE_VOLUME, Shelve(position=board, codes=(code,)))
        for code in codes
    ))  # fmt: skip
    assert sorted(type(one).__name__ for one in out) == ["Conflict", "int"]


def test_registered_by_number_all_or_none(house: Hospital) -> None:
    one = admit(house)
    number = a.see(house, "archivist", Verb.READ_ARCHIVE, FindVolumes(text=a.volumes(house, one)[0][1])).rows[0].number
    assert number
    count = house.sql("SELECT count(*) FROM volume")
    for wrong in (
        NewVolume(number="99999999999"), NewVolume(number=number, medium="electronic"), NewVolume(),
        NewVolume(number=number, retention_class="identity"), NewVolume(patient="nonsense"),
        NewVolume(number=number, file=one.public), NewVolume(number=number, pages=-1),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            a.do(house, "archivist", Verb.REGISTER_VOLUME, RegisterVolumes(volumes=(NewVolume(number=number), wrong)))
    with pytest.raises(Invalid):
        a.do(house, "archivist", Verb.REGISTER_VOLUME, RegisterVolumes(volumes=(NewVolume(number=number),) * 501))
    assert house.sql("SELECT count(*) FROM volume") == count
    many = RegisterVolumes(volumes=tuple(NewVolume(number=number, medium="film", n=n) for n in range(1, 501)))
    assert len(a.do(house, "archivist", Verb.REGISTER_VOLUME, many)) == 500


def test_found_by_code_or_number_by_whom_it_concerns(house: Hospital) -> None:
    one = admit(house)
    ((public, code),) = a.volumes(house, one, contents="门诊手册一本")
    rows = a.see(house, "archivist", Verb.READ_ARCHIVE, FindVolumes(text=shown(code).lower())).rows
    assert [row.id for row in rows] == [public]
    assert a.entry(house, Verb.READ_ARCHIVE)[2] == [one.patient]
    found = a.see(house, "doctor", Verb.READ_ARCHIVE, FindVolumes(text=rows[0].number)).rows
    assert [row.code for row in found] == [code]
    assert a.see(house, "surgeon", Verb.READ_ARCHIVE, FindVolumes(text=rows[0].number)).rows == ()
    with pytest.raises(Refused):
        a.see(house, "surgeon", Verb.READ_VOLUME, VolumeRequest(volume=public), one.patient)
    assert a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=public), one.patient).contents
    with pytest.raises(NotFound):
        a.see(house, "archivist", Verb.READ_VOLUME, VolumeRequest(volume=public), admit(house).patient)


def test_labels_say_as_little_as_possible(house: Hospital) -> None:
    one = admit(house)
    ((_, code),) = a.volumes(house, one)
    assert a.see(house, "archivist", Verb.PRINT_LABELS, LabelsRequest(codes=(code,))) == ((code, "", ""),)
    assert a.entry(house, Verb.PRINT_LABELS)[2] == [one.patient]
    number, boards = a.room(house)
    labels = a.see(house, "archivist", Verb.PRINT_LABELS, LabelsRequest(storeroom=number))
    assert [label.code for label in labels] == list(boards)
    with pytest.raises(Refused):
        a.see(house, "doctor", Verb.PRINT_LABELS, LabelsRequest(codes=(code,)))


def test_counts_for_the_house_and_for_a_department(house: Hospital) -> None:
    a.volumes(house, admit(house), who="nurse2", department="gwk")
    everything = a.see(house, "affairs", Verb.READ_ARCHIVE, ArchiveOverview())
    assert everything.states["room"] > 0
    mine = a.see(house, "nurse2", Verb.READ_ARCHIVE, ArchiveOverview())
    assert {one.department for one in mine.departments} == {house.departments["gwk"]}
    house.sql("UPDATE volume SET since = since - interval '30 days' WHERE department_id = %s",
              house.departments["gwk"])  # fmt: skip
    late = a.see(house, "affairs", Verb.READ_ARCHIVE, ArchiveOverview())
    row = next(one for one in late.departments if one.department == house.departments["gwk"])
    assert row.late == row.kept
    with pytest.raises(Tampered):  # the lists themselves look at every row's MAC
        a.see(house, "affairs", Verb.READ_ARCHIVE, VolumesRequest(late=True))
    house.sql("UPDATE volume SET since = since + interval '30 days' WHERE department_id = %s",
              house.departments["gwk"])  # fmt: skip

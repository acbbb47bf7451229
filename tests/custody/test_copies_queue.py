"""四（二）1 复制: approved applications without a copy, what waits, the overdue first [4.2.1] [4.1.1]"""

from datetime import timedelta

import pytest

from jingui.core.desk import Desk, DeskRequest
from jingui.core.errors import Invalid, Unprocessable
from jingui.core.matters.asking import MattersRequest
from jingui.core.release import CopiesRequest
from jingui.core.sealing import SealingsRequest
from jingui.core.words import Purpose, Verb
from jingui.gate import door
from tests.gate import copying, sealed
from tests.gate.copying import CARD, apply_for, charge, confirm, decide, hand, listed, prepare, stamp
from tests.gate.entering import admit, entered, sign, signing
from tests.gate.test_charts import number
from tests.gate.test_portal import born
from tests.hospital import Hospital

COUNTED = CopiesRequest(counted=True)
WISH = {"copies": Purpose.PATIENT_REQUEST}


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return sealed.people(hospital)


def patient(house: Hospital, mrn: str) -> int:
    return number(house, born(house, "柳宗元", mrn, "1949-12-31", CARD)[0])


def approved(house: Hospital, mrn: str) -> tuple[int, int]:
    """A patient and an application that was approved."""
    who = patient(house, mrn)
    matter = apply_for(house, "archivist", "own_copy", who, "patient_id")
    decide(house, "archivist2", matter)
    return who, matter


def test_an_approved_application_waits_until_its_copy_is_made(house: Hospital) -> None:
    first, one = approved(house, "61100001")
    second, two = approved(house, "61100002")
    apply_for(house, "archivist", "own_copy", patient(house, "61100003"), "patient_id")  # nobody reviewed it
    found = listed(house, "archivist", orders=True)
    assert [row.matter for row in found.orders] == [one, two]  # the oldest first
    assert found.rows == ()
    assert found.orders[0].patient_name == "柳宗元"
    assert found.orders[0].due is not None
    assert found.waiting["approved"] == 2
    assert listed(house, "archivist").waiting["approved"] == 2
    prepare(house, "archivist", first, one)
    assert [row.matter for row in listed(house, "archivist2", orders=True).orders] == [two]
    told = house.sql("SELECT patient_id FROM entry WHERE verb = 'read_copies' ORDER BY at DESC LIMIT 1")[0][0]
    assert told == second


def test_a_queue_of_many_is_paged_and_only_the_office_has_it(house: Hospital) -> None:
    made = [approved(house, f"6110001{n}")[1] for n in range(3)]
    part = copying.listed(house, "archivist", orders=True, count=2)
    rest, seen = listed(house, "archivist", orders=True, count=50), {row.matter for row in part.orders}
    assert len(seen) == 2
    assert set(made) <= {row.matter for row in rest.orders}
    asked = house.operation("archivist", Verb.READ_COPIES, CopiesRequest(orders=True, count=2), **copying.WISH)
    cursor = door.read(asked).more
    after = listed(house, "archivist", orders=True, cursor=cursor, count=50)
    assert {row.matter for row in after.orders} == {row.matter for row in rest.orders} - seen
    with pytest.raises(Invalid):
        listed(house, "archivist", orders=True, cursor="*")


def test_the_desk_says_what_is_to_stamp_to_hand_over_to_make(house: Hospital) -> None:
    def queue() -> Desk:
        request = DeskRequest(matters=MattersRequest(), copies=COUNTED, purposes=WISH)
        asked = house.operation("archivist", Verb.READ_MATTERS, request, purpose=Purpose.MANAGEMENT)
        found: Desk = door.read(asked).value
        assert found.copies is not None
        assert found.copies.rows == found.copies.orders == ()
        return found

    before = dict(queue().copies.waiting)  # type: ignore[union-attr]
    who, matter = approved(house, "61100020")
    copy = prepare(house, "archivist", who, matter)
    confirm(house, "archivist", copy)
    assert queue().copies.waiting.get("to_stamp", 0) == before.get("to_stamp", 0)  # type: ignore[union-attr]  # nobody paid yet
    charge(house, copy)
    now = queue().copies
    assert now is not None
    assert now.waiting["to_stamp"] == before.get("to_stamp", 0) + 1
    assert now.dues["to_stamp"] > house.operation("archivist", Verb.READ_COPIES).at
    stamp(house, "archivist2", copy)
    assert queue().copies.waiting["to_hand"] == before.get("to_hand", 0) + 1  # type: ignore[union-attr]
    hand(house, "archivist", copy, receiver="柳宗元", document=CARD)
    assert queue().copies.waiting.get("to_hand", 0) == before.get("to_hand", 0)  # type: ignore[union-attr]


def test_a_purpose_of_its_own_opens_counts_and_nothing_else(house: Hospital) -> None:
    def asked(request: DeskRequest) -> Desk:
        operation = house.operation("archivist", Verb.READ_MATTERS, request, purpose=Purpose.MANAGEMENT)
        found: Desk = door.read(operation).value
        return found

    assert asked(DeskRequest(matters=MattersRequest(), copies=COUNTED)).copies is None  # not what managing is for
    with pytest.raises(Unprocessable):
        asked(DeskRequest(matters=MattersRequest(), copies=CopiesRequest(), purposes=WISH))
    with pytest.raises(Unprocessable):
        asked(DeskRequest(matters=MattersRequest(), copies=COUNTED, purposes={"copies": Purpose.EMERGENCY}))
    with pytest.raises(Unprocessable):
        asked(DeskRequest(matters=MattersRequest(), purposes={"entries": Purpose.OVERSIGHT}))
    doctor = house.operation(
        "doctor", Verb.READ_MATTERS, DeskRequest(matters=MattersRequest(), copies=COUNTED, purposes=WISH),
        purpose=Purpose.OPERATION,
    )  # fmt: skip
    assert door.read(doctor).value.copies is None


def test_the_overdue_come_first_of_the_whole_list(house: Hospital) -> None:
    late, matter = approved(house, "61100030")
    old = prepare(house, "archivist", late, matter)
    row = house.sql("SELECT opened FROM matter WHERE id = %s", matter)[0]
    from jingui.store.models import Matter

    one = Matter.objects.get(pk=matter)
    one.opened = row[0] - timedelta(days=90)
    house.runtime.sealer.seal(one)
    one.save()
    fresh = [approved(house, f"6110003{n}") for n in range(1, 4)]
    newer = [prepare(house, "archivist", who, one) for who, one in fresh]
    seen: list[str] = []
    asked, cursor = CopiesRequest(count=2), ""
    for _ in range(40):
        operation = house.operation(
            "archivist", Verb.READ_COPIES, CopiesRequest(count=asked.count, cursor=cursor), **copying.WISH
        )
        page = door.read(operation)
        seen += [line.id for line in page.value.rows]
        cursor = page.more
        if not cursor:
            break
    assert seen[0] == old.id
    assert seen[1] == newer[-1].id  # then the newest
    assert len(seen) == len(set(seen)) == house.sql("SELECT count(*) FROM copy_made")[0][0]


def test_finished_later_parts_wait_to_be_sealed(house: Hospital) -> None:
    made = admit(house)
    signing(house, "doctor")
    sign(house, "doctor", made, entered(house, "doctor", made))

    def waiting() -> dict[str, int]:
        asked = house.operation("archivist", Verb.READ_SEALINGS, SealingsRequest(), purpose=Purpose.MANAGEMENT)
        return {one.id: one.waiting for one in door.read(asked).value.rows}

    drawn = sealed.sealed(house, made.patient)
    assert waiting()[drawn.sealing] == 0
    sign(house, "doctor", made, entered(house, "doctor", made))
    assert waiting()[drawn.sealing] == 1
    request = DeskRequest(matters=MattersRequest(), sealings=SealingsRequest(later=True))
    found = door.read(house.operation("archivist", Verb.READ_MATTERS, request, purpose=Purpose.MANAGEMENT)).value
    assert [one.waiting for one in found.sealings.rows if one.id == drawn.sealing] == [1]
    assert all(one.waiting for one in found.sealings.rows)

"""四（二）1 复制件: what must not happen to a copy: twice, too early, by the wrong one, past the door [4.2.1]"""

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from jingui.core.bylaws import ChangeSetting
from jingui.core.enter import Change
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Refused, Tampered
from jingui.core.operation import Actor, Target
from jingui.core.release import CopiesRequest, HandCopy, Medium, Pages, Part, RevokeCopy, SealUsesRequest, StampCopy
from jingui.core.words import Entrance, Purpose, Verb
from jingui.formats import pdf_sign
from jingui.gate import door
from jingui.gate.acts import release_checking
from tests.gate import copying
from tests.gate.copied import Case, ready, row
from tests.gate.copying import WISH, at, check, hand, listed, prepare, read, stamp
from tests.gate.test_charts import number
from tests.gate.test_patients import confirmed
from tests.gate.test_portal import born, opened, patient_actor
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def house(hospital: Hospital) -> Hospital:
    copying.staff(hospital)
    return hospital


def test_not_before_both_confirmed_and_the_fee_is_paid(house: Hospital) -> None:
    """[4.2.1] In this order and no other; by another archivist; never twice."""
    case = Case(house, 1)
    with pytest.raises(Conflict):
        stamp(house, "archivist2", case.copy)
    with pytest.raises(Invalid):
        copying.confirm(house, "archivist", case.copy, document="440524188001010014")
    with pytest.raises(Conflict):
        copying.confirm(house, "archivist", case.copy, basis="0" * 64)
    copying.confirm(house, "archivist", case.copy)
    with pytest.raises(Conflict):
        stamp(house, "archivist2", case.copy)
    view = read(house, "archivist", case.copy)
    assert view.line.fee == 50 * view.line.pages
    assert view.lacking == "尚未收费"
    with pytest.raises(Invalid):
        copying.charge(house, case.copy, invoice="")
    copying.charge(house, case.copy)
    with pytest.raises(Conflict):
        copying.charge(house, case.copy)
    with pytest.raises(Refused) as own:
        stamp(house, "archivist", case.copy)
    assert own.value.reason == "two_person"
    for who in ("affairs_c", "doctor", "head"):
        with pytest.raises(Refused):
            stamp(house, who, case.copy)
    stamp(house, "archivist2", case.copy)
    with pytest.raises(Conflict):
        stamp(house, "archivist3", case.copy)
    used = house.sql("SELECT count(*) FROM seal_use WHERE copy_id = %s", case.key[1])
    assert used == [(1,)]


def test_two_stampers_at_once(house: Hospital) -> None:
    case = ready(house, 2)
    stamp_ready(house, case)

    told = at_once(*(lambda who=who: stamp(house, who, case.copy) for who in ("archivist2", "archivist3")))
    assert told == ["conflict", "done"]
    assert house.sql("SELECT count(*) FROM seal_use WHERE copy_id = %s", case.key[1]) == [(1,)]


def at_once(*tries: Any) -> list[str]:
    """Run these side by side; what became of each, sorted."""

    def one(do: Any) -> str:
        try:
            do()
        except JinguiError as error:
            return error.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(tries)) as pool:
        return sorted(pool.map(one, tries))


def test_two_copies_for_one_application_at_once(house: Hospital) -> None:
    patient = number(house, born(house, "同时制作", "63000080", "1949-12-31")[0])
    matter = copying.apply_for(house, "archivist", "own_copy", patient, "patient_id")
    copying.decide(house, "archivist2", matter)
    make = lambda: prepare(house, "archivist", patient, matter)  # noqa: E731 -- the same twice
    assert at_once(make, make) == ["conflict", "done"]
    assert house.sql("SELECT count(*) FROM copy_made WHERE matter = %s", matter) == [(1,)]


def test_handed_over_and_revoked_at_once(house: Hospital) -> None:
    """Whichever comes first: a copy that is revoked is not handed over; one that was handed over may be revoked."""
    case = ready(house, 35)
    stamp(house, "archivist2", case.copy)
    told = at_once(
        lambda: hand(house, "archivist", case.copy, receiver="李清照", document=copying.CARD),
        lambda: house.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="范围有误"), **at(case.copy)),
    )
    assert told in (["done", "done"], ["conflict", "done"])
    assert row(house, case, "state") == "revoked"


def stamp_ready(house: Hospital, case: Case) -> None:
    """Wait until the ledger has placed the entry that prepared it."""
    import time

    for _ in range(60):
        if house.sql("SELECT 1 FROM checkpoint c, entry_index i WHERE i.id = %s AND c.size > i.idx", case.copy.entry):
            return
        time.sleep(0.25)
    raise AssertionError("not placed")


def test_what_changed_after_the_confirmation_is_not_stamped(house: Hospital) -> None:
    case = ready(house, 3)
    pair = house.runtime.ids.internal(case.ids[2])
    body = {
        "resourceType": "Observation", "status": "amended", "valueQuantity": {"value": 9.9, "unit": "mmol/L"},
        "code": {"text": "血钾"}, "subject": {"reference": f"Patient/{case.ids[0]}"},
        "encounter": {"reference": f"Encounter/{case.ids[1]}"},
    }  # fmt: skip
    house.enter("his", Change(body, record=pair), verb=Verb.CORRECT, purpose=Purpose.OPERATION)
    with pytest.raises(Conflict) as changed:
        stamp(house, "archivist2", case.copy)
    assert "变化" in changed.value.message
    again = prepare(house, "archivist", case.patient, case.matter, replaces=case.copy.id)
    assert row(house, case, "state") == "superseded"
    assert again.basis != case.copy.basis
    assert read(house, "archivist", case.copy).replaced == again.id


def test_one_application_makes_one_copy(house: Hospital) -> None:
    case = Case(house, 4)
    with pytest.raises(Conflict):
        prepare(house, "archivist", case.patient, case.matter)
    other = Case(house, 5)
    with pytest.raises(NotFound):
        prepare(house, "archivist", case.patient, case.matter, replaces=other.copy.id)
    with pytest.raises(NotFound):
        prepare(house, "archivist", other.patient, case.matter)
    with pytest.raises(Refused):
        prepare(house, "archivist2", case.patient, case.matter)  # the grant is the handler's alone


def test_handed_over_as_it_was_asked_for(house: Hospital) -> None:
    case = ready(house, 6, route="post", recipient="李清照", address="济南市历下区柳絮泉一号", present="remote")
    view = read(house, "archivist", case.copy)
    assert view.postage == 2000
    stamp(house, "archivist2", case.copy)
    with pytest.raises(Invalid) as lacking:
        hand(house, "archivist", case.copy, receiver="李清照")
    assert [place for place, _ in lacking.value.places] == ["courier"]
    file = read(house, "archivist", case.copy, Part.FILE)
    hand(house, "archivist", case.copy, courier="邮政 EMS", number="EB123456789CN")
    with pytest.raises(Conflict):
        hand(house, "archivist", case.copy, courier="邮政 EMS", number="EB123456789CN")
    with pytest.raises(Conflict):
        read(house, "archivist", case.copy, Part.FILE)
    assert check(house, copying.secret(house, case.copy), file.digest).matches is True


def test_a_wet_stamp_is_entered_with_the_very_file(house: Hospital) -> None:
    case = ready(house, 7)
    stamp(house, "archivist2", case.copy, Medium.WET)
    file = read(house, "archivist", case.copy, Part.FILE)
    assert pdf_sign.check(file.body, [house.runtime.stamp().chain[-1]]).signer == ""
    register = door.read(
        house.operation("archivist", Verb.READ_SEAL_USES, SealUsesRequest(), purpose=Purpose.OPERATION)
    )
    assert (register.value[0].medium, register.value[0].digest) == ("wet", file.digest)
    assert (register.value[0].person, register.value[0].witness) == ("archivist2", "archivist")
    assert register.value[0].number == case.copy.number


def test_paper_pages_are_listed_and_counted(house: Hospital) -> None:
    case = Case(house, 8)
    pages = (Pages("2003-0815", 1, 12),)
    for wrong in (Pages("", 1, 2), Pages("x", 3, 2), Pages("x", 0, 2)):
        with pytest.raises(Invalid):
            prepare(house, "archivist", case.patient, case.matter, replaces=case.copy.id, paper=(wrong,))
    again = prepare(house, "archivist", case.patient, case.matter, replaces=case.copy.id, paper=pages)
    view = read(house, "archivist", again)
    assert view.paper == pages
    assert view.tariff == 50 * (view.line.pages + 12)


def test_a_waived_fee_says_why(house: Hospital) -> None:
    case = Case(house, 9)
    copying.confirm(house, "archivist", case.copy, strokes="M1 1L2 2" * 10)
    copying.charge(house, case.copy, waived="低保对象减免")
    stamp(house, "archivist2", case.copy)
    view = read(house, "archivist", case.copy)
    assert (view.line.fee, view.waived, view.line.state) == (0, "低保对象减免", "stamped")


def test_revoked_says_so_to_everybody(house: Hospital) -> None:
    case = ready(house, 10)
    stamp(house, "archivist2", case.copy)
    digest = read(house, "archivist", case.copy).digest
    with pytest.raises(Invalid):
        house.write("archivist2", Verb.REVOKE_COPY, RevokeCopy(reason=" "), **at(case.copy))
    with pytest.raises(Refused):
        house.write("archivist", Verb.REVOKE_COPY, RevokeCopy(reason="发现错误"), **at(case.copy))
    fee = row(house, case, "fee")
    wrongs = (
        RevokeCopy(reason="退", refund=fee), RevokeCopy(reason="退费", refund=fee + 1, receipt="T0001"),
        RevokeCopy(reason="退费", refund=-1, receipt="T0001"), RevokeCopy(reason="退费", refund=fee),
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(Invalid):
            house.write("affairs_c", Verb.REVOKE_COPY, wrong, **at(case.copy))
    back = RevokeCopy(reason="发现复制范围有误", refund=fee, receipt="T0001")
    house.write("affairs_c", Verb.REVOKE_COPY, back, **at(case.copy))
    assert read(house, "archivist", case.copy).refund == fee
    found = check(house, copying.secret(house, case.copy), digest)
    assert (found.found, found.state, found.matches) == (True, "revoked", True)
    assert found.ended is not None
    with pytest.raises(Conflict):
        read(house, "archivist", case.copy, Part.FILE)
    with pytest.raises(Conflict):
        house.write("affairs_c", Verb.REVOKE_COPY, RevokeCopy(reason="再次"), **at(case.copy))


def test_a_new_copy_takes_the_old_ones_place_when_it_is_stamped(house: Hospital) -> None:
    case = ready(house, 11)
    stamp(house, "archivist2", case.copy)
    new = prepare(house, "archivist", case.patient, case.matter, replaces=case.copy.id)
    assert row(house, case, "state") == "stamped"
    copying.confirm(house, "archivist", new)
    copying.charge(house, new, waived="换发不另收费")
    stamp(house, "archivist2", new)
    found = check(house, copying.secret(house, case.copy))
    assert (found.state, found.replaced, found.matches) == ("superseded", True, None)


def test_somebody_elses_copy_is_not_there(house: Hospital) -> None:
    """[1.3.2] Neither another patient nor the patient themselves see what they did not ask for."""
    case = ready(house, 12)
    stamp(house, "archivist2", case.copy)
    own = patient_actor(house, opened(house, case.ids[0]))
    assert listed(house, own, case.patient).rows == ()
    with pytest.raises(NotFound):
        read(house, own, case.copy, Part.FILE)
    with pytest.raises(Refused):
        house.write(own, Verb.HAND_COPY, HandCopy(), **at(case.copy))
    ids = born(house, "旁人", "63000099", "1950-01-01")
    other = patient_actor(house, opened(house, ids[0], document="E12345678", papers=("passport",)))
    for part in Part:
        with pytest.raises(Refused):
            read(house, other, case.copy, part)
    with pytest.raises(Refused):
        listed(house, other, case.patient)
    with pytest.raises(Refused):
        listed(house, other)
    where = {"target": Target(patient=number(house, ids[0]), record=case.key[1]), **WISH}
    with pytest.raises(NotFound):
        door.read(house.operation(other, Verb.READ_COPY, None, **where))
    for who in ("doctor", "sysadmin", "registrar", "his"):
        with pytest.raises(Refused):
            read(house, who, case.copy)


def test_found_by_number_however_many_there_are(house: Hospital) -> None:
    case = Case(house, 39)
    for n in range(2):
        Case(house, 40 + n)
    assert [one.id for one in listed(house, "archivist", number=case.copy.number, count=1).rows] == [case.copy.id]
    for wrong in ("FZ", case.copy.number + "9", "'; --", "9" * 30):
        assert listed(house, "archivist", number=wrong, count=1).rows == ()
    first = listed(house, "archivist", count=2)
    assert len(first.rows) == 2
    assert not any(one.overdue for one in first.rows)
    assert listed(house, "archivist", overdue=True).rows == ()
    asked = house.operation("archivist", Verb.READ_COPIES, CopiesRequest(overdue=True), **WISH)
    later = door.read(replace(asked, at=asked.at + timedelta(days=30))).value
    assert case.copy.id in {one.id for one in later.rows}
    assert all(one.overdue for one in later.rows)
    house.sql("UPDATE matter SET opened = opened - interval '40 days' WHERE id = %s", case.matter)
    with pytest.raises(Tampered):
        listed(house, "archivist", overdue=True)
    house.sql("UPDATE matter SET opened = opened + interval '40 days' WHERE id = %s", case.matter)


def test_a_preview_is_a_draft_for_its_maker_alone(house: Hospital) -> None:
    case = Case(house, 13)
    draft = read(house, "archivist", case.copy, Part.PREVIEW)
    assert draft.body.startswith(b"%PDF")
    assert copying.secret(house, case.copy).encode() not in draft.body
    with pytest.raises(Refused):
        read(house, "archivist2", case.copy, Part.PREVIEW)


def ask_often(house: Hospital, actor: Actor) -> None:
    for _ in range(70):
        check(house, "", actor=actor)


def test_nobody_fishes(house: Hospital) -> None:
    """[4.2.1] Random secrets find nothing; what is no secret gets the same answer; an impatient address is stopped."""
    case = ready(house, 32)
    fresh = copying.secret(house, case.copy)
    assert check(house, fresh) == release_checking.NOTHING  # nothing was stamped yet
    asker = Actor(name="public:verify", entrance=Entrance.PUBLIC)
    told = set()
    for n in range(25):
        asker = Actor(name="public:verify", address=f"198.51.100.{n}", entrance=Entrance.PUBLIC)
        guess = secrets.token_hex(16) if n % 2 else ("'; DROP TABLE copy_made; --", "", "张三", "0" * 33)[n // 2 % 4]
        told.add(repr(check(house, guess, "0" * 64, actor=asker)))
    assert told == {repr(release_checking.NOTHING)}
    greedy = Actor(name="public:verify", address="198.51.100.200", entrance=Entrance.PUBLIC)
    with pytest.raises(Refused) as stopped:
        ask_often(house, greedy)
    assert stopped.value.reason == "too_often"
    counted = house.sql("SELECT username, ip_address::text, failures_since_start FROM axes_accessattempt "
                        "WHERE user_agent = 'check' ORDER BY failures_since_start DESC")  # fmt: skip
    assert counted[0][2] == 31  # in the database, so that every process of the house counts on
    assert "198.51.100" not in repr(counted)
    house.sql("UPDATE axes_accessattempt SET attempt_time = attempt_time - interval '61 seconds' "
              "WHERE user_agent = 'check'")  # fmt: skip
    assert check(house, "", actor=greedy) == release_checking.NOTHING  # a minute later
    assert len(house.sql("SELECT 1 FROM axes_accessattempt WHERE user_agent = 'check'")) == 1  # the rest is forgotten
    with pytest.raises(Refused):
        check(house, fresh, actor=house.actors["archivist"])


def test_a_house_with_one_archivist_says_so_in_its_settings(house: Hospital) -> None:
    """[4.2.1] Two people are the rule; the hospital's own setting, itself confirmed by two, lets one do."""
    confirmed(house, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="seal_two_person", value="no"))
    try:
        case = ready(house, 36)
        stamp(house, "archivist", case.copy)
        assert row(house, case, "second_id") == row(house, case, "person_id")
    finally:
        confirmed(house, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="seal_two_person", value="yes"))


def test_the_other_stamp_and_its_name_in_the_register(house: Hospital) -> None:
    confirmed(house, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="copy_stamp", value="official"))
    try:
        case = ready(house, 37)
        stamp(house, "archivist2", case.copy)
    finally:
        confirmed(house, "sysadmin", "head", Verb.CHANGE_SETTING, ChangeSetting(name="copy_stamp", value="copy"))
    assert house.sql("SELECT seal FROM seal_use WHERE copy_id = %s", case.key[1]) == [("公章",)]


def test_who_handles_what_the_law_asks_for_sees_no_patients_copies(house: Hospital) -> None:
    """[4.2.2] [5.2.1] The head's right is for lawful retrievals: under that purpose a patient's copy is not there."""
    case = ready(house, 50)
    legal = {"purpose": Purpose.LEGAL}
    where = {**at(case.copy), **legal}
    assert case.copy.id in {one.id for one in listed(house, "archivist", count=200).rows}
    found = door.read(house.operation("head", Verb.READ_COPIES, CopiesRequest(count=200), **legal)).value
    assert case.copy.id not in {one.id for one in found.rows}
    with pytest.raises(NotFound):
        door.read(house.operation("head", Verb.READ_COPY, None, **where))
    for who, verb, data in (
        ("head", Verb.REVOKE_COPY, RevokeCopy(reason="试试")),
        ("archivist2", Verb.STAMP_COPY, StampCopy(basis=case.copy.basis)),
    ):  # fmt: skip
        with pytest.raises(Refused) as refused:
            house.write(who, verb, data, **where)
        assert refused.value.reason == "purpose"

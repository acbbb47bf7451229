"""五（二）: what left is shown as it left, lies here for a time, and goes with what it was made of [5.1.3] [3.1.3]"""

from datetime import timedelta
from typing import Any

import pytest

from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, Tampered
from jingui.core.operation import Actor, Target
from jingui.core.settings import BY_NAME
from jingui.core.sharing import ClearSent, RetryTransmission, StopLapsed, TransmissionsRequest
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb
from jingui.gate import door
from tests.gate import destroying as d
from tests.gateway.parties import queue
from tests.gateway.sharing import admit, ask, clinic, consented, number, observe, view
from tests.gateway.test_share import content, row, shared
from tests.hospital import Hospital

JOB = Actor(name="system:outbox", strength=Strength.LOCAL, entrance=Entrance.JOB)
CANARY = "金丝雀传出内容"


@pytest.fixture(scope="module", autouse=True)
def people(hospital: Hospital) -> None:
    d.staff(hospital)


def sent(hospital: Hospital, one: Any, days: int = 0, state: str = "receipted") -> None:
    """As the gateway's receipt leaves it, so many days ago."""
    one.refresh_from_db()
    one.state, one.next = state, None
    one.made -= timedelta(days=days)
    one.received = None if state == "stopped" else one.made
    hospital.keep(one, new=False)


def test_the_content_is_shown_as_it_left_to_whoever_may_read_all_of_it(hospital: Hospital) -> None:
    """To the doctor; not to the administrator; not when one record inside may not be read [5.1.3] [2.1.3]."""
    patient, to = admit(hospital, "内容甲"), clinic(hospital, "内容医院甲")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    one = row(hospital, shared(hospital, patient, to))
    seen = view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=one.transmission_id)
    assert seen.content == content(hospital, one)
    assert seen.hidden == ""
    text = str(seen.parts)
    assert "血糖" in text
    assert "5.6" in text
    admin = view(hospital, Verb.READ_TRANSMISSION, who="sysadmin", patient=patient, record=one.transmission_id,
                 purpose=Purpose.OPERATION)  # fmt: skip
    assert (admin.hidden, admin.content, admin.parts) == ("post", b"", ())
    with pytest.raises(Refused):
        view(hospital, Verb.READ_TRANSMISSION, who="surgeon", patient=patient, record=one.transmission_id)


def test_reading_it_is_a_reading_of_the_records_inside(hospital: Hospital) -> None:
    """The entry names each of them: the patient sees who looked [1.3.2]."""
    patient, to = admit(hospital, "内容乙"), clinic(hospital, "内容医院乙")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    one = row(hospital, shared(hospital, patient, to))
    view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=one.transmission_id)
    targets = hospital.sql("SELECT targets FROM entry WHERE verb = 'read_transmission' ORDER BY id DESC LIMIT 1")[0][0]
    for record in one.records:
        assert hospital.runtime.public(one.patient_id, record).encode() in bytes(targets)


def test_after_the_receipt_it_lies_here_only_for_a_time(hospital: Hospital) -> None:
    """Head, digest and receipt stay; nobody but the system clears; what waits is never cleared [5.1.3]."""
    days = int(BY_NAME["sent_content_days"].default)
    patient, to = admit(hospital, "内容丙"), clinic(hospital, "内容医院丙")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    old, fresh, waiting, stopped = (row(hospital, shared(hospital, patient, to)) for _ in range(4))
    sent(hospital, old, days + 1)
    sent(hospital, fresh, days - 1)
    sent(hospital, stopped, days + 1, "stopped")
    waiting.made -= timedelta(days=days + 9)
    hospital.keep(waiting, new=False)
    assert door.due.sent_contents(hospital.now()) == 2
    with pytest.raises(Invalid):
        hospital.write("doctor", Verb.STOP_TRANSMISSION, ClearSent(), purpose=Purpose.TREATMENT,
                       target=Target(patient=number(hospital, patient), record=old.transmission_id))  # fmt: skip
    assert hospital.write(JOB, Verb.STOP_TRANSMISSION, ClearSent()).value == 2
    assert door.due.sent_contents(hospital.now()) == 0
    for one, there in ((old, False), (stopped, False), (fresh, True), (waiting, True)):
        one.refresh_from_db()
        assert (one.payload is not None) is there
    seen = view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=old.transmission_id)
    assert (seen.hidden, seen.content, seen.digest) == ("gone", b"", bytes(old.digest).hex())
    with pytest.raises(Conflict) as conflict:
        hospital.write("doctor", Verb.RETRY_TRANSMISSION, RetryTransmission(), purpose=Purpose.TREATMENT,
                       target=Target(patient=number(hospital, patient), record=stopped.transmission_id))  # fmt: skip
    assert conflict.value.data["reason"] == "gone"


def test_a_class_that_is_destroyed_takes_what_was_sent_of_it_along(hospital: Hospital) -> None:
    """The row's content, its key and so every backup's; what waited does not leave; another's stays [3.1.3]."""
    from jingui.gate.outbox import close_content, open_content
    from jingui.store.models import Transmission

    runtime = hospital.runtime
    one, other = d.old(hospital, CANARY, number="66001001"), d.old(hospital, "别人", number="66001002")
    to = clinic(hospital, "销毁医院")
    kept, made = {}, []
    for who, classes in ((one, ["outpatient"]), (one, []), (other, ["outpatient"])):
        queued = queue(hospital, to, who.patient, CANARY.encode(), classes=classes)
        held = queued.row()
        held.payload = close_content(runtime, who.patient, queued.number, CANARY.encode(), classes)
        hospital.keep(held, new=False)
        kept[queued.number] = bytes(held.payload)
        made.append(queued)
    mine, bare, theirs = made
    wrapped = hospital.sql("SELECT retention_class, wrapped FROM patient_key WHERE patient_id = %s", one.patient)
    assert open_content(runtime, one.patient, mine.number, kept[mine.number], ["outpatient"]) == CANARY.encode()

    matter = d.approved(hospital, (one.public, "outpatient"))
    d.confirmed(hospital, d.proposed(hospital, matter))
    assert (mine.row().state, mine.row().problem, mine.row().payload) == ("stopped", "gone", None)
    assert bare.row().payload is not None  # made of nothing that was destroyed
    assert theirs.row().payload is not None
    with pytest.raises(Gone):
        open_content(runtime, one.patient, mine.number, kept[mine.number], ["outpatient"])
    d.erased(hospital, matter)
    with pytest.raises(Tampered):  # a backup's rows beside the keys of today
        open_content(runtime, one.patient, mine.number, kept[mine.number], ["outpatient"], wrapped)

    d.destroyed(hospital, (one.public, "identity"))
    assert Transmission.objects.filter(patient_id=one.patient, payload__isnull=False).count() == 0
    assert bare.row().state == "stopped"


def test_what_rests_on_an_end_stops_with_it(hospital: Hospital) -> None:
    """By its date too, in the minute's job; notices rest on nothing but the partner [5.2.3]."""
    from jingui.store.models import Agreement, Partner

    patient, to, other = admit(hospital, "到期甲"), clinic(hospital, "到期医院甲"), clinic(hospital, "未到期医院")
    waits, notice = queue(hospital, to, number(hospital, patient)), queue(
        hospital, to, number(hospital, patient), b"{}", media="notice", basis="notice"
    )  # fmt: skip
    theirs = queue(hospital, other, number(hospital, patient))
    assert door.due.lapsed_sharings(hospital.now()) == 0
    held = Agreement.objects.get(pk=to.agreement)
    held.ends = hospital.now() - timedelta(seconds=1)
    hospital.keep(held, new=False)
    assert door.due.lapsed_sharings(hospital.now()) == 1
    assert hospital.write(JOB, Verb.STOP_TRANSMISSION, StopLapsed()).value == 1
    assert (waits.row().state, waits.row().problem) == ("stopped", "agreement_expired")
    assert (notice.row().state, theirs.row().state) == ("queued", "queued")
    partner = Partner.objects.get(pk=to.id)
    partner.state, partner.ended = "ended", hospital.now()
    hospital.keep(partner, new=False)
    assert hospital.write(JOB, Verb.STOP_TRANSMISSION, StopLapsed()).value == 1
    assert (notice.row().state, notice.row().problem) == ("stopped", "partner_ended")
    with pytest.raises(Invalid):
        hospital.write("doctor", Verb.STOP_TRANSMISSION, StopLapsed(), purpose=Purpose.TREATMENT,
                       target=Target(patient=number(hospital, patient), record=theirs.number))  # fmt: skip
    assert theirs.row().state == "queued"


def test_the_minutes_job_does_both_and_no_more(hospital: Hospital) -> None:
    """What lapsed is stopped, what arrived long ago is emptied; a minute later nothing is left to enter [5.1.3]."""
    from jingui import jobs
    from jingui.store.models import Channel

    patient, to, over = admit(hospital, "定时甲"), clinic(hospital, "定时医院甲"), clinic(hospital, "定时医院乙")
    arrived, waits = queue(hospital, to, number(hospital, patient)), queue(hospital, over, number(hospital, patient))
    sent(hospital, arrived.row(), int(BY_NAME["sent_content_days"].default) + 1)
    held = Channel.objects.get(pk=over.channel)
    held.state = "ended"
    hospital.keep(held, new=False)
    jobs.outbox(0)
    assert arrived.row().payload is None
    assert (waits.row().state, waits.row().problem) == ("stopped", "channel_ended")
    before = hospital.sql("SELECT count(*) FROM entry")[0][0]
    jobs.outbox(0)
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before


def test_contents_are_not_exchanged_by_the_databases_administrator(hospital: Hospital) -> None:
    """One row's content in another's place opens nowhere [6.1.2] [3.1.1]."""
    patient, to = admit(hospital, "调换甲"), clinic(hospital, "调换医院")
    observe(hospital, patient, "2345-7")
    consented(hospital, patient, to)
    one, other = (row(hospital, shared(hospital, patient, to)) for _ in range(2))
    hospital.sql(
        "UPDATE transmission SET payload = (SELECT payload FROM transmission WHERE transmission_id = %s)"
        " WHERE transmission_id = %s", other.transmission_id, one.transmission_id,
    )  # fmt: skip
    with pytest.raises(Tampered):
        view(hospital, Verb.READ_TRANSMISSION, patient=patient, record=one.transmission_id)


def test_what_left_under_a_merged_number_is_listed(hospital: Hospital) -> None:
    """And what lies there is counted when more is to leave [5.2.1]."""
    from jingui.core.collect import MergePatient
    from tests.gate.test_patients import confirmed

    if "registrar2" not in hospital.actors:
        hospital.person("registrar2", Role.REGISTRAR, "xxk")
    old, now, to = admit(hospital, "合并甲"), admit(hospital, "合并甲"), clinic(hospital, "合并医院")
    for patient in (old, now):
        observe(hospital, patient, "2345-7")
        consented(hospital, patient, to)
    before = row(hospital, shared(hospital, old, to))
    data = MergePatient(into=number(hospital, now), reason="同一人")
    confirmed(hospital, "registrar", "registrar2", Verb.MERGE_PATIENT, data, target=Target(patient=before.patient_id))
    listed = view(hospital, Verb.READ_TRANSMISSIONS, TransmissionsRequest(), patient=now)
    assert [one.id for one in listed.lines] == [hospital.runtime.public(before.patient_id, before.transmission_id)]
    assert ask(hospital, now, to).value.elsewhere > 0
    nobody = hospital.operation("sysadmin", Verb.READ_TRANSMISSIONS, TransmissionsRequest(), purpose=Purpose.OPERATION,
                                target=Target(patient=2**62 + 1))  # fmt: skip
    with pytest.raises((NotFound, Refused)):  # nobody's number is not everybody's
        door.read(nobody)

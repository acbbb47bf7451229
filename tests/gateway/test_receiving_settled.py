"""五（一）3 接收: what waited is looked at, filed or rejected, withdrawn and told back [5.1.3] [2.1.2] [5.2.2]"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import orjson
import psycopg
import pytest

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.operation import Target
from jingui.core.receiving import Answered, ReceivedRequest, ReviewReceived, SettleReceived
from jingui.core.transmit import Media, Parcel
from jingui.core.words import Verb
from jingui.store.verification import verify
from tests.gateway import arriving
from tests.gateway.arriving import deliver, document, known, newest, parcel, person
from tests.gateway.parties import Party, party
from tests.hospital import Hospital

HIV = ("http://hl7.org/fhir/sid/icd-10", "B20.1")


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Party:
    return party(hospital, "市第二医院")


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    return known(hospital)


def test_a_scanner_that_finds_something_or_is_silent(
    hospital: Hospital, by: Party, patient: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINGUI_CLAMD", "/nonexistent/clamd.sock")
    answered = deliver(hospital, by, document())
    assert (answered.state, answered.reason) == ("quarantined", "virus")
    page = arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=newest(by).pk)).value
    assert not page.parts
    assert page.hidden
    monkeypatch.delenv("JINGUI_CLAMD")
    with pytest.raises(Conflict):
        settle(hospital, newest(by).pk, patient)


def settle(hospital: Hospital, received: int, patient: int = 0, reason: str = "", who: str = "registrar") -> Any:
    return hospital.write(
        who, Verb.SETTLE_RECEIVED,
        SettleReceived(received=received, accept=bool(patient), reason=reason), target=Target(patient=patient),
    )  # fmt: skip


def test_looked_at_and_filed_by_a_person(hospital: Hospital, by: Party, patient: int) -> None:
    deliver(hospital, by, document(person(card="")))
    row = newest(by)
    page = arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=row.pk)).value
    assert page.line.reason == "patient"
    assert ("姓名", arriving.NAME) in page.said
    assert any("胸痛三天" in line for part in page.parts for line in part.lines)
    assert [one.patient for one in page.candidates] == [hospital.runtime.public(patient, 0)]
    assert set(page.candidates[0].why) == {"姓名", "出生日期"}
    with pytest.raises(Refused):
        settle(hospital, row.pk, patient, who="doctor")
    settle(hospital, row.pk, patient)
    row.refresh_from_db()
    assert (row.state, row.patient_id, row.payload, row.reason) == ("taken", patient, None, "patient")
    assert row.person_id == hospital.people["registrar"]
    told = hospital.sql("SELECT label, media, patient_id FROM transmission WHERE reply_to = %s", row.message)
    assert told == [("received_settled", "notice", 0)]
    with pytest.raises(Conflict):
        settle(hospital, row.pk, patient)


def test_rejected_with_a_reason(hospital: Hospital, by: Party) -> None:
    deliver(hospital, by, document(person(card="")))
    row = newest(by)
    with pytest.raises(Invalid):
        settle(hospital, row.pk)
    with pytest.raises(Invalid):
        settle(hospital, row.pk, reason="长" * 501)
    settle(hospital, row.pk, reason="不是本院患者")
    row.refresh_from_db()
    assert (row.state, row.reason, row.payload) == ("refused", "rejected", None)
    page = arriving.ask(hospital, "archivist", Verb.REVIEW_RECEIVED, ReviewReceived(received=row.pk)).value
    assert not page.parts
    assert (bool(page.hidden), page.settled_by) == (True, "registrar")


def test_never_filed_for_nobody(hospital: Hospital, by: Party) -> None:
    deliver(hospital, by, document(person(card="")))
    with pytest.raises(NotFound):
        settle(hospital, newest(by).pk, 987654321)
    with pytest.raises(NotFound):
        settle(hospital, 987654321, reason="没有")


def test_a_partner_that_settled_tells(hospital: Hospital, by: Party, patient: int) -> None:
    from tests.gateway.parties import queue

    sent = queue(hospital, by, patient, state="quarantined")
    notice = {"notice": "received_settled", "message": str(sent.message), "outcome": "refused", "reason": "rejected"}
    assert deliver(hospital, party(hospital, "不相干医院"), orjson.dumps(notice), Media.NOTICE).state == "taken"
    assert sent.row().state == "quarantined"  # it was not theirs
    assert deliver(hospital, by, orjson.dumps(notice), Media.NOTICE).state == "taken"
    assert (sent.row().state, sent.row().problem) == ("refused", "rejected")
    assert deliver(hospital, by, orjson.dumps({**notice, "outcome": "taken"}), Media.NOTICE).state == "taken"
    assert sent.row().state == "refused"  # what is settled stays settled


@pytest.mark.parametrize(
    "notice",
    [{"notice": "nix"}, {}, {"notice": "consent_withdrawn", "message": "x"},
     {"notice": "received_settled", "message": str(uuid4()), "outcome": "?"}],
)  # fmt: skip
def test_notices_that_say_nothing(hospital: Hospital, by: Party, notice: dict[str, Any]) -> None:
    assert deliver(hospital, by, orjson.dumps(notice), Media.NOTICE).reason == "invalid"


def test_a_withdrawal_ends_the_use(hospital: Hospital, by: Party, patient: int) -> None:
    from jingui.gate import door

    sent = parcel(hospital, by, document())
    door.write(arriving.operation(hospital, by, sent))
    row = arriving.row(sent.message)
    notice = orjson.dumps({"notice": "consent_withdrawn", "message": str(sent.message)})
    other = party(hospital, "撤不了医院")
    assert deliver(hospital, other, notice, Media.NOTICE).state == "taken"
    row.refresh_from_db()
    assert row.reason == ""
    for _ in range(2):
        assert deliver(hospital, by, notice, Media.NOTICE).state == "taken"
    row.refresh_from_db()
    assert row.reason == "withdrawn"
    found = hospital.sql(
        "SELECT level, version FROM record WHERE patient_id = %s AND record_id = ANY(%s)", patient, list(row.records)
    )
    assert found == [("secret", 2)] * 2
    # what waits is dropped
    waiting = parcel(hospital, by, document(person(card="")))
    door.write(arriving.operation(hospital, by, waiting))
    deliver(hospital, by, orjson.dumps({"notice": "consent_withdrawn", "message": str(waiting.message)}), Media.NOTICE)
    row = arriving.row(waiting.message)
    assert (row.state, row.reason, row.payload) == ("refused", "withdrawn", None)


def test_a_withdrawal_that_overtakes_its_message(hospital: Hospital, by: Party, patient: int) -> None:
    from jingui.gate import door

    def withdraws(whose: Party, message: UUID) -> None:
        words = orjson.dumps({"notice": "consent_withdrawn", "message": str(message)})
        assert deliver(hospital, whose, words, Media.NOTICE).state == "taken"

    records = hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient)
    late = parcel(hospital, by, document())
    withdraws(by, late.message)
    answered = door.write(arriving.operation(hospital, by, late)).value
    assert (answered.state, answered.reason) == ("refused", "withdrawn")
    assert arriving.row(late.message).payload is None
    assert hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient) == records
    # another's notice withdraws nothing of theirs, and one about something else nothing of this
    mine = parcel(hospital, by, document())
    withdraws(party(hospital, "不相干的医院"), mine.message)
    withdraws(by, uuid4())
    assert door.write(arriving.operation(hospital, by, mine)).value.state == "taken"


def test_a_withdrawal_at_the_same_moment(hospital: Hospital, by: Party, patient: int) -> None:
    """Whichever comes second sees the other: nothing withdrawn is used on."""
    from django.db import connection

    from jingui.gate import door

    for _ in range(12):
        one = parcel(hospital, by, document())
        words = orjson.dumps({"notice": "consent_withdrawn", "message": str(one.message)})
        start = threading.Barrier(2)

        def go(which: Parcel, start: threading.Barrier = start) -> Answered:
            asked = arriving.operation(hospital, by, which)
            start.wait(20)
            try:
                return door.write(asked).value  # type: ignore[no-any-return]
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as hands:
            first, second = hands.map(go, (one, parcel(hospital, by, words, Media.NOTICE)))
        assert second.state == "taken"
        row = arriving.row(one.message)
        assert row.reason == "withdrawn"
        assert first.state in ("taken", "refused")
        if first.state == "taken":
            levels = hospital.sql(
                "SELECT DISTINCT level FROM record WHERE patient_id = %s AND record_id = ANY(%s)",
                patient, list(row.records),
            )  # fmt: skip
            assert levels == [("secret",)]


def test_where_the_house_asks_for_a_consent(
    hospital: Hospital, by: Party, patient: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jingui.gate import settings

    real = settings.values
    monkeypatch.setattr(
        settings, "values", lambda runtime, epoch: {**real(runtime, epoch), "receive_consent_media": "cda"}
    )
    assert deliver(hospital, by, arriving.cda(), Media.CDA).reason == "consent"
    with pytest.raises(Conflict):
        settle(hospital, newest(by).pk, patient)
    assert deliver(hospital, by, document()).state == "taken"


async def no_time(*_: object) -> dict[str, int]:
    return {"received_review_hours": 0}


def test_the_list(hospital: Hospital, by: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    from jingui.gate import receiving_seen

    page = arriving.ask(hospital, "registrar", Verb.READ_RECEIVED, ReceivedRequest(count=5)).value
    states = [one.state for one in page.lines]
    waiting = states.count("quarantined")
    assert waiting == page.waiting > 0
    assert states[:waiting] == ["quarantined"] * waiting
    assert not any(one.overdue for one in page.lines)
    monkeypatch.setattr(receiving_seen, "loop_values", no_time)
    late = arriving.ask(hospital, "registrar", Verb.READ_RECEIVED, ReceivedRequest(count=5)).value
    assert [one.overdue for one in late.lines] == [one.state == "quarantined" for one in late.lines]
    result = arriving.ask(hospital, "registrar", Verb.READ_RECEIVED, ReceivedRequest(state="taken", count=2))
    assert len(result.value.lines) == 2
    following = arriving.ask(
        hospital, "registrar", Verb.READ_RECEIVED, ReceivedRequest(state="taken", count=2, cursor=result.more)
    )
    assert {one.id for one in following.value.lines}.isdisjoint(one.id for one in result.value.lines)
    with pytest.raises(Invalid):
        arriving.ask(hospital, "registrar", Verb.READ_RECEIVED, ReceivedRequest(state="nix"))
    with pytest.raises(Refused):
        arriving.ask(hospital, "doctor", Verb.READ_RECEIVED, ReceivedRequest())


def test_a_filed_content_is_shown_to_those_who_may_read_it(hospital: Hospital, by: Party, patient: int) -> None:
    sent = parcel(hospital, by, document(person(), HIV))
    from jingui.gate import door

    door.write(arriving.operation(hospital, by, sent))
    page = arriving.ask(
        hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=arriving.row(sent.message).pk)
    ).value
    assert not page.parts
    assert (bool(page.hidden), page.records) == (True, ())  # a registrar reads no chart
    with pytest.raises(Refused):
        arriving.ask(hospital, "doctor", Verb.REVIEW_RECEIVED, ReviewReceived(received=1))


def test_a_bent_row_is_named(hospital: Hospital, by: Party) -> None:
    from jingui.core.errors import Tampered
    from jingui.gate import door

    sent = parcel(hospital, by, document(person(card="")))
    door.write(arriving.operation(hospital, by, sent))
    number = arriving.row(sent.message).pk
    hospital.sql("UPDATE received SET state = 'taken' WHERE id = %s", number)
    for go in (
        lambda: door.write(arriving.operation(hospital, by, sent)),
        lambda: settle(hospital, number, reason="看看"),
        lambda: arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=number)),
    ):
        with pytest.raises(Tampered):
            go()
    hospital.sql("UPDATE received SET state = 'quarantined' WHERE id = %s", number)
    # the payload of another row
    deliver(hospital, by, document(person(card="")))
    other = newest(by).pk
    hospital.sql(
        "UPDATE received SET payload = (SELECT payload FROM received WHERE id = %s) WHERE id = %s", other, number
    )
    with pytest.raises(Tampered):
        arriving.ask(hospital, "registrar", Verb.REVIEW_RECEIVED, ReviewReceived(received=number))
    hospital.sql("DELETE FROM received WHERE id = %s", number)


def test_nobody_settles_what_is_about_themselves(hospital: Hospital, by: Party) -> None:
    deliver(hospital, by, document(person(card="")))
    own = known(hospital, name="登记员", born="1990-01-01", card="")
    from jingui.store.models import Patient

    row = Patient.objects.get(pk=own)
    row.person_id = hospital.people["registrar"]
    hospital.keep(row, new=False)
    with pytest.raises(Refused) as refused:
        settle(hospital, newest(by).pk, own)
    assert refused.value.reason == "own"


def test_the_whole_ledger_agrees_with_what_was_received(hospital: Hospital) -> None:
    with psycopg.connect(hospital.addresses["app"].psycopg()) as connection:
        found = verify(connection, hospital.runtime.keyring, hospital.runtime.origin).findings
    # partners were made past the door here, what came from them was not
    ours = [one for one in found if one.where.startswith(("received", "record", "entry"))]
    assert [f"{one.where} {one.why}" for one in ours] == []
    assert hospital.sql("SELECT count(*) > 10 FROM received") == [(True,)]

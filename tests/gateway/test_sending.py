"""五（一）3: sending through the door: checked anew, sealed for the receiver, receipted once [5.1.1] [5.1.3]"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.sending import Answer, Consignment, GatewayRequest, Held, Send, TakeReceipt, Unsent
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.crypto import jose
from jingui.crypto.certificates import fingerprint
from tests.gate.test_door import bundle
from tests.gateway.parties import GATEWAY, OURS, Party, Queued, operation, party, queue
from tests.hospital import Hospital

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


@pytest.fixture(scope="module")
def clinic(hospital: Hospital) -> Party:
    return party(hospital, "清河社区卫生服务中心")


def ask(hospital: Hospital, one: Queued, data: Any, actor: Any = GATEWAY, verb: Verb = Verb.SEND) -> Any:
    from jingui.gate import door

    return door.write(operation(hospital, verb, data, one.patient, actor)).value


def send(hospital: Hospital, one: Queued, **more: Any) -> Any:
    return ask(hospital, one, Send(transmission=one.number, **more))


def receipt(hospital: Hospital, one: Queued, data: bytes, **more: Any) -> Any:
    return ask(hospital, one, TakeReceipt(transmission=one.number, receipt=data, **more), verb=Verb.TAKE_RECEIPT)


def now_due(hospital: Hospital, one: Queued) -> None:
    hospital.sql("UPDATE transmission SET next = now() - interval '1 s' WHERE transmission_id = %s", one.number)


def entries(hospital: Hospital) -> list[tuple[str, str, str]]:
    return hospital.sql("SELECT verb, decision, id::text FROM entry ORDER BY id DESC LIMIT 5")


def test_sent_sealed_and_receipted(hospital: Hospital, patient: int, clinic: Party) -> None:
    one = queue(hospital, clinic, patient)
    given = send(hospital, one)
    assert isinstance(given, Consignment)
    assert given.sealed
    assert b"<xml/>" not in given.body
    assert one.row().state == "sending"
    ours = {jose.kid(key.certificate): key.certificate for key in hospital.runtime.gateway_keys().of("sign")}
    parcel, _ = jose.unpack(given.body, clinic.keys.encrypt, ours)
    assert (parcel.message, parcel.sender, parcel.receiver) == (one.message, OURS, clinic.uscc)
    assert parcel.content == one.content
    assert receipt(hospital, one, clinic.receipt(one.message, one.content)) == "receipted"
    row = one.row()
    assert row.state == "receipted"
    assert jose.answers(jose.read_receipt(bytes(row.receipt), {
        jose.kid(clinic.keys.sign.certificate): clinic.keys.sign.certificate})[0], parcel)  # fmt: skip
    assert [verb for verb, decision, _ in entries(hospital)[:2] if decision == "allow"] == ["take_receipt", "send"]


def test_a_leased_row_is_not_handed_out_twice(hospital: Hospital, patient: int, clinic: Party) -> None:
    one = queue(hospital, clinic, patient)
    send(hospital, one)
    with pytest.raises(Conflict):
        send(hospital, one)
    now_due(hospital, one)  # the process died: its lease is over
    again = send(hospital, one, body=False)
    assert again.body == b""
    assert again.attempt == 2


def wrong(clinic: Party, other: Party, one: Queued) -> dict[str, bytes]:
    good = clinic.receipt(one.message, one.content)
    return {
        "another message": clinic.receipt(uuid4(), one.content),
        "another content": clinic.receipt(one.message, b"other"),
        "another sender": clinic.receipt(one.message, one.content, sender=other.uscc),
        "another receiver": clinic.receipt(one.message, one.content, receiver=other.uscc),
        "another's signature": replace(other, uscc=clinic.uscc).receipt(one.message, one.content),
        "an altered byte": good[:-10] + bytes([good[-10] ^ 1]) + good[-9:],
        "an outcome unknown": clinic.receipt(one.message, one.content, outcome="thanks"),
        "nothing": b"",
        "much": b"a" * 100_000,
    }


def test_false_receipts_are_refused_and_entered(hospital: Hospital, patient: int, clinic: Party) -> None:
    other = party(hospital, "康宁县人民医院")
    one = queue(hospital, clinic, patient)
    send(hospital, one)
    for name, data in wrong(clinic, other, one).items():
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(Refused) as error:
            receipt(hospital, one, data)
        assert error.value.reason == "receipt", name
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 1, name
        assert entries(hospital)[0][:2] == ("take_receipt", "fail"), name
        assert one.row().receipt is None
    good = clinic.receipt(one.message, one.content)
    receipt(hospital, one, good)
    with pytest.raises(Conflict):  # replayed
        receipt(hospital, one, good)
    two = queue(hospital, clinic, patient)
    send(hospital, two)
    with pytest.raises(Refused):  # of another transmission with the same content
        receipt(hospital, two, good)


def test_a_plain_answer_is_no_receipt_where_content_is_sealed(hospital: Hospital, patient: int, clinic: Party) -> None:
    one = queue(hospital, clinic, patient)
    send(hospital, one)
    with pytest.raises(Refused):
        receipt(hospital, one, b"", answer=Answer(code="200", digest=bytes(32), peer=""))


def test_over_mllp_the_acknowledgement_is_the_receipt(hospital: Hospital, patient: int) -> None:
    lab = party(hospital, "检验中心", kind="mllp", address="127.0.0.1:9")
    one = queue(hospital, lab, patient, b"MSH|", media="hl7v2")
    given = send(hospital, one)
    assert given.body == b"MSH|"
    assert not given.sealed
    for stranger in ("", "ab" * 32, fingerprint(lab.keys.sign.certificate)):
        with pytest.raises(Refused):
            receipt(hospital, one, b"", answer=Answer(code="AA", digest=bytes(32), peer=stranger))
    seen = fingerprint(lab.keys.tls.certificate)
    assert receipt(hospital, one, b"", answer=Answer(code="AA", digest=bytes(32), peer=seen)) == "receipted"
    assert seen.encode() in bytes(one.row().receipt)
    assert b"jingui-transport/1" in bytes(one.row().receipt)


@pytest.mark.parametrize(
    ("table", "change", "reason", "stopped"),
    [
        ("partner", {"state": "ended"}, "partner_ended", True),
        ("agreement", {"ended": datetime(2026, 1, 1, tzinfo=UTC)}, "agreement_ended", True),
        ("agreement", {"ends": datetime(2026, 1, 1, tzinfo=UTC)}, "agreement_expired", True),
        ("agreement", {"purposes": ["referral"]}, "purpose", True),
        ("agreement", {"payloads": ["fhir"]}, "purpose", True),
        ("agreement", {"level": "ordinary"}, "level", True),
        ("channel", {"network": "internet"}, "level", True),
        ("channel", {"state": "paused"}, "channel_paused", False),
        ("channel", {"state": "ended"}, "channel_ended", True),
        ("channel", {"direction": "in"}, "channel_direction", True),
        ("channel", {"kind": "fhir"}, "media", True),
        ("partner_certificate", {"revoked": datetime(2026, 1, 1, tzinfo=UTC)}, "certificate_tls", False),
        ("partner_certificate", {"ends": datetime(2026, 1, 1, tzinfo=UTC)}, "certificate_tls", False),
    ],
)
def test_everything_is_checked_again(
    hospital: Hospital, patient: int, table: str, change: dict[str, Any], reason: str, *, stopped: bool
) -> None:
    from django.apps import apps

    away = party(hospital, f"机构{table}{reason}")
    one = queue(hospital, away, patient, level="sensitive")
    model = next(one for one in apps.get_models() if one._meta.db_table == table)
    by = {"partner": {"pk": away.id}, "agreement": {"pk": away.agreement}, "channel": {"pk": away.channel},
          "partner_certificate": {"partner_id": away.id, "use": "tls"}}[table]  # fmt: skip
    row = model.objects.get(**by)
    for name, value in change.items():
        setattr(row, name, value)
    hospital.keep(row, new=False)
    assert send(hospital, one) == Held(reason=reason, stopped=stopped)
    row = one.row()
    assert row.state == ("stopped" if stopped else "queued")
    assert row.problem == reason
    if stopped:
        told = hospital.sql("SELECT kind, state FROM matter WHERE id = %s", row.matter)
        assert told == [("transmission_failed", "waiting")]
    else:
        assert row.next > datetime.now(UTC)
    assert hospital.runtime.sealer.holds("transmission", tuple(getattr(row, name) for name in _sealed()), row.mac)


def _sealed() -> tuple[str, ...]:
    from jingui.store.seals import SEALED_TABLES

    return tuple(SEALED_TABLES["transmission"])


def test_a_withdrawn_or_expired_consent_stops_what_rests_on_it(hospital: Hospital, patient: int, clinic: Party) -> None:
    from jingui.store.models import PatientConsent

    at = datetime.now(UTC)
    for number, (state, ends) in enumerate([("given", None), ("withdrawn", None), ("given", at - timedelta(hours=1))]):
        consent = hospital.runtime.number(at)
        hospital.keep(
            PatientConsent(patient_id=patient, consent_id=consent, purpose="treatment", kind="sharing", state=state,
                           party=clinic.uscc, starts=at - YEAR, ends=ends)
        )  # fmt: skip
        one = queue(hospital, clinic, patient, basis="consent", consent_id=consent)
        found = send(hospital, one)
        assert isinstance(found, Consignment) == (number == 0 and True) or found == Held(reason="consent", stopped=True)
        assert one.row().state == ("sending" if number == 0 else "stopped")
    none = queue(hospital, clinic, patient, basis="consent", consent_id=0)
    assert send(hospital, none) == Held(reason="consent", stopped=True)


def test_failures_are_counted_then_become_a_matter(hospital: Hospital, patient: int, clinic: Party) -> None:
    one = queue(hospital, clinic, patient)
    waits = []
    for attempt in range(1, 13):
        now_due(hospital, one)
        assert send(hospital, one).attempt == attempt
        state = ask(hospital, one, Unsent(transmission=one.number, problem="timeout"))
        row = one.row()
        if attempt < 12:
            assert state == row.state == "queued"
            waits.append((row.next - datetime.now(UTC)).total_seconds())
    assert state == row.state == "failed"
    assert row.next is None
    assert hospital.sql("SELECT kind, subject_id FROM matter WHERE id = %s", row.matter) == [
        ("transmission_failed", hospital.people["head"])
    ]
    assert waits[0] < 30 < waits[3] < 400
    assert max(waits) < 3600 * 1.21
    with pytest.raises(Conflict):
        send(hospital, one)
    late = clinic.receipt(one.message, one.content)  # it had arrived all the same
    assert receipt(hospital, one, late) == "receipted"


def test_a_refusal_of_the_receiver_is_a_matter_and_another_clock_is_tried_again(
    hospital: Hospital, patient: int, clinic: Party
) -> None:
    one, two, three = (queue(hospital, clinic, patient) for _ in range(3))
    for each in (one, two, three):
        send(hospital, each)
    said = clinic.receipt(one.message, one.content, outcome="refused", reason="agreement")
    assert receipt(hospital, one, said) == "refused"
    assert one.row().matter
    said = clinic.receipt(two.message, two.content, outcome="refused", reason="late")
    assert receipt(hospital, two, said) == "queued"
    assert two.row().problem == "late"
    assert two.row().receipt is None
    said = clinic.receipt(three.message, three.content, outcome="quarantined", reason="patient")
    assert receipt(hospital, three, said) == "quarantined"


def test_a_bent_row_is_refused_by_name(hospital: Hospital, patient: int, clinic: Party) -> None:
    one, two = queue(hospital, clinic, patient), queue(hospital, clinic, patient)
    hospital.sql("UPDATE transmission SET basis = 'payment' WHERE transmission_id = %s", one.number)
    with pytest.raises(Tampered) as error:
        send(hospital, one)
    assert "transmission" in str(error.value.data["where"])
    hospital.sql("UPDATE transmission SET basis = 'life' WHERE transmission_id = %s", one.number)
    first, second = one.row(), two.row()
    hospital.sql("UPDATE transmission SET payload = %s WHERE transmission_id = %s", bytes(second.payload), one.number)
    with pytest.raises(Tampered):
        send(hospital, one)
    hospital.sql("UPDATE transmission SET payload = %s WHERE transmission_id = %s", bytes(first.payload), one.number)
    assert isinstance(send(hospital, one), Consignment)


def test_of_several_at_once_one_gets_it(hospital: Hospital, patient: int, clinic: Party) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connections

    one = queue(hospital, clinic, patient)
    good = clinic.receipt(one.message, one.content)

    def trying(what: Any) -> Any:
        try:
            return what()
        except Conflict:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as several:
        sent = list(several.map(trying, [lambda: send(hospital, one)] * 6))
        taken = list(several.map(trying, [lambda: receipt(hospital, one, good)] * 6))
    assert len([each for each in sent if each is not None]) == 1
    assert len([each for each in taken if each is not None]) == 1
    assert one.row().attempts == 1


@pytest.mark.parametrize("who", ["doctor", "sysadmin", "his", "head"])
def test_nobody_else_sends(hospital: Hospital, patient: int, clinic: Party, who: str) -> None:
    one = queue(hospital, clinic, patient)
    for verb, data in ((Verb.SEND, Send(transmission=one.number)), (Verb.TAKE_RECEIPT, TakeReceipt(transmission=1))):
        before = hospital.sql("SELECT count(*) FROM entry")[0][0]
        with pytest.raises(Refused):
            ask(hospital, one, data, hospital.actors[who], verb)
        assert hospital.sql("SELECT count(*) FROM entry")[0][0] == before + 1
    job = replace(GATEWAY, name="system:expiry", entrance=Entrance.JOB)
    with pytest.raises(Refused):
        ask(hospital, one, Send(transmission=one.number), job)
    with pytest.raises(Refused):
        ask(hospital, one, Send(transmission=one.number), replace(GATEWAY, strength=Strength.NONE))


def test_bad_input(hospital: Hospital, patient: int, clinic: Party) -> None:
    one = queue(hospital, clinic, patient)
    with pytest.raises(NotFound):
        ask(hospital, one, Send(transmission=1))
    with pytest.raises(NotFound):  # another patient's
        ask(hospital, replace(one, patient=patient + 1), Send(transmission=one.number))
    for data in (None, Unsent(transmission=one.number, problem="because"), TakeReceipt(transmission=one.number)):
        with pytest.raises(Invalid):
            ask(hospital, one, data)
    with pytest.raises(Conflict):  # it was never handed out
        ask(hospital, one, Unsent(transmission=one.number, problem="timeout"))


def test_the_board_shows_channels_and_queues(hospital: Hospital, patient: int, clinic: Party) -> None:
    from jingui.gate import door

    queue(hospital, clinic, patient)
    asked = hospital.operation("sysadmin", Verb.READ_GATEWAY, GatewayRequest(), purpose=Purpose.OPERATION)
    board = door.read(asked).value
    shown = next(one for one in board.channels if one.id == clinic.channel)
    assert shown.waiting >= 1
    assert shown.oldest is not None
    assert sum(hour.sent for hour in shown.hours) >= 2
    assert sum(hour.failed for hour in shown.hours) >= 12
    assert shown.genuine
    with pytest.raises(Refused):
        door.read(hospital.operation("doctor", Verb.READ_GATEWAY, GatewayRequest(), purpose=Purpose.OPERATION))


def test_rows_and_ledger_agree(hospital: Hospital) -> None:
    from jingui.store.seals import SEALED_TABLES

    found = hospital.sql("SELECT count(*) FROM transmission")[0][0]
    good = 0
    for row in hospital.sql(f"SELECT {', '.join(SEALED_TABLES['transmission'])}, mac FROM transmission"):
        good += hospital.runtime.sealer.holds("transmission", tuple(row[:-1]), row[-1])
    assert good == found > 10

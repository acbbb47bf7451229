"""五（一）: every wrong input that the gateway must stand: where each is tried, and the rest over the wire [5.1.3]

HELD names, for each of them, the tests that hold it; one test proves that they are there.
"""

import importlib
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from jingui.api.gateway_listener import Limits
from jingui.core.gateway_wire import MESSAGES, PART
from jingui.core.transmit import Media
from jingui.core.words import Purpose, Verb
from jingui.crypto import jose
from tests.gate.test_door import bundle
from tests.gateway import arriving
from tests.gateway.arriving import document, known
from tests.gateway.listening import ask, client, listening, sealed
from tests.gateway.parties import OURS, Party, keys_of, party, queue
from tests.gateway.receiver import Receiver
from tests.gateway.test_sending_wire import carrying, receiving, state, until
from tests.hospital import Hospital

HERE: Final = "tests.gateway.test_bad_input"
HELD: Final[dict[str, tuple[str, ...]]] = {
    "wrong certificate": (
        f"{HERE}:test_certificates_that_are_not_theirs", "tests.faults.test_gateway_tls:test_peers",
        "tests.gateway.test_sending_wire:test_a_certificate_for_another_name_is_not_spoken_to",
    ),
    "expired certificate": (
        f"{HERE}:test_an_expired_certificate_proves_nothing",
        "tests.gateway.test_sending:test_everything_is_checked_again",
        "tests.gateway.test_partner_certificates:test_weak_wrong_or_expired_ones_are_refused",
    ),
    "look-alike certificate": (
        f"{HERE}:test_certificates_that_are_not_theirs",
        "tests.gateway.test_sending_wire:test_a_look_alike_is_not_spoken_to",
        "tests.gateway.test_partner_certificates:test_a_look_alike_of_another_is_refused",
    ),
    "replayed receipt": (
        "tests.gateway.test_sending:test_false_receipts_are_refused_and_entered", f"{HERE}:test_receipts_of_others",
    ),
    "altered receipt": (
        "tests.gateway.test_sending:test_false_receipts_are_refused_and_entered",
        "tests.crypto.test_jose:test_receipts",
        "tests.crypto.test_jose:test_a_signed_receipt_that_says_something_else_is_refused",
    ),
    "duplicate delivery": (
        "tests.gateway.test_exchange:test_a_thousand_repeats_are_one", f"{HERE}:test_a_receipt_can_always_be_had_again",
        f"{HERE}:test_the_same_at_once_over_many_connections",
    ),
    "altered message": (
        f"{HERE}:test_every_altered_message_is_refused_and_entered",
        "tests.gateway.test_exchange:test_what_is_changed_late_or_of_strangers_is_not_taken",
    ),
    "sender outside the agreement": (
        "tests.gateway.test_receiving:test_outside_the_agreement_nothing_is_taken",
        "tests.gateway.test_receiving:test_of_another_partner_nothing_is_believed",
    ),
    "consent withdrawn in flight": (
        "tests.gateway.test_receiving_settled:test_a_withdrawal_that_overtakes_its_message",
        "tests.gateway.test_receiving_settled:test_a_withdrawal_at_the_same_moment",
        "tests.gateway.test_sending:test_a_withdrawn_or_expired_consent_stops_what_rests_on_it",
        "tests.gateway.test_share:test_withdrawal_and_sharing_at_the_same_moment",
    ),
    "partner answering slowly or half": (
        "tests.gateway.test_sending_wire:test_one_who_is_slow_holds_nobody_else",
        "tests.gateway.test_sending_wire:test_whoever_answers_falsely_gets_another_attempt_later",
        f"{HERE}:test_half_a_message_is_none",
        "tests.api.test_gateway_listener:test_slow_and_half_open_peers_hold_their_own_connection_only",
    ),
    "redirect to another host": (
        "tests.gateway.test_sending_wire:test_whoever_answers_falsely_gets_another_attempt_later",
        "tests.gateway.test_sending_wire:test_addresses_that_lead_elsewhere_are_not_connected_to",
        f"{HERE}:test_no_part_follows_a_redirect",
    ),
    "entity bombs": (
        "tests.formats.test_inbound_hostile:test_refused_in_time_and_in_little_memory",
        "tests.faults.test_gateway_bombs:test_bombs_over_the_wire",
    ),
    "unknown document type": ("tests.gateway.test_receiving:test_in_doubt_a_person_is_asked",),
    "certificate name with different case": (
        f"{HERE}:test_the_case_of_names",
        "tests.gateway.test_partner_certificates:test_a_look_alike_of_another_is_refused",
        "tests.gateway.test_partner_certificates:test_one_that_does_not_name_its_partner_needs_a_reason",
    ),
    "clock difference of 10 minutes": (
        "tests.gateway.test_receiving:test_a_clock_that_is_off_is_told", f"{HERE}:test_ten_minutes_heal_by_themselves",
        "tests.gateway.test_sending:test_a_refusal_of_the_receiver_is_a_matter_and_another_clock_is_tried_again",
    ),
}  # fmt: skip
__all__ = ["carrying"]  # a fixture of another file, used here


@pytest.mark.parametrize("line", HELD)
def test_each_line_is_held(line: str) -> None:
    for place in HELD[line]:
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name)), place


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    return known(hospital)


@pytest.fixture(scope="module")
def sent(hospital: Hospital) -> int:
    """Somebody whose records leave."""
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Party:
    return party(hospital, "市第二医院")


@pytest.fixture(scope="module")
def port(hospital: Hospital, by: Party) -> Iterator[int]:
    """Where this house receives; whoever was pinned before it started is let in."""
    free = Receiver.free()
    with listening(free, Limits(request=2.0, idle=5.0)) as tls:
        hospital.renew = tls.renew  # type: ignore[attr-defined]
        yield free


def post(hospital: Hospital, port: int, by: Party, message: UUID, body: bytes) -> httpx.Response:
    return ask(port, by.keys, hospital.runtime.gateway_keys(), "POST", f"{MESSAGES}{message}", body)


def count(hospital: Hospital, message: UUID) -> int:
    return int(hospital.sql("SELECT count(*) FROM received WHERE message = %s", message)[0][0])


def entries(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM entry WHERE verb = 'receive'")[0][0])


def outcome(hospital: Hospital, response: httpx.Response) -> tuple[str, str]:
    """What a signed receipt says."""
    assert response.status_code == 200, response.text
    said, _ = jose.read_receipt(response.content, lambda _: hospital.runtime.gateway_keys().sign.certificate)
    return said.outcome, said.reason


def test_certificates_that_are_not_theirs(hospital: Hospital, by: Party, port: int, patient: int) -> None:
    message, body = sealed(hospital, by, document(), media=Media.FHIR)
    alike = keys_of(by.name, by.uscc)  # another key, every word the same
    for keys in (alike, keys_of("他人", "X"), keys_of(by.name.upper(), by.uscc.lower())):
        with pytest.raises((httpx.TransportError, ssl.SSLError)):
            ask(port, keys, hospital.runtime.gateway_keys(), "POST", f"{MESSAGES}{message}", body)
    assert count(hospital, message) == 0
    # over their own connection, but signed with the look-alike's key
    forged = jose.pack(
        arriving.parcel(hospital, by, document(), message=message), alike.sign,
        hospital.runtime.gateway_keys().encrypt.certificate,
    )  # fmt: skip
    before = entries(hospital)
    answer = post(hospital, port, by, message, forged)
    assert (answer.status_code, answer.json()["reason"]) == (403, "sender")
    assert entries(hospital) == before + 1
    assert outcome(hospital, post(hospital, port, by, message, body))[0] == "taken"  # the real one is not harmed


@pytest.mark.parametrize("use", ["tls", "sign"])
def test_an_expired_certificate_proves_nothing(hospital: Hospital, port: int, use: str) -> None:
    from jingui.store.models import PartnerCertificate

    other = party(hospital, f"过期{use}医院")
    assert hospital.renew()  # type: ignore[attr-defined]
    message, body = sealed(hospital, other, document(), media=Media.FHIR)
    row = PartnerCertificate.objects.get(partner_id=other.id, use=use)
    row.ends = datetime.now(UTC) - timedelta(seconds=1)
    hospital.keep(row, new=False)
    before = entries(hospital)
    answer = post(hospital, port, other, message, body)
    assert answer.status_code == 403
    assert (entries(hospital), count(hospital, message)) == (before + 1, 0)


def test_receipts_of_others(hospital: Hospital, by: Party, port: int, patient: int) -> None:
    """A receipt of ours is no receipt of theirs: it names both parties and the very content."""
    from tests.gateway.test_sending import receipt, send

    message, body = sealed(hospital, by, document(), media=Media.FHIR)
    ours = post(hospital, port, by, message, body).content
    one = queue(hospital, by, patient)
    send(hospital, one)
    before = int(hospital.sql("SELECT count(*) FROM entry WHERE verb = 'take_receipt'")[0][0])
    from jingui.core.errors import Refused

    with pytest.raises(Refused):
        receipt(hospital, one, ours)
    assert hospital.sql("SELECT count(*) FROM entry WHERE verb = 'take_receipt'") == [(before + 1,)]
    assert one.row().receipt is None


def test_every_altered_message_is_refused_and_entered(hospital: Hospital, by: Party, port: int, patient: int) -> None:
    message, body = sealed(hospital, by, document(), media=Media.FHIR)
    house = hospital.runtime.gateway_keys()
    head, key, nonce, text, tag = body.split(b".")
    changed = {
        "a byte of the content": b".".join((head, key, nonce, text[:-9] + bytes([text[-9] ^ 1]) + text[-8:], tag)),
        "a byte of the key": b".".join((head, bytes([key[0] ^ 1]) + key[1:], nonce, text, tag)),
        "no tag": b".".join((head, key, nonce, text, b"")),
        "another nonce": b".".join((head, key, nonce[::-1], text, tag)),
        "cut": body[: len(body) // 2], "lengthened": body + b"AAAA", "no seal": b"x" * 100, "two in one": body * 2,
        "JSON": b'{"ciphertext":"x"}', "NUL": b"\0" * 1000,
    }  # fmt: skip
    with client(by.keys, house) as line:
        for name, other in changed.items():
            before = entries(hospital)
            answer = line.post(f"https://localhost:{port}{MESSAGES}{message}", content=other)
            assert answer.status_code in (400, 403), name
            assert (entries(hospital), count(hospital, message)) == (before + 1, 0), name
    assert outcome(hospital, post(hospital, port, by, message, body))[0] == "taken"


def test_a_receipt_can_always_be_had_again(hospital: Hospital, port: int, patient: int) -> None:
    """Whoever lost it gets the same, though the channel was paused, ended or full meanwhile; parts and all."""
    from jingui.store.models import Channel

    other = party(hospital, "丢回执医院", most=2)
    assert hospital.renew()  # type: ignore[attr-defined]
    message, body = sealed(hospital, other, document(), media=Media.FHIR)
    first = post(hospital, port, other, message, body)
    assert outcome(hospital, first)[0] == "taken"
    records = hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient)
    for state_, paused in (("paused", datetime.now(UTC)), ("ended", None), ("open", None)):
        row = Channel.objects.get(pk=other.channel)
        row.state, row.paused = state_, paused
        hospital.keep(row, new=False)
        again = post(hospital, port, other, message, body)
        assert (again.status_code, again.content) == (200, first.content), state_
    post(hospital, port, other, *sealed(hospital, other, b"{}", media=Media.FHIR))
    full = post(hospital, port, other, *sealed(hospital, other, b"{}", media=Media.FHIR))
    assert full.status_code == 503
    house, path = hospital.runtime.gateway_keys(), f"{MESSAGES}{message}"
    put = ask(port, other.keys, house, "PUT", f"{path}/parts/0", body, **{"jingui-parts": "1"})
    assert put.status_code == 200
    assert ask(port, other.keys, house, "POST", path).content == first.content
    assert hospital.sql("SELECT count(*) FROM received_part WHERE message = %s", message) == [(0,)]
    assert hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient) == records


def test_the_same_at_once_over_many_connections(hospital: Hospital, by: Party, port: int, patient: int) -> None:
    records = hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient)[0][0]
    message, body = sealed(hospital, by, document(), media=Media.FHIR)
    _, other = sealed(hospital, by, document(title="另一份"), media=Media.FHIR, message=message)
    start = threading.Barrier(8)

    def go(which: bytes) -> tuple[int, bytes]:
        with client(by.keys, hospital.runtime.gateway_keys()) as line:
            start.wait(20)
            answer = line.post(f"https://localhost:{port}{MESSAGES}{message}", content=which)
            return answer.status_code, answer.content

    with ThreadPoolExecutor(8) as hands:
        found = list(hands.map(go, [body, other] * 4))
    receipts = {said for status, said in found if status == 200}
    assert len(receipts) == 1  # one of both won, whole
    assert sorted({status for status, _ in found}) == [200, 409]
    assert [status for status, _ in found].count(200) == 4
    assert count(hospital, message) == 1
    assert hospital.sql("SELECT count(*) FROM record WHERE patient_id = %s", patient)[0][0] == records + 2


def test_half_a_message_is_none(hospital: Hospital, by: Party, port: int, patient: int) -> None:
    message, body = sealed(hospital, by, document(), media=Media.FHIR)
    pin = hospital.runtime.gateway_keys().tls.certificate
    from jingui.config import gateway_tls
    from jingui.crypto.certificates import fingerprint

    context = gateway_tls.client(by.keys.tls, (fingerprint(pin),), (pin,))
    import socket

    for ending in ("close", "wait"):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as line,
        ):
            head = f"POST {MESSAGES}{message} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {len(body)}\r\n\r\n"
            line.sendall(head.encode() + body[: len(body) // 2])
            if ending == "wait":  # it never goes on: the listener ends it in time
                line.settimeout(10)
                assert line.recv(100).startswith(b"HTTP/1.1 408")
    assert count(hospital, message) == 0
    assert outcome(hospital, post(hospital, port, by, message, body))[0] == "taken"
    assert count(hospital, message) == 1


@pytest.mark.parametrize("does", ["redirect_parts", "redirect_asking"])
def test_no_part_follows_a_redirect(hospital: Hospital, sent: int, carrying: Any, does: str) -> None:
    with receiving(hospital, f"机构{does}", does=does, seconds=5) as (there, to):
        one = queue(hospital, to, sent, b"<xml>" + bytes(3 * PART) + b"</xml>")
        until(lambda: state(one)[1] == "redirect", 15)
        assert (there.elsewhere, one.row().receipt) == (0, None)


def test_the_case_of_names(hospital: Hospital, by: Party, port: int, sent: int, carrying: Any) -> None:
    """A host's name has no case; a partner's code and its keys' names have: another spelling is another partner."""
    with receiving(hospital, "大小写医院") as (there, to):
        from jingui.store.models import Channel

        row = Channel.objects.get(pk=to.channel)
        row.address = row.address.replace("localhost", "LocalHost")
        hospital.keep(row, new=False)
        one = queue(hospital, to, sent)
        until(lambda: state(one)[0] == "receipted", 20)
        assert there.taken[str(one.message)] == one.content
    spelled = party(hospital, "小写医院", uscc="12X" + "abc" * 5)
    assert hospital.renew()  # type: ignore[attr-defined]
    for who, changes in ((by, {"sender": by.uscc.lower()}), (spelled, {"sender": spelled.uscc.upper()}),
                         (by, {"receiver": OURS.lower()})):  # fmt: skip
        before = entries(hospital)
        message, body = sealed(hospital, who, document(), media=Media.FHIR, **changes)
        answer = post(hospital, port, who, message, body)
        assert (answer.status_code, answer.json()["reason"]) == (403, "sender")
        assert (entries(hospital), count(hospital, message)) == (before + 1, 0)
    agreement = sealed(hospital, by, document(), media=Media.FHIR, agreement="协议-X".lower())
    assert outcome(hospital, post(hospital, port, by, *agreement)) == ("refused", "agreement")


def test_ten_minutes_heal_by_themselves(hospital: Hospital, sent: int, carrying: Any) -> None:
    """Told that the clocks differ, the sender keeps it; once they agree it is sealed anew and arrives once."""
    with receiving(hospital, "慢钟医院", does="late", seconds=5) as (there, to):
        one = queue(hospital, to, sent)
        until(lambda: state(one) == ("queued", "late"), 15)
        there.does = ""
        hospital.sql("UPDATE transmission SET next = now() WHERE transmission_id = %s", one.number)
        until(lambda: state(one)[0] == "receipted", 20)
        assert list(there.taken) == [str(one.message)]
        assert hospital.sql("SELECT count(*) > 0 FROM entry WHERE verb = 'send' AND decision IN ('allow', 'fail')") == [
            (True,)
        ]


def test_an_unknown_type_waits_and_says_so(hospital: Hospital, by: Party, port: int) -> None:
    for label in ("X9999", "", "周怀瑾"):
        message, body = sealed(hospital, by, arriving.cda(code=""), label=label)
        assert outcome(hospital, post(hospital, port, by, message, body)) == ("quarantined", "unknown_type")

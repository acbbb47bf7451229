"""五（一）3: carried over TLS to partners of every kind: good, slow, false, gone; nobody holds anybody else [5.1.1]"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jingui.carry import https, mllp
from jingui.carry.lanes import ABREAST, Lanes
from jingui.carry.spool import Spool
from jingui.config import gateway, gateway_tls
from jingui.core.words import Purpose, Verb
from jingui.crypto.certificates import fingerprint
from tests.gate.test_door import bundle
from tests.gateway.parties import Party, Queued, keys_of, party, queue
from tests.gateway.receiver import Receiver
from tests.hospital import Hospital


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


@pytest.fixture
def carrying(hospital: Hospital, tmp_path: Path) -> Iterator[Lanes]:
    """The sending process on a thread of its own."""
    hospital.sql("UPDATE transmission SET state = 'stopped', next = NULL WHERE state IN ('queued', 'sending')")
    lanes = Lanes(proofs=gateway.proofs(), spool=Spool(tmp_path / "spool"))
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(lanes.carry(stop)), daemon=True)
    thread.start()
    yield lanes
    loop.call_soon_threadsafe(stop.set)
    thread.join(20)
    assert not thread.is_alive()
    loop.close()


def until(what: Callable[[], Any], seconds: float = 15) -> Any:
    """What becomes true in time."""
    end = threading.Event()
    for _ in range(int(seconds / 0.05)):
        found = what()
        if found:
            return found
        end.wait(0.05)
    raise AssertionError("it did not become true")


def state(one: Queued) -> tuple[str, str]:
    row = one.row()
    return row.state, row.problem


@contextmanager
def receiving(hospital: Hospital, name: str, **more: Any) -> Iterator[tuple[Receiver, Party]]:
    """A partner whose gateway listens."""
    channel = {one: more.pop(one) for one in ("seconds", "most", "kind", "options", "network") if one in more}
    port = Receiver.free()
    kind = channel.get("kind", "https")
    address = f"https://localhost:{port}" if kind in ("https", "fhir") else f"localhost:{port}"
    to = party(hospital, name, address=address, **channel)
    ours = hospital.runtime.gateway_keys()
    with Receiver(keys=to.keys, partner=ours.tls.certificate, sign=ours.sign.certificate, uscc=to.uscc, port=port,
                  kind=kind, **more) as made:  # fmt: skip
        yield made, to


def test_a_parcel_arrives_once_with_its_receipt(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with receiving(hospital, "甲机构") as (there, to):
        several = [queue(hospital, to, patient, f"<xml>{n}</xml>".encode()) for n in range(20)]
        until(lambda: all(state(one)[0] == "receipted" for one in several))
        assert sorted(there.taken.values()) == sorted(one.content for one in several)
        assert there.posts == 20


def test_a_large_parcel_goes_on_where_it_was_cut(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with receiving(hospital, "乙机构", cut_after=3) as (there, to):
        one = queue(hospital, to, patient, bytes(range(256)) * 16_384, media="dicom")  # 4 MB, 7 parts when sealed
        until(lambda: there.cut, 20)
        hospital.sql("UPDATE transmission SET next = now() WHERE transmission_id = %s AND state = 'queued'", one.number)
        until(lambda: _again(hospital, one) == "receipted", 25)
        assert there.taken[str(one.message)] == one.content
        assert max(there.puts.values()) <= 2  # only the part that was cut came twice
        assert sum(there.puts.values()) <= len(there.puts) + 1


def _again(hospital: Hospital, one: Queued) -> str:
    hospital.sql("UPDATE transmission SET next = now() WHERE transmission_id = %s AND state = 'queued'", one.number)
    return state(one)[0]


@pytest.mark.parametrize(
    ("does", "problem"),
    [
        ("redirect", "redirect"), ("redirect_loopback", "redirect"), ("silent", "timeout"), ("close", "broken"),
        ("half", "timeout"), ("endless", "answer"), ("html", "answer"), ("busy", "busy"), ("late", "late"),
        ("false_receipt", "receipt"), ("other_receipt", "receipt"), ("empty", "answer"), ("garbage", "broken"),
    ],
)  # fmt: skip
def test_whoever_answers_falsely_gets_another_attempt_later(
    hospital: Hospital, patient: int, carrying: Lanes, does: str, problem: str
) -> None:
    with receiving(hospital, f"机构{does}", does=does, seconds=2) as (there, to):
        one = queue(hospital, to, patient)
        until(lambda: state(one) == ("queued", problem), 12)
        assert one.row().next > datetime.now(UTC)
        assert one.row().receipt is None
        assert there.elsewhere == 0


def test_a_look_alike_is_not_spoken_to(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with receiving(hospital, "真机构") as (there, to):
        there.pretend(to)  # another key, the same words in the certificate
        one = queue(hospital, to, patient)
        until(lambda: state(one) == ("queued", "tls"))
        assert there.posts == 0


def test_a_certificate_for_another_name_is_not_spoken_to(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with receiving(hospital, "异名机构") as (there, to):
        from jingui.store.models import Channel

        row = Channel.objects.get(pk=to.channel)
        row.address = f"https://127.0.0.2:{there.port}"  # the same machine by a name it has no certificate for
        hospital.keep(row, new=False)
        one = queue(hospital, to, patient)
        until(lambda: state(one) == ("queued", "tls"))
        assert there.posts == 0


@pytest.mark.parametrize(
    ("network", "address"),
    [("internet", "https://localhost:1"), ("internet", "https://10.0.0.1:1"), ("line", "https://169.254.169.254:1"),
     ("internet", "https://[::1]:1"), ("line", "https://0.0.0.0:1"), ("line", "https://a:b@localhost:1")],
)  # fmt: skip
def test_addresses_that_lead_elsewhere_are_not_connected_to(
    hospital: Hospital, patient: int, carrying: Lanes, network: str, address: str
) -> None:
    to = party(hospital, f"机构{network}{address}"[:60], network=network, address=address)
    one = queue(hospital, to, patient)
    until(lambda: state(one) == ("queued", "address"))


def test_a_name_that_changes_its_number_is_resolved_once(hospital: Hospital, monkeypatch: Any) -> None:
    from jingui.carry.places import place
    from jingui.carry.undelivered import Undelivered
    from jingui.core.sending import Consignment

    answers = [[("8.8.8.8", 443)], [("127.0.0.1", 443)], [("8.8.8.8", 443), ("10.0.0.8", 443)]]
    seen: list[str] = []

    async def resolving(self: Any, host: str, port: int, **_more: Any) -> Any:
        seen.append(host)
        return [(2, 1, 6, "", one) for one in answers.pop(0)]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolving)
    made = Consignment(
        message=__import__("uuid").uuid4(), channel=1, code="c", kind="https", address="https://partner.example.cn",
        options={}, network="internet", media="fhir", label="", body=b"", sealed=True, pins=(), roots=(), seconds=5,
        attempt=1,
    )  # fmt: skip
    assert asyncio.run(place(made)).numbers == ("8.8.8.8",)
    for _ in range(2):  # the second and third answers lead inside: refused, whatever the first said
        with pytest.raises(Undelivered) as error:
            asyncio.run(place(made))
        assert error.value.problem == "address"
    assert seen == ["partner.example.cn"] * 3


def test_one_who_is_slow_holds_nobody_else(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with (
        receiving(hospital, "慢机构", does="silent", seconds=30) as (_slow, to_slow),
        receiving(hospital, "快机构") as (fast, to_fast),
    ):
        for _ in range(ABREAST + 4):
            queue(hospital, to_slow, patient)
        until(lambda: _slow.posts >= ABREAST)
        began = datetime.now(UTC)
        several = [queue(hospital, to_fast, patient) for _ in range(10)]
        until(lambda: all(state(one)[0] == "receipted" for one in several), 10)
        assert (datetime.now(UTC) - began).total_seconds() < 8
        assert len(fast.taken) == 10
        assert _slow.posts == ABREAST  # no more than it may have at once


def test_a_pause_is_honoured_within_a_second_and_a_pace_is_kept(
    hospital: Hospital, patient: int, carrying: Lanes
) -> None:
    from jingui.store.models import Channel

    with receiving(hospital, "限速机构", most=120) as (there, to):
        several = [queue(hospital, to, patient) for _ in range(40)]
        until(lambda: there.posts >= 10)
        row = Channel.objects.get(pk=to.channel)
        row.state = "paused"
        hospital.keep(row, new=False)
        threading.Event().wait(1)
        at = there.posts
        threading.Event().wait(1.5)
        assert there.posts == at < 18  # two a second and a bucket of ten
        row.state = "open"
        hospital.keep(row, new=False)
        until(lambda: there.posts > at, 3)
    assert len(several) == 40


def renewed(hospital: Hospital, to: Party) -> bytes:
    """A newer certificate is pinned beside the one that the partner still shows; that one, as a receipt names it."""
    from jingui.store.models import PartnerCertificate

    der, now = keys_of(to.name, to.uscc).tls.certificate, datetime.now(UTC)
    number = int(hospital.sql("SELECT nextval(pg_get_serial_sequence('partner_certificate', 'id'))")[0][0])
    hospital.keep(
        PartnerCertificate(id=number, partner_id=to.id, use="tls", fingerprint=fingerprint(der), der=der, starts=now,
                           ends=now + timedelta(days=900))
    )  # fmt: skip
    return fingerprint(to.keys.tls.certificate).encode()


def test_mllp_to_a_partner(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    text = b"MSH|^~\\&|A|B|C|D|20261123||ADT^A08|M77|P|2.5\rPID|1"
    with receiving(hospital, "检验", kind="mllp") as (there, to):
        shown = renewed(hospital, to)
        one = queue(hospital, to, patient, text, media="hl7v2")
        until(lambda: state(one)[0] == "receipted")
        assert there.taken == {"M77": text}
        assert shown in bytes(one.row().receipt)
        assert b'"code":"AA"' in bytes(one.row().receipt)
    with receiving(hospital, "拒收", kind="mllp", does="reject", seconds=2) as (there, to):
        one = queue(hospital, to, patient, text, media="hl7v2")
        until(lambda: state(one) == ("queued", "answer"))
    with receiving(hospital, "他号", kind="mllp", does="other_receipt", seconds=2) as (there, to):
        one = queue(hospital, to, patient, text, media="hl7v2")
        until(lambda: state(one) == ("queued", "receipt"))


def test_fhir_to_a_partner(hospital: Hospital, patient: int, carrying: Lanes) -> None:
    with receiving(hospital, "接口", kind="fhir") as (there, to):
        shown = renewed(hospital, to)
        one = queue(hospital, to, patient, b'{"resourceType":"Bundle"}', media="fhir")
        until(lambda: state(one)[0] == "receipted")
        assert shown in bytes(one.row().receipt)
        assert list(there.taken.values()) == [b'{"resourceType":"Bundle"}']


def test_only_tls_1_2_and_forward_secrecy(hospital: Hospital) -> None:
    keys = hospital.runtime.gateway_keys()
    made = gateway_tls.client(keys.tls, (), ())
    assert made.minimum_version is ssl.TLSVersion.TLSv1_2
    assert made.check_hostname
    assert made.verify_mode is ssl.CERT_REQUIRED
    names = {one["name"] for one in made.get_ciphers()}
    assert names
    assert all(name.startswith(("TLS_", "ECDHE-")) for name in names)
    assert not any(weak in name for name in names for weak in ("CBC", "RC4", "3DES", "NULL", "MD5", "CCM"))


def test_small_readings() -> None:
    assert https.seconds("120") == 120
    assert https.seconds("7200") == 3600
    assert https.seconds("999999999") == https.seconds("soon") == 0
    assert mllp.field(b"MSH|^~\\&|a\rMSA|AA|7", b"MSA", 2) == "7"
    assert mllp.field(b"", b"MSA", 2) == mllp.field(b"MSA|AA", b"MSA", 2) == ""
    assert https.have(b'{"parts":[0,2,"x"]}') == {0, 2}
    assert https.have(b"[]") == https.have(b"{") == frozenset()
    assert https.refusal(b'{"code":"late"}') == "late"
    assert https.refusal(b'{"code":"consent"}') == "answer"  # nobody else ends a transmission of ours

"""五（一）3: sent by the gateway, received by the gateway: once, whatever comes again, late or changed [5.1.3]"""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from jingui.api.gateway import Receiving
from jingui.api.gateway_listener import Listener
from jingui.carry.lanes import Lanes
from jingui.carry.spool import Spool
from jingui.config import gateway, gateway_tls
from jingui.core.gateway_wire import JOSE, MESSAGES, PART
from jingui.core.transmit import Media, Parcel
from jingui.core.words import Purpose, Verb
from jingui.crypto import jose
from jingui.crypto.certificates import fingerprint
from tests.gate.test_door import bundle
from tests.gateway.parties import OURS, Party, keys_of, party, queue
from tests.gateway.receiver import Receiver
from tests.gateway.test_sending_wire import until
from tests.hospital import Hospital

TIMES = 1000


@pytest.fixture(scope="module")
def port() -> int:
    return Receiver.free()


@pytest.fixture(scope="module")
def itself(hospital: Hospital, port: int) -> Party:
    """A partner that is this very house: what it sends comes back in by the other way."""
    to = party(hospital, "对端", uscc=OURS, address=f"https://localhost:{port}", keys=hospital.runtime.gateway_keys())
    assert to.keys is hospital.runtime.gateway_keys()
    return to


@pytest.fixture(scope="module")
def listening(hospital: Hospital, itself: Party, port: int) -> Iterator[gateway_tls.Renewed]:
    """The receiving process on a thread."""
    from jingui.gate.receiving_senders import anchors, proven, stranger

    loop = asyncio.new_event_loop()
    tls = gateway_tls.Renewed(lambda: gateway.keys().tls, anchors)
    listener = Listener(answer=Receiving(proven=proven, stranger=stranger).answer)
    server = loop.run_until_complete(listener.start("127.0.0.1", port, tls.listening))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield tls

    async def end() -> None:
        server.close()
        for task in list(listener.open):
            task.cancel()
        await asyncio.gather(*listener.open, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


def ask(port: int, keys: Any, house: Any, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
    pin = house.tls.certificate
    context = gateway_tls.client(keys.tls, (fingerprint(pin),), (pin,))
    with httpx.Client(verify=context, trust_env=False, timeout=30) as client:
        return client.request(
            method, f"https://localhost:{port}{path}", content=body, headers={"content-type": JOSE, **headers}
        )


def sealed(hospital: Hospital, content: bytes = b"<xml/>", **more: Any) -> tuple[UUID, bytes]:
    ours, message = hospital.runtime.gateway_keys(), uuid4()
    said: dict[str, Any] = {
        "message": message, "sender": OURS, "receiver": OURS, "purpose": "rescue", "media": Media.CDA, "label": "",
        "agreement": more.pop("number"), "made": hospital.runtime.clock.now(), "content": content, **more,
    }  # fmt: skip
    return said["message"], jose.pack(Parcel(**said), ours.sign, ours.encrypt.certificate)


def number(hospital: Hospital, to: Party) -> str:
    return str(hospital.sql("SELECT number FROM agreement WHERE id = %s", to.agreement)[0][0])


def received(hospital: Hospital, message: UUID) -> list[tuple[Any, ...]]:
    return hospital.sql("SELECT state, reason, receipt FROM received WHERE message = %s", message)


def test_sent_and_received_with_one_receipt(
    hospital: Hospital, itself: Party, listening: Any, patient: int, tmp_path: Path
) -> None:
    several = [queue(hospital, itself, patient, f"<xml>{n}</xml>".encode()) for n in range(10)]
    large = queue(hospital, itself, patient, b"<xml>" + bytes(3 * PART) + b"</xml>")
    lanes, stop, loop = Lanes(proofs=gateway.proofs(), spool=Spool(tmp_path)), asyncio.Event(), asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(lanes.carry(stop)), daemon=True)
    thread.start()
    try:
        until(lambda: all(one.row().receipt for one in [*several, large]), 40)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
    for one in [*several, large]:
        row, ((state, _reason, receipt),) = one.row(), received(hospital, one.message)
        assert bytes(row.receipt) == bytes(receipt)  # both sides keep the very same
        assert row.state == {"taken": "receipted", "quarantined": "quarantined", "refused": "refused"}[state]
    assert hospital.sql("SELECT count(*) FROM received_part") == [(0,)]


def test_a_thousand_repeats_are_one(hospital: Hospital, itself: Party, listening: Any, port: int) -> None:
    message, body = sealed(hospital, number=number(hospital, itself))
    keys = hospital.runtime.gateway_keys()
    pin = keys.tls.certificate

    def repeat(times: int) -> Counter[tuple[int, bytes]]:
        context = gateway_tls.client(keys.tls, (fingerprint(pin),), (pin,))
        with httpx.Client(verify=context, trust_env=False, timeout=60) as client:
            heard = [
                client.post(
                    f"https://localhost:{port}{MESSAGES}{message}", content=body, headers={"content-type": JOSE}
                )
                for _ in range(times)
            ]
        return Counter((one.status_code, one.content) for one in heard)

    with ThreadPoolExecutor(4) as hands:
        found = sum(hands.map(repeat, [TIMES // 4] * 4), Counter())
    assert len(found) == 1, [(status, said[:80], n) for (status, said), n in found.items()]
    ((status, receipt), times), *_ = found.items()
    assert (status, times) == (200, TIMES)
    assert [bytes(one[2]) for one in received(hospital, message)] == [receipt]


def test_what_is_changed_late_or_of_strangers_is_not_taken(
    hospital: Hospital, itself: Party, listening: Any, port: int
) -> None:
    keys, agreed = hospital.runtime.gateway_keys(), number(hospital, itself)
    message, body = sealed(hospital, number=agreed)
    assert ask(port, keys, keys, "POST", f"{MESSAGES}{message}", body).status_code == 200
    _, other = sealed(hospital, b"<other/>", number=agreed, message=message)
    changed = ask(port, keys, keys, "POST", f"{MESSAGES}{message}", other)
    assert (changed.status_code, changed.json()["code"]) == (409, "changed")
    old, body = sealed(hospital, number=agreed, made=hospital.runtime.clock.now() - timedelta(minutes=10))
    late = ask(port, keys, keys, "POST", f"{MESSAGES}{old}", body)
    assert (late.status_code, late.json()["code"]) == (409, "late")
    assert late.headers["jingui-time"]
    assert received(hospital, old) == []
    elsewhere = uuid4()  # a parcel under another number than its own
    assert ask(port, keys, keys, "POST", f"{MESSAGES}{elsewhere}", body).status_code == 403
    bent = bytearray(body)
    bent[len(bent) // 2] ^= 1
    assert ask(port, keys, keys, "POST", f"{MESSAGES}{old}", bytes(bent)).status_code == 403
    with pytest.raises(httpx.TransportError):
        ask(port, keys_of("他人", "X"), keys, "POST", f"{MESSAGES}{old}", body)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("POST", "/gateway/messages/", 404), ("POST", "/gateway/messages/../fhir", 404),
     ("DELETE", f"{MESSAGES}{uuid4()}", 404), ("POST", f"{MESSAGES}{uuid4()}/parts/1", 404),
     ("PUT", f"{MESSAGES}{uuid4()}/parts/x", 400), ("PUT", f"{MESSAGES}{uuid4()}/parts/-1", 400),
     ("POST", f"{MESSAGES}{str(uuid4()).upper()}", 404), ("GET", f"{MESSAGES}{uuid4()}", 200),
     ("POST", f"{MESSAGES}{uuid4()}", 400)],
)  # fmt: skip
def test_addresses(
    hospital: Hospital, itself: Party, listening: Any, port: int, method: str, path: str, status: int
) -> None:
    keys = hospital.runtime.gateway_keys()
    assert ask(port, keys, keys, method, path).status_code == status


def test_parts_of_an_older_seal_give_way(hospital: Hospital, itself: Party, listening: Any, port: int) -> None:
    keys, path = hospital.runtime.gateway_keys(), f"{MESSAGES}{uuid4()}"

    def put(n: int, body: bytes, total: str) -> Any:
        return ask(port, keys, keys, "PUT", f"{path}/parts/{n}", body, **{"jingui-parts": total}).json()["parts"]

    assert put(0, b"a", "2") == [0]
    assert put(0, b"a", "2") == [0]
    assert put(1, b"b", "2") == [0, 1]
    assert put(0, b"c", "2") == [0]  # sealed anew
    assert put(1, b"d", "3") == [1]
    assert ask(port, keys, keys, "GET", path).json() == {"parts": [1]}
    whole = ask(port, keys, keys, "POST", path)
    assert (whole.status_code, whole.json()["reason"]) == (409, "parts")


def test_who_was_revoked_is_out_at_once(hospital: Hospital, listening: Any, port: int) -> None:
    from jingui.store.models import PartnerCertificate

    other = party(hospital, "将吊销机构")
    keys = hospital.runtime.gateway_keys()
    assert listening.renew()
    path = f"{MESSAGES}{uuid4()}"
    assert ask(port, other.keys, keys, "GET", path).status_code == 200
    row = PartnerCertificate.objects.get(partner_id=other.id, use="tls")
    row.revoked = hospital.runtime.clock.now()
    hospital.keep(row, new=False)
    before = hospital.sql("SELECT count(*) FROM entry WHERE verb = 'receive'")[0][0]
    answer = ask(port, other.keys, keys, "GET", path)  # the handshake still knows it, the door does not
    assert answer.status_code == 403
    assert hospital.sql("SELECT count(*) FROM entry WHERE verb = 'receive'")[0][0] == before + 1
    assert listening.renew()
    with pytest.raises(httpx.TransportError):
        ask(port, other.keys, keys, "GET", path)

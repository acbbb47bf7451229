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

from jingui.carry.lanes import Lanes
from jingui.carry.spool import Spool
from jingui.config import gateway, gateway_tls
from jingui.core.gateway_wire import JOSE, MESSAGES, PART
from jingui.core.words import Purpose, Verb
from tests.gate.test_door import bundle
from tests.gateway.listening import ask, client, sealed
from tests.gateway.listening import listening as listener
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
    with listener(port) as tls:
        yield tls


@pytest.fixture(scope="module")
def patient(hospital: Hospital) -> int:
    made = hospital.enter("his", *bundle(), verb=Verb.ENTER, purpose=Purpose.OPERATION).made
    return int(hospital.runtime.ids.internal(made[0].id)[0])


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
    message, body = sealed(hospital, itself, b"<xml/>")
    keys = hospital.runtime.gateway_keys()

    def repeat(times: int) -> Counter[tuple[int, bytes]]:
        with client(keys, keys) as one:
            heard = [
                one.post(f"https://localhost:{port}{MESSAGES}{message}", content=body, headers={"content-type": JOSE})
                for _ in range(times)
            ]
        return Counter((one.status_code, one.content) for one in heard)

    with ThreadPoolExecutor(4) as hands:
        found = sum(hands.map(repeat, [TIMES // 4] * 4), Counter())
    assert len(found) == 1, [(status, said[:80], n) for (status, said), n in found.items()]
    ((status, receipt), times), *_ = found.items()
    assert (status, times) == (200, TIMES)
    assert [bytes(one[2]) for one in received(hospital, message)] == [receipt]


def test_threads_leave_no_connection_behind(hospital: Hospital, itself: Party, listening: Any, port: int) -> None:
    """More threads than the process has connections, all at once, again and again: everybody is answered."""
    held = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    before = hospital.sql(held)[0][0]
    keys, path = hospital.runtime.gateway_keys(), f"https://localhost:{port}{MESSAGES}"

    def many(_: int) -> set[int]:
        with client(keys, keys) as one:
            asked = [one.get(f"{path}{uuid4()}").status_code for _ in range(10)]
            return {*asked, *(one.post(f"{path}{uuid4()}").status_code for _ in range(10))}  # both kinds of threads

    with ThreadPoolExecutor(12) as hands:
        assert set().union(*hands.map(many, range(12))) == {200, 400}
    until(lambda: hospital.sql(held)[0][0] <= before)


def test_what_is_changed_late_or_of_strangers_is_not_taken(
    hospital: Hospital, itself: Party, listening: Any, port: int
) -> None:
    keys = hospital.runtime.gateway_keys()
    message, body = sealed(hospital, itself, b"<xml/>")
    assert ask(port, keys, keys, "POST", f"{MESSAGES}{message}", body).status_code == 200
    _, other = sealed(hospital, itself, b"<other/>", message=message)
    changed = ask(port, keys, keys, "POST", f"{MESSAGES}{message}", other)
    assert (changed.status_code, changed.json()["code"]) == (409, "changed")
    old, body = sealed(hospital, itself, b"<xml/>", made=hospital.runtime.clock.now() - timedelta(minutes=10))
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
     ("DELETE", f"{MESSAGES}NEW", 404), ("POST", f"{MESSAGES}NEW/parts/1", 404),
     ("PUT", f"{MESSAGES}NEW/parts/x", 400), ("PUT", f"{MESSAGES}NEW/parts/-1", 400),
     ("POST", f"{MESSAGES}LOUD", 404), ("GET", f"{MESSAGES}NEW", 200), ("POST", f"{MESSAGES}NEW", 400)],
)  # fmt: skip
def test_addresses(
    hospital: Hospital, itself: Party, listening: Any, port: int, method: str, path: str, status: int
) -> None:
    keys, made = hospital.runtime.gateway_keys(), str(uuid4())
    path = path.replace("NEW", made).replace("LOUD", made.upper())
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

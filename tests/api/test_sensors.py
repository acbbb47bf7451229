"""三（一）2: what a sensor, a broken one, or somebody who is none may send [3.1.2] [2.1.2] [6.1.2]"""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from jingui.core.climate import RegisterSensor
from jingui.core.words import Verb
from tests.hospital import Hospital

CSV = "text/csv; charset=utf-8"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """Nobody came before."""
    from jingui.api import sensors

    sensors.unknown._seen.clear()
    sensors.each._seen.clear()
    yield
    sensors.unknown._seen.clear()
    sensors.each._seen.clear()


def post(
    body: bytes, token: str = "", kind: str = "application/json", method: str = "POST", declared: int = -1
) -> tuple[int, dict[bytes, bytes], Any]:
    """One request straight into the ASGI application."""
    from jingui.api import sensors
    from jingui.gate import plane

    sent: list[dict[str, Any]] = []
    headers = [(b"content-type", kind.encode()), (b"accept-language", b"en")]
    if token:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    if declared >= 0:
        headers.append((b"content-length", b"%d" % declared))
    scope = {
        "type": "http", "method": method, "path": "/sensors/readings", "query_string": b"", "headers": headers,
        "client": ("10.1.2.3", 1), "scheme": "http",
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    asyncio.run_coroutine_threadsafe(sensors.handle(scope, receive, send), plane.current().loop).result(60)
    return sent[0]["status"], dict(sent[0]["headers"]), json.loads(sent[1]["body"])


@pytest.fixture(scope="module")
def token(hospital: Hospital) -> str:
    """A registered sensor's token, which only its owner has."""
    from jingui.gate import door
    from jingui.gate.rows import next_id
    from jingui.store.models import Storeroom

    room = hospital.keep(Storeroom(id=next_id(Storeroom), name="接口库", person_id=hospital.people["archivist"]))
    secret, digest = door.new_token()
    data = RegisterSensor(
        storeroom=room.pk, name="api", quantity="humidity", low=45_000, high=60_000, every=60, token=digest,
        person=hospital.people["archivist"],
    )  # fmt: skip
    hospital.write("archivist", Verb.REGISTER_SENSOR, data)
    return secret


def batch(*pairs: tuple[Any, Any]) -> bytes:
    return json.dumps({"readings": [{"at": at, "value": value} for at, value in pairs]}).encode()


def count(hospital: Hospital) -> int:
    return int(hospital.sql("SELECT count(*) FROM sensor_reading")[0][0])


def test_a_batch_is_counted_and_a_replay_changes_nothing(hospital: Hospital, token: str) -> None:
    now = hospital.now().replace(microsecond=0)
    sent = batch(*(((now - timedelta(minutes=n)).isoformat(), 50 + n / 8) for n in (3, 1, 2, 0)))
    status, headers, said = post(sent, token)
    assert (status, said) == (200, {"new": 4, "known": 0, "other": 0, "absurd": 0})
    entry = headers[b"x-jingui-entry"].decode()
    assert hospital.sql("SELECT verb, decision, person_id FROM entry WHERE id = %s", entry) == [
        ("take_readings", "allow", None)
    ]
    head = hospital.sql(
        "SELECT convert_from(head, 'UTF8') || convert_from(private, 'UTF8') FROM entry WHERE id = %s", entry
    )
    assert token not in head[0][0]
    before = count(hospital)
    assert post(sent, token)[2] == {"new": 0, "known": 4, "other": 0, "absurd": 0}
    assert count(hospital) == before


def test_csv_with_and_without_a_heading(hospital: Hospital, token: str) -> None:
    base = hospital.now().replace(microsecond=0) - timedelta(hours=5)
    lines = [f"{(base + timedelta(minutes=n)).isoformat()},{55 + n}" for n in range(3)]
    assert post(("at,value\r\n" + "\r\n".join(lines)).encode(), token, CSV)[2]["new"] == 3
    assert post("\n".join(lines).encode(), token, CSV)[2]["known"] == 3


def test_what_is_no_batch_changes_nothing(hospital: Hospital, token: str) -> None:
    at = hospital.now().isoformat()
    before = count(hospital)
    for body, kind in (
        (b"", "application/json"), (b"[]", "application/json"), (b'{"readings": 5}', "application/json"),
        (b'{"readings":[{"at":"' + at.encode() + b'","value":NaN}]}', "application/json"),
        (b'{"readings":[{"at":"' + at.encode() + b'","value":Infinity}]}', "application/json"),
        (batch((at, "NaN")), "application/json"), (batch((at, None)), "application/json"),
        (batch((at, True)), "application/json"), (batch((at, [1])), "application/json"),
        (batch(("yesterday", 50)), "application/json"), (batch(("2026-11-23T08:00:00", 50)), "application/json"),
        (batch(("0001-01-01T00:00:00+14:00", 50)), "application/json"),
        (batch((at, 50), ("9999-12-31T23:59:59-14:00", 50)), "application/json"),
        (b"\xff\xfe", CSV), (b"at,value\n" + at.encode() + b",NaN", CSV), (at.encode(), CSV),
        (at.encode() + b",1,2,3", CSV), (at.encode() + b",=1+1", CSV), (b"[" * 100_000, "application/json"),
        (batch(((hospital.now() + timedelta(minutes=20)).isoformat(), 50)), "application/json"),
    ):  # fmt: skip
        status, _, said = post(body, token, kind)
        assert status == 400, (body[:60], said)
        assert said["code"]
    assert count(hospital) == before


def test_ten_megabytes_are_refused_before_they_are_read(hospital: Hospital, token: str) -> None:
    before = count(hospital)
    assert post(b"x", token, declared=10 * 1024 * 1024)[0] == 413
    assert post(b" " * (10 * 1024 * 1024), token)[0] == 413
    at = hospital.now().isoformat()
    assert post("\n".join([f"{at},50"] * 20_001).encode(), token, CSV)[0] == 413
    assert count(hospital) == before


def test_an_unknown_token_learns_nothing_and_is_entered(hospital: Hospital, token: str) -> None:
    good = batch((hospital.now().isoformat(), 50))
    entries = hospital.sql("SELECT count(*) FROM entry")[0][0]
    answers = [post(good, wrong) for wrong in ("jg_" + "A" * 43, token[:-1] + "_", "x")]
    said = {(status, json.dumps(body)) for status, _, body in answers}
    assert len(said) == 1
    assert next(iter(said))[0] == 401
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] == entries + 3
    assert hospital.sql("SELECT count(*) FROM entry WHERE verb = 'take_readings' AND decision = 'deny'")[0][0] >= 3
    assert post(good)[0] == 401
    assert post(good, "y" * 500)[0] == 401
    assert post(good, token, method="GET")[0] == 404


def test_a_guesser_does_not_fill_the_ledger(hospital: Hospital, token: str) -> None:
    good = batch((hospital.now().isoformat(), 50))
    before = hospital.sql("SELECT count(*) FROM entry")[0][0]
    statuses = [post(good, f"jg_{n:043d}")[0] for n in range(60)]
    assert statuses.count(401) == 30
    assert statuses.count(429) == 30
    assert hospital.sql("SELECT count(*) FROM entry")[0][0] - before == 30
    assert post(good, token)[0] == 200  # a sensor behind the same address is not shut out


def test_a_sensor_that_storms_is_slowed(hospital: Hospital, token: str) -> None:
    at = hospital.now().isoformat()
    statuses = [post(batch((at, 51)), token)[0] for _ in range(130)]
    assert statuses.count(200) == 120
    assert statuses.count(429) == 10

"""五（一）: hostile requests at the FHIR interface: odd paths, odd numbers, dripping bodies, endless names [5.1.2]"""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import orjson
import pytest

from jingui.api import fhir, fhir_write, wire
from jingui.gate import door, plane
from tests.api.client import token_for
from tests.gate.test_attacks_entering import count, observation
from tests.gate.test_charts import admit
from tests.hospital import Hospital


class Caller:
    """Speaks ASGI to the interface on the plane's own loop."""

    def __init__(self, token: str) -> None:
        self.token = token

    def call(
        self, method: str, path: str, body: bytes = b"", query: bytes = b"",
        parts: list[Mapping[str, Any]] | None = None, **headers: str,
    ) -> tuple[int, dict[bytes, bytes], bytes]:  # fmt: skip
        """(status, headers, body)."""
        sent: list[Mapping[str, Any]] = []
        waiting = list(parts) if parts is not None else [{"type": "http.request", "body": body}]

        async def receive() -> Mapping[str, Any]:
            if not waiting:
                await asyncio.sleep(30)
            return waiting.pop(0)

        async def send(message: Mapping[str, Any]) -> None:
            sent.append(message)

        named = {"authorization": f"Bearer {self.token}", "content-type": "application/fhir+json", "host": "h"}
        named |= headers
        scope = {
            "type": "http", "method": method, "path": path, "query_string": query, "client": ("127.0.0.1", 1),
            "scheme": "http", "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in named.items()],
        }  # fmt: skip
        asyncio.run_coroutine_threadsafe(fhir.handle(scope, receive, send), plane.current().loop).result(30)
        return sent[0]["status"], dict(sent[0]["headers"]), b"".join(one.get("body", b"") for one in sent[1:])


@pytest.fixture(scope="module")
def doctor(hospital: Hospital) -> Caller:
    return Caller(token_for(hospital, hospital.actors["doctor"]))


@pytest.fixture(scope="module")
def his(hospital: Hospital) -> Caller:
    return Caller(token_for(hospital, hospital.actors["his"], "system/*.cruds"))


@pytest.fixture(scope="module")
def one(hospital: Hospital) -> tuple[str, ...]:
    return admit(hospital, "接口攻击", "61000001")


@pytest.mark.parametrize(
    "path", ["/fhirPatient/{}", "/fhirx/Patient/{}", "/FHIR/Patient/{}", "/fhir/../fhir/Patient/{}", "/fhir/patient/{}",
             "/fhir/Patient/{}/", "/fhir/Patient/{}/_history/²", "/fhir/Patient/{}/_history/99999999999999999999",
             "/fhir/Patient/{}/_history/0", "/fhir/Patient/{}%00", "/fhir/Patient/\uff46{}", "/fhir/Observation/{}",
             "/fhir/Patient/" + "f" * 32, "/fhir/Patient/{}/x/y/z", "/fhir/_/_", "/fhir/Patient/$everything"],
)  # fmt: skip
def test_odd_paths_are_answered_soon_and_never_500(
    hospital: Hospital, doctor: Caller, one: tuple[str, ...], path: str
) -> None:
    status, headers, body = doctor.call("GET", path.format(one[0]))
    if path == "/fhir/Patient/{}/":
        assert status == 200  # the same address
        return
    assert status in (400, 403, 404, 405), body
    assert headers[b"cache-control"] == b"no-store"
    assert "接口攻击".encode() not in body


@pytest.mark.parametrize("method", ["OPTIONS", "DELETE", "PATCH", "TRACE", "CONNECT", "GETX"])
def test_other_methods_do_not_exist(doctor: Caller, one: tuple[str, ...], method: str) -> None:
    assert doctor.call(method, f"/fhir/Patient/{one[0]}")[0] == 405


@pytest.mark.parametrize("value", ["²", 'W/"²"', "9" * 5000, "*", 'W/"x"', "-1"])
def test_odd_versions_never_overwrite(hospital: Hospital, his: Caller, one: tuple[str, ...], value: str) -> None:
    body = orjson.dumps({**observation(one[0]), "id": one[2]})
    before = count(hospital, "record_version")
    assert his.call("PUT", f"/fhir/Observation/{one[2]}", body, if_match=value)[0] in (400, 412)
    assert count(hospital, "record_version") == before


def test_an_odd_version_in_a_bundle_never_overwrites(hospital: Hospital, his: Caller, one: tuple[str, ...]) -> None:
    entry = {
        "resource": {**observation(one[0]), "id": one[2]},
        "request": {"method": "PUT", "url": f"Observation/{one[2]}", "ifMatch": 'W/"abc"'},
    }
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    before = count(hospital, "record_version")
    status, _, _ = his.call("POST", "/fhir", orjson.dumps(bundle), x_jingui_purpose="operation")
    assert status == 412
    assert count(hospital, "record_version") == before


LONG = b"9" * 4000


@pytest.mark.parametrize("query", [b"_count=%C2%B2", b"_page=%C2%B2", b"_page=" + LONG, b"_count=" + LONG])
def test_odd_counts_and_cursors(doctor: Caller, one: tuple[str, ...], query: bytes) -> None:
    assert doctor.call("GET", f"/fhir/Patient/{one[0]}/$everything", query=query)[0] == 400


def test_names_of_hosts_do_not_fill_the_memory(doctor: Caller) -> None:
    for n in range(40):
        assert doctor.call("GET", "/fhir/metadata", host=f"h{n}.example")[0] == 200
    assert fhir.statement.cache_info().currsize <= 16


def test_a_dripping_body_is_cut_off(his: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "BODY_SECONDS", 0.2)
    drip = [{"type": "http.request", "body": b"{", "more_body": True}]
    assert his.call("POST", "/fhir/Observation", parts=drip)[0] == 408


def test_a_body_cut_short_changes_nothing(hospital: Hospital, his: Caller) -> None:
    before = count(hospital)
    cut = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    assert his.call("POST", "/fhir/Observation", parts=cut)[0] == 400
    assert count(hospital) == before


def test_an_unforeseen_error_is_logged_without_its_words(
    doctor: Caller, one: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("DETAIL: Key (name)=(接口攻击)")

    monkeypatch.setattr(door, "asheet", broken)
    with caplog.at_level(logging.DEBUG):
        status, _, body = doctor.call("GET", f"/fhir/Patient/{one[0]}")
    assert status == 500
    assert "RuntimeError" in caplog.text
    assert "接口攻击" not in caplog.text
    assert "接口攻击".encode() not in body


def test_a_batch_goes_a_few_at_a_time_and_tells_each_outcome(
    hospital: Hospital, doctor: Caller, one: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One entry that breaks does not hide that the others stand; nobody's batch takes every lane."""
    busy = most = calls = 0
    honest = door.asheet

    async def watched(operation: Any) -> Any:
        nonlocal busy, most, calls
        calls += 1
        if calls == 5:
            raise RuntimeError
        busy += 1
        most = max(most, busy)
        try:
            return await honest(operation)
        finally:
            busy -= 1

    monkeypatch.setattr(door, "asheet", watched)
    entries = [{"request": {"method": "GET", "url": f"Observation/{one[2]}"}}] * 120
    status, _, body = doctor.call(
        "POST", "/fhir", orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})
    )
    assert status == 200
    statuses = [each["response"]["status"][:3] for each in orjson.loads(body)["entry"]]
    assert statuses.count("200") == 119
    assert statuses.count("500") == 1
    assert most <= fhir_write.AT_ONCE

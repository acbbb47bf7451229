"""Bad input over HTTP: the right refusal within two seconds, nothing written, memory bounded [2.2.2] [5.1.2]"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.api.admitting import admit
from tests.api.client import FHIR, Served
from tests.api.samples import P, entry, observation, patient, transaction

SECONDS = 2.0
MEGABYTES = 200


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "坏一坏", "77000001")


def resident(served: Served) -> int:
    """Megabytes of the worker's processes."""
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if process.name == str(served.pid) or parent == str(served.pid):
                total += int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except (OSError, IndexError):
            continue
    return total // 2**20


@pytest.fixture(scope="module", autouse=True)
def bounded(served: Served, chart: list[str]) -> Iterator[None]:
    """After everything in this file the worker is hardly larger and no log holds content."""
    before = resident(served)
    yield
    after = resident(served)
    assert 0 < after - before + 1_000_000 < MEGABYTES + 1_000_000, f"{before} MB, then {after} MB"
    text = served.log.read_text("utf-8", errors="replace")
    assert "坏一坏" not in text
    assert "Traceback" not in text, text[-3000:]


def refused(served: Served, call: Callable[[], requests.Response], *statuses: int) -> requests.Response:
    """The answer of a call that must be refused with one of `statuses`, soon and without a trace in the store."""
    before, started = served.counts(), time.monotonic()
    answer = call()
    took = time.monotonic() - started
    assert answer.status_code in statuses, (answer.status_code, answer.text[:500])
    assert took <= SECONDS, f"{took:.2f} s"
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.headers["cache-control"] == "no-store"
    assert served.counts() == before
    return answer


RAW = (
    b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"%s"},'
    b'"note":[{"text":%s}]}'
)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/xml", "application/fhir+xml", "multipart/form-data", "",
    "application/json; charset=gbk",
     "application/fhir+json; charset=utf-16", "application/x-www-form-urlencoded", "application/fhir+json;charset="],
)  # fmt: skip
def test_another_media_type_or_charset(served: Served, chart: list[str], kind: str) -> None:
    body = RAW % (chart[0].encode(), b'"x"')
    refused(served, lambda: served.post("Observation", body, Content_Type=kind), 400, 415)


DEEP = 100_000
BODIES: dict[str, bytes] = {
    "nothing": b"", "blank": b" ", "half an object": b'{"resourceType":"Observation",', "a list": b"[]", "text": b'"x"',
    "null": b"null", "number": b"1", "no type": b"{}", "garbage": bytes(range(256)) * 10, "two values": b"{}{}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP, "deep lists": b"[" * DEEP + b"]" * DEEP,
    "deep and open": b'{"a":[' * DEEP,
    "deep extension": b'{"resourceType":"Observation","extension":' + b'[{"extension":' * 200
    + b"[]" + b"}]" * 200 + b"}",
    "key twice": b'{"resourceType":"Observation","status":"final","status":"amended"}',
    "NaN": b'{"resourceType":"Observation","a":NaN}',
    "Infinity": b'{"resourceType":"Observation","valueQuantity":{"value":-Infinity}}', "huge exponent":
    b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":1e999999999}}',
    "a million digits": b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":{"value":'
    + b"9" * 1_000_000 + b"}}",
    "lone surrogate": b'{"resourceType":"Observation","status":"final","code":{"text":"\\ud800"}}',
    "broken UTF-8": b'{"resourceType":"Observation","status":"final","code":{"text":"\xff\xfe"}}',
    "surrogate as UTF-8": b'{"resourceType":"Observation","status":"final","code":{"text":"\xed\xa0\x80"}}',
    "NUL escaped": b'{"resourceType":"Observation","status":"final","code":{"text":"a\\u0000b"}}',
    "NUL": b'{"resourceType":"Observation","status":"final","code":{"text":"a\x00b"}}', "GB18030":
    '{"resourceType":"Observation","status":"final","code":{"text":"体温"}}'.encode("gb18030"),
    "BOM": b"\xef\xbb\xbf{}", "comment": b'{"resourceType":"Observation"/* */}',
    "single quotes": b"{'resourceType':'Patient'}",
    "prototype": b'{"resourceType":"Observation","__proto__":{"admin":true}}',
    "type twice in case": b'{"resourceType":"Observation","ResourceType":"Patient"}',
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_bodies(served: Served, chart: list[str], name: str) -> None:
    for address in ("Observation", ""):
        refused(served, lambda a=address: served.post(a, BODIES[name]), 400, 413, 422)  # type: ignore[misc]


def test_fifty_megabytes(served: Served, chart: list[str]) -> None:
    body = RAW % (chart[0].encode(), b'"' + b"x" * 50_000_000 + b'"')
    refused(served, lambda: served.post("Observation", body), 413)


def test_fifty_megabytes_without_a_length(served: Served, chart: list[str]) -> None:
    """Chunked: refused as soon as the limit is passed, long before the end."""

    def chunks() -> Iterator[bytes]:
        yield RAW[:60]
        for _ in range(500):
            yield b"x" * 100_000

    before = served.counts()
    try:
        answer = requests.post(
            f"{served.base}/Observation", data=chunks(), timeout=20,
            headers={"Authorization": f"Bearer {served.tokens['his']}", "Content-Type": FHIR},
        )  # fmt: skip
        assert answer.status_code == 413
    except requests.ConnectionError:
        pass  # it hung up on us while we were still sending: as good
    assert served.counts() == before
    assert served.get(chart[0]).status_code == 200


def test_sixteen_megabytes_of_many_small_things(served: Served, chart: list[str]) -> None:
    many = b"[" + b",".join([b'{"text":"x"}'] * 1_000_000) + b"]"
    body = RAW[:-22] % chart[0].encode() + b',"note":' + many + b"}"
    before, started = served.counts(), time.monotonic()
    answer = served.post("Observation", body)
    assert answer.status_code in (201, 400, 413, 422), answer.text[:300]
    assert time.monotonic() - started < 60
    if answer.status_code != 201:
        assert served.counts() == before


def test_a_bundle_of_a_hundred_thousand(served: Served, chart: list[str]) -> None:
    one = b'{"fullUrl":"urn:uuid:%d","request":{"method":"POST","url":"Basic"}}'
    body = (
        b'{"resourceType":"Bundle","type":"transaction","entry":[' + b",".join(one % n for n in range(100_000)) + b"]}"
    )
    refused(served, lambda: served.post("", body), 413)


def test_a_cut_off_request_writes_nothing(served: Served, chart: list[str]) -> None:
    """Half a bundle, then silence or a hang-up."""
    body = transaction(entry(observation(chart[0]), P))
    import orjson

    raw = orjson.dumps(body)
    where = urlsplit(served.base)
    before = served.counts()
    for part in (raw[: len(raw) // 2], raw[:-1], b""):
        with socket.create_connection((where.hostname, where.port), 5) as connection:
            head = (
                f"POST /fhir HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.tokens['his']}\r\n"
                f"Content-Type: {FHIR}\r\nContent-Length: {len(raw)}\r\n\r\n"
            )
            connection.sendall(head.encode() + part)
    time.sleep(0.5)
    assert served.counts() == before
    assert served.get(chart[0]).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"status": "x" * 5000}, {"status": "nothing"}, {"effectiveDateTime": "yesterday"},
        {"effectiveDateTime": "2026-02-30"},
        {"effectiveDateTime": "10000-01-01"}, {"subject": {"reference": "Patient/" + "9" * 5000}}, {"subject": {}},
        {"subject": {"reference": "Patient/../../Patient/1"}}, {"subject": {"reference": "http://evil.example/Patient/1"}},
        {"subject": {"reference": "Group/1"}}, {"code": {}, "valueString": 5}, {"id": "x" * 65}, {"extension": {}},
        {"contained": [{"resourceType": "Nothing"}]}, {"text": {"status": "generated",
        "div": "<div><script>1</script></div>"}},
    ],
)  # fmt: skip
def test_wrong_values(served: Served, chart: list[str], change: dict[str, Any]) -> None:
    refused(served, lambda: served.post("Observation", {**observation(chart[0]), **change}), 400, 422)


@pytest.mark.parametrize(
    "at",
    ["0001-01-01", "0001", "9999-12-31", "9999", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1900-01"],
)
def test_times_at_the_edge(served: Served, chart: list[str], at: str) -> None:
    """Stored and found as given, or refused; never an error of ours."""
    answer = served.post("Observation", observation(chart[0], at=at))
    assert answer.status_code in (201, 400, 422), answer.text
    for prefix in ("eq", "ne", "lt", "gt", "ge", "le", "sa", "eb"):
        answer = served.get(f"Observation?patient={chart[0]}&date={prefix}{at.replace('+', '%2B')}")
        assert answer.status_code in (200, 400), (prefix, at, answer.text)
    period = {**observation(chart[0]), "effectivePeriod": {"start": at, "end": at}}
    del period["effectiveDateTime"]
    assert served.post("Observation", period).status_code in (201, 400, 422)
    encounter = {"resourceType": "Encounter", "status": "finished", "class": {"code": "IMP"},
                 "subject": {"reference": chart[0]},
                 "period": {"start": at, "end": at}}  # fmt: skip
    assert served.post("Encounter", encounter).status_code in (201, 400, 422)


@pytest.mark.parametrize(
    ("place", "name"),
    list(enumerate(["阿卜杜热合曼·买买提明·艾力" * 4, "\u202e倒写的名字", "𠮷野家", "\u00e9", "e\u0301", "ﬁ全角ＡＢＣ",
    "👨\u200d👩\u200d👧", "\u0e4a" * 30,
     "O'Brien; DROP TABLE patient;--", "<img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0", "㐀𠀀𪜀𬺰", "%00%0a",
     "\u200b\u200b"])),
)  # fmt: skip
def test_names_are_stored_as_given(served: Served, place: int, name: str) -> None:
    """R17: never merged, split or blank."""
    number = f"7790{place:04}"
    made = served.post("Patient", patient(name, number))
    assert made.status_code == 201, made.text
    encounter = {"resourceType": "Encounter", "status": "in-progress", "class": {"code": "IMP"},
                 "subject": {"reference": f"Patient/{made.json()['id']}"}, "period": {"start": "2026-11-18"},
                 "serviceType": {"coding": [{"system": "urn:jingui:department", "code": "xnk"}]}}  # fmt: skip
    assert served.post("Encounter", encounter).status_code == 201
    read = served.get(f"Patient/{made.json()['id']}")
    assert read.json()["name"][0]["text"] == name
    assert [
        one["id"] for one in (e["resource"] for e in served.get(f"Patient?identifier={number}").json()["entry"])
    ] == [made.json()["id"]]


@pytest.mark.parametrize(
    "path",
    ["Observation?" + "&".join(f"code={n}" for n in range(300)), "Observation?" + "x=" + "y" * 7000,
    "Observation?%ff=%fe",
     "Observation?patient=Patient/" + "1" * 4000, "Observation?_count=1e9", "Observation?_count=99999999999999999999",
     "Patient?name=%00", "Patient?name=" + "a" * 4000, "Patient?identifier=|", "Patient?identifier=%7C%7C",
     "Observation/" + "a" * 7000,
     "Patient?birthdate=0000-00-00", "Observation?code=%F0%9F%92%A9|", "Patient/$everything", "_history", "$convert",
     "Patient/_history", "Observation?patient=x'%20OR%201=1--&_sort=date", "%2e%2e/%2e%2e/etc/passwd", "Patient//",
     "//"],
)  # fmt: skip
def test_addresses(served: Served, chart: list[str], path: str) -> None:
    before, started = served.counts(), time.monotonic()
    answer = served.get(path)
    assert time.monotonic() - started <= SECONDS
    assert answer.status_code in (400, 403, 404, 405) or answer.json().get("total") == 0, answer.text
    assert served.counts() == before


def test_refused_writes_are_entered(served: Served, chart: list[str]) -> None:
    """What an authenticated writer failed to write leaves an entry that names the failure."""
    for body, status in (
        (observation("Patient/" + "0" * 32), 422), (observation(chart[0],
        hasMember=[{"reference": "urn:uuid:" + "0" * 36}]), 422),
    ):  # fmt: skip
        before = served.entries()
        answer = served.post("Observation", body)
        assert answer.status_code == status, answer.text
        assert served.entries() == before + 1
        assert served.hospital.sql("SELECT decision FROM entry ORDER BY id DESC LIMIT 1") == [("fail",)]

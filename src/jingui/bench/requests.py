"""The requests of each load as bytes on the wire."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, NamedTuple

from jingui.bench.resources import LOINC, observation

SEED = 20261122  # the same requests in every run
HOST = b"Host: 127.0.0.1\r\n"
MANY = 2_000  # different requests of one load


class Planned(NamedTuple):
    """One load: its name, its requests, how many connections send them, how many resources one request holds."""

    name: str
    requests: list[bytes]
    connections: int
    each: int


def hello() -> bytes:
    """A request that asks nothing."""
    return b"GET / HTTP/1.1\r\n" + HOST + b"\r\n"


def get(path: str, token: str) -> bytes:
    """A reading request for treatment."""
    return f"GET {path} HTTP/1.1\r\n".encode() + HOST + f"Authorization: Bearer {token}\r\n\r\n".encode()


def post(path: str, token: str, body: object) -> bytes:
    """A writing request of an interface."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nX-Jingui-Purpose: operation\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def plan(filled: dict[str, Any], connections: int, bundles: int) -> Iterator[Planned]:
    """The loads against the governed worker, in order: what only reads comes before what adds."""
    random = Random(SEED)  # noqa: S311 -- chooses which record is read next
    reader, writer, patients = filled["reader"], filled["writer"], filled["patients"]
    records = [record for one in patients for record in one["records"]]
    random.shuffle(records)
    reads = [get(f"/fhir/Observation/{record}", reader) for record in records[:MANY]]
    yield Planned("governed_read", reads, connections, 1)
    searches = [
        get(f"/fhir/Observation?patient=Patient/{one['patient']}&code={LOINC}%7C{code}&_count=20", reader)
        for one in patients
        for code in filled["codes"]
    ]
    random.shuffle(searches)
    yield Planned("search", searches, connections, 1)
    creates = []
    for number in range(MANY):
        one = patients[number // len(filled["codes"]) % len(patients)]  # every patient gets every code
        creates.append(post("/fhir/Observation", writer, observation(one["patient"], one["encounter"], number)))
    yield Planned("create", creates, connections, 1)
    whole = [transaction(patients[i % len(patients)], i * 100) for i in range(bundles * 2)]
    yield Planned("bundle", [post("/fhir", writer, one) for one in whole], bundles, 100)


def transaction(one: dict[str, Any], first: int) -> dict[str, Any]:
    """A transaction bundle of a hundred results of one patient."""
    entries = [
        {
            "fullUrl": f"urn:uuid:00000000-0000-4000-8000-{first + i:012d}",
            "resource": observation(one["patient"], one["encounter"], first + i),
            "request": {"method": "POST", "url": "Observation"},
        }
        for i in range(100)
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}

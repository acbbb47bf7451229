"""S20: whatever is sent to the FHIR routes, no answer is an error of ours and each is well-formed [5.1.2]"""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.admitting import admit
from tests.api.client import FHIR, Served
from tests.api.samples import condition, encounter, entry, observation, patient, transaction

SAMPLES = [
    observation("{0}", identifier=[{"system": "urn:x", "value": "1"}], note=[{"text": "x"}]), encounter("{0}"),
    condition("{0}", "J00.x00", onsetDateTime="2026"), patient("模糊", "79000009", telecom=[{"system": "phone",
    "value": "1"}]),
    {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": "x"}, "subject": {"reference": "{0}"},
     "contained": [{"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": "x"}}],
     "result": [{"reference": "#o"}]},
    {"resourceType": "Organization", "name": "x"},
    {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": "{0}"},
     "medicationCodeableConcept": {"text": "x"}, "dosageInstruction": [{"timing": {"event": ["2026-01-01"]}}]},
]  # fmt: skip
ODD = st.sampled_from(
    ["", " ", "x", "0", "-1", "1e999", "\u202e", "𠮷", "Patient/", "Patient/{0}", "{0}", "urn:uuid:0", "#", "../..",
    "%00", "|",
     "http://[", "9999-12-31", "0001-01-01T00:00:00Z", "2026-11-22T25:00:00Z", "a" * 300, "null", "'", '"', "\\", "\t",
     "金匮"]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False,
    allow_infinity=False) | ODD | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD | st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NAMES = st.sampled_from(
    ["patient", "subject", "code", "status", "date", "encounter", "_id", "_count", "_sort", "_page", "_summary",
    "_include",
     "_lastUpdated", "_format", "identifier", "name", "birthdate", "category", "_has:x:y:z", "code:not", "patient.name"]
) | st.text(max_size=12)  # fmt: skip
SEGMENTS = st.sampled_from(
    ["Patient", "Observation", "Encounter", "Bundle", "Nothing", "_search", "_history", "$everything", "metadata",
    "{0}", "{1}", "1",
     "0" * 32, "", ".", "..", "~"]
) | st.text(max_size=10)  # fmt: skip
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """A sample with a few of its places replaced, removed or repeated."""
    whole = json.loads(json.dumps(draw(st.sampled_from(SAMPLES))))
    for _ in range(draw(st.integers(0, 3))):
        node, above, key = whole, None, None
        for _ in range(draw(st.integers(1, 5))):
            if isinstance(node, dict) and node:
                above, key = node, draw(st.sampled_from(sorted(node)))
            elif isinstance(node, list) and node:
                above, key = node, draw(st.integers(0, len(node) - 1))
            else:
                break
            node = above[key]
        if above is None:
            continue
        match draw(st.sampled_from(["replace", "remove", "wrap", "add"])):
            case "replace":
                above[key] = draw(VALUES)
            case "remove":
                del above[key]
            case "wrap":
                above[key] = [node]
            case "add" if isinstance(above, dict):
                above[draw(ODD | st.text(max_size=8))] = draw(VALUES)
    return whole


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "模糊一", "79000001")


def ask(served: Served, method: str, path: str, body: bytes | None, who: str) -> None:
    """One request, as raw as a client library lets it be; the answer is well-formed and no fault of ours."""
    where = urlsplit(served.base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=20)
    try:
        connection.request(
            method, quote(f"/fhir/{path}", safe="/?&=$%|:,.-_~"), body,
            {"Authorization": f"Bearer {served.tokens[who]}", "Content-Type": FHIR},
        )  # fmt: skip
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    assert answer.status < 500, (method, path, body, text[:500])
    assert answer.headers["cache-control"] == "no-store", (method, path)
    if answer.status >= 400 and method != "HEAD":
        assert json.loads(text)["resourceType"] == "OperationOutcome", (method, path, text[:300])


def written(pairs: list[tuple[str, str]], chart: list[str]) -> str:
    """The query of these pairs; lone surrogates become question marks."""
    return "&".join("=".join(quote(placed(part, chart).encode("utf-8", "replace")) for part in pair) for pair in pairs)


def placed(text: str, chart: list[str]) -> str:
    return text.replace("{0}", chart[0]).replace("{1}", chart[2])


@given(
    method=METHODS, parts=st.lists(SEGMENTS, max_size=5), pairs=st.lists(st.tuples(NAMES, ODD | st.text(max_size=20)),
    max_size=4),
    body=st.none() | st.binary(max_size=60) | VALUES.map(lambda value: json.dumps(value).encode()),
)  # fmt: skip
def test_any_address(
    served: Served, chart: list[str], method: str, parts: list[str], pairs: list[tuple[str, str]], body: bytes | None
) -> None:
    query = written(pairs, chart)
    path = quote(placed("/".join(parts), chart).encode("utf-8", "replace"), safe="/$")
    ask(served, method, f"{path}?{query}" if query else path, body, "doctor")


@given(
    pairs=st.lists(st.tuples(NAMES, ODD | st.text(max_size=20)), max_size=4),
    kind=st.sampled_from(["Observation", "Patient", "Encounter"]),
)
def test_any_search(served: Served, chart: list[str], pairs: list[tuple[str, str]], kind: str) -> None:
    every = [("patient", chart[0]), *pairs] if kind != "Patient" else pairs
    query = written(every, chart)
    ask(served, "GET", f"{kind}?{query}", None, "doctor")


@given(resource=mutated())
def test_any_resource(served: Served, chart: list[str], resource: Any) -> None:
    kind = str(resource.get("resourceType")) if isinstance(resource, dict) else ""
    body = placed(json.dumps(resource), chart).encode()
    ask(served, "POST", kind if kind in {one["resourceType"] for one in SAMPLES} else "Observation", body, "his")


@given(resources=st.lists(mutated(), max_size=4), kind=st.sampled_from(["transaction", "batch"]), change=mutated())
def test_any_bundle(served: Served, chart: list[str], resources: list[Any], kind: str, change: Any) -> None:
    entries = [
        entry(one, f"urn:uuid:00000000-0000-4000-8000-00000000000{n}") for n, one in enumerate(resources)
        if isinstance(one, dict) and "resourceType" in one
    ]  # fmt: skip
    if isinstance(change, dict) and entries:
        entries[0].update({key: change[key] for key in list(change)[:1]})
    ask(served, "POST", "", placed(json.dumps(transaction(*entries, kind=kind)), chart).encode(), "his")


@given(resource=mutated())
def test_any_correction(served: Served, chart: list[str], resource: Any) -> None:
    if isinstance(resource, dict):
        resource = {**resource, "id": chart[2].partition("/")[2]}
    ask(served, "PUT", chart[2], placed(json.dumps(resource), chart).encode(), "his")

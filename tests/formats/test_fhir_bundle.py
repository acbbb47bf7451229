"""五（一）传输: bundles taken apart, resolved and answered [5.1.2]"""

import json
import time
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest

from jingui.core.errors import Invalid, TooLarge, Unprocessable
from jingui.formats.fhir_answer import Done, Found, response, searchset
from jingui.formats.fhir_bundle import conditional, resolve, unpack, unresolved
from jingui.formats.fhir_json import dump, parse
from jingui.formats.fhir_types import patient_of, references
from jingui.formats.validate import validate
from tests.formats.shared import folder

URN = "urn:uuid:59bc5dbb-1957-47ef-b6b5-25952e6bfda{}"


def entry(kind: str, n: int, method: str = "POST", url: str = "", **more: Any) -> dict[str, Any]:
    return {
        "fullUrl": URN.format(n),
        "resource": {"resourceType": kind, **more},
        "request": {"method": method, "url": url or kind},
    }


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def test_references_inside_are_resolved() -> None:
    sent = bundle(
        entry("Observation", 1, subject={"reference": URN.format(2)}, hasMember=[{"reference": URN.format(3)}]),
        entry("Patient", 2),
        entry(
            "Observation", 3, "PUT", "Observation/o3", id="o3", subject={"reference": "Patient?identifier=http://x|7"}
        ),
    )
    before = deepcopy(sent)
    entries = unpack(sent)
    assert [each.number for each in entries] == [0, 1, 2]
    wanted = conditional(entries)
    assert wanted == {"Patient?identifier=http://x|7": ("Bundle.entry[2].resource.subject",)}
    done = resolve(entries, {0: "Observation/A", 1: "Patient/B"}, {next(iter(wanted)): "Patient/C"})
    assert sent == before
    assert [patient_of(each.resource or {}) for each in done] == ["Patient/B", None, "Patient/C"]
    assert dict(references(done[0].resource or {}))["Observation.hasMember[0]"] == "Observation/o3"


def test_a_post_keeps_its_local_name_inside_the_bundle() -> None:
    one = entry("Patient", 1, id="7")
    one["fullUrl"] = "https://other.example/fhir/Patient/7"
    two = entry("Observation", 2, subject={"reference": "Patient/7"})
    done = resolve(unpack(bundle(one, two)), {0: "Patient/N", 1: "Observation/O"})
    assert patient_of(done[1].resource or {}) == "Patient/N"


def test_references_to_nowhere_are_refused() -> None:
    sent = bundle(entry("Observation", 1, subject={"reference": URN.format(9)}))
    with pytest.raises(Unprocessable) as caught:
        resolve(unpack(sent), {0: "Observation/A"})
    assert caught.value.places[0][0] == "Bundle.entry[0].resource.subject"
    with pytest.raises(Unprocessable):
        resolve(unpack(bundle(entry("Observation", 1, subject={"reference": "Patient?identifier=7"}))), {0: "x"})


@pytest.mark.parametrize(
    "change",
    [
        {"request": None},
        {"request": {"method": "PATCH", "url": "Patient/1"}},
        {"request": {"method": "HEAD", "url": "Patient/1"}},
        {"request": {"method": "POST", "url": "Patient/1"}},
        {"request": {"method": "POST", "url": "Observation"}},
        {"request": {"method": "POST", "url": "../Patient"}},
        {"request": {"method": "POST", "url": "Patient?x=1"}},
        {"request": {"method": "PUT", "url": "Patient"}},
        {"request": {"method": "PUT", "url": "Patient/2"}},
        {"request": {"method": "PUT", "url": "Patient?identifier=1"}},
        {"request": {"method": "PUT", "url": "Patient/1", "ifMatch": "3"}},
        {"request": {"method": "GET", "url": "Patient/1"}},
        {"request": {"method": "DELETE", "url": "Patient?identifier=1"}, "resource": None},
        {"request": {"method": "POST", "url": "Nonsense"}},
        {"resource": None},
        {"fullUrl": "Patient/1"},
    ],
)
def test_wrong_entries_are_named(change: dict[str, Any]) -> None:
    wrong = {k: v for k, v in {**entry("Patient", 1, id="1"), **change}.items() if v is not None}
    with pytest.raises(Invalid) as caught:
        unpack(bundle(entry("Patient", 0), wrong))
    assert [place for place, _ in caught.value.places] == ["Bundle.entry[1]"]


def test_doubles_and_kinds() -> None:
    with pytest.raises(Invalid):
        unpack(bundle(entry("Patient", 1), entry("Patient", 1)))
    put = entry("Patient", 1, "PUT", "Patient/1", id="1")
    with pytest.raises(Invalid):
        unpack(bundle(put, {**put, "fullUrl": URN.format(2)}))
    for kind in ("searchset", "document", "collection", ""):
        with pytest.raises(Invalid):
            unpack(bundle(kind=kind))
    with pytest.raises(Invalid):
        unpack({"resourceType": "Patient"})
    assert (
        unpack(bundle({"resource": {"resourceType": "Patient"}}, kind="collection"), collection=True)[0].method
        == "POST"
    )
    reading = {"request": {"method": "GET", "url": "Observation?patient=1"}}
    assert unpack(bundle(reading, kind="batch"))[0].query == "patient=1"
    matching = {**put, "request": {"method": "PUT", "url": "Patient/1", "ifMatch": 'W/"3"'}}
    assert unpack(bundle(matching))[0].if_match == "3"


@pytest.mark.parametrize("entries", ["x", {}, [1], [{"resource": 1}], [{"request": "x"}], [{"fullUrl": 7}], [None]])
def test_shapeless_bundles_are_refused(entries: Any) -> None:
    with pytest.raises(Invalid):
        unpack({"resourceType": "Bundle", "type": "batch", "entry": entries})


def test_what_must_not_be_stored() -> None:
    kept = {"resourceType": "Observation", "subject": {"reference": "Patient/1"}, "focus": [{"reference": "#a"}]}
    assert not list(unresolved(kept))
    lost = {**kept, "encounter": {"reference": URN.format(1)}, "device": {"reference": "Device?identifier=1"}}
    assert sorted(path for path, _ in unresolved(lost)) == [".device", ".encounter"]


def test_a_hundred_thousand_entries_are_refused_at_once() -> None:
    body = dump(bundle(*[{"request": {"method": "GET", "url": "Patient/1"}}] * 100_000))
    began = time.perf_counter()
    with pytest.raises(TooLarge):
        unpack(parse(body))
    assert time.perf_counter() - began < 2


def test_every_synthea_bundle_resolves() -> None:
    for path in sorted((folder("fhir") / "synthea").iterdir())[:8]:
        sent = parse(path.read_bytes())
        entries = unpack(sent, max_entries=10_000)
        assert len(entries) == len(sent["entry"])
        assigned = {each.number: f"{each.type}/n{each.number}" for each in entries if each.method == "POST"}
        found = {reference: f"{reference.partition('?')[0]}/x" for reference in conditional(entries)}
        for each in resolve(entries, assigned, found):
            assert each.resource is not None
            assert not any(r.startswith("urn:uuid:") for _, r in references(each.resource))


def test_answers_are_valid_bundles_and_keep_the_stored_bytes() -> None:
    stored = (
        b'{"resourceType":"Observation","id":"a","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00}}'
    )
    note = b'{"resourceType":"OperationOutcome","issue":[{"severity":"information","code":"informational"}]}'
    answer = searchset(
        [
            Found("https://h.example/fhir/Observation/a", stored),
            Found("https://h.example/fhir/Observation/b", stored, "include"),
        ],
        self_url='https://h.example/fhir/Observation?code="x"',
        next_url="https://h.example/fhir/Observation?_page=2",
        total=2,
        outcome=note,
    )
    assert answer.count(stored) == 2
    validate(parse(answer))
    empty = searchset([], self_url="https://h.example/fhir/Observation")
    validate(parse(empty))
    assert "entry" not in parse(empty)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    done = Done("201 Created", "Observation/a/_history/1", "1", at, stored)
    validate(parse(response("transaction-response", [done, Done("404 Not Found", outcome=note)])))
    history = response("history", [done._replace(method="POST", url="https://h.example/fhir/Observation/a")], total=1)
    validate(parse(history))
    assert json.loads(history)["entry"][0]["response"]["etag"] == 'W/"1"'

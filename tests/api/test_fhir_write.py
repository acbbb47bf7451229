"""二（二）: creates, transactions and batches over HTTP: all or nothing, each record decided [2.2.1] [2.2.3] [5.1.2]"""

from typing import Any

import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import P, encounter, entry, observation, patient, transaction

O1 = "urn:uuid:00000000-0000-4000-8000-0000000000c1"
O2 = "urn:uuid:00000000-0000-4000-8000-0000000000c2"


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "写一写", "74000001")


def test_created(served: Served, chart: list[str]) -> None:
    sent = observation(chart[0], id="mine", meta={"versionId": "9", "tag": [{"code": "kept"}]})
    answer = served.post("Observation", sent, "doctor")
    assert answer.status_code == 201
    body = answer.json()
    assert body["id"] != "mine"
    assert body["meta"]["versionId"] == "1"
    assert body["meta"]["tag"] == [{"code": "kept"}]
    assert answer.headers["location"].endswith(f"/fhir/Observation/{body['id']}/_history/1")
    assert served.get(f"Observation/{body['id']}").content == answer.content


def test_numbers_keep_their_digits(served: Served, chart: list[str]) -> None:
    sent = (
        b'{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"%s"},'
        % chart[0].encode()
    )
    answer = served.post("Observation", sent + b'"valueQuantity":{"value":1.00}}', "doctor")
    assert answer.status_code == 201
    assert b'"value":1.00' in answer.content
    assert b'"value":1.00' in served.get(f"Observation/{answer.json()['id']}").content


def test_a_transaction_stands_or_falls(served: Served, chart: list[str]) -> None:
    good = entry(observation(chart[0]), O1)
    for bad, status in (
        (observation("Patient/" + "0" * 32), 422), (observation(chart[0], nothing=1), 422),
        (observation("urn:uuid:00000000-0000-4000-8000-00000000dead"), 422),
        (observation(chart[0], hasMember=[{"reference": "urn:uuid:00000000-0000-4000-8000-00000000dead"}]), 422),
        (observation(chart[0], hasMember=[{"reference": "Observation?identifier=1"}]), 422),
        ({"resourceType": "Parameters"}, 422),
    ):  # fmt: skip
        before = served.counts()
        answer = served.post("", transaction(good, entry(bad, O2)))
        assert answer.status_code == status, (bad, answer.text)
        assert answer.json()["resourceType"] == "OperationOutcome"
        assert served.counts() == before


def test_a_batch_goes_one_by_one(served: Served, chart: list[str]) -> None:
    answer = served.post(
        "",
        transaction(
            entry(observation(chart[0]), O1), entry(observation("Patient/x"), O2),
            {"request": {"method": "GET", "url": chart[2]}},
            {"request": {"method": "GET", "url": f"Observation?patient={chart[0]}&_summary=count"}},
            {"request": {"method": "DELETE", "url": chart[2]}},
            kind="batch",
        ),
        "doctor",
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    done = answer.json()["entry"]
    assert [one["response"]["status"][:3] for one in done] == ["201", "422", "200", "200", "400"]
    assert done[2]["resource"]["id"] == chart[2].partition("/")[2]
    assert done[1]["response"]["outcome"]["resourceType"] == "OperationOutcome"


def test_each_record_of_a_transaction_is_decided(served: Served, chart: list[str]) -> None:
    """One record that may not be written refuses the whole bundle, and the refusal is entered."""
    strangers = admit(served, "别人家", "74000002", "gwk")
    before, entries = served.counts(), served.entries()
    answer = served.post(
        "", transaction(entry(observation(chart[0]), O1), entry(observation(strangers[0]), O2)), "doctor"
    )
    assert answer.status_code == 403, answer.text
    assert served.counts() == before
    assert served.entries() == entries + 1


def test_references_inside_a_bundle(served: Served) -> None:
    bundle = transaction(
        entry(observation(P, derivedFrom=[{"reference": O2}]), O1), entry(patient("先后序", "74000003"), P),
        entry(observation(P), O2),
    )  # fmt: skip
    answer = served.post("", bundle)
    assert answer.status_code == 200, answer.text
    places = [one["response"]["location"].partition("/_history")[0] for one in answer.json()["entry"]]
    assert served.post("Encounter", encounter(places[1])).status_code == 201
    assert served.get(places[0]).json()["derivedFrom"] == [{"reference": places[2]}]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "searchset"}, {"type": "history"}, {"type": None}, {"entry": "x"}, {"entry": [1]}, {"entry": [{}]},
        {"entry": [{"request": {"method": "POST", "url": "Nothing"}}]},
        {"entry": [{"request": {"method": "BREW", "url": "Patient"}}]},
        {"entry": [{"request": {"method": "POST", "url": "../Patient"}, "resource": {"resourceType": "Patient"}}]},
    ],
)  # fmt: skip
def test_what_is_no_transaction(served: Served, change: dict[str, Any]) -> None:
    before = served.counts()
    answer = served.post("", {**transaction(), **change})
    assert answer.status_code in (400, 422), answer.text
    assert served.counts() == before


def test_the_wrong_type_at_the_address(served: Served, chart: list[str]) -> None:
    assert served.post("Condition", observation(chart[0])).status_code == 400
    body = served.get(chart[2]).json()
    assert served.call("PUT", f"Observation/{'1' * 32}", "doctor", body).status_code == 400
    assert served.call("PUT", chart[1], "doctor", body).status_code == 400


def test_the_owner_cannot_be_exchanged(served: Served, chart: list[str]) -> None:
    """S3: a correction that names another patient does not move the record."""
    other = admit(served, "换一换", "74000004")
    body = served.post("Observation", observation(chart[0]), "doctor").json()
    before = served.counts()
    answer = served.call("PUT", f"Observation/{body['id']}", "doctor", {**body, "subject": {"reference": other[0]}})
    assert answer.status_code in (400, 422), answer.text
    assert served.counts() == before


def test_a_new_number_cannot_be_chosen(served: Served, chart: list[str]) -> None:
    before = served.counts()
    public = "f" * 32
    answer = served.call("PUT", f"Observation/{public}", "doctor", {**observation(chart[0]), "id": public})
    assert answer.status_code == 404, answer.text
    assert served.counts() == before


def test_a_record_does_not_change_its_type(served: Served, chart: list[str]) -> None:
    ident = chart[2].partition("/")[2]
    before = served.counts()
    answer = served.call("PUT", f"Encounter/{ident}", "his", {**encounter(chart[0]), "id": ident})
    assert answer.status_code == 404, answer.text
    assert served.counts() == before


def test_relative_references_of_another_servers_bundle(served: Served) -> None:
    """A bundle whose entries are named by another server's addresses refers to them as Type/id."""
    there = "https://his.example/fhir"
    bundle = transaction(
        entry({**patient("外来者", "74000005"), "id": "p1"}, f"{there}/Patient/p1"),
        entry(encounter("Patient/p1"), f"{there}/Encounter/e1"),
        entry(observation("Patient/p1", encounter={"reference": "Encounter/e1"}), f"{there}/Observation/o1"),
    )
    answer = served.post("", bundle)
    assert answer.status_code == 200, answer.text
    places = [one["response"]["location"].partition("/_history")[0] for one in answer.json()["entry"]]
    read = served.get(places[2]).json()
    assert read["subject"]["reference"] == places[0]
    assert read["encounter"]["reference"] == places[1]

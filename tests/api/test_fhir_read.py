"""五（一）: the FHIR interface over HTTP: read, vread, history, conditions, methods [5.1.2] [4.1.2]"""

import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import observation


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "读一读", "70000001")


def entered(served: Served, entry: str) -> tuple[str, str, str]:
    found = served.hospital.sql(
        "SELECT verb, decision, convert_from(head, 'UTF8')::jsonb->>'reason' FROM entry WHERE id = %s", entry
    )
    assert len(found) == 1, entry
    return found[0]


def test_read_and_its_headers(served: Served, chart: list[str]) -> None:
    answer = served.get(chart[2])
    assert answer.status_code == 200
    assert answer.headers["etag"] == 'W/"1"'
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/fhir+json; charset=utf-8"
    body = answer.json()
    assert body["id"] == chart[2].partition("/")[2]
    assert body["meta"]["versionId"] == "1"
    assert body["subject"]["reference"] == chart[0]
    assert entered(served, answer.headers["x-jingui-entry"]) == ("read", "allow", "")


def test_head_is_governed_like_get(served: Served, chart: list[str]) -> None:
    whole, answer = served.get(chart[2]), served.call("HEAD", chart[2])
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(whole.content))
    assert answer.headers["etag"] == whole.headers["etag"]
    assert entered(served, answer.headers["x-jingui-entry"])[:2] == ("read", "allow")
    assert served.call("HEAD", chart[2], "surgeon").status_code == 403


def test_not_modified_is_entered_and_only_for_who_may_read(served: Served, chart: list[str]) -> None:
    answer = served.get(chart[2], If_None_Match='W/"1"')
    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    assert entered(served, answer.headers["x-jingui-entry"])[:2] == ("read", "allow")
    assert served.get(chart[2], If_None_Match='W/"2"').status_code == 200
    refused = served.get(chart[2], "surgeon", If_None_Match='W/"1"')
    assert refused.status_code == 403
    assert entered(served, refused.headers["x-jingui-entry"])[:2] == ("read", "deny")


def test_versions(served: Served, chart: list[str]) -> None:
    made = served.post("Observation", observation(chart[0]), "doctor")
    assert made.status_code == 201, made.text
    assert made.headers["location"].endswith("/_history/1")
    assert made.headers["etag"] == 'W/"1"'
    old = made.json()
    ident = f"Observation/{old['id']}"
    new = {**old, "valueQuantity": {"value": 2, "unit": "ng/mL"}}
    changed = served.call("PUT", ident, "doctor", new, If_Match='W/"1"')
    assert changed.status_code == 200
    assert changed.headers["etag"] == 'W/"2"'
    assert served.get(f"{ident}/_history/1").json()["valueQuantity"]["value"] == 1
    assert served.get(f"{ident}/_history/2").json()["valueQuantity"]["value"] == 2
    assert served.get(f"{ident}/_history/3").status_code == 404
    assert served.get(f"{ident}/_history/0").status_code == 404
    assert served.get(f"{ident}/_history/99999999999").status_code == 404
    history = served.get(f"{ident}/_history").json()
    assert history["type"] == "history"
    assert history["total"] == 2
    assert [one["resource"]["meta"]["versionId"] for one in history["entry"]] == ["2", "1"]
    assert [one["request"]["method"] for one in history["entry"]] == ["PUT", "POST"]
    assert served.get(f"{ident}/_history", "surgeon").status_code == 403


def test_somebody_elses_change_is_never_overwritten(served: Served, chart: list[str]) -> None:
    old = served.post("Observation", observation(chart[0]), "doctor").json()
    ident = f"Observation/{old['id']}"
    assert served.call("PUT", ident, "doctor", {**old, "status": "amended"}, If_Match='W/"1"').status_code == 200
    late = served.call("PUT", ident, "doctor", {**old, "status": "corrected"}, If_Match='W/"1"')
    assert late.status_code == 412
    assert late.json()["issue"][0]["code"] == "conflict"
    assert served.get(ident).json()["status"] == "amended"
    assert served.call("PUT", ident, "doctor", old, If_Match="one").status_code == 400
    last = served.hospital.sql("SELECT verb, decision FROM entry ORDER BY id DESC LIMIT 3")
    assert ("correct", "fail") in last or ("enter", "fail") in last


def test_the_same_again_changes_nothing(served: Served, chart: list[str]) -> None:
    old = served.post("Observation", observation(chart[0]), "doctor").json()
    before = served.counts()
    again = served.call("PUT", f"Observation/{old['id']}", "doctor", old)
    assert again.status_code == 200
    assert again.headers["etag"] == 'W/"1"'
    assert served.counts() == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "{0}"), ("PATCH", "{0}"), ("POST", "{0}"), ("PUT", "Observation"), ("DELETE", "Observation"),
        ("GET", ""), ("PUT", "metadata"), ("OPTIONS", "{0}"), ("GET", "{0}/$everything"), ("PUT", "{0}/_history"),
    ],
)  # fmt: skip
def test_nothing_is_deleted_or_patched(served: Served, chart: list[str], method: str, path: str) -> None:
    before = served.counts()
    answer = served.call(method, path.format(chart[2]), "doctor", None if method == "GET" else {})
    assert answer.status_code in (404, 405), answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert answer.headers["cache-control"] == "no-store"
    assert served.counts() == before


@pytest.mark.parametrize(
    "path", ["Observation/x", "Observation/" + "0" * 64, "Nothing/1", "Observation/%00", "Observation/..%2f"]
)
def test_what_is_not_there(served: Served, path: str) -> None:
    answer = served.get(path)
    assert answer.status_code == 404, answer.text
    assert answer.json()["issue"][0]["code"] in ("not-found", "not-supported")


def test_a_record_is_not_found_under_another_type(served: Served, chart: list[str]) -> None:
    ident = chart[2].partition("/")[2]
    answer = served.get(f"Condition/{ident}")
    assert answer.status_code == 404
    assert entered(served, answer.headers["x-jingui-entry"])[1] == "fail"
    assert served.get(f"Condition/{ident}/_history").status_code == 404


def test_metadata_is_open_and_says_what_there_is(served: Served) -> None:
    answer = served.get("metadata", "")
    assert answer.status_code == 200
    assert answer.json()["resourceType"] == "CapabilityStatement"
    assert answer.headers["cache-control"] == "no-store"
    assert served.call("HEAD", "metadata", "").status_code == 200


def test_every_governed_call_has_its_entry(served: Served, chart: list[str]) -> None:
    """S12: as many entries as governed calls, refusals and failures included."""
    calls = [
        lambda: served.get(chart[2]), lambda: served.get(chart[2], "surgeon"), lambda: served.call("HEAD", chart[2]),
        lambda: served.get(chart[2], If_None_Match='W/"1"'), lambda: served.get(f"{chart[2]}/_history"),
        lambda: served.get(f"Observation?patient={chart[0]}"), lambda: served.get(f"Observation?patient={chart[0]}",
        "surgeon"),
        lambda: served.get(f"{chart[0]}/$everything"), lambda: served.get("Patient?identifier=70000001"),
        lambda: served.get("Patient?identifier=nobody"), lambda: served.post("Observation", observation(chart[0])),
        lambda: served.post("Observation", observation(chart[0]), "surgeon"),
        lambda: served.get(chart[2], X_Jingui_Purpose="research"),
        lambda: served.get(f"Observation?patient={chart[0]}&_summary=count"),
        lambda: served.get(f"{chart[2]}/_history/7"), lambda: served.get(f"Condition/{chart[2].partition('/')[2]}"),
    ]  # fmt: skip
    for number, call in enumerate(calls):
        before = served.entries()
        answer = call()
        assert served.entries() == before + 1, (number, answer.status_code, answer.text[:300])
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers.get("x-jingui-entry"), (number, answer.status_code)


def test_errors_in_the_readers_language(served: Served, chart: list[str]) -> None:
    chinese, english = (
        served.get(chart[2], "surgeon"),
        served.get(chart[2], "surgeon", Accept_Language="en-GB,en;q=0.9"),
    )
    zh, en = chinese.json()["issue"][0], english.json()["issue"][0]
    assert zh["code"] == en["code"] == "forbidden"
    assert any("一" <= c <= "鿿" for c in zh["diagnostics" if "diagnostics" in zh else "details"].__str__())
    assert not any("一" <= c <= "鿿" for c in str(en))

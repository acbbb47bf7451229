"""五（二）: bulk exports as a client of FHIR Bulk Data asks for them, against a running server [5.1.2] [5.2.1]"""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import requests

from tests.api.client import free_port, worker
from tests.gateway.bulking import Client, build, client
from tests.gateway.sharing import admit, clinic, consented, observe
from tests.hospital import Hospital

WAYS: dict[str, Any] = {"purposes": ("referral",), "views": ("referral",)}
ASYNC = {"Prefer": "respond-async", "Accept": "application/fhir+json"}


@pytest.fixture(scope="module")
def base(hospital: Hospital, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a worker that serves FHIR."""
    port = free_port()
    with worker(port, tmp_path_factory.mktemp("bulk") / "worker.log"):
        yield f"http://127.0.0.1:{port}/fhir"


@pytest.fixture(scope="module")
def by(hospital: Hospital) -> Client:
    """An app, and two patients who consented."""
    to = clinic(hospital, "接口甲院", **WAYS)
    for name in ("接口甲一", "接口甲二"):
        patient = admit(hospital, name)
        observe(hospital, patient, "2345-7")
        consented(hospital, patient, to)
    return client(hospital, to, "口")


def call(base: str, method: str, path: str, token: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}", **ASYNC, **more.pop("headers", {})}
    url = path if path.startswith("http") else f"{base}/{path}"
    return requests.request(method, url, headers=headers, timeout=30, allow_redirects=False, **more)


def test_from_kick_off_to_deletion(hospital: Hospital, base: str, by: Client) -> None:
    """202, 202 with progress, 200 with a manifest, files, 202, 404."""
    begun = call(base, "GET", "Patient/$export?_type=Patient,Observation&_outputFormat=ndjson", by.token)
    assert begun.status_code == 202, begun.text
    where = begun.headers["Content-Location"]
    assert begun.headers["X-Jingui-Entry"]
    going = call(base, "GET", where, by.token)
    assert (going.status_code, going.headers["X-Progress"], going.headers["Retry-After"]) == (202, "0%", "5")
    again = call(base, "GET", where, by.token)
    assert (again.status_code, again.json()["resourceType"]) == (429, "OperationOutcome")
    assert 1 <= int(again.headers["Retry-After"]) <= 5
    build(hospital, where.rpartition("/")[2])
    with_time = next(one for one in waited(base, where, by))
    manifest = with_time.json()
    assert manifest["requiresAccessToken"] is True
    assert manifest["request"].endswith("Patient/$export?_type=Patient,Observation&_outputFormat=ndjson")
    assert sorted((one["type"], one["count"]) for one in manifest["output"]) == [("Observation", 2), ("Patient", 2)]
    for one in manifest["output"]:
        found = call(base, "GET", one["url"], by.token)
        assert found.headers["Content-Type"] == "application/fhir+ndjson"
        lines = [orjson.loads(line) for line in found.content.splitlines()]
        assert [line["resourceType"] for line in lines] == [one["type"]] * one["count"]
        bare = requests.get(one["url"], timeout=30)
        assert bare.status_code == 401
    ended = call(base, "DELETE", where, by.token)
    assert ended.status_code == 202
    assert call(base, "GET", where, by.token).status_code == 404
    assert call(base, "GET", manifest["output"][0]["url"], by.token).status_code == 404
    assert call(base, "DELETE", where, by.token).status_code == 404


def waited(base: str, where: str, by: Client) -> Iterator[requests.Response]:
    """The status once it may be asked for again."""
    import time

    for _ in range(20):
        found = call(base, "GET", where, by.token)
        if found.status_code != 429:
            yield found
            return
        time.sleep(0.5)
    raise AssertionError("never answered")


def test_groups_are_listed_and_exported(hospital: Hospital, base: str, by: Client) -> None:
    """A client finds the group it may export; nobody's members are told."""
    found = call(base, "GET", "Group", by.token).json()
    assert found["total"] == 1
    group = found["entry"][0]["resource"]
    assert "member" not in group
    assert call(base, "GET", f"Group/{group['id']}", by.token).json() == group
    assert call(base, "GET", "Group/referral.00", by.token).status_code == 404
    parameters = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueString": "Observation"},
            {"name": "_since", "valueInstant": "2020-01-01T00:00:00Z"},
        ],
    }  # fmt: skip
    begun = call(base, "POST", f"Group/{group['id']}/$export", by.token, json=parameters,
                 headers={"Content-Type": "application/fhir+json"})  # fmt: skip
    assert begun.status_code == 202, begun.text
    assert call(base, "DELETE", begun.headers["Content-Location"], by.token).status_code == 202


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("Patient/$export", {"Prefer": ""}, 400),
        ("Patient/$export?_type=Nothing", {}, 400),
        ("Patient/$export?_type=Encounter", {}, 403),
        ("Patient/$export?_since=yesterday", {}, 400),
        ("Patient/$export?_since=2020-13-01T00:00:00Z", {}, 400),
        ("Patient/$export?_since=2999-01-01T00:00:00Z", {}, 400),
        ("Patient/$export?_since=0001-01-01T00:00:00%2B14:00", {}, 400),
        ("Patient/$export?_outputFormat=text/csv", {}, 400),
        ("Patient/$export?_typeFilter=Observation%3Fcode=1", {}, 400),
        ("Group/nothing/$export", {}, 403),
        ("Group/referral.1'--/$export", {}, 403),
        ("Observation/$export", {}, 404),
        ("$export-status/short", {}, 404),
        ("$export-status/" + "A" * 43, {}, 404),
        ("$export-status/" + "A" * 43 + "/1.ndjson", {}, 404),
        ("$export-status/" + "A" * 43 + "/0.ndjson", {}, 404),
        ("$export-status/" + "A" * 43 + "/../1.ndjson", {}, 404),
        ("Patient/$export?" + "&".join(f"_type={n}" for n in range(300)), {}, 400),
    ],
)
def test_bad_input_is_refused(base: str, by: Client, path: str, headers: dict[str, str], status: int) -> None:
    """With an OperationOutcome, and nothing begun."""
    found = call(base, "GET", path, by.token, headers=headers)
    assert found.status_code == status, found.text
    assert found.json()["resourceType"] == "OperationOutcome"


def test_nobody_else(hospital: Hospital, base: str, by: Client) -> None:
    """No token, a wrong one, another app's: refused, and the secret alone opens nothing."""
    other = client(hospital, clinic(hospital, "接口乙院", **WAYS), "口乙")
    begun = call(base, "GET", "$export", by.token)
    assert begun.status_code == 202, begun.text
    where = begun.headers["Content-Location"]
    for token, status in (("", 401), ("jga_nothing", 401), (other.token, 404)):
        assert call(base, "GET", where, token).status_code == status
        assert call(base, "DELETE", where, token).status_code == status
    assert call(base, "DELETE", where, by.token).status_code == 202

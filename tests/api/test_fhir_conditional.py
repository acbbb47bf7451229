"""五（一）: If-None-Exist over HTTP: once, also when many ask at the same time [5.1.2] [2.1.2]"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import P, entry, observation, patient, transaction

SYSTEM = "urn:lab"


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    return admit(served, "条一条", "73000001")


def numbered(subject: str, number: str, **more: Any) -> dict[str, Any]:
    return observation(subject, identifier=[{"system": SYSTEM, "value": number}], **more)


def test_created_once(served: Served, chart: list[str]) -> None:
    condition = f"identifier={SYSTEM}|a1"
    first = served.post("Observation", numbered(chart[0], "a1"), If_None_Exist=condition)
    assert first.status_code == 201, first.text
    before, entries = served.counts(), served.entries()
    again = served.post("Observation", numbered(chart[0], "a1"), If_None_Exist=condition)
    assert again.status_code == 200, again.text
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["etag"] == 'W/"1"'
    assert again.content == b""
    assert served.counts() == before
    assert served.entries() == entries + 1
    found = served.hospital.sql(
        "SELECT decision, convert_from(head, 'UTF8')::jsonb->>'reason' FROM entry WHERE id = %s",
        again.headers["x-jingui-entry"],
    )
    assert found == [("allow", "existing")]


def test_a_patient_created_once(served: Served) -> None:
    condition = "identifier=urn:jingui:mrn|73000009"
    first = served.post("Patient", patient("只一次", "73000009"), If_None_Exist=condition)
    assert first.status_code == 201, first.text
    again = served.post("Patient", patient("只一次", "73000009"), If_None_Exist=condition)
    assert again.status_code == 200
    assert again.headers["location"] == first.headers["location"]


def test_several_match(served: Served, chart: list[str]) -> None:
    for _ in range(2):
        assert served.post("Observation", numbered(chart[0], "twice")).status_code == 201
    before, entries = served.counts(), served.entries()
    answer = served.post("Observation", numbered(chart[0], "twice"), If_None_Exist=f"identifier={SYSTEM}|twice")
    assert answer.status_code == 412, answer.text
    assert served.counts() == before
    assert served.entries() == entries + 1


@pytest.mark.parametrize(
    "condition",
    ["_id=1", "date=2026", "nothing=1", "_count=3", "identifier=", "code:in=x", "_lastUpdated=2020", "=", "%ff=1"],
)
def test_a_condition_that_says_nothing(served: Served, chart: list[str], condition: str) -> None:
    before = served.counts()
    answer = served.post("Observation", observation(chart[0]), If_None_Exist=condition)
    assert answer.status_code == 400, answer.text
    assert served.counts() == before


def test_a_birth_date_says_not_who(served: Served) -> None:
    answer = served.post("Patient", patient("某某", "73000010"), If_None_Exist="birthdate=1971-05-06")
    assert answer.status_code == 400, answer.text


def test_another_patients_record_is_none_of_ours(served: Served, chart: list[str]) -> None:
    other = admit(served, "别一条", "73000002")
    assert served.post("Observation", numbered(other[0], "b1")).status_code == 201
    wrong = served.post(
        "Observation", numbered(chart[0], "b1"), If_None_Exist=f"patient={other[0]}&identifier={SYSTEM}|b1"
    )
    assert wrong.status_code == 400
    own = served.post("Observation", numbered(chart[0], "b1"), If_None_Exist=f"identifier={SYSTEM}|b1")
    assert own.status_code == 201, "each chart is looked through alone"


def test_who_may_not_enter_learns_nothing(served: Served, chart: list[str]) -> None:
    served.post("Observation", numbered(chart[0], "c1"))
    for number in ("c1", "c2"):
        answer = served.post(
            "Observation", numbered(chart[0], number), "surgeon", If_None_Exist=f"identifier={SYSTEM}|{number}"
        )
        assert answer.status_code == 403
        assert "location" not in answer.headers


def test_at_the_same_time(served: Served, chart: list[str]) -> None:
    """Eight clients at once, over two lanes: one makes it, the others are told where it stands."""

    def make(number: str) -> tuple[int, str]:
        answer = served.post("Observation", numbered(chart[0], number), If_None_Exist=f"identifier={SYSTEM}|{number}")
        return answer.status_code, answer.headers.get("location", "")

    def register(number: str) -> tuple[int, str]:
        answer = served.post("Patient", patient("同时来", number), If_None_Exist=f"identifier=urn:jingui:mrn|{number}")
        return answer.status_code, answer.headers.get("location", "")

    with ThreadPoolExecutor(8) as pool:
        for made in (make, register):
            for n in range(12):
                number = f"7390{n:04}"
                answers = list(pool.map(made, [number] * 8))
                assert sorted(status for status, _ in answers) == [200] * 7 + [201], (made, answers)
                assert len({where for _, where in answers}) == 1


def test_in_a_transaction(served: Served) -> None:
    """A conditional Patient that exists carries the rest of the bundle into its own chart."""
    known = admit(served, "事务里", "73000020")
    bundle = transaction(
        entry(patient("事务里", "73000020"), P, ifNoneExist="identifier=urn:jingui:mrn|73000020"),
        entry(
            numbered(P, "t1"), "urn:uuid:00000000-0000-4000-8000-0000000000a1", ifNoneExist=f"identifier={SYSTEM}|t1"
        ),
        entry(numbered(P, "t2"), "urn:uuid:00000000-0000-4000-8000-0000000000a2"),
    )
    for statuses in (["200 OK", "201 Created", "201 Created"], ["200 OK", "200 OK", "201 Created"]):
        answer = served.post("", bundle)
        assert answer.status_code == 200, answer.text
        done = [one["response"] for one in answer.json()["entry"]]
        assert [one["status"] for one in done] == statuses
        assert done[0]["location"].startswith(known[0])
    found = served.get(f"Observation?patient={known[0]}&code=10839-9")
    assert found.json()["total"] == 4


def test_the_same_condition_twice_in_a_bundle(served: Served, chart: list[str]) -> None:
    before = served.counts()
    one = entry(
        numbered(chart[0], "d1"), "urn:uuid:00000000-0000-4000-8000-0000000000b1", ifNoneExist=f"identifier={SYSTEM}|d1"
    )
    two = {**one, "fullUrl": "urn:uuid:00000000-0000-4000-8000-0000000000b2"}
    answer = served.post("", transaction(one, two))
    assert answer.status_code == 400, answer.text
    assert served.counts() == before

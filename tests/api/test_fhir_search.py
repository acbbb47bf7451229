"""四（一）: search over HTTP: parameters, paging, totals, and what a reader may not learn of [4.1.1] [4.1.3]"""

from typing import Any
from urllib.parse import quote

import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import E, P, condition, observation

HIV, COLD = "B20.000", "J00.x00"


@pytest.fixture(scope="module")
def chart(served: Served) -> list[str]:
    more = [observation(P, "2345-7", f"2026-11-1{n}T08:00:00+08:00") for n in range(7)]
    more += [observation(P, "718-7", "2026-10-01", status="preliminary", encounter={"reference": E})]
    more += [condition(P, COLD, onsetDateTime="2026-11-18"), condition(P, HIV, onsetDateTime="2026-11-18")]
    return admit(served, "查一查", "71000001", "xnk", *more)


def found(served: Served, query: str, who: str = "doctor", **headers: str) -> dict[str, Any]:
    answer = served.get(query, who, **headers)
    assert answer.status_code == 200, answer.text
    bundle: dict[str, Any] = answer.json()
    assert bundle["resourceType"] == "Bundle"
    assert bundle["type"] == "searchset"
    return bundle


def ids(bundle: dict[str, Any], mode: str = "match") -> list[str]:
    return [
        f"{one['resource']['resourceType']}/{one['resource']['id']}"
        for one in bundle.get("entry", []) if one["search"]["mode"] == mode
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "count"),
    [
        *[(f"Observation?patient={{0}}&date={p}2026-11-13", n) for p, n in
          (("eq", 1), ("ne", 8), ("lt", 4), ("le", 5), ("gt", 4), ("ge", 5), ("sa", 4), ("eb", 4))],
        ("Observation?patient={0}", 9), ("Observation?subject={0}", 9), ("Observation?patient={p}", 9),
        ("Observation?patient={0}&code=http://loinc.org|2345-7", 7), ("Observation?patient={0}&code=2345-7", 7),
        ("Observation?patient={0}&code=2345-7,718-7", 8), ("Observation?patient={0}&code=other|2345-7", 0),
        ("Observation?patient={0}&status=preliminary", 1), ("Observation?patient={0}&status=final,preliminary", 9),
        ("Observation?patient={0}&encounter={1}", 2), ("Observation?encounter={1}", 2),
        ("Observation?patient={0}&date=2026-11-13", 1), ("Observation?patient={0}&date=ge2026-11-13&date=lt2026-11-16",
        3),
        ("Observation?patient={0}&date=2026-11", 8), ("Observation?patient={0}&date=eq2026-10-01", 1),
        ("Observation?patient={0}&_lastUpdated=ge2020-01-01", 9), ("Observation?patient={0}&_lastUpdated=lt2020-01-01",
        0),
        ("Observation?_id={o}", 1), ("Observation?_id={o}&patient={0}", 1), ("Condition?patient={0}&code=" + COLD, 1),
        ("Encounter?patient={0}", 1), ("Encounter?patient={0}&status=in-progress", 1), ("Patient?_id={p}", 1),
        ("Procedure?patient={0}", 0),
    ],
)  # fmt: skip
def test_parameters(served: Served, chart: list[str], query: str, count: int) -> None:
    bundle = found(served, query.format(*chart, p=chart[0].partition("/")[2], o=chart[2].partition("/")[2]))
    assert len(ids(bundle)) == count
    assert bundle["total"] == count


def test_the_same_by_post(served: Served, chart: list[str]) -> None:
    answer = served.call(
        "POST", "Observation/_search", "doctor", f"patient={quote(chart[0])}&code=718-7".encode(),
        Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert answer.status_code == 200
    assert len(answer.json()["entry"]) == 1


def test_pages_hold_everything_once_and_in_order(served: Served, chart: list[str]) -> None:
    for sort, reverse in (("date", False), ("-date", True), ("_lastUpdated", False), ("-_lastUpdated", True)):
        seen: list[str] = []
        times: list[str] = []
        query = f"Observation?patient={chart[0]}&_count=2&_sort={sort}"
        for _ in range(9):
            bundle = found(served, query)
            seen += ids(bundle)
            times += [one["resource"]["effectiveDateTime"] for one in bundle["entry"]]
            following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
            if not following:
                break
            query = following[0].partition("/fhir/")[2]
        assert len(seen) == len(set(seen)) == 9, sort
        if sort.endswith("date"):
            assert times == sorted(times, reverse=reverse)


def test_a_forged_page_mark_is_refused(served: Served, chart: list[str]) -> None:
    for mark in ("x", "AAAA", "W10", "bnVsbA", "WyIyMDI2LTExLTIxIiwgMV0", "%F0%9F%92%A9"):
        answer = served.get(f"Observation?patient={chart[0]}&_page={mark}")
        assert answer.status_code == 400, (mark, answer.status_code, answer.text)


def test_include(served: Served, chart: list[str]) -> None:
    bundle = found(served, f"Observation?patient={chart[0]}&status=preliminary&_include=Observation:encounter")
    assert ids(bundle, "include") == [chart[1]]
    both = found(
        served,
        f"Observation?patient={chart[0]}&status=preliminary&_include=Observation:encounter&_include=Observation:subject",
    )
    assert sorted(ids(both, "include")) == sorted(chart[:2])


def test_counting_only(served: Served, chart: list[str]) -> None:
    bundle = found(served, f"Observation?patient={chart[0]}&_summary=count")
    assert bundle["total"] == 9
    assert "entry" not in bundle
    assert found(served, f"Observation?patient={chart[0]}&_count=0")["total"] == 9


def test_what_may_not_be_read_does_not_count(served: Served, chart: list[str]) -> None:
    """The doctor's department may not see the secret diagnosis: neither the row nor a total tells of it."""
    bundle = found(served, f"Condition?patient={chart[0]}")
    assert len(ids(bundle)) == 1
    assert bundle["total"] == 1
    assert found(served, f"Condition?patient={chart[0]}&_summary=count")["total"] == 1
    assert found(served, f"Condition?patient={chart[0]}&code={HIV}")["total"] == 0
    assert found(served, f"Condition?_id={chart[-1].partition('/')[2]}")["total"] == 0
    assert HIV not in served.get(f"{chart[0]}/$everything").text
    assert served.get(chart[-1]).status_code == 403
    assert served.get(f"{chart[-1]}/_history").status_code == 403


def test_everything_by_chunks(served: Served, chart: list[str]) -> None:
    seen: list[str] = []
    path, chunks, before = f"{chart[0]}/$everything?_count=4", 0, served.entries()
    while path:
        bundle = found(served, path)
        seen += ids(bundle)
        chunks += 1
        following = [link["url"] for link in bundle["link"] if link["relation"] == "next"]
        path = following[0].partition("/fhir/")[2] if following else ""
    assert sorted(seen) == sorted(chart[:-1])
    assert served.entries() == before + chunks == before + 3
    assert served.get(f"{chart[0]}/$everything", "surgeon").status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "Observation",
        "Observation?code=2345-7",
        "Condition?_summary=count",
        "Observation?date=2026",
        "Encounter?status=finished",
    ],
)
def test_across_patients_is_refused_with_what_to_ask_for(served: Served, chart: list[str], query: str) -> None:
    answer = served.get(query)
    assert answer.status_code == 403, answer.text
    assert "research_use" in answer.text


def test_two_patients_in_one_search(served: Served, chart: list[str]) -> None:
    other = admit(served, "另一人", "71000002")
    for query in (
        f"Observation?patient={chart[0]},{other[0]}", f"Observation?patient={chart[0]}&patient={other[0]}",
        f"Observation?_id={chart[2].partition('/')[2]},{other[2].partition('/')[2]}",
        f"Observation?patient={chart[0]}&_id={other[2].partition('/')[2]}",
        f"Observation?patient={chart[0]}&encounter={other[1]}", f"Observation?patient={chart[0]}&subject={other[0]}",
    ):  # fmt: skip
        answer = served.get(query)
        assert answer.status_code in (400, 403), (query, answer.text)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("_count=-1", 400), ("_count=x", 400), ("_count=%EF%BC%91", 400), ("_sort=code", 400), ("_sort=date;drop", 400),
        ("_include=Observation:nothing", 400), ("_has:Observation:patient:code=1", 400), ("code:in=x", 400),
        ("patient.name=x", 400), ("date=yesterday", 400), ("date=2026-13-01", 400), ("code=", 400), ("_filter=a", 400),
        ("encounter=Patient/1", 404), ("date=ge0000-00-00", 400), ("status:not=final", 400),
    ],
)  # fmt: skip
def test_what_we_cannot_answer_is_said(served: Served, chart: list[str], query: str, status: int) -> None:
    answer = served.get(f"Observation?patient={chart[0]}&{query}")
    assert answer.status_code in (status, 400, 403), (answer.status_code, answer.text)
    assert answer.status_code != 200
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_an_unknown_parameter(served: Served, chart: list[str]) -> None:
    lenient = found(served, f"Observation?patient={chart[0]}&colour=red")
    assert "colour" not in next(link["url"] for link in lenient["link"] if link["relation"] == "self")
    strict = served.get(f"Observation?patient={chart[0]}&colour=red", Prefer="handling=strict")
    assert strict.status_code == 400


def test_a_huge_count_is_bounded(served: Served, chart: list[str]) -> None:
    assert len(ids(found(served, f"Observation?patient={chart[0]}&_count=1000000000"))) == 9
    assert served.get(f"{chart[0]}/$everything?_count=1000000000").status_code == 200
    assert served.get(f"{chart[0]}/$everything?_count=x").status_code == 400


def test_patients_are_found_by_identity_only(served: Served, chart: list[str]) -> None:
    assert ids(found(served, "Patient?identifier=71000001")) == [chart[0]]
    assert chart[0] in ids(found(served, "Patient?name=" + quote("查一查")))
    assert found(served, "Patient?identifier=71009999")["total"] == 0
    assert served.get("Patient").status_code == 400
    assert served.get("Patient?gender=female").status_code == 400
    assert served.get("Patient?birthdate=1971-05-06").status_code == 400


def test_strangers_see_neither_rows_nor_totals(served: Served, chart: list[str]) -> None:
    for query in (
        f"Observation?patient={chart[0]}",
        f"Observation?patient={chart[0]}&_summary=count",
        f"Patient?_id={chart[0][8:]}",
    ):
        answer = served.get(query, "surgeon")
        assert answer.status_code == 403, (query, answer.text)


def test_restricted_own_and_colleagues(served: Served) -> None:
    """Flags of the patient close the chart for the department; searching does not even count it."""
    hospital = served.hospital
    closed = admit(served, "闭一闭", "71000003")
    number = hospital.runtime.ids.internal(closed[0][8:])[0]
    flag(served, number, restricted=True)
    assert served.get(closed[2]).status_code == 403
    assert served.get(f"Observation?patient={closed[0]}&_summary=count").status_code == 403
    assert found(served, "Patient?identifier=71000003").get("entry", []) == []
    flag(served, number, restricted=False, person_id=hospital.people["doctor"])
    assert served.get(closed[2]).status_code == 403
    flag(served, number, restricted=False, person_id=hospital.people["nurse"])
    assert served.get(closed[2]).status_code == 403


def flag(served: Served, number: int, **values: Any) -> None:
    """Set flags of a patient with a good seal, as an act would."""
    from jingui.store.models import Patient

    row = Patient.objects.get(pk=number)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    served.hospital.runtime.sealer.seal(row)
    row.save()

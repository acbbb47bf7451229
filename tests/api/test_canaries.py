"""S2: nothing of one patient in any answer about another, over every route, type, include and error [4.1.3]"""

from urllib.parse import quote

import pytest

from tests.api.admitting import admit
from tests.api.client import Served
from tests.api.samples import E, P, condition, encounter, observation, patient

A, B = "甲甲甲ALPHACANARY", "乙乙乙BRAVOCANARY"


def marked(word: str) -> list[dict[str, object]]:
    """One record of several types, each holding the word."""
    note = {"note": [{"text": word}]}
    return [
        observation(P, "2345-7", encounter={"reference": E}, **note), condition(P, "J00.x00", **note),
        {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": {"reference": P},
         "medicationCodeableConcept": {"text": word}, **note},
        {"resourceType": "Procedure", "status": "completed", "subject": {"reference": P}, "code": {"text": word},
        **note},
        {"resourceType": "AllergyIntolerance", "patient": {"reference": P}, "code": {"text": word}},
        {"resourceType": "DiagnosticReport", "status": "final", "code": {"text": word}, "subject": {"reference": P},
         "conclusion": word},
        {"resourceType": "DocumentReference", "status": "current", "subject": {"reference": P},
         "content": [{"attachment": {"contentType": "text/plain", "title": word}}]},
    ]  # fmt: skip


@pytest.fixture(scope="module")
def charts(served: Served) -> tuple[list[str], list[str]]:
    """Two patients of one department whose charts hold their own word; the doctor may read both."""
    return (
        admit(served, A, "76000001", "xnk", *marked(A)), admit(served, B, "76000002", "xnk", *marked(B))
    )  # fmt: skip


def routes(chart: list[str], other: list[str]) -> list[str]:
    """Every way of asking about the first chart; several carry ids of the second."""
    p, q = chart[0], other[0]
    kinds = sorted({one.partition("/")[0] for one in chart})
    out = [*chart, *(f"{one}/_history" for one in chart), *(f"{one}/_history/1" for one in chart)]
    out += [f"{kind}?patient={p}" for kind in kinds if kind != "Patient"]
    out += [f"{kind}?patient={p}&_count=1" for kind in kinds if kind != "Patient"]
    out += [f"{p}/$everything", f"{p}/$everything?_count=2", f"Patient?_id={p[8:]}", "Patient?identifier=76000001"]
    out += [f"Patient?name={quote(A)}", f"Observation?encounter={chart[1]}"]
    out += [f"Observation?patient={p}&_include=Observation:encounter&_include=Observation:subject"]
    # ids of the other patient where they do not belong
    out += [f"Observation?patient={p}&encounter={other[1]}", f"Observation?patient={p}&_id={other[2][12:]}"]
    out += [
        f"Observation?patient={p},{q}",
        f"Observation?patient={p}&patient={q}",
        f"Observation?subject={p}&patient={q}",
    ]
    out += [f"Observation?_id={chart[2][12:]},{other[2][12:]}", f"{p}/$everything?_page={other[2][12:]}"]
    out += [f"Condition/{other[2][12:]}", f"{p}/$everything?patient={q}", f"Encounter/{other[2][12:]}/_history"]
    return out


def test_no_byte_of_the_other(served: Served, charts: tuple[list[str], list[str]]) -> None:
    for (chart, other), mine, theirs in ((charts, A, B), (charts[::-1], B, A)):
        if mine == A:
            wanted = routes(chart, other)
        else:
            wanted = [one.replace("76000001", "76000002").replace(quote(A), quote(B)) for one in routes(chart, other)]
        told = 0
        for route in wanted:
            answer = served.get(route)
            assert theirs.encode() not in answer.content, route
            for ident in other:
                if ident.partition("/")[2] not in route:
                    assert ident.partition("/")[2].encode() not in answer.content, (route, ident)
            assert theirs not in str(answer.headers), route
            told += mine.encode() in answer.content
        assert told > 30, "the routes do show the patient's own word"


def test_a_page_mark_of_another_chart_shows_only_ones_own(served: Served, charts: tuple[list[str], list[str]]) -> None:
    """A cursor holds a place, never a patient: taken to another chart it pages there."""
    one = served.get(f"{charts[1][0]}/$everything?_count=2").json()
    mark = next(link["url"] for link in one["link"] if link["relation"] == "next").partition("_page=")[2]
    answer = served.get(f"{charts[0][0]}/$everything?_count=50&_page={mark}")
    assert B.encode() not in answer.content


def test_errors_repeat_nothing(served: Served, charts: tuple[list[str], list[str]]) -> None:
    """What was sent or stored never stands in an error: an outcome may be logged by anybody."""
    word = "秘密SECRETCANARY"
    calls = [
        served.post("Observation", {**observation(charts[0][0]), "status": word}),
        served.post("Observation", {**observation(charts[0][0]), word: 1}),
        served.post("Observation", f'{{"resourceType":"Observation","{word}":1,"{word}":2}}'.encode()),
        served.post("Observation", observation(f"Patient/{'0' * 31}x", note=[{"text": word}])),
        served.post("Patient", {**patient(word, "1"), "gender": word}),
        served.get(f"Observation?patient={charts[0][0]}&date={quote(word)}"),
        served.post("Encounter", {**encounter(charts[0][0]), "period": {"start": word}}),
    ]  # fmt: skip
    for answer in calls:
        assert 400 <= answer.status_code < 500, answer.text
        assert word not in answer.text, answer.text


def test_log_and_addresses_hold_no_patient(served: Served, charts: tuple[list[str], list[str]]) -> None:
    text = served.log.read_text("utf-8", errors="replace")
    for word in (A, B, "CANARY", "76000001", charts[0][0][8:]):
        assert word not in text, text[-2000:]

"""四（一）内部查阅: searchable facts and strict searches agree with each other [4.1.3]"""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.formats.fhir_dates import Span, period, span
from jingui.formats.fhir_identity import field_of, identity
from jingui.formats.fhir_params import search_params
from jingui.formats.fhir_query import DateTerm, SearchQuery, Term, Wanted
from jingui.formats.fhir_search import MAX_COUNT, parse_search
from jingui.formats.fhir_tokens import tuples
from jingui.formats.fhir_types import rows
from tests.formats.shared import resources

OBSERVATION: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "718-7"}, {"code": "HGB"}]},
    "subject": {"reference": "Patient/p1"},
    "encounter": {"reference": "Encounter/e1/_history/2"},
    "performer": [{"reference": "Practitioner/d1"}, {"reference": "Patient/p1"}, {"reference": "#x"}, {"display": "x"}],
    "effectiveDateTime": "2024-02-29",
}


def search(kind: str, query: str, **more: Any) -> SearchQuery:
    return parse_search(kind, parse_qsl(query, keep_blank_values=True), **more)


def found(resource: dict[str, Any], query: SearchQuery) -> bool:
    """The reference reading of a search: what the store must do with tuples and terms."""
    facts = tuples(resource)
    held = {(t.parameter, t.system, t.value) for t in facts}
    spans = [(t.parameter, t.start, t.end) for t in facts if t.start and t.end]
    return all(any(tuple(term) in held for term in group) for group in query.tokens) and all(
        any(name == term.parameter and term.matches(start, end) for term in group for name, start, end in spans)
        for group in query.dates
    )


def test_tables_hold_for_every_type() -> None:
    for kind in rows():
        params = search_params(kind)
        assert all(param.paths for param in params.values())
        assert bool(params) == (rows()[kind].place != "none"), kind


def test_facts_of_an_observation() -> None:
    facts = tuples(OBSERVATION)
    values = {(t.parameter, t.system, t.value) for t in facts if t.kind != "date"}
    assert values == {
        ("status", "*", "final"),
        ("code", "http://loinc.org", "718-7"),
        ("code", "*", "718-7"),
        ("code", "", "HGB"),
        ("code", "*", "HGB"),
        ("encounter", "Encounter", "e1"),
        ("performer", "Practitioner", "d1"),
        ("performer", "Patient", "p1"),
    }
    (day,) = [t for t in facts if t.kind == "date"]
    assert (day.start, day.end) == (datetime(2024, 2, 28, 16, tzinfo=UTC), datetime(2024, 2, 29, 16, tzinfo=UTC))


@pytest.mark.parametrize(
    ("query", "hit"),
    [
        ("patient=p1&code=718-7", True),
        ("subject=Patient/p1&code=http://loinc.org|718-7", True),
        ("patient=p1&code=|HGB", True),
        ("patient=p1&code=|718-7", False),
        ("patient=p1&code=x,718-7&status=final", True),
        ("patient=p1&code=718-7&code=x", False),
        ("patient=p1&encounter=e1", True),
        ("patient=p1&performer=Practitioner/d1,Practitioner/d2", True),
        ("patient=p1&performer=Patient/p1", True),
        ("patient=p1&performer=Patient/p2", False),
        ("patient=p1&performer:Practitioner=d1", True),
        ("patient=p1&date=2024", True),
        ("patient=p1&date=2024-02-28", False),
        ("patient=p1&date=ge2024-02-29", True),
        ("patient=p1&date=gt2024-02-29", False),
        ("patient=p1&date=lt2024-02-29", False),
        ("patient=p1&date=le2024-02", True),
        ("patient=p1&date=sa2024-02-28&date=eb2024-03-01", True),
        ("patient=p1&date=ne2024-02-29", False),
    ],
)
def test_search_meets_facts(query: str, hit: bool) -> None:
    parsed = search("Observation", query)
    assert parsed.patient == "p1"
    assert found(OBSERVATION, parsed) is hit


def test_every_real_resource_is_found_by_its_own_facts() -> None:
    count = 0
    for each in resources():
        kind = each["resourceType"]
        for fact in tuples(each)[:8]:
            if fact.kind == "token" and fact.system == "*" and not set(fact.value) & set("\\,|$"):
                assert found(each, parse_search(kind, [(fact.parameter, fact.value)]))
                count += 1
    assert count > 10_000


@pytest.mark.parametrize(
    "query",
    [
        "code:not=1", "code:missing=true", "code:text=x", "patient.name=x", "_has:Observation:patient:code=1",
        "_revinclude=Provenance:target", "date=ap2020", "date=2020-02-30", "date=2020-1-1", "date=x", "_count=-1",
        "_count=1.5", "_count=x", "_count=٣", "_sort=code", "_sort=date;drop table", "_include=Observation:code",
        "_include=Patient:link", "_include=*", "_include:iterate=Observation:encounter", "_id=a b", "_id=a,,b",
        "patient=1&patient=2", "patient=1,2", "patient=1&subject=Patient/2", "subject=Patient/1,Group/2",
        "performer=7", "encounter=Encounter/a b", "encounter=Nonsense/1", "code=", "code=a,,b", "code=http://x|",
        "code=a\\", "_page=../x", "_filter=x", "code=" + "a," * 200 + "a", "code=" + "x" * 5000,
        "&".join(["code=1"] * 41),
    ],
)  # fmt: skip
def test_what_we_cannot_answer_is_said(query: str) -> None:
    with pytest.raises(Invalid) as caught:
        search("Observation", query)
    assert caught.value.places


def test_unknown_parameters() -> None:
    lenient = search("Observation", "patient=1&colour=red&_pretty=true")
    assert lenient.ignored == ("colour",)
    assert lenient.link() == "Observation?patient=1"
    with pytest.raises(Invalid):
        search("Observation", "patient=1&colour=red", strict=True)
    with pytest.raises(Invalid):
        search("Bundle", "")
    with pytest.raises(Invalid):
        search("Nonsense", "")


def test_controls() -> None:
    query = search(
        "Observation", "_count=1000000000&_sort=-date,_lastUpdated&_include=Observation:encounter&_id=a,b&_id=b"
    )
    assert query.count == MAX_COUNT
    assert query.sort == (("date", True), ("_lastUpdated", False))
    assert query.include == ("encounter",)
    assert query.ids == ("b",)
    assert search("Observation", "_id=a&_id=b").ids == ("-",)
    assert search("Observation", "_summary=count").count_only
    assert search("Observation", "_count=0").count_only
    assert search("Observation", "_lastUpdated=gt2024").updated[0][0].prefix == "gt"
    base = "https://h.example/fhir/"
    assert search("Observation", f"subject={base}Patient/7", base=base).patient == "7"


def test_escapes_and_links() -> None:
    query = search("Observation", "code=a\\,b,c\\|d|e&patient=1")
    assert query.tokens == ((Term("code", "*", "a,b"), Term("code", "c|d", "e")),)
    again = parse_search("Observation", parse_qsl(query.link("abc").partition("?")[2]))
    assert again.tokens == query.tokens
    assert again.cursor == "abc"


def test_patients_are_found_by_identity() -> None:
    card = "urn:oid:2.16.156.10011.1.3"
    query = search("Patient", f"identifier={card}|11010519491231002X&birthdate=1949-12-31&family=张&phone=13800000000")
    assert query.identity == (
        (Wanted("id_card", "11010519491231002X"),),
        (Wanted("birth_date", "1949-12-31"),),
        (Wanted("family", "张"),),
        (Wanted("phone", "13800000000"),),
    )
    assert query.tokens == ()
    assert [w.field for w in search("Patient", "name=张三").identity[0]] == ["name", "family", "given"]
    for bad in ("birthdate=1949", "birthdate=ge1949-12-31", f"identifier={card}|", "name:contains=x"):
        with pytest.raises(Invalid):
            search("Patient", bad)


def test_identity_of_a_patient() -> None:
    patient = {
        "resourceType": "Patient",
        "identifier": [
            {"system": "urn:oid:2.16.156.10011.1.13", "value": "00012"},
            {"type": {"coding": [{"code": "PPN"}]}, "value": "E1"},
            {"system": "http://x", "value": "7"},
            {"system": "http://x"},
        ],
        "name": [
            {"text": "买买提·吐尔逊"},
            {"family": "欧阳", "given": ["修", "文"]},
            {"family": "Smith", "given": ["Jo"]},
        ],
        "telecom": [{"system": "phone", "value": "13800000000"}, {"system": "fax", "value": "1"}],
        "birthDate": "1980-01-31",
    }
    fields = identity(patient)
    assert len(fields) == len(set(fields))
    assert {
        ("mrn", "00012"), ("identifier", "00012"), ("passport", "E1"), ("identifier", "http://x|7"),
        ("name", "买买提·吐尔逊"), ("name", "欧阳修文"), ("name", "欧阳修"), ("family", "欧阳"), ("given", "修"),
        ("name", "Jo Smith"), ("name", "Smith Jo"), ("phone", "13800000000"), ("birth_date", "1980-01-31"),
    } <= set(fields)  # fmt: skip
    assert ("phone", "1") not in fields
    assert field_of({"system": "urn:oid:2.16.156.10011.1.3"}) == "id_card"


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("2020", datetime(2019, 12, 31, 16, tzinfo=UTC), timedelta(days=366)),
        ("2020-12", datetime(2020, 11, 30, 16, tzinfo=UTC), timedelta(days=31)),
        ("2020-02-29", datetime(2020, 2, 28, 16, tzinfo=UTC), timedelta(days=1)),
        ("2020-02-29T10:00Z", datetime(2020, 2, 29, 10, tzinfo=UTC), timedelta(minutes=1)),
        ("2020-02-29T10:00:01+08:00", datetime(2020, 2, 29, 2, 0, 1, tzinfo=UTC), timedelta(seconds=1)),
        ("2020-02-29T10:00:01.5Z", datetime(2020, 2, 29, 10, 0, 1, 500000, tzinfo=UTC), timedelta(milliseconds=100)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC), timedelta(seconds=1)),
    ],
)
def test_spans(text: str, start: datetime, length: timedelta) -> None:
    assert span(text) == Span(start, start + length)


@pytest.mark.parametrize("text", ["0001", "9999", "9999-12", "9999-12-31", "0001-01-01", "9999-12-31T23:59:59Z"])
def test_the_ends_of_time(text: str) -> None:
    one = span(text)
    assert one.start < one.end


def test_open_periods() -> None:
    assert period({"start": "2020"}).end.year == 9999
    assert period({"end": "2020"}).start.year == 1


moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(moments, moments, moments, moments)
def test_prefixes_agree(a: datetime, b: datetime, c: datetime, d: datetime) -> None:
    """The prefixes as FHIR defines them among each other."""
    (start, end), (low, high) = sorted((a, b)), sorted((c, d))
    fits = {
        p: DateTerm("date", p, low, high).matches(start, end) for p in ("eq", "ne", "lt", "gt", "ge", "le", "sa", "eb")
    }
    assert fits["eq"] is not fits["ne"]
    assert fits["ge"] is (fits["gt"] or fits["eq"])
    assert fits["le"] is (fits["lt"] or fits["eq"])
    assert not (fits["sa"] and end > high and not fits["gt"])
    assert not (fits["eb"] and start < low and not fits["lt"])


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_search_is_read_or_refused(name: str, value: str) -> None:
    for pair in ((name, value), ("code", value), ("date", value), ("subject", value), ("_sort", value)):
        places: tuple[tuple[str, str], ...] = ()
        try:
            parse_search("Observation", [pair])
        except Invalid as error:
            places = error.places
        assert all(len(place) <= 64 for place, _ in places)

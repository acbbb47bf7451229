"""三（一）3 保存期限 [3.1.3]: twelve hand-made patients, and what must never shorten a term."""

from datetime import date

import pytest

from jingui.core.retention import Person, Standing, Term, Visit, later, term
from jingui.core.words import Hold, RetentionClass

IN, OUT, PSY, ID = (
    RetentionClass.INPATIENT, RetentionClass.OUTPATIENT, RetentionClass.PSYCHIATRIC, RetentionClass.IDENTITY,
)  # fmt: skip
LAW = {"inpatient_years": 30, "outpatient_years": 15, "psychiatric_years": 30, "minor_keep_years": 0}


def d(text: str) -> date:
    return date.fromisoformat(text)


def stay(starts: str, ends: str | None, *, on: bool = False) -> Visit:
    return Visit(inpatient=True, starts=d(starts), ends=d(ends) if ends else None, going_on=on)


def visit(day: str, ends: str | None = "") -> Visit:
    return Visit(inpatient=False, starts=d(day), ends=None if ends is None else d(ends or day))


DISPUTE = Standing(kind=Hold.DISPUTE_SEAL, since=d("2026-01-05"))
# who, what is known, {class: the day expected}, the settings beside the law's
PATIENTS: tuple[tuple[str, Person, dict[RetentionClass, str | None], dict[str, int]], ...] = (
    ("one visit", Person(visits=(visit("2005-06-01"),), classes=frozenset({OUT, ID})),
     {OUT: "2020-06-01", ID: "2020-06-01"}, {}),
    ("one stay", Person(visits=(stay("2021-02-20", "2021-03-04"),), classes=frozenset({IN, ID})),
     {IN: "2051-03-04", ID: "2051-03-04"}, {}),
    ("mixed classes", Person(visits=(stay("1990-01-01", "1990-01-20"), visit("2008-08-08")),
     classes=frozenset({IN, OUT, ID})), {IN: "2020-01-20", OUT: "2023-08-08", ID: "2023-08-08"}, {}),
    ("stays rejoined: the last moves all", Person(visits=(stay("1991-05-01", "1991-05-09"),
     stay("1999-09-01", "1999-09-30")), classes=frozenset({IN, ID})), {IN: "2029-09-30", ID: "2029-09-30"}, {}),
    ("psychiatric outpatient", Person(visits=(visit("2004-04-04"),), classes=frozenset({PSY, ID})),
     {PSY: "2034-04-04", ID: "2034-04-04"}, {}),
    ("psychiatric and others, linked identities", Person(visits=(stay("1994-03-01", "1994-04-01"),
     visit("2001-07-07"), visit("2003-03-03")), classes=frozenset({IN, OUT, PSY, ID})),
     {IN: "2024-04-01", OUT: "2018-03-03", PSY: "2033-03-03", ID: "2033-03-03"}, {}),
    ("a minor, by the law", Person(visits=(visit("2006-01-10"),), classes=frozenset({OUT, ID}), birth=d("2004-02-29")),
     {OUT: "2021-01-10", ID: "2021-01-10"}, {}),
    ("a minor, kept to adulthood and 10 years", Person(visits=(visit("2006-01-10"),), classes=frozenset({OUT, ID}),
     birth=d("2004-02-29")), {OUT: "2032-02-29", ID: "2032-02-29"}, {"minor_keep_years": 10}),
    ("deceased: not a day shorter", Person(visits=(stay("2000-02-01", "2000-02-29"),), classes=frozenset({IN, ID}),
     deceased=True), {IN: "2030-03-01", ID: "2030-03-01"}, {}),
    ("sealed in a dispute", Person(visits=(visit("2001-01-01"),), classes=frozenset({OUT, ID}), holds=(DISPUTE,)),
     {OUT: "2016-01-01", ID: "2016-01-01"}, {}),
    ("still in hospital", Person(visits=(visit("1990-01-01"), stay("2026-11-01", None, on=True)),
     classes=frozenset({IN, OUT, ID})), {IN: None, OUT: None, ID: None}, {}),
    ("extended by appraisal, end of one unknown no more", Person(visits=(visit("2002-02-02"),),
     classes=frozenset({OUT, ID}), extensions=((OUT, d("2040-12-31")), (OUT, d("2019-01-01")))),
     {OUT: "2040-12-31", ID: "2040-12-31"}, {}),
)  # fmt: skip


def told(found: Term) -> str:
    return "；".join(fact.text % dict(fact.values) for fact in found.facts)


@pytest.mark.parametrize(("who", "person", "expected", "more"), PATIENTS, ids=[one[0] for one in PATIENTS])
def test_twelve_patients(
    who: str, person: Person, expected: dict[RetentionClass, str | None], more: dict[str, int]
) -> None:
    for which, day in expected.items():
        found = term(person, which, {**LAW, **more})
        print(f"{who:48} {which.value:12} {found.until or '-'!s:12} {told(found)}")
        assert found.until == (d(day) if day else None)
        assert found.facts


def test_every_fact_is_told() -> None:
    found = term(Person(visits=(visit("2021-03-04"),), classes=frozenset({PSY})), PSY, LAW)
    assert told(found).startswith("最近一次就诊或出院 2021-03-04，精神障碍病历保存 30 年：2051-03-04")
    assert len(PATIENTS) == 12


def test_due_only_after_the_whole_last_day_and_without_holds() -> None:
    plain = Person(visits=(visit("2001-01-01"),), classes=frozenset({OUT}))
    assert not term(plain, OUT, LAW).due(d("2016-01-01"))
    assert term(plain, OUT, LAW).due(d("2016-01-02"))
    held = Person(visits=plain.visits, classes=plain.classes, holds=(DISPUTE, DISPUTE))
    found = term(held, OUT, LAW)
    assert not found.due(d("2099-01-01"))
    assert told(found).count("解除前不得销毁") == 2


def test_a_visit_without_an_end_keeps_everything() -> None:
    person = Person(visits=(visit("2001-01-01"), visit("2000-01-01", None)), classes=frozenset({OUT, IN, ID}))
    assert all(term(person, one, LAW).until is None for one in (OUT, IN, ID))


def test_a_leap_day_is_never_a_day_too_short() -> None:
    assert later(d("2000-02-29"), 30) == d("2030-03-01")
    assert later(d("2000-02-29"), 4) == d("2004-02-29")


def test_a_new_visit_moves_every_older_outpatient_volume_and_a_new_stay_the_inpatient_ones() -> None:
    before = (stay("1980-01-01", "1980-02-01"), visit("1985-05-05"))
    one = Person(visits=(*before, visit("2020-01-01")), classes=frozenset({IN, OUT}))
    assert term(one, OUT, LAW).until == d("2035-01-01")
    assert term(one, IN, LAW).until == d("2010-02-01")
    two = Person(visits=(*before, stay("2020-01-01", "2020-01-05")), classes=frozenset({IN, OUT}))
    assert term(two, OUT, LAW).until == d("2035-01-05")
    assert term(two, IN, LAW).until == d("2050-01-05")


def test_records_that_name_no_visit_keep_what_they_might_belong_to() -> None:
    loose = Person(visits=(stay("1980-01-01", "1980-02-01"),), classes=frozenset({IN}), loose=d("2010-10-10"))
    assert term(loose, IN, LAW).until == d("2040-10-10")
    assert term(Person(classes=frozenset({IN})), IN, LAW).until is None
    registered = Person(classes=frozenset({ID}), registered=d("2000-01-01"))
    assert term(registered, ID, LAW).until == d("2015-01-01")


def test_unknown_birth_keeps_where_the_hospital_keeps_minors_longer() -> None:
    person = Person(visits=(visit("2001-01-01"),), classes=frozenset({OUT}))
    assert term(person, OUT, {**LAW, "minor_keep_years": 5}).until is None
    assert term(person, RetentionClass.DIRECTORY, LAW).until is None

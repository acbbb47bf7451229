"""四（二）4 教学科研: a cohort is closed data: the same query has the same text, a wrong one is refused [4.2.4]"""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.core.research_cohort import OLDEST, SEXES, Cohort
from jingui.core.research_fields import FIELDS, QUASI, SENSITIVE, Ladder, Tells, chosen
from jingui.core.words import EncounterKind

DAYS = st.dates(date(2000, 1, 1), date(2030, 1, 1))
COHORTS = st.builds(
    Cohort,
    diagnoses=st.lists(st.sampled_from(["I21", "I21.0", "E11.9", "K35"]), max_size=4).map(tuple),
    every=st.booleans(),
    first=st.none() | DAYS,
    sex=st.sampled_from(["", *SEXES]),
    youngest=st.integers(0, 60),
    oldest=st.integers(60, OLDEST),
    departments=st.lists(st.sampled_from(["xnk", "gwk"]), max_size=3).map(tuple),
    visits=st.lists(st.sampled_from([one.value for one in EncounterKind]), max_size=3).map(tuple),
)


@given(COHORTS)
def test_a_query_comes_back_and_order_does_not_matter(cohort: Cohort) -> None:
    made = cohort.checked()
    assert Cohort.of(made.words()) == made
    turned = Cohort(
        diagnoses=cohort.diagnoses[::-1] * 2, every=cohort.every, first=cohort.first, sex=cohort.sex,
        youngest=cohort.youngest, oldest=cohort.oldest, departments=cohort.departments[::-1],
        visits=cohort.visits[::-1],
    )  # fmt: skip
    assert turned.checked().words() == made.words()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", "1", '{"diagnoses":["I21"]}', '{"sex":"male","sex2":1}', "x" * 100_000]
)
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Cohort.of(text)


def test_a_query_with_something_more_is_refused() -> None:
    whole = json.loads(Cohort().words()) | {"person": 1}
    with pytest.raises(Invalid):
        Cohort.of(json.dumps(whole))


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"diagnoses": ("心梗",)}, "diagnoses"),
        ({"diagnoses": ("I21' OR 1=1",)}, "diagnoses"),
        ({"diagnoses": ("I21",) * 51}, "diagnoses"),
        ({"first": date(2026, 2, 1), "last": date(2026, 1, 1)}, "last"),
        ({"sex": "any"}, "sex"),
        ({"youngest": 70, "oldest": 60}, "oldest"),
        ({"youngest": -1}, "oldest"),
        ({"departments": ("",)}, "departments"),
        ({"visits": ("house call",)}, "visits"),
    ],
)
def test_a_wrong_condition_is_named(wrong: dict[str, object], place: str) -> None:
    with pytest.raises(Invalid) as refused:
        Cohort(**wrong).checked()  # type: ignore[arg-type]  # as it may come from a form
    assert place in {name for name, _ in refused.value.places}


def test_any_or_every_diagnosis() -> None:
    one, other = frozenset({"I21.001"}), frozenset({"I21.001", "E11.900"})
    either = Cohort(diagnoses=("I21", "E11"))
    both = Cohort(diagnoses=("I21", "E11"), every=True)
    assert (either.coded(one), either.coded(other), both.coded(one), both.coded(other)) == (True, True, False, True)
    assert Cohort().coded(frozenset())
    assert not either.coded(frozenset())


def test_an_unknown_age_fits_only_where_none_is_asked_for() -> None:
    assert Cohort().aged(None)
    assert not Cohort(youngest=1).aged(None)
    assert Cohort(youngest=18, oldest=60).aged(18)
    assert not Cohort(youngest=18, oldest=60).aged(61)


def test_fields_are_rows() -> None:
    assert chosen(("age", "sex", "age")) == ("sex", "age")
    for wrong in ((), ("name",), ("sex", "")):
        with pytest.raises(Invalid):
            chosen(wrong)
    assert set(QUASI) | set(SENSITIVE) < set(FIELDS)
    for field in FIELDS.values():
        assert (field.ladder is Ladder.NONE) == (field.tells is not Tells.QUASI)

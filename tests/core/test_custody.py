"""三（二）2 病案室: the line, its deadlines, quality items, front-page rules, mapping tables [3.2.2] [7.2.1]"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jingui.core import custody, custody_quality
from jingui.core import custody_front_page as front
from jingui.core import custody_reports as reports
from jingui.core.calendars import CHINA, USUAL
from jingui.core.settings import table
from jingui.core.words import EncounterKind, Role, Stage, Verb

VALUES = table({})
GOOD: dict[str, Any] = {
    "front_page": True, "sex": "female", "birth": "1980-05-01", "identity": "110105198001010016", "name": "赵敏",
    "mrn": "20260117", "deceased": False, "main": {"code": "I10.x00", "text": "高血压"}, "payment": "1",
    "stay_number": 1, "admission_way": "1", "admitted_at": "2026-11-01T08:00:00+08:00",
    "discharged_at": "2026-11-08T10:00:00+08:00", "days": 7, "admission_department": "心内科",
    "discharge_department": "心内科", "outpatient_diagnosis": {"code": "I10.x00", "text": "高血压"},
    "main_condition": "1", "discharge_way": "1", "total_cost": "1200.50", "abo": "1",
    "stay_from": datetime(2026, 11, 1, 8, tzinfo=CHINA), "stay_to": datetime(2026, 11, 8, 10, tzinfo=CHINA),
    "codes.diagnoses": ("I10.x00",), "codes.operations": (),
}  # fmt: skip


def found(**more: Any) -> set[str]:
    return {one.rule for one in front.findings({**GOOD, **more})}


def test_the_line_goes_one_way_and_each_move_has_its_post() -> None:
    stage, seen = Stage.WARD, []
    while (leg := custody.following("inpatient", stage)) is not None:
        seen.append((leg.after, leg.verb, leg.roles))
        stage = leg.after
    assert [one[0] for one in seen] == list(Stage)[1:]
    assert {one[1]: one[2] for one in seen} == {
        Verb.MOVE_CASE_FILE: (Role.ARCHIVIST,), Verb.CODE_CASE_FILE: (Role.CODER,),
        Verb.JUDGE_CASE_FILE: (Role.QUALITY,),
    }  # fmt: skip
    short = [custody.following("outpatient", one) for one in custody.SHORT]
    assert [leg.after if leg else None for leg in short] == [Stage.RECEIVED, Stage.FILED, Stage.SHELVED, None]
    assert custody.following("outpatient", Stage.CODED) is None
    assert custody.following("checkup", Stage.WARD) is None
    assert custody.following("nonsense", Stage.WARD) is None
    assert (custody.back_to("inpatient"), custody.back_to("outpatient")) == (Stage.SORTED, Stage.RECEIVED)


def test_outpatient_charts_are_kept_only_where_the_hospital_keeps_them() -> None:
    assert set(custody.opened_kinds(VALUES)) == {"inpatient", "day", "observation"}
    assert "outpatient" in custody.opened_kinds({**VALUES, "outpatient_charts_kept": "yes"})
    assert EncounterKind.CHECKUP not in custody.KEPT


def test_the_check_list_wants_every_line_that_applies() -> None:
    leg = custody.LEGS[Stage.SORTED]
    every = tuple(one.id for one in leg.checks if one.every)
    assert custody.missing_checks(leg, every) == ()
    assert custody.missing_checks(leg, every[1:]) == every[:1]
    assert custody.missing_checks(leg, (*every, "no_such")) == ("no_such",)


def test_due_counts_working_days_and_overdue_begins_where_due_ends() -> None:
    friday = datetime(2026, 11, 20, 16, tzinfo=CHINA)
    assert custody.due_at("outpatient", friday, VALUES) == datetime(2026, 11, 24, tzinfo=CHINA)  # Monday's end
    assert custody.due_at("inpatient", friday, VALUES) == datetime(2026, 12, 2, tzinfo=CHINA)
    for hours in range(0, 24 * 40, 7):
        at = datetime(2026, 9, 20, 3, tzinfo=UTC) + timedelta(hours=hours)  # over the October holidays
        limit = custody.overdue_before(at, 7)
        for left in (-25, -1, 0, 1, 25):
            ended = limit + timedelta(hours=left)
            assert (USUAL.after(ended, 7) <= at) == (ended < limit), (at, ended)


@pytest.mark.parametrize("month", ["2026-13", "2026", "", "x", "2026-00"])
def test_a_month_is_a_month(month: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- any value error: the gate says what is wrong with it
        custody.month_span(month)


def test_month_ends_where_the_next_begins() -> None:
    first, last = custody.month_span("2026-12")
    assert (first.date(), last.date()) == (date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("items", "grade"),
    [
        ((), "a"), ((("late", 100),), "a"), ((("late", 101),), "b"), ((("late", 250),), "b"), ((("late", 251),), "c"),
        ((("consent_missing", 0),), "b"), ((("front_missing", 0),), "c"), ((("late", 5000),), "c"),
    ],
)  # fmt: skip
def test_grades_by_points_and_vetoes(items: tuple[tuple[str, int], ...], grade: str) -> None:
    assert custody_quality.grade(items, VALUES).value == grade


def test_points_never_go_below_nothing() -> None:
    assert custody_quality.taken_off((("late", 900), ("late", 900))) == custody_quality.FULL


def test_a_good_front_page_has_no_findings() -> None:
    assert found() == set()


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"front_page": False}, "front_page"), ({"main": ""}, "has_main"), ({"codes.diagnoses": ()}, "coded"),
        ({"discharged_at": "2026-10-30T08:00:00+08:00"}, "dates_order"), ({"birth": "2026-11-02"}, "born_before"),
        ({"days": 3}, "days_agree"), ({"days": "七"}, "days_agree"),
        ({"sex": "male", "codes.diagnoses": ("O80.000",)}, "male_codes"),
        ({"codes.diagnoses": ("C61.x00",)}, "female_codes"),
        ({"codes.diagnoses": ("P07.300",)}, "perinatal_age"),
        ({"birth": "1950-01-01", "codes.diagnoses": ("O80.0",)}, "pregnancy_age"),
        ({"birth": "2026-10-28"}, "newborn_weight"), ({"codes.diagnoses": ("W19.x00",)}, "main_external"),
        ({"codes.diagnoses": ("R07.400",)}, "main_symptom"), ({"codes.diagnoses": ("I10.x00", "I10.x00")}, "twice"),
        ({"codes.diagnoses": ("E11.900",)}, "main_agrees"),
        ({"codes.diagnoses": ("I10.x00", "S72.000")}, "injury_cause"),
        ({"codes.diagnoses": ("I10.x00", "C34.900")}, "tumour_pathology"),
        ({"operations": [{"operation_start": "2026-11-02"}]}, "operations_coded"),
        ({"operations": [{"operation_start": "2026-12-02"}], "codes.operations": ("36.06",)}, "operation_dates"),
        ({"discharge_way": "5"}, "died_autopsy"), ({"discharge_way": "5", "autopsied": False}, "death_agrees"),
        ({"return_planned": True}, "return_aim"), ({"total_cost": "0"}, "cost_positive"),
        ({"total_cost": "-"}, "cost_positive"),
        ({"fees": ["1000", "200.40"]}, "fees_sum"),
        ({"stay_to": datetime(2026, 11, 9, 10, tzinfo=CHINA)}, "stay_agrees"),
        ({"identity": ""}, "identity"),
    ],
)  # fmt: skip
def test_each_rule_finds_what_it_is_for(more: dict[str, Any], rule: str) -> None:
    expected = rule if rule in front.RULES else f"has_{rule}"
    assert expected in found(**more)


def test_rules_are_named_once_and_say_where_to_look() -> None:
    assert len(front.RULES) == len(front.ROWS)
    assert all(row.fields and row.text for row in front.ROWS)


def test_fees_that_add_up_and_answers_of_no_are_right() -> None:
    assert found(fees=["1000", "200.50"], autopsied=False, return_planned=False) == set()


def test_errors_cannot_be_explained_away_and_warnings_can() -> None:
    both = front.findings({**GOOD, "days": 3, "main": ""})
    left = dict(front.unexplained(both, {"days_agree": "转科日期另计", "has_main": "没有"}))
    assert set(left) == {"rule.has_main"}
    assert set(dict(front.unexplained(both, {"days_agree": " "}))) == {"rule.has_main", "rule.days_agree"}
    assert set(dict(front.unexplained(both, {"days_agree": "长" * 501}))) == {"rule.has_main", "rule.days_agree"}


def test_shipped_mappings_are_whole_and_come_back_from_their_text() -> None:
    for one in reports.REPORTS.values():
        assert reports.wrong_rows(one.id, one.mapping) == ()
        assert reports.parsed(reports.written(one.mapping)) == one.mapping
        assert {row.field for row in one.mapping} == {field.name for field in one.fields}


@pytest.mark.parametrize(
    "text", ["", "\n\n", "A11", "A11 name", "A11 name plain a", "= = =", "A11 name plain =", "x" * 9000]
)
def test_any_text_is_read_without_an_error(text: str) -> None:
    rows = reports.parsed(text)
    assert isinstance(reports.wrong_rows("hqms", rows), tuple)


def test_values_are_written_as_their_row_says() -> None:
    facts = {**GOOD, "list.diagnosis": [{"code": "I10.x00", "text": "高血压"}]}
    row = reports.MapRow
    assert reports.value(facts, row("f", "sex", "plain", (("female", "2"),))) == "2"
    assert reports.value(facts, row("f", "birth", "digits")) == "19800501"
    assert reports.value(facts, row("f", "admitted_at", "moment")) == "2026-11-01 08:00"
    assert reports.value(facts, row("f", "diagnosis.1", "name")) == "高血压"
    assert reports.value(facts, row("f", "diagnosis.2")) == ""
    assert reports.value(facts, row("f", "main")) == "I10.x00"
    assert not reports.known_source("diagnosis.0")
    assert not reports.known_source("diagnosis.01")
    assert not reports.known_source("name.1")


def test_what_a_report_needs_and_what_is_too_long() -> None:
    columns = {field.name: "1" for field in reports.REPORTS["drg"].fields}
    assert reports.lacking("drg", columns) == ()
    assert reports.lacking("drg", {**columns, "sex": "", "dept": "长" * 101}) == ("sex", "dept")


def test_the_difference_of_two_tables_is_told_line_by_line() -> None:
    before = reports.REPORTS["drg"].mapping
    after = reports.parsed(reports.written(before).replace("cost total_cost plain", "cost days plain"))
    assert reports.difference(before, after) == (("cost", "total_cost plain", "days plain"),)
    assert reports.changes_told(before, after) == "cost: total_cost plain → days plain"
    assert reports.difference(before, before[:-1])[0][2] == ""

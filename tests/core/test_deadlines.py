"""二（二）2 时限表: every row has its setting, unit and document; what the law bounds cannot be laxer [2.2.2]"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.deadlines import BY_RULE, TABLE, Trigger, beside, ended_by, fulfilled_by, opened_by, span, state_of
from jingui.core.errors import Invalid
from jingui.core.settings import BY_NAME, HOUSE, LAW, parse, table
from jingui.core.words import EncounterKind
from jingui.formats import capture

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
UNTIMED = {
    "patient_basics", "medication_order", "herbal_prescription", "treatment_record", "informed_consent",
    "anaesthesia_consent", "transfusion_consent", "special_consent", "other_consent", "critical_notice",
    "preanaesthetic_visit", "anaesthesia_record", "postanaesthetic_visit", "transfusion_record", "antepartum_record",
    "delivery_record", "operative_nursing_record", "intake_output_record", "consumables_record",
    "admission_assessment", "nursing_plan", "discharge_assessment", "preoperative_summary",
    "preoperative_discussion", "difficult_case_discussion",
}  # fmt: skip


def test_every_row_hangs_together() -> None:
    assert len(BY_RULE) == len(TABLE)
    for row in TABLE:
        assert row.setting in BY_NAME
        assert row.after(AT, table({})) > AT
        assert row.template in capture.templates() or row.by
        links = {item.link for one in capture.templates().values() for item in one.every()}
        assert not row.link or row.link in links
        assert (row.grade is not None) == (row.trigger is Trigger.REPEAT)


def test_every_template_keeps_a_deadline_that_there_is() -> None:
    for name, one in capture.templates().items():
        if one.deadline:
            assert one.deadline in BY_RULE, name
            assert name in BY_RULE[one.deadline].fulfilled_by, name
    without = {name for name, one in capture.templates().items() if not one.deadline}
    assert without == UNTIMED  # no rule counts hours for these


def test_every_length_says_where_it_comes_from() -> None:
    for row in TABLE:
        setting = BY_NAME[row.setting]
        assert setting.clause.startswith("2.2")
        assert setting.basis in (LAW, HOUSE)
        assert (setting.basis is LAW) == bool(setting.source), row.name
        assert setting.basis is HOUSE or setting.ceiling == setting.default or row.name == "postoperative_note"


def test_a_stay_under_a_day_has_documents_of_its_own() -> None:
    def at_end(hours: float, trigger: Trigger = Trigger.DISCHARGE) -> tuple[set[str], set[str]]:
        opens, past = ended_by(trigger, EncounterKind.INPATIENT, AT, AT + timedelta(hours=hours), table({}))
        return {row.name for row in opens}, {row.name for row in past}

    opens, past = at_end(9)
    assert {"short_stay_record", "front_page"} == opens
    assert {"admission_record", "discharge_record", "first_ward_round", "stage_summary"} == past  # 8 h are over
    opens, past = at_end(7)
    assert "first_progress_note" in past
    opens, past = at_end(24)
    assert "discharge_record" in opens
    assert "short_stay_record" not in opens
    assert not past & {"admission_record", "first_progress_note"}
    assert "first_ward_round" in past  # two days were not over
    opens, _ = at_end(5, Trigger.DEATH)
    assert {"short_stay_death_record", "death_front_page", "death_discussion"} == opens
    assert "short_stay_record" in {row.name for row in fulfilled_by("discharge_record")}  # the longer ones do as well


@pytest.mark.parametrize(
    ("setting", "law"),
    [
        ("resuscitation_record_hours", 6), ("first_progress_hours", 8), ("admission_record_hours", 24),
        ("ward_round_hours", 48), ("progress_critical_hours", 24), ("death_discussion_days", 7),
    ],
)  # fmt: skip
def test_the_law_may_be_kept_more_strictly_never_less(setting: str, law: int) -> None:
    assert table({})[setting] == law
    assert parse(setting, "1") == 1
    with pytest.raises(Invalid):
        parse(setting, str(law + 1))


def test_units_are_the_settings_own() -> None:
    values = table({})
    assert span("death_discussion_days", values) == timedelta(days=7)
    assert span("resuscitation_record_hours", values) == timedelta(hours=6)
    assert span("deadline_warning_minutes", values) == timedelta(minutes=120)


def test_what_opens_and_what_closes() -> None:
    stay = {row.name for row in opened_by(Trigger.ADMISSION, EncounterKind.INPATIENT)}
    assert stay == {"admission_record", "first_progress_note", "first_ward_round", "stage_summary"}
    assert [*opened_by(Trigger.ADMISSION, EncounterKind.OUTPATIENT)] == []
    assert [row.name for row in opened_by(Trigger.VISIT, EncounterKind.OUTPATIENT)] == ["outpatient_record"]
    assert "critical_value" in {row.name for row in fulfilled_by("progress_note")}
    assert beside(BY_RULE["progress_stable"]) == {"progress_stable", "progress_serious", "progress_critical"}


def test_states() -> None:
    warn, due = timedelta(hours=2), AT + timedelta(hours=3)
    assert state_of(due, AT, warn, None, False, False) == "open"
    assert state_of(due, AT + timedelta(hours=1), warn, None, False, False) == "soon"
    assert state_of(due, due + timedelta(seconds=1), warn, None, False, False) == "overdue"
    assert state_of(due, due, warn, AT, False, False) == "met"
    assert state_of(due, due, warn, due, True, False) == "late"
    assert state_of(due, due, warn, None, False, True) == "waived"

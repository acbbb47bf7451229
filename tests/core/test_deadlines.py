"""二（二）2 时限表: every row has its setting, unit and document; what the law bounds cannot be laxer [2.2.2]"""

from datetime import UTC, datetime, timedelta

import pytest

from jingui.core.deadlines import BY_RULE, TABLE, Trigger, beside, fulfilled_by, opened_by, span, state_of
from jingui.core.errors import Invalid
from jingui.core.settings import BY_NAME, parse, table
from jingui.core.words import EncounterKind
from jingui.formats import capture

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def test_every_row_hangs_together() -> None:
    assert len(BY_RULE) == len(TABLE)
    for row in TABLE:
        assert row.setting in BY_NAME
        assert row.after(AT, table({})) > AT
        assert row.template in capture.templates() or row.by
        links = {item.link for one in capture.templates().values() for item in one.every()}
        assert not row.link or row.link in links
        assert (row.grade is not None) == (row.trigger is Trigger.REPEAT)


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
    assert stay == {"admission_record", "first_progress_note", "first_ward_round"}
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

"""二（二）2 时限: what a database administrator bends in the deadlines, verification names [2.2.2] [7.1.2]"""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from jingui.core.deadlines import BY_RULE
from jingui.core.settings import TABLE
from jingui.store import verify_deadlines
from jingui.store.verification import Verifier
from tests.gate.entering import Admitted, admit, entered, filled, sign, signing
from tests.gate.test_entry_deadlines import encounter, ended
from tests.gate.test_settings import change
from tests.hospital import Hospital


def found(house: Hospital) -> list[tuple[str, str]]:
    """What verification says of deadlines."""
    with psycopg.connect(house.addresses["root"].psycopg()) as connection:
        said = Verifier(connection, house.runtime.keyring, house.runtime.origin).verify().findings
    return [(one.where, one.why) for one in said if one.where.startswith("deadline:")]


@pytest.fixture(scope="module")
def bed(hospital: Hospital) -> Admitted:
    """A patient in a bed with a signed note, one who left, one whose visit was cancelled."""
    bed, gone, void = admit(hospital), admit(hospital), admit(hospital)
    signing(hospital, "doctor")
    note = entered(hospital, "doctor", bed, filled(hospital, "first_progress_note"), template="first_progress_note")
    sign(hospital, "doctor", bed, note)
    entered(hospital, "doctor", bed)
    encounter(hospital, bed)
    ended(hospital, gone)
    encounter(hospital, gone)  # back again
    ended(hospital, gone)
    encounter(hospital, void, status="cancelled")
    return bed


def bent(house: Hospital, at: Admitted, rule: str, change: str) -> list[tuple[str, str]]:
    """What is found while a row says something else."""
    name = "patient_id = %s AND rule = %s"
    old = house.sql(
        f"SELECT deadline_id, rule, since, due, met, late, waived, record_id FROM deadline WHERE {name}"
        " ORDER BY deadline_id LIMIT 1", at.patient, rule,
    )[0]  # fmt: skip
    place = (at.patient, old[0])
    house.sql(f"UPDATE deadline SET {change} WHERE patient_id = %s AND deadline_id = %s", *place)
    try:
        return found(house)
    finally:
        house.sql(
            "UPDATE deadline SET rule = %s, since = %s, due = %s, met = %s, late = %s, waived = %s, record_id = %s "
            "WHERE patient_id = %s AND deadline_id = %s", *old[1:], *place,
        )  # fmt: skip


def test_what_the_house_wrote_is_as_it_is_computed(hospital: Hospital, bed: Admitted) -> None:
    assert found(hospital) == []
    change(hospital, "admission_record_hours", "12")
    assert found(hospital) == []
    change(hospital, "admission_record_hours", "24")
    assert found(hospital) == []


@pytest.mark.parametrize(
    ("rule", "change", "why"),
    [
        ("admission_record", "due = due + interval '3 days'", "due is not what its rule says"),
        ("admission_record", "since = since + interval '3 days'", "due is not what its rule says"),
        ("admission_record", "rule = 'mine'", "no such rule"),
        ("admission_record", "met = due", "met by no document"),
        ("admission_record", "waived = true", "gone, or laid aside while it is owed"),
        ("first_progress_note", "late = true", "late is not what its times say"),
        ("first_progress_note", "met = met - interval '1 second'", "met when nothing was entered"),
        ("signature", "met = met - interval '1 second'", "met by no signature"),
    ],
)
def test_a_bent_row_is_named(hospital: Hospital, bed: Admitted, rule: str, change: str, why: str) -> None:
    assert why in [said for _, said in bent(hospital, bed, rule, change)]


def test_met_by_another_document_or_deleted(hospital: Hospital, bed: Admitted) -> None:
    note = hospital.sql("SELECT record_id FROM deadline WHERE patient_id = %s AND rule = 'first_progress_note'",
                        bed.patient)[0][0]  # fmt: skip
    at = f"(SELECT entered FROM record_version WHERE patient_id = {bed.patient} AND record_id = {note} LIMIT 1)"
    said = bent(hospital, bed, "admission_record", f"met = {at}, record_id = {note}")
    assert [why for _, why in said] == ["met by first_progress_note"]
    kept = hospital.sql("SELECT * FROM deadline WHERE patient_id = %s AND rule = 'admission_record'", bed.patient)[0]
    hospital.sql("DELETE FROM deadline WHERE patient_id = %s AND rule = 'admission_record'", bed.patient)
    try:
        assert found(hospital) == [
            (f"deadline:{bed.patient}.{bed.visit}.admission_record", "gone, or laid aside while it is owed")
        ]
    finally:
        hospital.sql(f"INSERT INTO deadline VALUES ({', '.join(['%s'] * len(kept))})", *kept)
    assert found(hospital) == []


def test_each_rule_has_a_reading_without_a_house() -> None:
    values: dict[str, Any] = {row.name: row.default for row in TABLE}
    now = datetime(2026, 5, 1, tzinfo=UTC)
    for name, row in BY_RULE.items():
        due = row.after(now, values)
        assert verify_deadlines.wrong(values, name, now, due, None, False, False, None, None, False, []) == ""
        late = due + timedelta(seconds=1)
        form = row.template
        kinds = [row.by] if row.by else []
        assert verify_deadlines.wrong(values, name, now, due, late, True, False, form, "signed", True, kinds) == ""
        assert verify_deadlines.wrong(values, name, now, due, late, False, False, form, "signed", True, kinds) != ""

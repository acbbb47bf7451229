"""二（二）2 书写时限: every deadline computed again from the records, signatures and visits beside it [2.2.2] [7.1.2]

A deadline carries no MAC: one statement moves many of them with each submission, without reading them. What it says
follows from rows that do carry one, so it is held against those: when it is due, what met it and when, whether that
was late, and that no document which a visit under way still owes was laid aside or deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final

from jingui.core.deadlines import BY_RULE, Trigger, ended_by, opened_by, span
from jingui.core.errors import Misconfigured
from jingui.core.oversee import Finding
from jingui.core.settings import Value, table
from jingui.core.words import EncounterKind
from jingui.store.verify_rows import Stream

BACKLOG: Final = "deadline_backlog_hours"
SETTINGS_SQL: Final = "SELECT name, value FROM setting"
ROWS_SQL: Final = """SELECT d.patient_id, d.deadline_id, d.rule, d.since, d.due, d.met, d.late, d.waived,
  r.form, r.state,
  EXISTS (SELECT 1 FROM record_version v WHERE v.patient_id = d.patient_id AND v.record_id = d.record_id
    AND v.entered = d.met),
  ARRAY(SELECT s.kind FROM signature s WHERE s.patient_id = d.patient_id AND s.record_id = d.record_id
    AND s.at = d.met)::text[]
FROM deadline d LEFT JOIN record r ON r.patient_id = d.patient_id AND r.record_id = d.record_id"""
# Of the visits only those whose newest word is fresh: what an old one owed may have been settled before it was known.
VISITS_SQL: Final = """SELECT e.patient_id, e.encounter_id, e.kind, e.state = 'open', e.starts, e.ends, r.status,
  ARRAY(SELECT d.rule FROM deadline d WHERE d.patient_id = e.patient_id AND d.encounter_id = e.encounter_id
    AND NOT d.waived)::text[]
FROM encounter e JOIN record r ON r.patient_id = e.patient_id AND r.record_id = e.encounter_id
WHERE e.starts >= (SELECT max(v.entered) FROM record_version v WHERE v.patient_id = e.patient_id
  AND v.record_id = e.encounter_id) - $1::interval"""
VOID: Final = frozenset({"cancelled", "entered-in-error", "planned"})


def deadlines(stream: Stream, count: Callable[[int], None]) -> Iterator[Finding]:
    """Each deadline that does not say what the rows beside it say, and each that is not there."""
    said = {str(name): str(value) for name, value in stream(SETTINGS_SQL)}
    try:
        values = table(said)
    except Misconfigured as error:
        yield Finding(kind="row", where=f"setting:{error.data.get('setting', '')}", index=None, why="not a value")
        return
    for row in stream(ROWS_SQL):
        count(1)
        if why := wrong(values, *row[2:]):
            yield Finding(kind="row", where=f"deadline:{row[0]}.{row[1]}", index=None, why=why)
    fresh = timedelta() if BACKLOG in said else span(BACKLOG, values)
    for patient, encounter, *visit in stream(VISITS_SQL, fresh):
        for rule in owed(values, *visit):
            where = f"deadline:{patient}.{encounter}.{rule}"
            yield Finding(kind="row", where=where, index=None, why="gone, or laid aside while it is owed")


def wrong(values: Mapping[str, Value], rule: str, since: Any, due: Any, met: Any, late: bool, waived: bool,
          form: str | None, state: str | None, entered: bool, signed: list[str]) -> str:  # fmt: skip
    """What is wrong with one deadline, "" for nothing. `form`, `state`: of the record that met it."""
    row = BY_RULE.get(rule)
    if row is None:
        return "no such rule"
    if met is None:
        return "" if waived or due - since == span(row.setting, values) else "due is not what its rule says"
    if late != (due < met):
        return "late is not what its times say"
    if form is None:
        return "met by no record"
    if state == "destroyed":
        return ""  # its versions are gone with it
    if row.by:
        return "" if row.by in signed else "met by no signature"
    if form not in row.fulfilled_by:
        return f"met by {form or 'no document'}"
    return "" if entered else "met when nothing was entered"


def owed(values: Mapping[str, Value], kind: str, under_way: bool, starts: Any, ends: Any, status: str,
         standing: list[str]) -> list[str]:  # fmt: skip
    """The rules that a visit's beginning opened and that are neither there nor rightly laid aside."""
    if status in VOID or (not under_way and ends is None):
        return []
    known = EncounterKind(kind)
    opened = [*opened_by(Trigger.ADMISSION, known), *opened_by(Trigger.VISIT, known)]
    past = () if under_way else {row.name for row in ended_by(Trigger.DISCHARGE, known, starts, ends, values)[1]}
    return [row.name for row in opened if row.name not in standing and row.name not in past]

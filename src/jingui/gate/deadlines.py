"""二（二）2 书写时限: opened, fulfilled and recomputed in the transaction of the record that says so [2.2.2]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from jingui.core.deadlines import (
    TABLE,
    DeadlineRule,
    Grade,
    Trigger,
    beside,
    ended_by,
    fulfilled_by,
    met_by_signature,
    opened_by,
    repeated,
    span,
)
from jingui.core.settings import Value, parse
from jingui.core.words import EncounterKind
from jingui.formats.deadline_events import Event
from jingui.formats.fhir_encounter import Outline
from jingui.gate.runtime import Runtime

BEGINS = tuple(row.name for row in TABLE if row.trigger in (Trigger.ADMISSION, Trigger.VISIT) and not row.again)
ENDS = tuple(row.name for row in TABLE if row.trigger in (Trigger.DISCHARGE, Trigger.DEATH))
REPEATS = tuple(row.name for row in TABLE if row.again)

OPEN_SQL = """INSERT INTO deadline (patient_id, deadline_id, rule, template, encounter_id, department_id, person_id,
  since, due, record_id, late, waived)
SELECT u.patient, u.number, u.rule, u.template, u.encounter, u.department, u.person, u.since, u.due, u.record, false,
  false
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::timestamptz[], $9::timestamptz[], $10::bigint[], $11::text[], $12::text[])
  u(patient, number, rule, template, encounter, department, person, since, due, record, mode, beside)
WHERE NOT EXISTS (SELECT 1 FROM deadline d WHERE d.patient_id = u.patient AND d.encounter_id = u.encounter
  AND NOT d.waived AND (d.rule = u.rule OR d.rule = ANY(string_to_array(u.beside, ',')))
  AND CASE u.mode WHEN 'once' THEN true
    WHEN 'one' THEN d.met IS NULL AND (u.record = 0 OR d.record_id = u.record)
    ELSE d.since = u.since END)"""
MET_SQL = """UPDATE deadline d SET met = u.at, record_id = u.record, late = d.due < u.at
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bool[])
  u(patient, encounter, rule, at, record, sweeps)
WHERE d.patient_id = u.patient AND d.encounter_id = u.encounter AND d.rule = u.rule AND d.met IS NULL AND NOT d.waived
  AND d.since <= u.at AND (u.sweeps OR d.deadline_id = (SELECT o.deadline_id FROM deadline o
    WHERE o.patient_id = u.patient AND o.encounter_id = u.encounter AND o.rule = u.rule AND o.met IS NULL
      AND NOT o.waived AND o.since <= u.at ORDER BY o.since, o.deadline_id LIMIT 1))"""
MOVED_SQL = """UPDATE deadline d SET since = u.since, due = d.due + (u.since - d.since)
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::timestamptz[]) u(patient, encounter, rule, since)
WHERE d.patient_id = u.patient AND d.encounter_id = u.encounter AND d.rule = u.rule AND d.met IS NULL
  AND d.since <> u.since"""
PLACED_SQL = """UPDATE deadline d SET department_id = u.department, person_id = u.person
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) u(patient, encounter, department, person)
WHERE d.patient_id = u.patient AND d.encounter_id = u.encounter AND d.met IS NULL AND d.record_id = 0
  AND (d.department_id, d.person_id) IS DISTINCT FROM (u.department, u.person)"""
OVER_SQL = """UPDATE deadline d SET waived = true
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) u(patient, encounter, rule)
WHERE d.patient_id = u.patient AND d.encounter_id = u.encounter AND d.rule = u.rule AND d.met IS NULL
  AND NOT d.waived"""
SIGNED_SQL = """UPDATE deadline SET met = $4::timestamptz, late = due < $4::timestamptz
WHERE patient_id = $1::bigint AND record_id = $2::bigint AND rule = $3::text AND met IS NULL AND NOT waived"""
DUE_SQL = "UPDATE deadline SET due = since + $2::interval WHERE rule = $1::text AND met IS NULL AND NOT waived"
# Before the visit's outline is replaced: another department, or another attending in the same one, takes over.
HANDED_SQL = """INSERT INTO deadline (patient_id, deadline_id, rule, template, encounter_id, department_id, person_id,
  since, due, record_id, late, waived)
SELECT u.patient, u.number, u.rule, u.template, u.encounter, u.department, u.person, u.since, u.due, 0, false, false
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[],
  $8::timestamptz[], $9::timestamptz[], $10::bool[])
  u(patient, number, rule, template, encounter, department, person, since, due, moves)
JOIN encounter e ON e.patient_id = u.patient AND e.encounter_id = u.encounter AND e.state = 'open'
WHERE CASE WHEN u.moves THEN e.department_id <> u.department AND u.department <> 0
  ELSE e.department_id = u.department AND e.attending_id <> u.person AND u.person <> 0 END"""
# In this order: what is over and moved, what begins, what is fulfilled, what begins anew because it was.
STEPS = (("over", OVER_SQL), ("moved", MOVED_SQL), ("placed", PLACED_SQL), ("opened", OPEN_SQL), ("met", MET_SQL),
         ("renewed", OPEN_SQL))  # fmt: skip


@dataclass(slots=True)
class Moves:
    """What happens to deadlines in one transaction: rows of the statements of STEPS."""

    handed: list[tuple[Any, ...]] = field(default_factory=list)
    over: list[tuple[Any, ...]] = field(default_factory=list)
    moved: list[tuple[Any, ...]] = field(default_factory=list)
    placed: list[tuple[Any, ...]] = field(default_factory=list)
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    met: list[tuple[Any, ...]] = field(default_factory=list)
    renewed: list[tuple[Any, ...]] = field(default_factory=list)

    def extend(self, other: "Moves") -> None:
        """Take another submission's moves too."""
        for name in self.__slots__:
            getattr(self, name).extend(getattr(other, name))

    def takeovers(self) -> list[tuple[str, list[list[Any]]]]:
        """The statement to run before visits get their new outline."""
        return [(HANDED_SQL, [list(column) for column in zip(*self.handed, strict=True)])] if self.handed else []

    def statements(self) -> list[tuple[str, list[list[Any]]]]:
        """The statements to run, each with one list per column."""
        return [
            (sql, [list(column) for column in zip(*rows, strict=True)])
            for name, sql in STEPS
            if (rows := once_each(getattr(self, name)) if sql is OPEN_SQL else getattr(self, name))
        ]


def once_each(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows to open, the last of each kind: one statement does not see what it inserts itself."""
    found = {}
    for row in rows:
        patient, _, rule, _, encounter, _, _, since, _, record, mode, others = row
        found[patient, encounter, others or rule, record, since if mode == "each" else None] = row
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Where a deadline belongs. Encounter 0 is no visit."""

    patient: int
    encounter: int
    kind: EncounterKind | None
    department: int = 0
    person: int = 0


def opening(
    runtime: Runtime, visit: Visit, row: DeadlineRule, since: datetime, values: Mapping[str, Value], *,
    record: int = 0, template: str = "", person: int = 0,
) -> tuple[Any, ...]:  # fmt: skip
    """A row for OPEN_SQL."""
    others = ",".join(sorted(beside(row))) if row.grade is not None else ""
    return (
        visit.patient, runtime.number(since), row.name, template or row.template, visit.encounter, visit.department,
        person or visit.person, since, row.after(since, values), record, row.mode, others,
    )  # fmt: skip


def for_encounter(
    runtime: Runtime, moves: Moves, visit: Visit, outline: Outline, status: str, died: bool, at: datetime,
    values: Mapping[str, Value], new: bool,
) -> None:  # fmt: skip
    """What an Encounter, new or put right, means for its deadlines; a long past one that is imported opens none."""
    place = (visit.patient, visit.encounter)
    if new:
        fresh = at - span("deadline_backlog_hours", values)
        if (outline.end or outline.start or at) < fresh:
            return
    if status in ("cancelled", "entered-in-error"):
        moves.over += [(*place, row.name) for row in TABLE if not row.by]
        return
    fresh = at - span("deadline_backlog_hours", values)
    start = outline.start or at
    moves.moved += [(*place, name, start) for name in BEGINS]
    moves.placed.append((*place, visit.department, visit.person))
    if outline.open and not new:
        moves.handed += [
            (*opening(runtime, visit, row, at, values)[:9], trigger is Trigger.TRANSFER)
            for trigger in (Trigger.TAKEOVER, Trigger.TRANSFER)
            for row in opened_by(trigger, visit.kind)
        ]
    if outline.open:
        moves.over += [(*place, name) for name in ENDS]
        if start >= fresh:
            begin = (*opened_by(Trigger.ADMISSION, visit.kind), *opened_by(Trigger.VISIT, visit.kind))
            stable = repeated(Grade.STABLE)
            begin += (stable,) if visit.kind in stable.kinds else ()
            moves.opened += [opening(runtime, visit, row, start, values) for row in begin]
        return
    end = min(outline.end or at, at)
    moves.over += [(*place, name) for name in REPEATS]
    if end >= fresh:
        trigger = Trigger.DEATH if died else Trigger.DISCHARGE
        other = Trigger.DISCHARGE if died else Trigger.DEATH
        opens, past = ended_by(trigger, visit.kind, start, end, values)
        moves.over += [(*place, row.name) for row in (*opened_by(other, visit.kind), *past)]
        if not new:  # an end that is put right may make a short stay a long one: what it laid aside is owed again
            again = [row for row in opened_by(Trigger.ADMISSION, visit.kind) if not row.again and row not in past]
            moves.opened += [opening(runtime, visit, row, start, values) for row in again if start >= fresh]
        moves.opened += [opening(runtime, visit, row, end, values) for row in opens]


def for_events(
    runtime: Runtime, moves: Moves, visit: Visit, events: Sequence[Event], at: datetime, values: Mapping[str, Value]
) -> None:
    """What other resources begin: operations, resuscitations, consultations, critical values, conditions."""
    fresh = at - span("deadline_backlog_hours", values)
    for event in events:
        since = min(event.since or at, at)
        if since < fresh:
            continue
        if event.grade is not None:
            row = repeated(event.grade)
            moves.over += [(visit.patient, visit.encounter, name) for name in beside(row) - {row.name}]
            moves.opened.append(opening(runtime, visit, row, since, values))
        elif event.trigger is not None:
            moves.opened += [
                opening(runtime, visit, row, since, values) for row in opened_by(event.trigger, visit.kind)
            ]


def for_critical(runtime: Runtime, moves: Moves, visit: Visit, at: datetime, values: Mapping[str, Value]) -> None:
    """A report that says a value is critical: whoever treats the patient owes what they did about it."""
    moves.renewed += [opening(runtime, visit, row, at, values) for row in opened_by(Trigger.CRITICAL, visit.kind)]


def graded(moves: Moves, visit: Visit, grades: Sequence[str], events: Sequence[Event]) -> frozenset[str]:
    """The repeating rows that run from now: those that are open, replaced where a document names another grade."""
    now = frozenset(grades)
    for event in events:
        if event.grade is not None:
            row = repeated(event.grade)
            moves.over += [(visit.patient, visit.encounter, name) for name in beside(row) - {row.name}]
            now = (now - beside(row)) | {row.name}
    return now


def for_document(
    runtime: Runtime, moves: Moves, visit: Visit, template: str, record: int, at: datetime, grades: frozenset[str],
    begun: Mapping[str, datetime], values: Mapping[str, Value],
) -> None:  # fmt: skip
    """What a new document fulfils, and which repeating ones begin anew. `begun`: rows whose document says since when.

    `grades` are the names of the repeating rows that are open in this visit now.
    """
    for row in fulfilled_by(template):
        if row.name in begun:
            moves.opened.append(opening(runtime, visit, row, begun[row.name], values))
        moves.met.append((visit.patient, visit.encounter, row.name, at, record, row.sweeps))
        if row.name in grades:
            moves.renewed.append(opening(runtime, visit, row, at, values))


def for_signatures(
    runtime: Runtime, moves: Moves, visit: Visit, template: str, record: int, author: int, kinds: Sequence[str],
    at: datetime, values: Mapping[str, Value],
) -> None:  # fmt: skip
    """The signatures that a new version waits for: the author's own deadline is theirs, the others the department's."""
    for kind in kinds:
        row = met_by_signature(kind)
        who = author if kind == "sign" else 0
        made = opening(runtime, visit, row, at, values, record=record, template=template, person=who)
        moves.renewed.append(made if kind == "sign" else (*made[:6], 0, *made[7:]))


def due_again(setting: str, value: str) -> list[tuple[Any, ...]]:
    """The statements that move what is still owed when a deadline's setting is changed; none for other settings."""
    rules = [row for row in TABLE if row.setting == setting]
    length = span(setting, {setting: parse(setting, value)}) if rules else None
    return [(DUE_SQL, row.name, length) for row in rules]


def warned(values: Mapping[str, Value]) -> timedelta:
    """How long before it is due a deadline warns."""
    return span("deadline_warning_minutes", values)

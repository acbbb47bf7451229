"""三（二）2 首页上报: mapping tables in versions, changed by two; approved months exported in parts [3.2.2] [5.2.1]

A mapping is changed by two persons rather than by a matter: it concerns no patient, is often needed the day before a
report is due, and the second person sees exactly which lines differ. The export itself needs a matter.
"""

from datetime import datetime, timedelta
from typing import Any, Final, cast

import orjson

from jingui.core.custody import month_span
from jingui.core.custody_front_page import Severity, findings
from jingui.core.custody_reports import (
    REPORTS,
    ChangeMapping,
    Exported,
    ExportFrontPages,
    Held,
    MappingLine,
    MappingsRequest,
    MapRow,
    changes_told,
    lacking,
    parsed,
    value,
    wrong_rows,
)
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, JinguiError, NotFound, Tampered
from jingui.core.matters.row import State
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Stage, Verb
from jingui.crypto.canon import canon
from jingui.gate import case_files as c
from jingui.gate import facts as f
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.case_files_counts import KINDS
from jingui.gate.case_files_facts import FRONT_SQL, answers, gathered
from jingui.gate.case_files_moves import newest_codes
from jingui.gate.context import ReadContext
from jingui.gate.effects import Effected, Granting, checking, effect
from jingui.gate.matter_safe import safe_of
from jingui.gate.names import NOBODY, names_of
from jingui.gate.paging import cursor, read_cursor
from jingui.gate.pipeline import ask
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import NONE, Stance, stance
from jingui.gate.templates import held
from jingui.gate.writing import WriteContext
from jingui.store.models import CaseFile, Department, Mapping, Matter, Person
from jingui.store.statements import FACTS_SQL, Columns

MATTER: Final = "front_page_export"
IN_FORCE, SUPERSEDED = "in_force", "superseded"
MAPPING = Columns()
MAPPING.sealed("m", "mapping")
MAPPINGS_SQL: Final = f"""SELECT {MAPPING.sql} FROM mapping m WHERE ($1::text = '' OR m.report = $1::text)
ORDER BY m.report, m.n DESC LIMIT 200"""  # noqa: S608 -- own texts only
#: Front pages leave when their control is passed: what is still on its way may change.
READY: Final = [Stage.FRONT_PAGE.value, Stage.FINAL.value, Stage.FILED.value, Stage.SHELVED.value]
MONTH_SQL: Final = """SELECT c.patient_id, c.file_id FROM case_file c
JOIN encounter e ON e.patient_id = c.patient_id AND e.encounter_id = c.encounter_id
WHERE c.ended IS NULL AND c.discharged >= $1::timestamptz AND c.discharged < $2::timestamptz
  AND e.kind = ANY($3::text[])
  AND (c.discharged, c.file_id) > ($4::timestamptz, $5::bigint) ORDER BY c.discharged, c.file_id LIMIT $6::int"""
TOTAL_SQL: Final = """SELECT count(*) FROM case_file c
JOIN encounter e ON e.patient_id = c.patient_id AND e.encounter_id = c.encounter_id
WHERE c.ended IS NULL AND c.discharged >= $1::timestamptz AND c.discharged < $2::timestamptz
  AND e.kind = ANY($3::text[])"""
FIRST: Final = datetime.fromisoformat("0001-01-02T00:00:00+00:00")
carries(Verb.CHANGE_MAPPING, ChangeMapping)


@write_act(Verb.CHANGE_MAPPING)
def change_mapping(context: WriteContext, permit: Permit) -> Done:
    """A new version of a report's mapping table; the one before stays for what was reported with it."""
    data = cast(ChangeMapping, permit.operation.data)
    if data.report not in REPORTS:
        raise NotFound()
    raw("SELECT pg_advisory_xact_lock(hashtext($1::text))", f"mapping:{data.report}")
    last = newest(context.runtime, data.report)
    before = rows_of(last) if last is not None else REPORTS[data.report].mapping
    if data.basis != (last.n if last is not None else 0):
        raise Conflict(N_("对照表已有更新的版本，您的修改没有保存。"), N_("请在最新版本上重新修改。"))
    after = parsed(data.table)
    wrong = wrong_rows(data.report, after)
    told = changes_told(before, after)
    if not told:
        raise Conflict(N_("内容与现行版本相同。"), N_("没有需要保存的更改。"))
    if data.changes != told:
        wrong = (*wrong, ("changes", N_("更改说明与实际更改不符")))
    if not 2 <= len(data.reason.strip()) <= 500:
        wrong = (*wrong, ("reason", N_("请写明理由")))
    if wrong:
        raise Invalid(places=wrong)
    if last is not None:
        last.state = SUPERSEDED
        keep(context, last)
    content = canon([[row.field, row.source, row.form, [list(one) for one in row.codes]] for row in after])
    made = Mapping(
        id=next_id(Mapping), report=data.report, n=data.basis + 1, state=IN_FORCE, content=content,
        person_id=permit.person, at=permit.at,
    )  # fmt: skip
    keep(context, made, new=True)
    digest = context.runtime.suite.digest(content).hex()
    return Done(value=made.n, lines=(Line("", digest, f"mapping:{data.report}", made.n),), note=told.encode())


def newest(runtime: Runtime, report: str) -> Mapping | None:
    """The version of a report's mapping that is in force; None while the shipped one is."""
    row = Mapping.objects.filter(report=report).order_by("-n").first()
    if row is not None:
        runtime.sealer.check(row)
        if row.state != IN_FORCE:
            raise Tampered(where=f"mapping:{row.pk}")
    return row


def rows_of(row: Mapping) -> tuple[MapRow, ...]:
    """The lines of a version."""
    return lines_of(bytes(row.content))


def lines_of(content: bytes) -> tuple[MapRow, ...]:
    """The lines that a version's content says."""
    found = orjson.loads(content)
    return tuple(MapRow(field, source, form, tuple((a, b) for a, b in codes)) for field, source, form, codes in found)


@read_act(Verb.READ_MAPPINGS)
async def read_mappings(context: ReadContext, permit: Permit) -> Done:
    """Every version, the newest first; the shipped one stands last as version 0."""
    data = permit.operation.data
    report = data.report if isinstance(data, MappingsRequest) else ""
    if report and report not in REPORTS:
        raise NotFound()
    at, group, out = MAPPING.at, MAPPING.groups["m"], []
    rows = await context.rows(MAPPINGS_SQL, report)
    people = await names_of(context).people(context, [row[at["m.person_id"]] for row in rows])
    for row in rows:
        if not context.runtime.sealer.holds("mapping", group.values(row), group.mac(row)):
            raise Tampered(where=f"mapping:{row[at['m.id']]}")
        person = people.get(row[at["m.person_id"]], NOBODY).name
        content = lines_of(bytes(row[at["m.content"]]))
        out.append(
            MappingLine(row[at["m.report"]], row[at["m.n"]], row[at["m.state"]], person, row[at["m.at"]], content)
        )
    known = {one.report for one in out}
    out += [
        MappingLine(one.id, 0, SUPERSEDED if one.id in known else IN_FORCE, "", None, one.mapping)
        for one in REPORTS.values()
        if report in ("", one.id)
    ]
    return Done(value=tuple(out))


@checking(MATTER)
def month_named(_context: Any, permit: Permit, found: Any) -> None:
    """The month of a report is one, and has begun."""
    try:
        first, _ = month_span(found["month"])
    except ValueError:
        raise Invalid(places=(("month", N_("请写成 2026-11 这样的月份")),)) from None
    if first > permit.at:
        raise Invalid(places=(("month", N_("这个月还没有开始")),))


@effect(MATTER)
def may_export(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """Whoever asked exports the month within the days of the setting."""
    days = settings.number(context.runtime, context.epoch, "front_page_days")
    return Effected(until=permit.at.replace(microsecond=0) + timedelta(days=days))


@stance(Verb.EXPORT_FRONT_PAGES)
def exporting(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether an approved report of this very person stands behind it and is not over."""
    data = operation.data
    row = Matter.objects.filter(pk=data.matter).first() if isinstance(data, ExportFrontPages) else None
    if row is None:
        return NONE
    runtime.sealer.check(row)
    theirs = row.kind == MATTER and row.person_id == actor.person and row.state == State.EXECUTED.value
    return Stance(grant=Grant.COVERS if theirs and row.until and row.until > operation.at else Grant.NONE)


@write_act(Verb.EXPORT_FRONT_PAGES)
def export(context: WriteContext, permit: Permit) -> Done:
    """The next part of the month: rows that satisfy every rule leave, the others are listed with the reason."""
    data, runtime = cast(ExportFrontPages, permit.operation.data), context.runtime
    matter = Matter.objects.get(pk=data.matter)
    asked = safe_of(runtime, raw, matter.pk, 0).open_answers(matter.payload)
    report, month = REPORTS[asked["report"]], asked["month"]
    first, last = month_span(month)
    place = read_cursor(data.cursor) if data.cursor else (FIRST, 0)
    count = settings.number(runtime, context.epoch, "front_page_part")
    rows = raw(MONTH_SQL, first, last, KINDS, *place, count + 1)
    latest = newest(runtime, report.id)
    mapping = rows_of(latest) if latest is not None else report.mapping
    files = [file_of(runtime, patient, number) for patient, number in rows[:count]]
    about = patients_of(context, [one.patient_id for one in files])
    leaving, kept, lines = [], [], []
    for file in files:
        facts = about[file.patient_id]
        mrn, columns, why = page_of(context, file, facts, report.id, mapping)
        public = runtime.public(file.patient_id, file.file_id)
        lines.append(context.line(file.patient_id, file.file_id, "case_file", file.version))
        if why[0] or why[1]:
            kept.append(Held(mrn, runtime.public(file.patient_id, 0), public, *why))
        else:
            leaving.append(columns)
    more = cursor(files[-1].discharged, files[-1].file_id) if len(rows) > count else ""
    value_ = Exported(
        report=report.id, month=month, columns=tuple(row.field for row in mapping), rows=tuple(leaving),
        held=tuple(kept), total=raw(TOTAL_SQL, first, last, KINDS)[0][0],
    )  # fmt: skip
    digest = runtime.suite.digest(canon([list(one) for one in leaving])).hex()
    n = latest.n if latest is not None else 0
    return Done(
        value=value_, more=more, patients=tuple(dict.fromkeys(one.patient_id for one in files)),
        lines=(*lines, Line("", digest, f"front_pages:{report.id}", n)),
        note=f"{report.id} {month} {len(leaving)}/{len(files)}".encode(),
    )  # fmt: skip


def file_of(runtime: Runtime, patient: int, number: int) -> CaseFile:
    """A case file, genuine."""
    row: CaseFile = CaseFile.objects.get(pk=(patient, number))
    runtime.sealer.check(row)
    return row


def patients_of(context: WriteContext, numbers: list[int]) -> dict[int, f.PatientFacts]:
    """The facts of these patients toward the actor, in one statement; Tampered names one that is not genuine."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return {}
    asked = [ask(context.actor, context.operation.purpose, number, -1) for number in wanted]
    columns = [list(column) for column in zip(*asked, strict=True)]
    out = {}
    for row in raw(FACTS_SQL, *columns, context.runtime.clock.now(), binary=True):
        found = f.patient_facts(row, context.runtime.sealer)
        if found is None:
            continue
        if found.tampered:
            raise Tampered(where=found.tampered)
        out[found.patient] = found
    return out


def page_of(
    context: WriteContext, file: CaseFile, patient: f.PatientFacts, report: str, mapping: tuple[MapRow, ...]
) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], tuple[str, ...]]]:
    """(case-file number, the columns, (rules, fields) that stand against its leaving)."""
    runtime = context.runtime
    stay = c.visit_of(context, file)
    found = raw(FRONT_SQL, file.patient_id, file.encounter_id)
    try:
        front = answers(runtime, held(runtime, context.epoch), file.patient_id, found[0] if found else None)
        facts = gathered(runtime, patient, front, (stay.starts, stay.ends), newest_codes(context, file))
    except JinguiError as error:  # one page that cannot be read does not stop the month; it is listed by its reason
        return "", (), ((error.code,), ())
    facts |= names(file)
    columns = {row.field: value(facts, row) for row in mapping}
    rules = [one.rule for one in findings(facts) if one.severity == Severity.ERROR]
    if file.stage not in READY:
        rules.insert(0, f"stage:{file.stage}")
    if patient.restricted and not facts.get("name"):
        rules.append("restricted")
    return str(facts["mrn"]), tuple(columns.values()), (tuple(rules), lacking(report, columns))


def names(file: CaseFile) -> dict[str, str]:
    """The department's and the attending's names."""
    department = Department.objects.filter(pk=file.department_id).values_list("name", flat=True).first()
    person = Person.objects.filter(pk=file.attending_id).values_list("name", flat=True).first()
    return {"department": department or "", "attending": person or "", "grade": file.grade}

"""二（二）4 归档与召回: a finished visit is filed when everything is written and signed; then only a recall opens it

[2.2.4] [3.2.2]
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from jingui.core.capture import Template
from jingui.core.deadlines import BY_RULE
from jingui.core.entry import Line
from jingui.core.errors import Conflict, NotFound, Tampered
from jingui.core.permit import Permit
from jingui.core.signatures import FileChart, Filing, FilingCheck, FilingLacks, Lacking
from jingui.core.word import N_
from jingui.core.words import Purpose, RecordState
from jingui.formats import fhir_json
from jingui.gate import case_files, settings
from jingui.gate.context import ReadContext
from jingui.gate.effects import Effected, Granting, effect, ending
from jingui.gate.entry_forms import FORM
from jingui.gate.entry_judging import tags_of
from jingui.gate.entry_templates import all_in_force, written_with
from jingui.gate.finding import patient_line
from jingui.gate.registry import Done
from jingui.gate.rows import keep, keep_record
from jingui.gate.runtime import Runtime
from jingui.gate.templates import Known, held
from jingui.gate.writing import WriteContext
from jingui.store.models import Grant, Matter, Record
from jingui.store.seals import SEALED_TABLES
from jingui.store.vault import seal_of

VISIT_SQL = """SELECT state, kind, starts, ends FROM encounter
WHERE patient_id = $1::bigint AND encounter_id = $2::bigint"""
DUE_SQL = """SELECT rule, template, due FROM deadline WHERE patient_id = $1::bigint AND encounter_id = $2::bigint
AND met IS NULL AND NOT waived AND record_id = 0 ORDER BY due"""
FORMS_SQL = f"""SELECT r.record_id, r.version, r.form, r.category, r.level, r.labels, r.retention_class, r.kind, v.seal,
  v.payload, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
LEFT JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = r.retention_class
WHERE r.patient_id = $1::bigint AND r.encounter_id = $2::bigint AND r.kind = '{FORM}' AND r.form <> ''
ORDER BY r.entered"""  # noqa: S608 -- own texts only
SIGNED_SQL = f"""SELECT {", ".join(f"s.{name}" for name in SEALED_TABLES["signature"])}, s.mac FROM signature s
JOIN record r ON r.patient_id = s.patient_id AND r.record_id = s.record_id AND r.version = s.record_version
WHERE r.patient_id = $1::bigint AND r.encounter_id = $2::bigint"""  # noqa: S608 -- own texts only
FILED_SQL = """SELECT count(*) FROM record WHERE patient_id = $1::bigint AND encounter_id = $2::bigint
AND state = 'filed'"""
WAITS = {"sign": "unsigned", "countersign": "not_countersigned", "verify": "not_verified"}


def lacking(
    runtime: Runtime, known: Known, patient: int, visit: Sequence[Sequence[Any]], due: Sequence[Sequence[Any]],
    forms: Sequence[Sequence[Any]], signed: Sequence[Sequence[Any]],
) -> tuple[Lacking, ...]:  # fmt: skip
    """What a visit still needs: its end, the documents that are owed, the signatures of each newest version."""
    out = []
    if not visit:
        raise NotFound(N_("没有这次就诊。"))
    if visit[0][0] == "open":
        out.append(Lacking("open_visit", "", "", ""))
    for rule, template, when in due:
        text = BY_RULE[rule].text if rule in BY_RULE else template
        named = known.templates.get(template)
        out.append(Lacking("due", template, text, named.en if named else template, due=when))
    have = signatures(runtime, signed)
    for row in forms:
        resource = opened(runtime, patient, row)
        tags = tags_of(resource)
        template = written_with(known, resource, row[2])
        wanted = {"sign"} if template is None or template.signed else set()
        wanted |= tags & {"countersign", "verify"}
        public = runtime.public(patient, row[0])
        out += [
            Lacking(WAITS[kind], row[2], *titles(template, row[2]), record=public)
            for kind in sorted(wanted - have.get(row[0], set()))
        ]
    return tuple(out)


def titles(template: Template | None, name: str) -> tuple[str, str]:
    """A document's name in both languages."""
    return (name, name) if template is None else (template.zh, template.en)


def signatures(runtime: Runtime, rows: Sequence[Sequence[Any]]) -> dict[int, set[str]]:
    """Kinds of genuine signature by record; Tampered names one that is not as it was made."""
    at = {name: i for i, name in enumerate(SEALED_TABLES["signature"])}
    out: dict[int, set[str]] = {}
    for row in rows:
        if not runtime.sealer.holds("signature", tuple(row[:-1]), row[-1]):
            raise Tampered(where=f"signature:{row[0]}.{row[1]}")
        out.setdefault(row[at["record_id"]], set()).add(row[at["kind"]])
    return out


def opened(runtime: Runtime, patient: int, row: Sequence[Any]) -> Mapping[str, Any]:
    """A form's newest version; Tampered when the row does not say what it is sealed with."""
    number, version, _, category, level, labels, retention, kind, seal, payload, wrapped = row
    if seal != seal_of(category, level, retention, kind, labels):
        raise Tampered(where=f"record:{patient}.{number}")
    key = runtime.vault.key(patient, retention, wrapped)
    return fhir_json.parse(runtime.vault.open(key, patient, number, version, seal, bytes(payload)))


async def filing_check(context: ReadContext, permit: Permit, data: FilingCheck) -> Done:
    """What the visit still lacks, by kind of document; nothing of what they say."""
    patient = permit.operation.target.patient
    known = await all_in_force(context)
    found = [await context.rows(sql, patient, data.encounter) for sql in (VISIT_SQL, DUE_SQL, FORMS_SQL, SIGNED_SQL)]
    filed = await context.rows(FILED_SQL, patient, data.encounter)
    return Done(
        value=Filing(
            lacking=lacking(context.runtime, known, patient, found[0], found[1], found[2], found[3]),
            filed=filed[0][0], patient=patient_line(context, context.patient) if context.patient else None,
            kind=found[0][0][1], starts=found[0][0][2], ends=found[0][0][3],
        ),
        lines=(context.line(patient),),
    )  # fmt: skip


def file_chart(context: WriteContext, permit: Permit) -> Done:
    """File every document of a finished visit, or nothing and say what it lacks."""
    data = cast(FileChart, permit.operation.data)
    case_files.filed_directly(context, permit, data.encounter)
    lines = file_records(context, permit, data.encounter)
    if not lines:
        raise Conflict(N_("这次就诊没有尚未归档的文书。"))
    return Done(value=Filing(lacking=(), filed=len(lines)), lines=lines, bump=True)


def file_records(context: WriteContext, permit: Permit, encounter: int) -> tuple[Line, ...]:
    """Every document of a visit that is not filed yet, filed; FilingLacks says what stands against it."""
    patient = permit.operation.target.patient
    visit, due, forms, signed = (
        context.rows(sql, patient, encounter) for sql in (VISIT_SQL, DUE_SQL, FORMS_SQL, SIGNED_SQL)
    )
    known = held(context.runtime, context.epoch)
    found = lacking(context.runtime, known, patient, visit, due, forms, signed)
    if found:
        raise FilingLacks(found)
    lines: list[Line] = []
    rows = Record.objects.select_for_update().filter(patient_id=patient, encounter_id=encounter)
    for row in rows.exclude(kind="Encounter").exclude(state__in=(RecordState.FILED.value, RecordState.DESTROYED.value)):
        context.runtime.sealer.check(row)
        row.state = RecordState.FILED.value
        keep_record(context, row)
        lines.append(context.line(patient, row.record_id, row.kind, row.version))
    return tuple(lines)


@effect("record_recall")
def record_recall(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """召回: the starter corrects this very record (or adds to this very visit) for the approved days [2.2.4]."""
    row, answers = granting.row, granting.answers
    longest = settings.number(context.runtime, context.epoch, "record_recall_days")
    until: datetime = permit.at + timedelta(days=min(int(answers["days"]), longest))
    made = Grant(
        patient_id=row.patient_id, grant_id=context.runtime.number(context.runtime.clock.now()),
        person_id=row.person_id, purpose=Purpose.TREATMENT.value, categories=[], matter=row.pk, starts=permit.at,
        ends=until, record_id=row.record_id,
    )  # fmt: skip
    keep(context, made, new=True)
    case_files.recalled(context, permit, row.patient_id, row.record_id)
    return Effected(until=until)


@ending("record_recall")
def record_recall_ends(context: WriteContext, permit: Permit, row: Matter) -> None:
    """What the recall granted ends with it."""
    for one in Grant.objects.select_for_update().filter(patient_id=row.patient_id, matter=row.pk, ends__gt=permit.at):
        context.runtime.sealer.check(one)
        one.ends = permit.at
        keep(context, one)

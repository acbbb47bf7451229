"""二（二）录入: a filled form during judging: its class, what is refused of it now, and the rows beside its record

[2.1.1] [2.2.1] [2.2.2] [2.2.3] [2.2.4]
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jingui.core.capture import Fault
from jingui.core.entering import FormFaults, MergeNeeded
from jingui.core.errors import Conflict, Refused, Unprocessable
from jingui.core.merging import forks
from jingui.core.settings import several
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.core.words import Level, RecordState, RetentionClass, Sensitivity, Verb
from jingui.formats import capture, sensitivity
from jingui.formats.deadline_events import died, events
from jingui.formats.fhir_encounter import Outline
from jingui.formats.form_history import LATE, said
from jingui.gate import deadlines, pasting
from jingui.gate import facts as f
from jingui.gate.actors import CHINA
from jingui.gate.deadlines import Visit
from jingui.gate.entry_forms import Prepared
from jingui.gate.entry_templates import fields
from jingui.gate.preparing import Chart, Placed, Rows
from jingui.gate.runtime import Runtime

TAGS = "urn:jingui:entry"  # system of the tags: late, pasted, countersign, verify
LEVELS = tuple(Level)
IGNORED = ("id", "meta")


def classed(prepared: Prepared, chart: Chart, details: dict[str, Any], at: datetime) -> dict[str, Any]:
    """The class of a form's record: the template's category; the labels of its items and of all it holds [2.1.3]."""
    labels: set[Sensitivity] = set(details["labels"]) | prepared.sensitive
    for change in prepared.changes[1:]:
        labels |= sensitivity.labels(change.resource, chart.birth, at.date())
    retention = details["retention"]
    if Sensitivity.PSYCHIATRIC in labels:
        retention = RetentionClass.PSYCHIATRIC
    elif prepared.template.retention:
        retention = RetentionClass(prepared.template.retention)
    level = max(details["level"], sensitivity.level(frozenset(labels)), key=LEVELS.index)
    return {
        **details, "category": prepared.template.category, "labels": frozenset(labels), "level": level,
        "retention": retention,
    }  # fmt: skip


def state_of(prepared: Prepared | None, row: Sequence[Any] | None, exists: bool) -> RecordState:
    """The state that the rules see: the record's own, or that of the filed visit it would be added to."""
    if exists and row is not None:
        return f.STATES.get(row[f.R_STATE], RecordState.NONE)
    return RecordState.FILED if prepared is not None and prepared.filed else RecordState.NONE


def settled(
    runtime: Runtime, prepared: Prepared, row: Sequence[Any] | None, decided: Decided, resource: dict[str, Any],
    exists: bool, at: datetime,
) -> dict[str, Any]:  # fmt: skip
    """Raise what is wrong with the form, now that this actor may write it; else its resource with its marks."""
    if prepared.problem is not None:
        raise prepared.problem
    if prepared.correction and exists and row is not None and row[f.R_VERSION] != prepared.version:
        raise Conflict()
    if prepared.correction and prepared.version != prepared.form.start:
        found = forks(fields(prepared.template), prepared.was, prepared.theirs, prepared.checked.answers)
        raise MergeNeeded(found, prepared.version)
    check(runtime, prepared, row, at)
    if prepared.pasted and prepared.values["paste_from_another_patient"] == "block":
        raise Unprocessable(
            N_("有大段文字与其他患者的记录相同，未予收录。"), N_("请按该患者的实际情况书写；草稿已保留。"),
            places=(("answers", N_("与其他患者的记录雷同")),),
        )  # fmt: skip
    late = prepared.overdue is not None and not prepared.correction
    if late and len(prepared.form.late_reason.strip()) < 2:
        raise FormFaults((Fault(path="late_reason", text=N_("已超过书写时限，须写明补记理由。")),))
    return marked(prepared, resource, decided, late)


def check(runtime: Runtime, prepared: Prepared, row: Sequence[Any] | None, at: datetime) -> None:
    """Check the answers again, with the sex and age of the patient; FormFaults lists what is wrong."""
    sex, age = "", None
    if row is not None and row[f.P_FACE] is not None:
        key = runtime.vault.key(row[f.P_ID], "identity", row[f.KI_WRAPPED])
        face = runtime.vault.open_face(key, row[f.P_ID], row[f.P_FACE])
        sex = face.get("sex", "")
        born = _day(face.get("birth", ""))
        age = None if born is None else (at.astimezone(CHINA).date() - born.date()).days
    found = capture.check(prepared.template, prepared.form.answers, today=at, sex=sex, age_days=age)
    if found.errors:
        raise FormFaults(found.errors, found.warnings)


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None  # half a date says no age


def check_unformed(
    prepared: Prepared | None, old: Sequence[Any] | None, decided: Decided, verb: Verb, resource: Mapping[str, Any]
) -> None:
    """What is no form's own record: a form's record is corrected by its form, a trainee writes by forms alone.

    Nobody hands in answers to a template past its form either: what it does not ask would not be noticed [2.1.1].
    """
    if old is not None and old[f.R_FORM]:
        raise Unprocessable(
            N_("这是用表单书写的记录，须用表单更正。"),
            N_("请在病历中打开该记录，选择更正。"),
            places=(("form", old[f.R_FORM]),),
        )
    if verb is Verb.ENTER and capture.template_of(dict(resource))[0]:
        raise Unprocessable(
            N_("采集模板的内容须用表单提交。"), N_("请在病历中选择书写。"), places=(("questionnaire", ""),)
        )
    if prepared is None and "countersign" in decided.obligations:
        raise Refused(
            N_("实习人员须用表单书写，以便上级审阅签名。"),
            N_("请在病历中选择书写。"),
            clauses=("2.2.1",),
            reason="countersign",
        )


def waits(prepared: Prepared, decided: Decided) -> tuple[str, ...]:
    """Which signatures the version waits for."""
    template = prepared.template
    before = tags_of(prepared.old)  # a correction frees nobody from a signature that the first version needed
    countersign = bool({"countersign"} & ({*decided.obligations} | before)) or template.countersigned
    verify = template.verified or "verify" in before or template.name in several(prepared.values["second_person_forms"])
    kinds = (("sign", template.signed), ("countersign", countersign), ("verify", verify))
    return tuple(kind for kind, due in kinds if due)


def marked(prepared: Prepared, resource: dict[str, Any], decided: Decided, late: bool) -> dict[str, Any]:
    """The resource with what stays visible on it: 补记 with its reason, pasted text, signatures it waits for."""
    words = [kind for kind in waits(prepared, decided) if kind != "sign"]
    before = tags_of(prepared.old)
    words += ["late"] * (late or "late" in before) + ["pasted"] * (prepared.pasted or "pasted" in before)
    out = dict(resource)
    told = said(dict(prepared.old), LATE)
    if words:
        out["meta"] = {**out.get("meta", {}), "tag": [{"system": TAGS, "code": word} for word in words]}
    if late or told:
        reason = {"url": LATE, "valueString": told or prepared.form.late_reason.strip()}
        out["extension"] = [*out.get("extension", ()), reason]
    return out


def tags_of(resource: Mapping[str, Any]) -> frozenset[str]:
    """Our tags on a stored resource."""
    return frozenset(
        one.get("code", "") for one in resource.get("meta", {}).get("tag", ()) if one.get("system") == TAGS
    )


def beside(
    runtime: Runtime, rows: Rows, prepared: Prepared, placed: Placed, decided: Decided, author: int, at: datetime
) -> None:
    """The rows of the same transaction: the draft ends, deadlines are met and opened, the text leaves its marks."""
    patient = placed.chart.patient
    rows.drafts.append((patient, prepared.draft, author))
    rows.identities += [
        (patient, pasting.FIELD, pasting.token(one), True) for one in sorted(prepared.marks)
    ]  # fmt: skip
    visit, values = prepared.visit, prepared.values
    name, record = prepared.template.name, placed.record
    if not prepared.correction:
        grades = deadlines.graded(rows.moves, visit, prepared.grades, events(placed.resource))
        deadlines.for_document(runtime, rows.moves, visit, name, record, at, grades, prepared.begun, values)
        if prepared.checked.answers.get("critical") is True:
            deadlines.for_critical(runtime, rows.moves, visit, at, values)
    first = placed.current[f.R_AUTHOR] if placed.current is not None else author
    kinds = waits(prepared, decided)
    deadlines.for_signatures(runtime, rows.moves, visit, name, record, first, kinds, at, values)


def encounter_moves(
    runtime: Runtime, rows: Rows, placed: Placed, outline: Outline, department: int, person: int, at: datetime,
    values: Mapping[str, Any],
) -> None:  # fmt: skip
    """What an Encounter means for the deadlines of its visit."""
    visit = Visit(
        patient=placed.chart.patient, encounter=placed.record, kind=outline.kind, department=department, person=person
    )
    resource = placed.resource
    deadlines.for_encounter(
        runtime,
        rows.moves,
        visit,
        outline,
        resource.get("status", ""),
        died(resource),
        at,
        values,
        new=placed.current is None,
    )


def resource_moves(
    runtime: Runtime, rows: Rows, placed: Placed, department: int, at: datetime, values: Mapping[str, Any]
) -> None:
    """What any other new resource means for the deadlines of its visit."""
    found = events(placed.resource)
    if not found or not placed.encounter:
        return
    visit = Visit(
        patient=placed.chart.patient, encounter=placed.encounter, kind=placed.chart.encounters.get(placed.encounter),
        department=department,
    )  # fmt: skip
    deadlines.for_events(runtime, rows.moves, visit, found, at, values)


def same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether two resources say the same, ids and meta aside."""
    strip = {k: v for k, v in old.items() if k not in IGNORED}
    return strip == {k: v for k, v in new.items() if k not in IGNORED}


def labels_of(row: Sequence[Any] | None) -> frozenset[Sensitivity]:
    """The labels that a record has; none without a row."""
    return frozenset(Sensitivity(label) for label in row[f.R_LABELS]) if row is not None else frozenset()

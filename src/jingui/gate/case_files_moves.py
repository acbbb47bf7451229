"""三（二）2 病案室流转: opening, moving, judging, putting back: in the order of the line, each by its post [3.2.2]"""

from typing import Any

from jingui.core.custody import (
    LEGS,
    Check,
    JudgeCaseFile,
    Leg,
    MoveCaseFile,
    OpenCaseFile,
    PutBack,
    back_to,
    following,
    kept_as,
    missing_checks,
)
from jingui.core.custody_front_page import findings, unexplained
from jingui.core.custody_quality import grade, taken_off
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, Refused, Tampered
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Shelf, Stage, Verb
from jingui.gate import case_files as c
from jingui.gate import settings
from jingui.gate.case_files_facts import FRONT_SQL, answers, gathered
from jingui.gate.entry_filing import file_records
from jingui.gate.registry import Done
from jingui.gate.sql import raw
from jingui.gate.templates import held
from jingui.gate.writing import WriteContext
from jingui.store.models import CaseFile, CaseStep, CodedCase, Deficiency, Encounter, Volume

KIND = "case_file"


def told(context: WriteContext, row: CaseFile, step: CaseStep | None, *more: Line, note: str = "") -> Done:
    """The answer of a move: the case file's id, with the digest of what was ticked or judged in the entry."""
    lines = [context.line(row.patient_id, row.file_id, KIND, row.version), *more]
    if step is not None:
        lines.append(Line("", bytes(step.digest).hex(), f"case_step:{step.before}>{step.after}", step.n))
    return Done(
        value=context.runtime.public(row.patient_id, row.file_id), lines=tuple(lines), patients=(row.patient_id,),
        note=note.encode(),
    )  # fmt: skip


def open_file(context: WriteContext, permit: Permit, data: OpenCaseFile) -> Done:
    """A stay has ended: its case file begins its way at the ward. Once for each stay."""
    patient, runtime = permit.operation.target.patient, context.runtime
    stay = Encounter.objects.select_for_update().filter(pk=(patient, data.encounter)).first()
    if stay is None:
        raise NotFound()
    values = tuple(getattr(stay, name) for name in Encounter.SEALED)
    if not runtime.sealer.holds("encounter", values, stay.mac):
        raise Tampered(where=f"encounter:{patient}.{data.encounter}")
    if stay.ends is None or stay.state == "open" or kept_as(stay.kind) is None:
        raise Conflict(N_("这次就诊还没有结束，或不建立流转病案。"))
    if CaseFile.objects.filter(patient_id=patient, encounter_id=data.encounter).exists():
        raise Conflict(N_("这次就诊已经建立流转病案。"))
    row = CaseFile(
        patient_id=patient, file_id=runtime.number(runtime.clock.now()), encounter_id=data.encounter,
        department_id=stay.department_id or 0, attending_id=stay.attending_id or 0, stage=Stage.WARD.value,
        retention_class=c.retention_of(patient, data.encounter), since=permit.at, discharged=stay.ends,
    )  # fmt: skip
    step = c.move(context, permit, row, Stage.WARD, {}, new=True)
    return told(context, row, step)


def next_leg(context: WriteContext, permit: Permit, row: CaseFile, after: str, verb: Verb) -> tuple[Leg, Encounter]:
    """The move that is due, when it is this one and this post's; Conflict or Refused otherwise."""
    stay = c.visit_of(context, row)
    if stay.ends is None or stay.state == "open":
        raise Conflict(N_("这次就诊尚未结束，病案不能流转。"), N_("请核对出院时间；更正后再办理。"))
    # what the stay says by now: its end or its department may have been put right since the file was opened
    row.discharged, row.department_id, row.attending_id = stay.ends, stay.department_id or 0, stay.attending_id or 0
    due = following(stay.kind, Stage(row.stage))
    if due is None or due.after != after:
        raise Conflict(N_("环节次序不对，病案没有移动。"), N_("请按“下一环节”逐步办理。"))
    if context.actor.role not in due.roles or due.verb is not verb:
        raise Refused(
            N_("这一环节不由您的岗位办理。"), N_("请由相应岗位的人员办理。"), clauses=("3.2.2",), reason="role"
        )
    if due.ready and (n := c.unsettled(context, row)):
        raise Conflict(N_("还有未核销的缺陷，病案不能进入下一环节。"), N_("请先由责任人整改并核销。"), deficiencies=n)
    return due, stay


def move_on(context: WriteContext, permit: Permit, data: MoveCaseFile) -> Done:
    """回收、签收、整理、归档、上架: one step by an archivist."""
    row = c.opened(context, data.file)
    c.seen(row, data.basis)
    leg, _ = next_leg(context, permit, row, data.after, Verb.MOVE_CASE_FILE)
    wrong = missing_checks(leg, data.checks)
    if wrong:
        texts: dict[str, Check] = {one.id: one for one in leg.checks}
        raise Invalid(
            N_("整理核对单还有未勾选的项目。"), N_("逐项核对后再办理；不能整改的，请登记缺陷退回。"),
            places=tuple((f"check.{one}", texts[one].text if one in texts else N_("没有这一项。")) for one in wrong),
        )  # fmt: skip
    if len(data.note) > 500:
        raise Invalid(places=(("note", N_("过长。")),))
    if row.stage == Stage.FINAL.value:
        steps = c.steps_of(context.runtime, row)
        same = c.judged(context.runtime, row, steps) == c.contents(context.runtime, row)
        if not same or c.changed(steps, row):
            raise Conflict(N_("终末质控之后又有录入或更正，不能归档。"), N_("病案将退回重新编码和质控。"))
    filed: tuple[Line, ...] = ()
    if leg.files:
        filed = file_records(context, permit, row.encounter_id)
        row.filed = permit.at
    if leg.after is Stage.SHELVED:
        placed(context, row)
    step = c.move(context, permit, row, leg.after, {"checks": list(data.checks), "note": " ".join(data.note.split())})
    done = told(context, row, step, *filed, note=data.note)
    return Done(value=done.value, lines=done.lines, patients=done.patients, note=done.note, bump=leg.files)


def placed(context: WriteContext, row: CaseFile) -> None:
    """Conflict unless every volume of the case file stands on its shelf; a file without paper has none."""
    for one in Volume.objects.filter(patient_id=row.patient_id, file_id=row.file_id):
        context.runtime.sealer.check(one)
        if one.state not in (Shelf.SHELVED.value, Shelf.DESTROYED.value):
            raise Conflict(N_("还有病案册没有上架。"), N_("请先在纸质病案中扫描上架。"), volume=one.code)


def put_back(context: WriteContext, permit: Permit, data: PutBack) -> Done:
    """The timed task: something was written after the final check, so the check no longer stands [2.2.4]."""
    row = c.opened(context, data.file)
    if not c.changed(c.steps_of(context.runtime, row), row):
        raise Conflict(N_("终末质控之后没有改动。"))
    step = c.put_back(context, permit, row, "终末质控后有录入或更正")
    return told(context, row, step)


def judge(context: WriteContext, permit: Permit, data: JudgeCaseFile) -> Done:
    """首页质控、终末质控: passed on, or sent back; never by who coded it [3.2.2]."""
    row = c.opened(context, data.file)
    c.seen(row, data.basis)
    leg, stay = next_leg(context, permit, row, data.after, Verb.JUDGE_CASE_FILE) if data.passed else sent(context, row)
    note = " ".join(data.note.split())
    if len(note) > 2000 or (not data.passed and len(note) < 2):
        raise Invalid(places=(("note", N_("请写明退回的原因，不超过 2000 字")),))
    if permit.person in c.coders(context.runtime, row.patient_id, row.file_id):
        raise Refused(
            N_("本人编码的病案须由他人质控。"), N_("请由另一名质控人员办理。"), clauses=("3.2.2",), reason="party"
        )
    if not data.passed:
        row.filed, row.grade = None, ""
        return told(context, row, c.move(context, permit, row, leg.after, {"note": note, "passed": "no"}), note=note)
    reasons = {name: " ".join(text.split()) for name, text in data.reasons if text.strip()}
    found = findings(front_facts(context, row, stay))
    if leg.after is Stage.FRONT_PAGE:
        wrong = unexplained(found, reasons)
        if wrong:
            raise Invalid(N_("首页还有错误，或警告没有说明理由。"), N_("错误须由书写人或编码员更正。"), places=wrong)
    else:
        wrong = tuple(one for one in unexplained(found, dict.fromkeys((each.rule for each in found), "已说明")))
        if wrong:
            raise Invalid(N_("首页质控之后首页又出现错误。"), N_("请退回重新编码和质控。"), places=wrong)
        points = [(one.item, one.points) for one in counted(context, row)]
        row.grade = grade(points, settings.values(context.runtime, context.epoch)).value
    body: dict[str, Any] = {
        "note": note, "passed": "yes", "rules": [[one.rule, reasons.get(one.rule, "")] for one in found],
    }  # fmt: skip
    if leg.after is Stage.FINAL:
        body |= {"grade": row.grade, "points": taken_off(points), "contents": c.contents(context.runtime, row)}
    return told(context, row, c.move(context, permit, row, leg.after, body), note=note)


def sent(context: WriteContext, row: CaseFile) -> tuple[Leg, Encounter]:
    """Where quality control sends a file back to: from coding on, never once it is filed."""
    stay = c.visit_of(context, row)
    if row.stage not in (Stage.CODED.value, Stage.FRONT_PAGE.value, Stage.FINAL.value):
        raise Conflict(N_("这一环节的病案不能退回。"), N_("已归档的请办理召回；未编码的请登记缺陷。"))
    return LEGS[back_to(stay.kind)], stay


def counted(context: WriteContext, row: CaseFile) -> list[Deficiency]:
    """The deficiencies that count towards the grade: all that were not withdrawn on appeal."""
    found = list(Deficiency.objects.filter(patient_id=row.patient_id, file_id=row.file_id).exclude(state="withdrawn"))
    for one in found:
        context.runtime.sealer.check(one)
    return found


def front_facts(context: WriteContext, row: CaseFile, stay: Encounter) -> dict[str, Any]:
    """The facts of the front page as it stands now."""
    runtime, patient = context.runtime, context.patient
    if patient is None:
        raise NotFound()
    found = raw(FRONT_SQL, row.patient_id, row.encounter_id)
    known = held(runtime, context.epoch)
    front = answers(runtime, known, row.patient_id, found[0] if found else None)
    return gathered(runtime, patient, front, (stay.starts, stay.ends), newest_codes(context, row))


def newest_codes(context: WriteContext, row: CaseFile) -> dict[str, Any]:
    """The newest version of the codes; {} before there is one."""
    runtime = context.runtime
    one = CodedCase.objects.filter(patient_id=row.patient_id, file_id=row.file_id).order_by("-n").first()
    if one is None:
        return {}
    runtime.sealer.check(one)
    key = c.class_key(runtime, row.patient_id, row.retention_class)
    return c.unsealed(key, row.patient_id, one.coded_id, "coded_case", one.payload)

"""三（二）2 病案缺陷: returned to their author with a deadline, answered, settled, contested by a matter [3.2.2]"""

from collections.abc import Mapping
from typing import Any, Final

from jingui.core.calendars import USUAL
from jingui.core.custody import (
    DONE,
    UNSETTLED,
    AnswerDeficiency,
    CloseDeficiency,
    DeficiencyState,
    ReturnDeficiency,
)
from jingui.core.custody_quality import ITEMS
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import RecordState
from jingui.gate import case_files as c
from jingui.gate import settings
from jingui.gate.effects import Effected, Granting, effect, row_checking
from jingui.gate.registry import Done
from jingui.gate.rows import keep, locked_record
from jingui.gate.sealing import number_of
from jingui.gate.writing import WriteContext
from jingui.store.models import CaseFile, Deficiency, Matter, Person

KIND: Final = "deficiency"
LONGEST: Final = 2000


def give_back(context: WriteContext, permit: Permit, data: ReturnDeficiency) -> Done:
    """退回: what is wanting, by a row of the table, to whom it belongs, until when."""
    row, runtime = c.opened(context, data.file), context.runtime
    item, note = ITEMS.get(data.item), data.note.strip()
    record, author = 0, data.author or row.attending_id
    if data.record:
        record = number_of(runtime, row.patient_id, data.record)
        found = locked_record(context, row.patient_id, record)
        if found.encounter_id != row.encounter_id or found.state == RecordState.DESTROYED.value:
            raise NotFound()
        author = data.author or found.author_id
    wrong = []
    if item is None:
        wrong.append(("item", N_("没有这一项。")))
    if not 2 <= len(note) <= LONGEST:
        wrong.append(("note", N_("请写明缺什么、怎样整改，不超过 2000 字")))
    if not author or not Person.objects.filter(pk=author, kind="staff").exists():
        wrong.append(("author", N_("请填写责任人的工号")))
    if wrong or item is None:
        raise Invalid(places=tuple(wrong))
    if author == permit.person:
        raise Invalid(places=(("author", N_("不能把缺陷退给自己")),))
    if row.stage in DONE:
        raise Conflict(N_("病案已归档，不再退回缺陷。"), N_("确需更正的，请办理召回。"))
    number = runtime.number(runtime.clock.now())
    made = Deficiency(
        patient_id=row.patient_id, deficiency_id=number, file_id=row.file_id, record_id=record, item=item.id,
        points=item.points, found_id=permit.person, author_id=author, due=deadline(context, permit),
        state=DeficiencyState.OPEN.value,
    )  # fmt: skip
    return kept(context, permit, row, made, "found", note, clauses=item.clauses, new=True)


def deadline(context: WriteContext, permit: Permit) -> Any:
    """By when it is to be mended."""
    return USUAL.after(permit.at, settings.number(context.runtime, context.epoch, "deficiency_days"))


def kept(
    context: WriteContext, permit: Permit, file: CaseFile, row: Deficiency, what: str, text: str, *, record: str = "",
    clauses: tuple[str, ...] = (), new: bool = False,
) -> Done:  # fmt: skip
    """The deficiency with one more round of what was said about it."""
    runtime = context.runtime
    key = c.class_key(runtime, file.patient_id, file.retention_class)
    body = {} if new else c.unsealed(key, row.patient_id, row.deficiency_id, KIND, row.payload)
    rounds = [
        *body.get("rounds", ()),
        {"what": what, "person": permit.person, "at": permit.at.isoformat(), "text": text, "record": record},
    ]
    row.payload = c.sealed(key, row.patient_id, row.deficiency_id, KIND, {"rounds": rounds})
    keep(context, row, new=new)
    lines = [context.line(row.patient_id, row.deficiency_id, KIND, row.version)]
    if row.record_id:
        lines.append(context.line(row.patient_id, row.record_id, "", 0))
    return Done(
        value=runtime.public(row.patient_id, row.deficiency_id), lines=tuple(lines), patients=(row.patient_id,),
        note=text.encode(), clauses=clauses,
    )  # fmt: skip


def found(context: WriteContext, public: str) -> tuple[CaseFile, Deficiency]:
    """A deficiency of the operation's patient with its case file, both locked and genuine.

    The file is locked first, as every move does: nobody files while something is returned.
    """
    patient = context.operation.target.patient
    number = number_of(context.runtime, patient, public)
    first = Deficiency.objects.filter(pk=(patient, number)).first()
    if first is None:
        raise NotFound()
    file = c.opened(context, context.runtime.public(patient, first.file_id))
    row = Deficiency.objects.select_for_update().get(pk=(patient, number))
    context.runtime.sealer.check(row)
    return file, row


def answer(context: WriteContext, permit: Permit, data: AnswerDeficiency) -> Done:
    """答复: what was done, with the record that was written or corrected for it."""
    file, row = found(context, data.deficiency)
    text = data.text.strip()
    if row.state != DeficiencyState.OPEN.value:
        raise Conflict(N_("该缺陷已经答复或已经办结。"), N_("请刷新页面查看现在的状态。"))
    if not 2 <= len(text) <= LONGEST:
        raise Invalid(places=(("text", N_("请写明怎样整改的，不超过 2000 字")),))
    if data.record:
        record = locked_record(context, row.patient_id, number_of(context.runtime, row.patient_id, data.record))
        if record.encounter_id != file.encounter_id:
            raise NotFound()
    row.state, row.answered = DeficiencyState.ANSWERED.value, permit.at
    return kept(context, permit, file, row, "answered", text, record=data.record)


def close(context: WriteContext, permit: Permit, data: CloseDeficiency) -> Done:
    """核销 what was made good, or return it once more with a new deadline."""
    file, row = found(context, data.deficiency)
    note = data.note.strip()
    if row.state != DeficiencyState.ANSWERED.value:
        raise Conflict(N_("该缺陷还没有答复，或已经办结。"), N_("责任人答复后再核销。"))
    if len(note) > LONGEST or (not data.accept and len(note) < 2):
        raise Invalid(places=(("note", N_("再次退回须写明原因，不超过 2000 字")),))
    if data.accept:
        row.state, row.closed, row.closed_id = DeficiencyState.CLOSED.value, permit.at, permit.person
        return kept(context, permit, file, row, "closed", note)
    row.state, row.answered, row.due = DeficiencyState.OPEN.value, None, deadline(context, permit)
    return kept(context, permit, file, row, "again", note)


@row_checking("deficiency_appeal")
def appealed(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """Only its author contests a deficiency, once, while it is not settled; who found it takes no part."""
    one = contested(context, row, answers)
    if one.author_id != row.person_id:
        raise Invalid(places=(("deficiency", N_("这项缺陷的责任人不是您")),))
    if one.state not in UNSETTLED:
        raise Conflict(N_("该缺陷已经办结，不能再申诉。"))
    if one.matter not in (0, row.pk):
        raise Conflict(N_("该缺陷已经申诉过。"), N_("请在事项页面查看结果。"))
    if row.subject_id != one.found_id:
        raise Invalid(places=(("deficiency", N_("请从缺陷页面提出申诉")),))
    if one.matter != row.pk:
        one.matter = row.pk
        keep(context, one)


def contested(context: WriteContext, row: Matter, answers: Mapping[str, str]) -> Deficiency:
    """The deficiency that an appeal names, of the appeal's patient, locked and genuine."""
    pair = context.runtime.ids.internal(answers["deficiency"])
    if pair is None or pair[0] != row.patient_id:
        raise Invalid(places=(("deficiency", N_("没有这项缺陷")),))
    one = Deficiency.objects.select_for_update().filter(pk=pair).first()
    if one is None:
        raise Invalid(places=(("deficiency", N_("没有这项缺陷")),))
    context.runtime.sealer.check(one)
    return one


@effect("deficiency_appeal")
def upheld(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """申诉成立: the deficiency is withdrawn and takes nothing off; one that was settled meanwhile is withdrawn too."""
    one = contested(context, granting.row, granting.answers)
    file = CaseFile.objects.get(pk=(one.patient_id, one.file_id))
    context.runtime.sealer.check(file)
    one.state, one.closed, one.closed_id = DeficiencyState.WITHDRAWN.value, permit.at, permit.person
    done = kept(context, permit, file, one, "withdrawn", "")
    return Effected(lines=done.lines, patients=done.patients)

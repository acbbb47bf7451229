"""二（二）3 草稿: what has been typed so far, encrypted under the patient's key, its author's alone [2.2.3]"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

import orjson

from jingui.core.access import PatientLine
from jingui.core.entering import DiscardDraft, DraftForked, DraftLine, DraftSaved, DraftsRequest, SaveDraft
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Tampered, TooLarge
from jingui.core.merging import forks
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Category, Level, Verb
from jingui.crypto.envelope import aad
from jingui.crypto.keyring import DataKey
from jingui.gate import entry_templates, settings
from jingui.gate import facts as f
from jingui.gate.context import ReadContext
from jingui.gate.finding import patient_line
from jingui.gate.registry import Done
from jingui.gate.runtime import Runtime
from jingui.gate.writing import WriteContext

COLUMNS = """patient_id, draft_id, person_id, template, template_n, encounter_id, record_id, record_version, revision,
  started, saved, payload"""
LOCKED_SQL = f"SELECT {COLUMNS} FROM entry_draft WHERE patient_id = $1 AND draft_id = $2 FOR UPDATE"  # noqa: S608 -- own names
INSERT_SQL = f"""INSERT INTO entry_draft ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $9, $10)
ON CONFLICT DO NOTHING RETURNING revision"""  # noqa: S608 -- own names
UPDATE_SQL = """UPDATE entry_draft SET revision = $3, saved = $4, payload = $5, template_n = $6, encounter_id = $7,
  record_version = $8 WHERE patient_id = $1 AND draft_id = $2"""
SUBMITTED_SQL = "SELECT 1 FROM record WHERE patient_id = $1 AND record_id = $2"
DISCARD_SQL = "DELETE FROM entry_draft WHERE patient_id = $1 AND draft_id = $2 AND person_id = $3 RETURNING draft_id"
MINE_SQL = f"""SELECT {COLUMNS} FROM entry_draft WHERE person_id = $1::bigint ORDER BY saved DESC LIMIT $2::int"""  # noqa: S608 -- own names


class Typed(NamedTuple):
    """A draft's content."""

    answers: Mapping[str, Any]
    ways: Mapping[str, str]
    device: str


class DraftRow(NamedTuple):
    """A draft as the table has it."""

    patient: int
    number: int
    person: int
    template: str
    template_n: int
    encounter: int
    record: int
    record_version: int
    revision: int
    started: datetime
    saved: datetime
    payload: bytes


def own_key(runtime: Runtime, key: str, patient: int) -> int:
    """The number that a form's key stands for; Invalid when it is no key of this patient's forms."""
    pair = runtime.ids.internal(key)
    if pair is None or pair[0] != patient or pair[1] == 0:
        raise Invalid(
            N_("表单标识无效。"), N_("请重新打开表单；草稿可在“我的草稿”中找到。"), places=(("key", N_("无效")),)
        )
    return pair[1]


def bound(row: DraftRow) -> bytes:
    """What a draft's ciphertext is bound to: patient, number, revision and author."""
    return aad(row.patient, row.number, row.revision, f"draft:{row.person}", "draft")


def seal(key: DataKey, row: DraftRow, typed: Typed) -> bytes:
    """Encrypt what was typed."""
    return key.cipher.seal(body(typed), bound(row))


def body(typed: Typed) -> bytes:
    """Canonical bytes: the same text typed twice is the same; Invalid for what is no text."""
    try:
        return _dumped(typed)
    except TypeError as error:  # half a character, or something that no form sends
        raise Invalid(places=(("answers", N_("含有不能保存的内容")),)) from error


def _dumped(typed: Typed) -> bytes:
    return orjson.dumps(
        {"answers": dict(typed.answers), "ways": dict(typed.ways), "device": typed.device},
        option=orjson.OPT_SORT_KEYS, default=str,
    )  # fmt: skip


def opened(key: DataKey, row: DraftRow) -> Typed:
    """What was typed; Tampered, naming the row, when it is not as it was saved or not this author's."""
    try:
        found = orjson.loads(key.cipher.open(bytes(row.payload), bound(row)))
    except Tampered as error:
        raise Tampered(where=f"entry_draft:{row.patient}.{row.number}") from error
    return Typed(found["answers"], found["ways"], found["device"])


def identity_key(runtime: Runtime, patient: f.PatientFacts) -> DataKey:
    """The patient's key of drafts; Gone once it was destroyed."""
    return runtime.vault.key(patient.patient, "identity", patient.row[f.KI_WRAPPED])


def save_draft(context: WriteContext, permit: Permit) -> Done:
    """Keep what was typed. The same text again changes nothing; another window's newer text is never overwritten."""
    data, patient = cast(SaveDraft, permit.operation.data), context.patient
    if patient is None:
        raise NotFound()
    number = own_key(context.runtime, data.key, patient.patient)
    template = entry_templates.in_force(context.runtime, context.epoch, data.template)
    typed = Typed(data.answers, data.ways, data.device)
    limit = settings.number(context.runtime, context.epoch, "draft_kilobytes") * 1024
    if len(body(typed)) > limit:
        raise TooLarge(N_("草稿过长，未能保存。"), N_("请分成几份文书书写，或先提交。"))
    key = identity_key(context.runtime, patient)
    new = DraftRow(
        patient.patient, number, permit.person, template.name, template.n, data.encounter,
        permit.operation.target.record, data.start, 1, permit.at, permit.at, b"",
    )  # fmt: skip
    revision = kept(context, key, new, typed, data.revision)
    completeness = entry_templates.completeness(template, data.answers, permit.at)
    value = DraftSaved(key=data.key, revision=revision, saved=permit.at, completeness=completeness)
    return Done(value=value, lines=(context.line(patient.patient),))


def kept(context: WriteContext, key: DataKey, new: DraftRow, typed: Typed, seen: int) -> int:
    """Insert or replace the draft; return its revision."""
    place = (new.patient, new.number)
    rows = context.rows(LOCKED_SQL, *place)
    if not rows:
        if context.rows(SUBMITTED_SQL, *place):
            raise Conflict(N_("这份表单已经提交。"), N_("请打开已提交的记录；如需修改请更正。"))
        if seen:
            raise Conflict(N_("这份草稿已在另一个窗口删除。"), N_("再次保存将另存为一份新的草稿。"))
        sealed = seal(key, new, typed)
        made = context.rows(
            INSERT_SQL, *place, new.person, new.template, new.template_n, new.encounter, new.record, new.record_version,
            new.saved, sealed,
        )  # fmt: skip
        if made:
            return 1
        rows = context.rows(LOCKED_SQL, *place)  # the same first save, sent twice
    old = DraftRow(*rows[0])
    if old.person != new.person or old.template != new.template or old.record != new.record:
        raise NotFound()
    before = opened(key, old)
    if body(before) == body(typed) and old.record_version == new.record_version:
        return old.revision
    if old.revision != seen:
        raise DraftForked(before.answers, old.revision, forks((), {}, before.answers, typed.answers))
    revision = old.revision + 1
    sealed = seal(key, new._replace(revision=revision), typed)
    context.rows(UPDATE_SQL, *place, revision, new.saved, sealed, new.template_n, new.encounter, new.record_version)
    return revision


def discard_draft(context: WriteContext, permit: Permit) -> Done:
    """Delete one's own draft; another's is not found."""
    data, patient = cast(DiscardDraft, permit.operation.data), permit.operation.target.patient
    number = own_key(context.runtime, data.key, patient)
    if not context.rows(DISCARD_SQL, patient, number, permit.person):
        raise NotFound(N_("没有这份草稿，或已删除。"))
    return Done(value=data.key, lines=(context.line(patient),))


async def read_drafts(context: ReadContext, permit: Permit) -> Done:
    """One's own drafts of all patients, newest first; of a patient whom one may no longer see, without the name."""
    data = permit.operation.data if isinstance(permit.operation.data, DraftsRequest) else DraftsRequest()
    found = await context.rows(MINE_SQL, permit.person, min(max(data.count, 1), 200))
    rows = [DraftRow(*row) for row in found]
    about = await context.about([row.patient for row in rows])
    public = context.runtime.public
    templates = (await entry_templates.all_in_force(context)).templates
    lines = []
    for row, facts in zip(rows, about, strict=True):
        template = templates.get(row.template)
        lines.append(
            DraftLine(
                key=public(row.patient, row.number), patient=face_or_number(context, row.patient, facts),
                template=row.template, title=template.zh if template else row.template,
                title_en=template.en if template else row.template,
                encounter=public(row.patient, row.encounter) if row.encounter else "",
                record=public(row.patient, row.record) if row.record else "", started=row.started, saved=row.saved,
                revision=row.revision,
            )
        )  # fmt: skip
    numbers = tuple(dict.fromkeys(row.patient for row in rows))
    return Done(value=tuple(lines), lines=tuple(context.line(n) for n in numbers), patients=numbers)


def face_or_number(context: ReadContext, number: int, facts: f.PatientFacts | None) -> PatientLine:
    """The patient as a list shows them; only the number when the rules hide them from this actor by now."""
    hidden = PatientLine(context.runtime.public(number, 0), "", "unknown", "", {}, False, False, "none")
    if facts is None or facts.destroyed:
        return hidden
    if not context.may(Verb.LIST, Category.BASIC, Level.ORDINARY, patient=facts).allow:
        return hidden
    return patient_line(context, facts) or hidden


async def draft_of(
    context: ReadContext, where: str, args: Sequence[object], key: DataKey
) -> tuple[DraftRow, Typed] | None:
    """One's own newest draft that fits `where`, opened; None when there is none."""
    sql = f"SELECT {COLUMNS} FROM entry_draft WHERE patient_id = $1::bigint AND person_id = $2::bigint AND {where} ORDER BY saved DESC LIMIT 1"  # noqa: E501, S608 -- own texts only
    rows = await context.rows(sql, *args)
    if not rows:
        return None
    row = DraftRow(*rows[0])
    try:
        return row, opened(key, row)
    except Gone:
        return None

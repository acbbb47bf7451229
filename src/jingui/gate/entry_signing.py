"""二（二）3 签名、核对、审阅签名: which documents, in which state, by whom [2.2.1] [2.2.2] [2.2.3]"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from jingui.core.capture import Template
from jingui.core.deadlines import met_by_signature
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, Tampered, Unprocessable
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.signatures import CountersignRecord, Papered, SignRecords, VerifyRecord
from jingui.core.word import N_
from jingui.core.words import Category, Level, RecordState
from jingui.formats import capture, fhir_json
from jingui.gate import entry_templates, qualifying
from jingui.gate import facts as f
from jingui.gate.deadlines import SIGNED_SQL
from jingui.gate.entry_judging import tags_of
from jingui.gate.registry import Done
from jingui.gate.rows import keep_record, locked_record
from jingui.gate.signing_documents import kinds_of, session_of, sign
from jingui.gate.templates import held
from jingui.gate.writing import WriteContext
from jingui.store.models import Record
from jingui.store.vault import seal_of

MOST = 100  # documents signed at once
BODY_SQL = """SELECT v.seal, v.payload, k.wrapped FROM record_version v
LEFT JOIN patient_key k ON k.patient_id = v.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
WHERE v.patient_id = $1::bigint AND v.record_id = $2::bigint AND v.version = $3::int"""
# Signatures of a second person that a version may wait for, by its tags.
PENDING: Final = frozenset({"countersign", "verify"})


class Document(NamedTuple):
    """A record at hand: its row (locked, genuine), the newest version's bytes, its template if it is a form's."""

    row: Record
    body: bytes
    resource: Mapping[str, Any]
    template: Template | None


def document(context: WriteContext, number: int, version: int) -> Document:
    """The record in exactly this version, which must be the newest: nobody signs what they did not see."""
    patient = context.operation.target.patient
    row = locked_record(context, patient, number)
    if row.version != version:
        raise Conflict(N_("记录已有更新的版本，没有签署。"), N_("请查看最新版本后再签。"))
    found = context.rows(BODY_SQL, patient, number, version)
    if not found or found[0][1] is None:
        raise Gone()
    seal, payload, wrapped = found[0]
    if seal != seal_of(row.category, row.level, row.retention_class, row.kind, row.labels):
        raise Tampered(where=f"record:{patient}.{number}")
    key = context.runtime.vault.key(patient, row.retention_class, wrapped)
    body = context.runtime.vault.open(key, patient, number, version, seal, bytes(payload))
    resource = fhir_json.parse(body)
    known = held(context.runtime, context.epoch)
    template = entry_templates.written_with(known, resource, row.form) if row.form else None
    return Document(row, body, resource, template)


def decided(context: WriteContext, found: Document) -> None:
    """Refused when the rules do not let this actor do this to this very record."""
    operation, actor = context.operation, context.actor
    fit = True
    if found.template is not None:
        rows = qualifying.genuine(context.runtime, context.rows(qualifying.ROWS_SQL, [actor.person]))
        kind = context.rows(qualifying.KINDS_SQL, [actor.person])[0][1]
        fit = qualifying.qualified(found.template, actor.role, kind, rows.get(actor.person, ()), operation.at)
    asked = Operation(
        actor=operation.actor, verb=operation.verb, at=operation.at, purpose=operation.purpose, target=operation.target
    )
    vector = f.vector(
        asked, actor, context.patient, category=Category(found.row.category), level=Level(found.row.level),
        state=RecordState(found.row.state), author=found.row.author_id, qualified=fit,
    )  # fmt: skip
    said = context.runtime.decider.decide(vector)
    if not said.allow:
        raise Refused(clauses=said.clauses, rules=said.rules, reason=said.reason, matter=said.matter)


def needed(found: Document) -> frozenset[str]:
    """Which signatures this version needs before it is complete."""
    own = {"sign"} if found.template is None or found.template.signed else set()
    return frozenset(own | (tags_of(found.resource) & PENDING))


def done(context: WriteContext, found: Document, kind: str, at: datetime) -> Line:
    """After a signature `at`: the state follows from the signatures that are there, and its deadline is met."""
    row = found.row
    have = kinds_of(context, row.patient_id, row.record_id, row.version)
    if row.state != RecordState.FILED:
        complete = needed(found) <= have
        signed = bool(have & {"sign", "countersign"})
        state = RecordState.ENTERED
        if complete:
            state = RecordState.SIGNED if signed else RecordState.VERIFIED
        row.state = state.value
        keep_record(context, row)
    context.rows(SIGNED_SQL, row.patient_id, row.record_id, met_by_signature(kind).name, at)
    return context.line(row.patient_id, row.record_id, row.kind, row.version)


def number_of(context: WriteContext, paper: Papered) -> int:
    """The record number of a public id of this patient."""
    pair = context.runtime.ids.internal(paper.record)
    if pair is None or pair[0] != context.operation.target.patient:
        raise NotFound()
    return pair[1]


def sign_records(context: WriteContext, permit: Permit) -> Done:
    """Sign several documents of one patient, all or none; each signature names record, version and digest."""
    data = cast(SignRecords, permit.operation.data)
    if not data.records or len(data.records) > MOST:
        raise Invalid(places=(("records", N_("请选择要签名的文书")),))
    session = session_of(context, data.station)
    lines, made = [], []
    for number, version in sorted({(number_of(context, one), one.version) for one in data.records}):
        found = document(context, number, version)
        decided(context, found)
        refuse_untouched(found)
        row = sign(context, session, found.row.patient_id, number, version, found.body, "sign")
        lines.append(done(context, found, "sign", row.at))
        made.append(row.signature_id)
    return Done(value=tuple(made), lines=tuple(lines))


def refuse_untouched(found: Document) -> None:
    """Unprocessable, naming the items, when set text of the template stands there as it came."""
    if found.template is None:
        return
    left = capture.untouched(found.template, capture.answers_of(found.template, dict(found.resource)))
    if left:
        raise Unprocessable(
            N_("模板文字未经修改，不能签名。"), N_("请按患者实际情况改写后再签名。"),
            places=tuple((link, N_("仍是模板原文")) for link in left),
        )  # fmt: skip


def second(context: WriteContext, permit: Permit, kind: str, version: int, station: str) -> Done:
    """A second person's signature, where this version waits for one of this kind, after its author's own."""
    session = session_of(context, station)
    found = document(context, permit.operation.target.record, version)
    decided(context, found)
    if kind not in tags_of(found.resource):
        raise Conflict(N_("这份文书不需要此项签名。"), N_("请核对文书。"))
    have = kinds_of(context, found.row.patient_id, found.row.record_id, version)
    if found.template is not None and found.template.signed and "sign" not in have:
        raise Conflict(N_("书写人尚未签名。"), N_("请待书写人签名后再办理。"))
    row = sign(context, session, found.row.patient_id, found.row.record_id, version, found.body, kind)
    return Done(value=row.signature_id, lines=(done(context, found, kind, row.at),))


def verify_record(context: WriteContext, permit: Permit) -> Done:
    """核对确认 by a person other than the author."""
    data = cast(VerifyRecord, permit.operation.data)
    return second(context, permit, "verify", data.version, data.station)


def countersign_record(context: WriteContext, permit: Permit) -> Done:
    """审阅签名 of what a trainee or junior wrote, by a licensed senior."""
    data = cast(CountersignRecord, permit.operation.data)
    return second(context, permit, "countersign", data.version, data.station)

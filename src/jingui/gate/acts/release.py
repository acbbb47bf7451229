"""四（二）1 复制: copies are prepared, confirmed by both sides, paid, stamped, handed over, revoked [4.2.1] [4.2.2]"""

import os
from typing import cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.permit import Permit
from jingui.core.release import (
    MANIFEST,
    SECRET_BYTES,
    ChargeCopy,
    ConfirmCopy,
    CopyState,
    HandCopy,
    PrepareCopy,
    RevokeCopy,
    Route,
)
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.formats import pdf, pdf_pages
from jingui.gate import copies, copies_document, copies_making, copies_taken, settings
from jingui.gate import copies_steps as steps
from jingui.gate.copies import IDENTITY, KEYS_SQL, Kept, Opened, Safe, line, opened
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Copy

SHORTEST = 2  # letters of a name, a reason, a number
LONGEST = 200
STROKES = (20, 60_000)  # characters of a drawing
OFFICIAL = "公章"  # the name of the stamp without words across


@write_act(Verb.PREPARE_COPY)
def prepare(context: WriteContext, permit: Permit) -> Done:
    """Collect what approval and rules let out; the entry names every record and commits the manifest [4.2.1]."""
    data = cast(PrepareCopy, permit.operation.data)
    patient = permit.operation.target.patient
    order = copies_making.order(context, permit, data.matter)
    copies_making.paper_checked(data.paper)
    superseded = old_one(context, permit, order, data)
    values = settings.values(context.runtime, context.epoch)
    known = copies_making.visits_known(context, patient)
    scope = copies_taken.scope_of(context, patient, order.answers)
    parts = copies_taken.parted(context, patient, scope, data.matter, int(values["copy_records"]))
    if not parts.taken and not data.paper:
        raise Conflict(N_("批准的范围内没有可以复制的记录。"), N_("请核对申请的就诊和类别；未完成的记录完成后再制作。"))
    records = copies_making.records_of(context, patient, parts.taken)
    face = copies_making.patient_face(context, patient)
    number = context.runtime.number(context.runtime.clock.now())
    kept = Kept(
        number=copies_making.number_for(permit.at, data.matter, copies_making.count_of(data.matter) + 1),
        secret=os.urandom(SECRET_BYTES).hex(), answers=dict(order.answers), kind=order.kind.id,
        unfinished=[one.title() for one in copies_making.records_of(context, patient, parts.unfinished)],
        withheld=parts.withheld,
        elsewhere={
            context.runtime.public(one, 0): count
            for one, count in raw(copies_taken.ELSEWHERE_SQL, patient, list(copies_taken.LEFT_OUT))
        },
    )  # fmt: skip
    row = Copy(
        patient_id=patient, copy_id=number, matter=data.matter, kind=order.kind.copies, route=order.route.value,
        state=CopyState.PREPARED.value, person_id=permit.person,
        replaces=superseded.row.copy_id if superseded is not None else 0,
        classes=sorted({one.retention for one in records} | {IDENTITY}), prepared=permit.at,
        prepared_entry=context.entry,
    )  # fmt: skip
    safe = Safe(context.runtime, patient, number, raw(KEYS_SQL, patient))
    made = Opened(row=row, safe=safe, kept=kept, listed=b"")
    sealed = copies_making.sealed_of(context, patient, records)
    around = copies_making.around(context, made, order, face, data.paper, str(values["copy_stamp"]), sealed)
    said = copies_document.listed(context.runtime, patient, records, around)
    document = copies_document.document(context.runtime, records, known, around)
    row.pages = pdf_pages.pages(pdf.render(document, fonts=context.runtime.fonts))
    count = int(order.answers.get("copies", "1"))
    sheets = row.pages + sum(one.sheets for one in data.paper)
    kept.tariff, kept.postage = copies_making.price(row.route, values, sheets, count)
    row.fee = kept.tariff + kept.postage
    row.manifest = bytes.fromhex(said.digest())
    row.token = copies.token(context.runtime, bytes.fromhex(kept.secret))
    made.listed = safe.nest(row.classes, "manifest", said.body())
    made.reclose()
    keep(context, row, new=True)
    lines = (
        line(context, row), *steps.over(context, superseded), Line("", said.digest(), MANIFEST, 1),
        *(context.line(patient, one.number, one.kind, one.version) for one in records),
    )  # fmt: skip
    return Done(value=steps.copied(context, made), lines=lines, patients=(patient,), clauses=order.kind.clauses)


def old_one(context: WriteContext, permit: Permit, order: copies_making.Order, data: PrepareCopy) -> Opened | None:
    """The copy that the new one replaces; Conflict when there is one already and it is not named."""
    standing = copies_making.live_of(order.row.pk)
    if not data.replaces:
        if standing:
            raise Conflict(N_("此项申请已经制作了复制件。"), N_("需要重新制作的，请从该复制件选择“换发”。"))
        return None
    pair = context.runtime.ids.internal(data.replaces)
    if pair is None or pair not in {(one.patient_id, one.copy_id) for one in standing}:
        raise NotFound()
    found = opened(context, type(permit.operation.target)(patient=pair[0], record=pair[1]))
    if found.row.state in (CopyState.PREPARED, CopyState.CONFIRMED):  # nobody relies on it yet
        steps.ended(context, permit, found, CopyState.SUPERSEDED, N_("重新制作"))
    return found


@write_act(Verb.CONFIRM_COPY)
def confirm(context: WriteContext, permit: Permit) -> Done:
    """Both sides looked at what is in it: the applicant's drawing or paper at the window, their own session else."""
    data = cast(ConfirmCopy, permit.operation.data)
    found = opened(context, permit.operation.target)
    steps.standing_at(found, CopyState.PREPARED)
    steps.same_basis(found, data.basis)
    how = {"by": data.by.strip()[:LONGEST] or found.kept.answers.get("applicant", ""), "clerk": context.actor.name}
    if context.actor.role is Role.PATIENT:
        steps.theirs(context, permit, found)
        how |= {"way": "portal", "clerk": ""}
    elif data.strokes:
        if not STROKES[0] <= len(data.strokes) <= STROKES[1]:
            raise Invalid(places=(("strokes", N_("请在签名板上签名")),))
        how |= {"way": "drawing", "strokes": data.strokes}
    else:
        shown = "".join(steps.text(data.document, "document", 5).upper().split())
        wanted = "".join(found.kept.answers.get("document", "").upper().split())
        if "document_kind" in found.kept.answers and shown != wanted:
            raise Invalid(places=(("document", N_("与申请登记的证件号码不一致")),))
        how |= {"way": "document", "document": shown}
    found.kept.confirmed = how
    found.row.state, found.row.confirmed = CopyState.CONFIRMED.value, permit.at
    return steps.finished(context, found, Line("", data.basis, MANIFEST, 1))


@write_act(Verb.CHARGE_COPY)
def charge(context: WriteContext, permit: Permit) -> Done:
    """What was paid for pages and postage, or why nothing is [4.2.1]."""
    data = cast(ChargeCopy, permit.operation.data)
    found = opened(context, permit.operation.target)
    steps.standing_at(found, CopyState.PREPARED, CopyState.CONFIRMED)
    row, kept = found.row, found.kept
    if row.paid is not None:
        raise Conflict(N_("已经登记收费。"))
    if data.waived.strip():
        kept.waived, row.fee = steps.text(data.waived, "waived"), 0
    else:
        values = settings.values(context.runtime, context.epoch)
        ceiling = 5 * int(values["copy_post_fee"])
        if not 0 <= data.postage <= ceiling or (data.postage and row.route != Route.POST):
            raise Invalid(places=(("postage", N_("邮寄费不在允许的范围内")),))
        kept.postage = data.postage or kept.postage
        row.fee = kept.tariff + kept.postage
        kept.invoice = steps.text(data.invoice, "invoice", 4) if row.fee else ""
    row.paid = permit.at
    return steps.finished(context, found)


@write_act(Verb.HAND_COPY)
def hand(context: WriteContext, permit: Permit) -> Done:
    """Who has it now: at the window, by post, fetched in the portal, taken by officers [4.2.1] [4.2.2]."""
    data = cast(HandCopy, permit.operation.data)
    found = opened(context, permit.operation.target)
    steps.standing_at(found, CopyState.STAMPED)
    row = found.row
    portal = context.actor.role is Role.PATIENT
    if portal:
        steps.theirs(context, permit, found)
        if row.until is None or row.until <= permit.at:
            raise Conflict(N_("门户下载的期限已过，或复制件由窗口交付。"), N_("请联系病案室。"))
    if portal is not (row.route == Route.PORTAL):
        raise Conflict(N_("交付方式与申请不同。"), N_("门户下载的由申请人本人在门户取得，其余由窗口办理。"))
    asked = {name: steps.text(getattr(data, name), name, least) for name, least in HANDING[row.route].items()}
    found.kept.handed = {**asked, "strokes": data.strokes[: STROKES[1]], "by": context.actor.name}
    row.state, row.handed = CopyState.HANDED.value, permit.at
    return steps.finished(context, found)


#: What each route needs to know, and the least letters of it.
HANDING: dict[str, dict[str, int]] = {
    Route.WINDOW: {"receiver": 2, "document": 4}, Route.POST: {"courier": 2, "number": 6}, Route.PORTAL: {},
    Route.ESCORT: {"receiver": 2, "document": 2},
}  # fmt: skip


@write_act(Verb.REVOKE_COPY)
def revoke(context: WriteContext, permit: Permit) -> Done:
    """It must no longer be relied upon, and everybody who checks it is told so [4.2.1]."""
    data = cast(RevokeCopy, permit.operation.data)
    found = opened(context, permit.operation.target)
    steps.standing_at(found, *copies_making.LIVE)
    why = steps.text(data.reason, "reason")
    relied = found.row.stamped is not None
    if relied and found.row.person_id == permit.person:
        raise Refused(N_("制作人不能自行作废已用印的复制件。"), N_("请由另一名病案人员或医务部门办理。"),
                      clauses=("4.2.1",), reason="two_person")  # fmt: skip
    found.row.state, found.row.ended = CopyState.REVOKED.value, permit.at
    found.kept.ended = {"why": why, "by": context.actor.name, **refunded(found, data)}
    return steps.finished(context, found)


def refunded(found: Opened, data: RevokeCopy) -> dict[str, str]:
    """What was paid back; Invalid for more than was paid, or without a receipt."""
    if not data.refund:
        return {}
    if found.row.paid is None or not 0 < data.refund <= found.row.fee:
        raise Invalid(places=(("refund", N_("退费不能多于已收的费用")),))
    return {"refund": str(data.refund), "receipt": steps.text(data.receipt, "receipt", 4)}

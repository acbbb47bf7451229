"""五（二）共享: a patient's records are looked at as they would leave, then handed to the gateway; stopped; tried again
[5.2.1] [5.2.2] [5.2.4] [5.1.3]
"""

import hmac
import os
from collections.abc import Callable, Mapping
from typing import Final, cast
from uuid import UUID

from jingui.core import sending as sending_core
from jingui.core.consents import ConsentState
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Gone, Invalid, NotFound, Refused, TooLarge
from jingui.core.permit import Permit
from jingui.core.share import PURPOSES
from jingui.core.sharing import (
    PREVIEW,
    ClearSent,
    Parted,
    Share,
    Shared,
    SharedLine,
    SharePreview,
    StopLapsed,
    StopTransmission,
    StopWithdrawn,
)
from jingui.core.transmit import TransmissionState
from jingui.core.word import N_
from jingui.core.words import Purpose, Role, Verb
from jingui.formats import fhir_json
from jingui.gate import contents, copies_taken, sending, settings, sharing_ended, sharing_outbox
from jingui.gate.copies_order import face_of
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.sharing_consent import hold
from jingui.gate.sharing_ground import Ground, ground, refused
from jingui.gate.sharing_made import NONE, Plan, planned
from jingui.gate.sharing_outbox import WITHDRAWN_SQL
from jingui.gate.sharing_taken import taken
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Patient, PatientConsent, Transmission

LONGEST = 500  # characters of a reason
SHORTEST = 4
MOST = 500  # consents in one transaction


@write_act(Verb.SHARE)
def share(context: WriteContext, permit: Permit) -> Done:
    """Show exactly what would leave, or, when that is confirmed unchanged, put it into the outbox.

    Refused names the ground that is missing, Conflict when anything changed since it was looked at.
    """
    data = cast(Share, permit.operation.data)
    patient = permit.operation.target.patient
    checked(data, permit.operation.purpose)
    if context.patient is None:
        raise NotFound()
    if context.patient.destroyed:
        raise Gone()
    values = settings.values(context.runtime, context.epoch)
    row = Patient.objects.get(pk=patient)
    context.runtime.sealer.check(row)
    birth = str(face_of(context, row).get("birth", ""))
    found = ground(
        context, patient, partner=data.partner, purpose=data.purpose, media=data.media, agreement=data.agreement,
        channel=data.channel, birth=birth, minor=int(values["minor_years"]), at=permit.at,
    )  # fmt: skip
    if found.basis is not None and found.basis.told and len(data.reason.strip()) < SHORTEST:
        raise Invalid(places=(("reason", N_("请写明为什么来不及或无法取得同意")),))
    parts = taken(context, patient, found, data, permit.at, int(values["share_records"]))
    plan = planned(context, patient, found, data, parts, permit.at)
    if not plan.records:
        raise Conflict(N_("没有可以提供的记录。"), N_("请核对目的、同意的范围和记录的签名状态。"))
    sizes = int(values["share_megabytes"]) << 20
    if not data.confirm:
        return preview(context, patient, found, plan, data, sizes, permit)
    confirmed, _dot, once = data.confirm.partition(".")
    if not hmac.compare_digest(confirmed.encode(), plan.digest.encode()):
        raise Conflict(N_("预览之后内容有变化，没有共享。"), N_("请再看一遍将要提供的内容，然后确认。"))
    message = sharing_outbox.number()
    if once:
        message = sharing_outbox.number_once(context, patient, permit.person, plan.digest, once)
        if (before := sharing_outbox.known(context, patient, message)) is not None:
            return put_in(context, before, (sharing_outbox.line(context, before),), "")
    content = content_of(context, found, plan, data, message, permit, sizes)
    made = sharing_outbox.put(
        context, patient, found, plan, data, message=message, content=content, person=permit.person, at=permit.at
    )
    lines = (
        sharing_outbox.line(context, made),
        *(context.line(patient, one.number, one.kind, one.version) for one in plan.records),
    )
    return put_in(context, made, lines, data.reason)


def put_in(context: WriteContext, row: Transmission, lines: tuple[Line, ...], why: str) -> Done:
    """What lies in the outbox, for whoever confirmed it; the same again when it is confirmed once more."""
    public = context.runtime.public(row.patient_id, row.transmission_id)
    return Done(
        value=Shared(transmission=public, message=str(row.message), digest=bytes(row.digest).hex()), lines=lines,
        patients=(row.patient_id,), note=why.strip().encode(),
    )  # fmt: skip


def checked(data: Share, purpose: Purpose) -> None:
    """Invalid for what is no purpose of the list; Refused when it is asked under another of the door's purposes."""
    wrong = []
    if data.purpose not in PURPOSES:
        wrong.append(("purpose", N_("不在允许的共享目的之内")))
    if len(data.reason) > LONGEST:
        wrong.append(("reason", N_("过长")))
    if len(data.confirm) > LONGEST:
        wrong.append(("confirm", N_("过长")))
    try:
        UUID(data.reply_to or str(NONE))
    except ValueError:
        wrong.append(("reply_to", N_("报文编号的写法不正确")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    contents.maker_of(data.media, data.label)
    if PURPOSES[data.purpose].purpose is not purpose:
        raise Refused(N_("共享目的与所填的目的不符。"), N_("请以相应的目的重新办理。"), clauses=("5.2.1",),
                      reason="purpose")  # fmt: skip


def content_of(
    context: WriteContext, found: Ground, plan: Plan, data: Share, message: UUID, permit: Permit, most: int
) -> bytes:
    """The content in the form that was chosen; TooLarge beyond `most` bytes."""
    facts = plan.facts(context.runtime, found, data, message, permit.at)
    content = contents.made(context.runtime, data.media, facts)
    if len(content) > most:
        raise TooLarge(N_("内容过大，没有共享。"), N_("请少选一些记录，分次办理。"))
    return content


def preview(
    context: WriteContext, patient: int, found: Ground, plan: Plan, data: Share, most: int, permit: Permit
) -> Done:
    """What would leave, field by field; it is made once, so that nothing fails only when it is confirmed."""
    content = content_of(context, found, plan, data, NONE, permit, most)
    public, partner = context.runtime.public, found.standing.partner
    told = {one.number: fhir_json.dump(one.resource) for one in plan.records}
    lines = tuple(
        SharedLine(
            public(patient, one.number), one.kind, one.category, one.level, one.title, one.at,
            told.get(one.number, b""),
        )
        for one in (*plan.records, *plan.unchosen)
    )  # fmt: skip
    elsewhere = sum(count for _, count in raw(copies_taken.ELSEWHERE_SQL, patient, list(copies_taken.LEFT_OUT)))
    consent = found.said.row
    value = SharePreview(
        patient=None, partner=partner.id, partner_name=partner.name, uscc=partner.uscc, purpose=data.purpose,
        view=found.row.view, media=data.media, label=data.label, agreement=found.agreement.number,
        agreement_ends=found.agreement.ends, profile=found.agreement.profile, channel=found.channel.code,
        network=found.channel.network, paused=found.paused, basis=found.row.basis, consent=found.said.number,
        consent_ends=consent.ends if consent is not None else None, level=plan.level.value,
        limit=found.limit.value, identity=fhir_json.dump(plan.patient), lines=lines, left=plan.left,
        elsewhere=elsewhere, digest=plan.digest, once=os.urandom(16).hex(), size=len(content),
    )  # fmt: skip
    targets = (
        Line(public(patient, 0), plan.digest, PREVIEW, 1),
        *(context.line(patient, one.number, one.kind, one.version) for one in (*plan.records, *plan.unchosen)),
    )
    return Done(value=value, lines=targets, patients=(patient,), note=data.reason.strip().encode())


@write_act(Verb.STOP_TRANSMISSION)
def stop(context: WriteContext, permit: Permit) -> Done:
    """Before it left: it stays here. Asked by the system: everything that rests on a withdrawn consent [5.2.2]."""
    by = BY_SYSTEM.get(type(permit.operation.data))
    if by is not None and context.actor.role is Role.SYSTEM:
        return by(context, permit)
    data = permit.operation.data if isinstance(permit.operation.data, StopTransmission) else StopTransmission()
    if len(data.reason.strip()) < SHORTEST or len(data.reason) > LONGEST:
        raise Invalid(places=(("reason", N_("请写明停止的理由")),))
    row = row_of(context, permit)
    if row.state not in (TransmissionState.QUEUED, TransmissionState.FAILED):
        raise Conflict(N_("已经传出、正在传输或已停止，不能停止。"), N_("需要对方删除的，请撤回同意或联系对方。"))
    sharing_outbox.stop(context, row, "stopped")
    return told(context, row, data.reason)


@write_act(Verb.RETRY_TRANSMISSION)
def retry(context: WriteContext, permit: Permit) -> Done:
    """What failed or was stopped by hand is tried again; everything is asked again before it is queued [5.1.3]."""
    row = row_of(context, permit)
    if row.state not in (TransmissionState.FAILED, TransmissionState.STOPPED):
        raise Conflict(N_("只有传输失败或已停止的可以重新传输。"))
    if not sending.readable(context, row):
        raise Conflict(N_("内容已不在本院的待传区，不能重新传输。"), N_("仍有需要的，请重新办理共享。"), reason="gone")
    why = hindered(context, row, permit)
    if why:
        raise refused(why)
    row.state, row.attempts, row.next, row.problem = TransmissionState.QUEUED.value, 0, permit.at, ""
    keep(context, row)
    return told(context, row, "")


def row_of(context: WriteContext, permit: Permit) -> Transmission:
    """The transmission that the target names, locked and genuine: first the consent it rests on, then the row."""
    target = permit.operation.target
    if not target.record:
        raise NotFound()
    seen = Transmission.objects.filter(pk=(target.patient, target.record)).values_list("consent_id", flat=True).first()
    hold(target.patient, seen or 0)
    return locked(context, Transmission, (target.patient, target.record))


def told(context: WriteContext, row: Transmission, why: str) -> Done:
    """What was done to one transmission."""
    return Done(
        value=row.state, lines=(sharing_outbox.line(context, row),),
        patients=(row.patient_id,) if row.patient_id else (), note=why.strip().encode(),
    )  # fmt: skip


def hindered(context: WriteContext, row: Transmission, permit: Permit) -> str:
    """Why it may not go now; a channel that is only paused hinders nobody: it waits there."""
    why = sending.hindrance(context, row, sending.standing_of(context, row), permit.at)
    return "" if why in sending_core.FREE else why


def stop_withdrawn(context: WriteContext, permit: Permit) -> Done:
    """Withdrawals that came in without a person, and what left while one was made: stopped, and told [5.2.2]."""
    data = cast(StopWithdrawn, permit.operation.data)
    lines: list[Line] = []
    patients = []
    for patient, consent in raw(WITHDRAWN_SQL, max(1, min(data.most, MOST))):
        hold(patient, consent)
        if not withdrawn_now(context, patient, consent):
            continue
        lines += sharing_outbox.withdrawn(context, patient, consent, permit.at)
        patients.append(patient)
    return Done(value=len(lines), lines=tuple(lines), patients=tuple(dict.fromkeys(patients)), bump=bool(lines))


def withdrawn_now(context: WriteContext, patient: int, consent: int) -> bool:
    """Whether the genuine row says so."""
    row = PatientConsent.objects.get(pk=(patient, consent))
    context.runtime.sealer.check(row)
    return row.state == ConsentState.WITHDRAWN


def stop_lapsed(context: WriteContext, permit: Permit) -> Done:
    """What waits for a partner, agreement or channel that came to its end, by somebody's act or by its date [5.2.3]."""
    data = cast(StopLapsed, permit.operation.data)
    return done(sharing_ended.part(context, permit.at, most=max(1, min(data.most, MOST))))


def clear_sent(context: WriteContext, permit: Permit) -> Done:
    """What arrived lies here only for a time [5.1.3]."""
    data = cast(ClearSent, permit.operation.data)
    return done(sharing_ended.clear(context, permit.at, max(1, min(data.most, MOST))))


def done(parted: Parted) -> Done:
    """What the system did, for the entry."""
    return Done(value=len(parted.lines), lines=parted.lines, patients=parted.patients)


#: What the system itself asks with this verb; for a person it is no transmission that could be stopped.
BY_SYSTEM: Final[Mapping[type, Callable[[WriteContext, Permit], Done]]] = {
    StopWithdrawn: stop_withdrawn, StopLapsed: stop_lapsed, ClearSent: clear_sent,
}  # fmt: skip

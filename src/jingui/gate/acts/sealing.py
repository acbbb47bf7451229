"""四（二）1 封存: lists drawn, packed, signed and added to; disputes settled; the question of unsealing [4.2.1]

A list locks what it names in the transaction that draws it. `unsealing` lifts every lock of a sealing in that of the
last decision. No other act does: two persons lifting a hold cannot lift one of these.
"""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid
from jingui.core.matters.row import State
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.sealing import (
    AskUnsealing,
    DrawList,
    Drawn,
    Package,
    SealingState,
    SealLater,
    SettleDispute,
    Settlement,
    SignList,
    TakePackage,
    Thing,
    wrong_things,
)
from jingui.core.word import N_
from jingui.core.words import Grant, Hold, Verb
from jingui.crypto import parcel
from jingui.crypto.canon import canon
from jingui.formats import scans
from jingui.gate import sealing as s
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.matters import open_matter
from jingui.gate.effects import Effected, Granting, effect, row_checking
from jingui.gate.matter_papers import brought
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked
from jingui.gate.runtime import Runtime
from jingui.gate.sealing_package import plaintext
from jingui.gate.sealing_present import hospital_signature, identity_places, present_kept
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import Hold as HoldRow
from jingui.store.models import Matter, Patient, SealedItem, Sealing

LIST, PACKAGE = "sealing_list", "sealing_package"
KIND = "sealing"
COVERS, NONE = Stance(grant=Grant.COVERS), Stance()


@stance(Verb.SEAL_RECORDS, Verb.SEAL_LATER, Verb.SETTLE_DISPUTE)
def sealing_stance(runtime: Runtime, operation: Operation, _actor: ActorFacts) -> Stance:
    """Whether an approved sealing of this very patient stands behind it; what is not there at all, the act says."""
    data, patient = operation.data, operation.target.patient
    if isinstance(data, DrawList):
        row = Matter.objects.filter(pk=data.matter).first()
        if row is None:
            return NONE
        runtime.sealer.check(row)
        fits = row.kind == KIND and row.patient_id == patient and row.state == State.EXECUTED.value
        return COVERS if fits else NONE
    return COVERS if patient else NONE


@row_checking("sealing")
def sealing_asked(context: WriteContext, permit: Permit, row: Matter, answers: Mapping[str, str]) -> None:
    """The applicant's number is right; who is not the patient proves kinship; without the other side, a notary."""
    wrong = identity_places(answers["document"], answers["number"], "number")
    have = set(brought(context, row.pk))
    for name, asked in (("kinship", answers["relation"] != "self"), ("notary", answers["sides"] == "notary")):
        if asked and name not in have:
            wrong.append((f"paper.{name}", N_("请提供此项材料")))
    if wrong:
        raise Invalid(places=tuple(wrong))


@effect("sealing")
def sealing(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """封存: from now on a list may be drawn for this matter; nothing is locked before both sides see what."""
    return Effected()


@write_act(Verb.SEAL_RECORDS)
def seal_records(context: WriteContext, permit: Permit) -> Done:
    """Draw the list and lock it, take the package for the medium, or sign the list, in this order."""
    match permit.operation.data:
        case DrawList() as data:
            return draw(context, permit, data)
        case TakePackage() as data:
            return take(context, permit, data)
        case SignList() as data:
            return sign(context, permit, data)
    raise Invalid()


def draw(context: WriteContext, permit: Permit, data: DrawList) -> Done:
    """A new sealing with its first list."""
    matter = locked(context, Matter, data.matter)
    if Sealing.objects.filter(patient_id=matter.patient_id, matter=matter.pk).exists():
        raise Conflict(N_("该申请已经列过清单。"), N_("其后完成的部分请补充封存。"))
    sides = granted_sides(context, matter)
    years = settings.number(context.runtime, context.epoch, "sealing_years")
    number = context.runtime.number(context.runtime.clock.now())
    row = Sealing(
        patient_id=matter.patient_id, sealing_id=number, matter=matter.pk, state=SealingState.LISTED.value, sides=sides,
        person_id=permit.person, list_digest=b"", starts=permit.at, asks=after_years(permit.at, years),
    )  # fmt: skip
    found = s.Opened(row, {"rounds": []}, s.identity_key(context.runtime, matter.patient_id))
    return listing(context, permit, found, data.records, data.things, new=True)


def granted_sides(context: WriteContext, matter: Matter) -> str:
    """Who was said to be present."""
    safe = safe_of(context.runtime, raw, matter.pk, matter.patient_id)
    return safe.open_answers(matter.payload)["sides"]


def after_years(at: datetime, years: int) -> datetime:
    """The same day after some years; the 29th of February's is the 1st of March."""
    try:
        return at.replace(year=at.year + years)
    except ValueError:
        return at.replace(year=at.year + years, month=3, day=1)


def listing(
    context: WriteContext, permit: Permit, found: s.Opened, records: tuple[str, ...], things: tuple[Thing, ...], *,
    new: bool = False,
) -> Done:  # fmt: skip
    """A further list of the sealing: every finished record locked in this transaction, with version and digest."""
    runtime, row = context.runtime, found.row
    wrong = wrong_things(things)
    if wrong:
        raise Invalid(places=wrong)
    chosen = s.candidates(context, records)
    if not chosen and not things:
        raise Invalid(N_("没有可以封存的内容。"), N_("病历完成后再列清单。"), places=(("records", N_("请选择记录")),))
    part = "later" if found.rounds else "first"
    items, lines = [], []
    for one in chosen:
        digest = runtime.suite.digest(s.content(context, one))
        public = runtime.public(row.patient_id, one.record_id)
        items.append([public, one.version, one.kind, one.form, digest.hex()])
        lines.append(context.line(row.patient_id, one.record_id, one.kind, one.version))
        item_row(context, permit, row, part, digest, record=one.record_id, version=one.version)
    for thing in things:
        item_row(context, permit, row, part, runtime.suite.digest(canon(list(thing))))
    found.rounds.append(
        {"part": part, "drawn": permit.at.isoformat(), "items": items, "things": [list(one) for one in things],
         "by": context.actor.name}
    )  # fmt: skip
    row.state = SealingState.LISTED.value
    digest = kept(context, found, new=new)
    public = runtime.public(row.patient_id, row.sealing_id)
    return Done(
        value=Drawn(sealing=public, digest=digest.hex(), items=len(items)), bump=True,
        lines=(*(lines or [context.line(row.patient_id)]), Line("", digest.hex(), LIST, 1)), patients=(row.patient_id,),
    )  # fmt: skip


def item_row(
    context: WriteContext, permit: Permit, row: Sealing, part: str, digest: bytes, *, record: int = 0, version: int = 0
) -> None:
    """A line of the list as a row, and for a record the hold that locks it."""
    runtime, hold = context.runtime, 0
    if record:
        hold = runtime.number(runtime.clock.now())
        reason = f"封存 {runtime.public(row.patient_id, row.sealing_id)}"
        keep(
            context,
            HoldRow(
                patient_id=row.patient_id, hold_id=hold, kind=Hold.DISPUTE_SEAL.value, record_id=record,
                reason=runtime.vault.seal_note(f"hold{hold}", reason.encode()), starts=permit.at, ends=None,
            ),
            new=True,
        )  # fmt: skip
    keep(
        context,
        SealedItem(
            patient_id=row.patient_id, item_id=runtime.number(runtime.clock.now()), sealing_id=row.sealing_id,
            record_id=record, record_version=version, digest=digest, hold_id=hold, part=part, at=permit.at,
        ),
        new=True,
    )  # fmt: skip


def kept(context: WriteContext, found: s.Opened, *, new: bool = False) -> bytes:
    """Store the sealing with its newest list's digest; the patient's row is sealed anew with it."""
    row = found.row
    row.list_digest = s.list_digest(context.runtime, row, found.rounds)
    row.payload = s.sealed_body(found.key, row.patient_id, row.sealing_id, found.body)
    keep(context, row, new=new)
    keep(context, locked(context, Patient, row.patient_id))
    return bytes(row.list_digest)


def live(context: WriteContext, public: str, *states: SealingState) -> s.Opened:
    """A sealing of the target in one of these states, its holds standing; Conflict otherwise."""
    number = s.number_of(context.runtime, context.operation.target.patient, public)
    found = s.opened(context, number)
    if s.standing(found.row) not in states:
        raise Conflict(N_("该封存目前不能办理此项。"), N_("请刷新页面查看封存状态。"))
    s.check_holds(context, found.row)
    return found


def take(context: WriteContext, permit: Permit, data: TakePackage) -> Done:
    """The newest list's records, encrypted for the medium; a second time only with a reason, and never once signed."""
    found = live(context, data.sealing, SealingState.LISTED)
    runtime, row, newest = context.runtime, found.row, found.rounds[-1]
    medium = data.medium.strip()
    if not 2 <= len(medium) <= 80 or any(ord(letter) < 32 for letter in medium):
        raise Invalid(places=(("medium", N_("请写明介质编号和存放地点，不超过 80 字")),))
    if newest.get("package") and len(data.reason.strip()) < 2:
        raise Conflict(N_("封存包已经取过一次。"), N_("介质写坏需要重做的，请写明理由。"))
    plain = plaintext(context, found, permit.at)
    most = settings.number(runtime, context.epoch, "sealing_megabytes") * 1024 * 1024
    if len(plain) > most:
        raise Invalid(N_("封存包超过大小上限。"), N_("请分次列清单封存。"))
    secret = parcel.secret_of(os.urandom(parcel.BYTES))
    public = runtime.public(row.patient_id, row.sealing_id)
    header: dict[str, str | int] = {"sealing": public, "round": len(found.rounds), "at": permit.at.isoformat()}
    made = parcel.pack(runtime.suite, secret, header, plain, os.urandom)
    digest = runtime.suite.digest(made)
    newest["package"] = {"digest": digest.hex(), "size": len(made), "secret": secret}
    newest["medium"] = medium
    row.medium = medium
    listed = kept(context, found)
    lines = tuple(
        context.line(row.patient_id, s.number_of(runtime, row.patient_id, one.record), one.kind, one.version)
        for one in s.items_in(newest)
    )
    return Done(
        value=Package(sealing=public, content=made, digest=digest.hex(), secret=secret), patients=(row.patient_id,),
        lines=(
            *(lines or (context.line(row.patient_id),)), Line("", digest.hex(), PACKAGE, 1),
            Line("", listed.hex(), LIST, 1),
        ),
        note=data.reason.strip().encode(),
    )  # fmt: skip


def sign(context: WriteContext, permit: Permit, data: SignList) -> Done:
    """Both sides, or a notary, sign exactly this list, after the medium it names was written [4.2.1]."""
    found = live(context, data.sealing, SealingState.LISTED)
    row, newest = found.row, found.rounds[-1]
    if not newest.get("package"):
        raise Conflict(N_("独立介质尚未制作。"), N_("请先取封存包写入介质，再由双方签字。"))
    if data.digest != bytes(row.list_digest).hex():
        raise Conflict(N_("清单已变化，签字没有保存。"), N_("请双方核对现在的清单后重新签字。"))
    newest["present"] = present_kept(context, row.sides, data.present, found.rounds)
    newest["hospital"] = hospital_signature(context, data.station, data.digest)
    newest["signed"] = permit.at.isoformat()
    newest["package"].pop("secret")  # from now on it is in the envelope only
    row.state = SealingState.SEALED.value
    row.person_id = permit.person
    listed = kept(context, found)
    public = context.runtime.public(row.patient_id, row.sealing_id)
    return Done(
        value=Drawn(sealing=public, digest=listed.hex(), items=len(newest["items"])), patients=(row.patient_id,),
        lines=(context.line(row.patient_id), Line("", listed.hex(), LIST, 1)),
        note=f"{row.sides} {newest['present']['name']} {row.medium}".encode(),
    )  # fmt: skip


@write_act(Verb.SEAL_LATER)
def seal_later(context: WriteContext, permit: Permit) -> Done:
    """补充封存: what was finished since the last list, as a further one [4.2.1]."""
    data = cast(SealLater, permit.operation.data)
    found = live(context, data.sealing, SealingState.SEALED)
    return listing(context, permit, found, data.records, data.things)


@write_act(Verb.SETTLE_DISPUTE)
def settle_dispute(context: WriteContext, permit: Permit) -> Done:
    """登记纠纷了结: the paper is kept with the sealing, and the question is asked; nothing opens yet [4.2.1]."""
    data = cast(SettleDispute, permit.operation.data)
    found = live(context, data.sealing, SealingState.SEALED)
    row, wrong = found.row, []
    if data.how not in set(Settlement):
        wrong.append(("how", N_("没有这一项。")))
    if not 2 <= len(data.number.strip()) <= 80:
        wrong.append(("number", N_("请填写文书编号")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    if row.settled is not None:
        raise Conflict(N_("该纠纷已登记了结。"))
    most = settings.number(context.runtime, context.epoch, "paper_megabytes") * 1024 * 1024
    media = scans.media_type(data.paper, most, "paper")
    digest = context.runtime.suite.digest(data.paper).hex()
    found.body["settled"] = {
        "how": data.how, "number": data.number.strip(), "note": data.note.strip()[:2000],
        "name": data.name[:120], "media": media, "digest": digest, "paper": s.text(data.paper),
        "by": context.actor.name, "at": permit.at.isoformat(),
    }  # fmt: skip
    row.settled, row.asks = permit.at, permit.at
    kept(context, found)
    return Done(
        value=row.settled, patients=(row.patient_id,), note=f"{data.how} {data.number}".encode(),
        lines=(context.line(row.patient_id), Line("", digest, "paper", 1)),
    )  # fmt: skip


@write_act(Verb.ASK_UNSEALING)
def ask_unsealing(context: WriteContext, permit: Permit) -> Done:
    """询问启封: opens the question for medical affairs and the head, once a term; nothing unseals itself [4.2.1]."""
    data = cast(AskUnsealing, permit.operation.data)
    found = s.opened(context, data.sealing)
    row = found.row
    if s.standing(row) is not SealingState.SEALED or row.asks > permit.at:
        raise Conflict(N_("该封存尚未到询问的时间。"), N_("无需处理。"))
    days = settings.number(context.runtime, context.epoch, "sealing_again_days")
    answers = {
        "sealing": context.runtime.public(row.patient_id, row.sealing_id),
        "why": "纠纷已登记了结" if row.settled is not None else "封存期限已满",
    }
    matter = open_matter(context, permit, "unsealing_question", answers, patient=row.patient_id)
    row.asks = permit.at + timedelta(days=days)
    keep(context, row)
    return Done(value=matter.pk, patients=(row.patient_id,), lines=(context.line(row.patient_id),))


def wanted(context: WriteContext, matter: Matter, answers: Mapping[str, Any]) -> s.Opened:
    """The sealing that an unsealing is about: the named one, or the patient's only live one; Invalid otherwise."""
    patient = matter.patient_id
    named = answers.get("sealing", "")
    if named:
        pair = context.runtime.ids.internal(named)
        numbers = [pair[1]] if pair is not None and pair[0] == patient else []
    else:
        rows = Sealing.objects.filter(patient_id=patient).exclude(state=SealingState.UNSEALED.value)
        numbers = list(rows.values_list("sealing_id", flat=True))
    if len(numbers) != 1:
        raise Invalid(places=(("sealing", N_("请填写该患者的一个封存编号")),))
    row = Sealing.objects.select_for_update().filter(pk=(patient, numbers[0])).first()
    if row is None:
        raise Invalid(places=(("sealing", N_("请填写该患者的一个封存编号")),))
    context.runtime.sealer.check(row)
    if s.standing(row) is SealingState.UNSEALED:
        raise Conflict(N_("该封存已经启封。"))
    key = s.identity_key(context.runtime, patient)
    return s.Opened(row, s.open_body(key, patient, row.sealing_id, row.payload), key)


def grounded(context: WriteContext, row: Sealing, answers: Mapping[str, str], at: datetime) -> None:
    """Invalid unless the ground stands: both sides named, the settlement registered, or the years over."""
    years = settings.number(context.runtime, context.epoch, "sealing_years")
    wrong = {
        "both": [] if len(answers.get("patient_side", "")) >= 2 else [("patient_side", N_("请填写此项"))],
        "settled": [] if row.settled is not None else [("ground", N_("尚未登记纠纷了结，不能单方启封"))],
        "years": [] if after_years(row.starts, years) <= at else [("ground", N_("封存未满期限，不能单方启封"))],
    }[answers["ground"]]
    if wrong:
        raise Invalid(places=tuple(wrong))


@row_checking("unsealing")
def unsealing_asked(context: WriteContext, permit: Permit, matter: Matter, answers: Mapping[str, str]) -> None:
    """An unsealing that could never be done is not asked for."""
    grounded(context, wanted(context, matter, answers).row, answers, permit.at)
    if answers["ground"] == "both" and "identity" not in brought(context, matter.pk):
        raise Invalid(places=(("paper.identity", N_("请提供此项材料")),))


@effect("unsealing")
def unsealing(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """启封: every lock of the sealing is lifted here and now; list, signatures and papers stay for ever [4.2.1]."""
    found = wanted(context, granting.row, granting.answers)
    row = found.row
    grounded(context, row, granting.answers, permit.at)
    lines = []
    for record, number in sorted(s.holds_of(row.patient_id, row.sealing_id).items()):
        hold = locked(context, HoldRow, (row.patient_id, number))
        hold.lifted = True
        keep(context, hold)
        lines.append(context.line(row.patient_id, record))
    row.state, row.ends, row.unsealing = SealingState.UNSEALED.value, permit.at, granting.row.pk
    keep(context, row)
    return Effected(bump=True, lines=tuple(lines), patients=(row.patient_id,))

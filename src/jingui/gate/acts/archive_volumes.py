"""三（二）2 病案册: registered by departments and the record room, handed over with both signatures [3.2.2] [1.2]

A department answers for its volumes, by the name of a person, until the record room has taken each of them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import orjson

from jingui.core.archive import CHECKS, CLASSES, MEDIA, MOST_REGISTERED, LineState, OfferState
from jingui.core.archive_asking import AcceptVolumes, NewVolume, OfferVolumes, RegisterVolumes, WithdrawOffer
from jingui.core.archive_codes import Labelled, read, shown
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Shelf, Verb
from jingui.crypto.canon import canon
from jingui.gate import archive
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.archive_rooms import colleague
from jingui.gate.cohorts import FIELD, FOUND_SQL
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import CaseFile, Department, HandOver, HandOverLine, Patient, Volume

LIST: Final = "hand_over"
COVERS, NONE = Stance(grant=Grant.COVERS), Stance()


@stance(Verb.REGISTER_VOLUME, Verb.OFFER_VOLUMES)
def own_department(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The record room registers what it has; a department what is its own, and hands over nobody else's."""
    data = operation.data
    if isinstance(data, WithdrawOffer):
        row = HandOver.objects.filter(pk=data.hand_over).first()
        return COVERS if row is None or row.department_id in actor.departments else NONE
    if isinstance(data, RegisterVolumes) and actor.role is not Role.ARCHIVIST:
        return COVERS if data.department in actor.departments and data.department else NONE
    return COVERS


@write_act(Verb.REGISTER_VOLUME)
def register(context: WriteContext, permit: Permit) -> Done:
    """登记病案册: up to 500 at once, all or none, each with a fresh code [3.2.2]."""
    data = cast(RegisterVolumes, permit.operation.data)
    wrong = wrong_volumes(data)
    if wrong:
        raise Invalid(places=wrong)
    custodian = data.custodian or (permit.person if data.department else 0)
    if data.department and not Department.objects.filter(pk=data.department, active=True).exists():
        raise Invalid(places=(("department", N_("没有这个科室")),))
    if custodian and not colleague(custodian):
        raise Invalid(places=(("custodian", N_("没有这个工号的在职人员")),))
    whose = patients_of(context, data.volumes)
    files = files_of(context, data.volumes, whose)
    codes = archive.fresh_codes(context.runtime, Labelled.VOLUME, len(data.volumes))
    state = Shelf.DEPARTMENT if data.department else Shelf.ROOM
    rows = [
        Volume(
            patient_id=patient, volume_id=context.runtime.number(context.runtime.clock.now()),
            file_id=file.file_id if file else 0, medium=one.medium, code=code, n=one.n, pages=one.pages,
            state=state.value, department_id=data.department, custodian_id=custodian, position_id=0,
            retention_class=file.retention_class if file else one.retention_class, since=permit.at,
        )
        for one, patient, file, code in zip(data.volumes, whose, files, codes, strict=True)
    ]  # fmt: skip
    for one, row in zip(data.volumes, rows, strict=True):
        if one.contents.strip():
            row.payload = sealed(context, row, {"contents": one.contents.strip()})
    archive.keep_new(context, rows)
    made = tuple((context.runtime.public(row.patient_id, row.volume_id), row.code) for row in rows)
    return Done(value=made, lines=archive.lines(context, rows), patients=archive.patients(rows))


def sealed(context: WriteContext, row: Volume, body: Mapping[str, Any]) -> bytes:
    """What is said of a volume in words, under the data key of its class."""
    key = archive.class_key(context, row.patient_id, row.retention_class)
    return key.cipher.seal(orjson.dumps(body), archive.place_of(row.patient_id, row.volume_id, "volume"))


def wrong_volumes(data: RegisterVolumes) -> tuple[tuple[str, str], ...]:
    """What is wrong with the volumes before anything is looked up."""
    if not data.volumes:
        return (("volumes", N_("请至少登记一册")),)
    if len(data.volumes) > MOST_REGISTERED:
        return (("volumes", N_("一次登记的册数过多，请分批登记")),)
    media, classes = {one.value for one in MEDIA}, {one.value for one in CLASSES}
    out = []
    for n, one in enumerate(data.volumes):
        for name, text, bad in (
            ("number", N_("请填写病案号或从患者页面登记"), not (one.patient or one.number.strip())),
            ("medium", N_("没有这一项。"), one.medium not in media),
            ("retention_class", N_("没有这一项。"), one.retention_class not in classes),
            ("n", N_("册次为 1 至 999"), not 1 <= one.n <= 999),
            ("pages", N_("页数超出范围"), not 0 <= one.pages <= 99_999),
            ("contents", N_("内容过长或含有不可用的字符"), len(one.contents) > 400 or "\0" in one.contents),
        ):
            if bad:
                out.append((f"volumes.{n}.{name}", text))
    return tuple(out[:50])


def patients_of(context: WriteContext, volumes: Sequence[NewVolume]) -> list[int]:
    """Whose each volume is; Invalid names the numbers that are nobody's or mean two."""
    runtime, out, wrong = context.runtime, [0] * len(volumes), []
    named = [n for n, one in enumerate(volumes) if not one.patient]
    tokens = [runtime.keyring.blind.blind(FIELD, volumes[n].number.strip()) for n in named]
    for n, found, _ in context.rows(FOUND_SQL, named, tokens) if named else ():
        if len(found or ()) == 1:
            out[n] = found[0]
        else:
            wrong.append((f"volumes.{n}.number", N_("标出的病案号查不到，请核对。")))
    for n, one in enumerate(volumes):
        pair = runtime.ids.internal(one.patient) if one.patient else None
        if one.patient:
            out[n] = pair[0] if pair is not None else 0
    known = {row.patient_id: row for row in Patient.objects.filter(patient_id__in=set(out))}
    for n, patient in enumerate(out):
        row = known.get(patient)
        if not patient or row is None or row.destroyed:  # 0 is the directory
            wrong.append((f"volumes.{n}.number", N_("没有这名患者")))
    if wrong:
        raise Invalid(N_("其中有查不到的患者，没有登记任何一册。"), places=tuple(dict(wrong).items())[:50])
    for row in known.values():
        runtime.sealer.check(row)
    if any(row.person_id == context.actor.person for row in known.values()):
        raise Refused(N_("所列患者中有您本人，不能办理。"), clauses=("4.1.3", "6.1.2"), reason="own")
    return out


def files_of(context: WriteContext, volumes: Sequence[NewVolume], whose: Sequence[int]) -> list[CaseFile | None]:
    """The case file of each volume that names one; it must be the same patient's."""
    out: list[CaseFile | None] = []
    known: dict[tuple[int, int], CaseFile] = {}
    for n, (one, patient) in enumerate(zip(volumes, whose, strict=True)):
        if not one.file:
            out.append(None)
            continue
        pair = context.runtime.ids.internal(one.file)
        if pair is not None and pair[0] == patient and pair not in known:
            row = CaseFile.objects.filter(pk=pair).first()
            if row is not None:
                context.runtime.sealer.check(row)
                known[pair] = row
        if pair is None or pair not in known:
            raise Invalid(places=((f"volumes.{n}.file", N_("没有这份病案")),))
        out.append(known[pair])
    return out


@write_act(Verb.OFFER_VOLUMES)
def offer(context: WriteContext, permit: Permit) -> Done:
    """科室移交: a list with its check-list, signed by the giver; or the withdrawal of one nobody accepted [3.2.2]."""
    data = permit.operation.data
    if isinstance(data, WithdrawOffer):
        return withdraw(context, data)
    data = cast(OfferVolumes, data)
    left = [name for name in CHECKS if name not in data.checks]
    if set(data.checks) - set(CHECKS):
        raise Invalid(places=(("checks", N_("没有这一项。")),))
    if left and len(data.note.strip()) < 4:
        raise Invalid(places=(("note", N_("有核对项目未完成，请写明原因")),))
    if len(data.note) > 2000 or "\0" in data.note:
        raise Invalid(places=(("note", N_("内容过长或含有不可用的字符")),))
    rows = archive.volumes_by_code(context, data.codes, MOST_REGISTERED)
    mine = context.actor.departments
    others = [shown(row.code) for row in rows if row.state != Shelf.DEPARTMENT or row.department_id not in mine]
    if others:
        raise Conflict(N_("其中有不在本科室保管的病案册。"), N_("请从清单中去掉标出的条码。"), codes=tuple(others[:20]))
    departments = {row.department_id for row in rows}
    if len(departments) != 1:
        raise Invalid(places=(("codes", N_("一份清单只移交一个科室的病案册")),))
    number = next_id(HandOver)
    digest = list_digest(context.runtime, number, permit.at, rows)
    body = {"checks": sorted(data.checks), "note": data.note.strip(), "by": context.actor.name}
    row = HandOver(
        id=number, department_id=departments.pop(), giver_id=permit.person, state=OfferState.OFFERED.value,
        digest=digest, offered=permit.at, count=len(rows),
        payload=context.runtime.vault.seal_note(f"handover{number}", orjson.dumps(body)),
    )  # fmt: skip
    keep(context, row, new=True)
    archive.keep_new(
        context,
        [
            HandOverLine(
                patient_id=one.patient_id, line_id=context.runtime.number(context.runtime.clock.now()),
                hand_over_id=number, volume_id=one.volume_id, state=LineState.OFFERED.value,
            )
            for one in rows
        ],
    )  # fmt: skip
    moved(context, rows, Shelf.HANDING)
    return Done(
        value=(number, digest.hex()), patients=archive.patients(rows),
        lines=(*archive.lines(context, rows), Line("", digest.hex(), LIST, 1)),
    )  # fmt: skip


def list_digest(runtime: Runtime, number: int, at: datetime, rows: Sequence[Volume]) -> bytes:
    """What both sides sign: the list's number, its time, and every code with its pages."""
    listed = sorted([row.code, row.medium, row.pages] for row in rows)
    return runtime.suite.digest(canon(["jingui-hand-over/1", number, at.isoformat(), listed]))


def moved(context: WriteContext, rows: Sequence[Volume], state: Shelf, at: datetime | None = None) -> None:
    """The volumes in their new state; without `at` the department's time runs on: an offer alone ends nothing."""
    for row in rows:
        row.state, row.since = state.value, at or row.since
    archive.keep_changed(context, rows, ("state", "since", "department_id", "custodian_id", "position_id"))


def listed(context: WriteContext, number: int) -> tuple[HandOver, dict[int, HandOverLine], list[Volume]]:
    """An offered list, its lines by volume and the volumes, locked and genuine."""
    row = locked(context, HandOver, number)
    if row.state != OfferState.OFFERED:
        raise Conflict(N_("这份移交清单已经办结。"), N_("请刷新清单。"))
    lines = HandOverLine.objects.select_for_update().filter(hand_over_id=number).order_by("patient_id", "line_id")
    by_volume = {one.volume_id: one for one in lines}
    found = Volume.objects.select_for_update().filter(volume_id__in=by_volume).order_by("patient_id", "volume_id")
    volumes = [one for one in found if by_volume[one.volume_id].patient_id == one.patient_id]
    for each in (*by_volume.values(), *volumes):
        context.runtime.sealer.check(each)
    if list_digest(context.runtime, number, row.offered, volumes) != bytes(row.digest):
        raise Conflict(N_("清单与所列病案册不符。"), N_("请科室撤回后重新列清单。"))
    return row, by_volume, volumes


def withdraw(context: WriteContext, data: WithdrawOffer) -> Done:
    """The department has everything back that nobody accepted."""
    row, by_volume, volumes = listed(context, data.hand_over)
    row.state = OfferState.WITHDRAWN.value
    keep(context, row)
    for line in by_volume.values():
        line.state = LineState.WITHDRAWN.value
    archive.keep_changed(context, list(by_volume.values()), ("state",))
    moved(context, volumes, Shelf.DEPARTMENT)
    return Done(value=row.pk, lines=archive.lines(context, volumes), patients=archive.patients(volumes))


@write_act(Verb.ACCEPT_VOLUMES)
def accept(context: WriteContext, permit: Permit) -> Done:
    """接收: line by line, by somebody who did not give; what is not there stays with the department [3.2.2]."""
    data = cast(AcceptVolumes, permit.operation.data)
    row, by_volume, volumes = listed(context, data.hand_over)
    if row.giver_id == permit.person:
        raise Refused(N_("移交和接收须由两人分别办理。"), clauses=("3.2.2", "6.1.2"), reason="party")
    if data.digest != bytes(row.digest).hex():
        raise Conflict(N_("清单已变化，接收没有保存。"), N_("请核对现在的清单后再接收。"))
    ours = archive.prefix(context.runtime)
    taken = {read(one, ours, Labelled.VOLUME, "taken") for one in data.taken}
    strange = taken - {one.code for one in volumes}
    if strange:
        raise Invalid(N_("有清单以外的病案册。"), places=(("taken", "、".join(map(shown, sorted(strange)[:20]))),))
    there = [one for one in volumes if one.code in taken]
    missing = [one for one in volumes if one.code not in taken]
    if missing and len(data.note.strip()) < 4:
        raise Invalid(places=(("note", N_("有未收到的病案册，请写明情况")),))
    row.taker_id, row.state, row.accepted = permit.person, OfferState.ACCEPTED.value, permit.at
    body = orjson.loads(context.runtime.vault.open_note(f"handover{row.pk}", bytes(row.payload or b"")))
    body |= {"taken": data.note.strip()[:2000], "taker": context.actor.name}
    row.payload = context.runtime.vault.seal_note(f"handover{row.pk}", orjson.dumps(body))
    keep(context, row)
    for one in volumes:
        state = LineState.TAKEN if one.code in taken else LineState.MISSING
        by_volume[one.volume_id].state = state.value
    archive.keep_changed(context, list(by_volume.values()), ("state",))
    for one in there:
        one.department_id = one.custodian_id = 0
    moved(context, there, Shelf.ROOM, permit.at)
    moved(context, missing, Shelf.DEPARTMENT)
    return Done(
        value=(len(there), len(missing)), patients=archive.patients(volumes),
        lines=(*archive.lines(context, volumes), Line("", data.digest, LIST, row.version)),
    )  # fmt: skip

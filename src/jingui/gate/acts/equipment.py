"""三（二）3 设备: registered and maintained; what holds information ends by two people's word [3.2.3] [3.1.2]"""

from datetime import timedelta
from typing import Final, cast

from jingui.core.calendars import CHINA
from jingui.core.entry import Line
from jingui.core.equipment import (
    KINDS,
    LOGS,
    LONGEST,
    Condition,
    EquipmentRequest,
    LogEquipment,
    Logged,
    RegisterEquipment,
)
from jingui.core.errors import Conflict, Invalid, Tampered
from jingui.core.matters.row import State
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate.acts.climate import person_of
from jingui.gate.acts.matters import open_matter
from jingui.gate.context import ReadContext
from jingui.gate.equipment_seen import board
from jingui.gate.matter_safe import safe_of
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import Equipment, EquipmentLog, Matter, Storeroom

FURTHEST: Final = timedelta(days=3660)


@write_act(Verb.REGISTER_EQUIPMENT)
def register(context: WriteContext, permit: Permit) -> Done:
    """登记设备 with its responsible person and its next maintenance [3.2.3]."""
    data = cast(RegisterEquipment, permit.operation.data)
    name, serial, place = (" ".join(one.split()) for one in (data.name, data.serial, data.place))
    kind = KINDS.get(data.kind)
    person = person_of(context, data.person, data.staff_no)
    room = Storeroom.objects.filter(pk=data.storeroom, ended=None).first() if data.storeroom else None
    today = permit.at.astimezone(CHINA).date()
    following = data.next or (today + timedelta(days=kind.days) if kind else None)
    wrong = tuple(
        (at, text)
        for at, text, bad in (
            ("kind", N_("请从列表中选择"), kind is None),
            ("name", N_("请写明名称，不超过 80 字"), not 0 < len(name) <= 80 or not name.isprintable()),
            ("serial", N_("请写明编号，不超过 60 字"), not 0 < len(serial) <= 60 or not serial.isprintable()),
            ("place", N_("地点不超过 120 字"), len(place) > 120 or not place.isprintable()),
            ("place", N_("请写明地点或选择库房"), not place and not data.storeroom),
            ("storeroom", N_("没有这个库房，或已停用"), bool(data.storeroom) and room is None),
            ("person", N_("没有这个工号的在职人员"), not person),
            ("next", N_("下次维护日期须在今后十年内"),
             data.next is not None and not today <= data.next <= today + FURTHEST),
        )
        if bad
    )  # fmt: skip
    if wrong:
        raise Invalid(places=wrong)
    if room is not None:
        context.runtime.sealer.check(room)
    if Equipment.objects.filter(serial=serial).exists():
        raise Conflict(N_("该编号已经登记。"), N_("请核对设备编号；报废的设备也保留编号。"))
    row = Equipment(
        id=next_id(Equipment), kind=data.kind, name=name, serial=serial, place=place, storeroom_id=data.storeroom,
        person_id=person, state=Condition.RUNNING.value, next=following, since=permit.at,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, lines=(line(row),), note=f"{name} {serial}".encode())


def line(row: Equipment) -> Line:
    """A device as a target of an entry."""
    return Line("", str(row.pk), "equipment", row.version)


@write_act(Verb.LOG_EQUIPMENT)
def log(context: WriteContext, permit: Permit) -> Done:
    """登记设备运行维护: a line that is never changed; the device's state follows from the table [3.2.3]."""
    data = cast(LogEquipment, permit.operation.data)
    kind = LOGS.get(data.kind)
    text = data.text.strip()
    wrong = []
    if kind is None:
        wrong.append(("kind", N_("请从列表中选择")))
    if not 2 <= len(text) <= LONGEST or "\0" in text:
        wrong.append(("text", N_("请写明情况（2 至 2000 字）")))
    if wrong or kind is None:
        raise Invalid(places=tuple(wrong))
    row = locked(context, Equipment, data.equipment)
    state = Condition(row.state)
    if state not in kind.before:
        raise Conflict(N_("设备目前的状态不能登记此项。"), N_("请刷新页面查看设备状态。"))
    bound = needs(row, kind)
    if bound:
        approved(context, permit, row, kind, data.matter)
    witness = witnessed(context, permit, row, kind, data.witness)
    number = next_id(EquipmentLog)
    matter = data.matter if bound else 0
    if kind.asks:
        answers = {"equipment": str(row.pk), "name": f"{row.name} {row.serial}"[:200], "what": text}
        matter = open_matter(context, permit, kind.asks, answers, patient=0, subject=row.person_id).pk
    after = kind.after or state
    said = f"{text}\n{N_('在场人')}：{data.witness}" if witness else text
    keep(
        context,
        EquipmentLog(
            id=number, equipment_id=row.pk, kind=data.kind, person_id=permit.person, before=state.value,
            after=after.value, matter=matter, at=permit.at,
            payload=context.runtime.vault.seal_note(f"eq{number}", said.encode()),
        ),
        new=True,
    )  # fmt: skip
    if after is not state or kind.next:
        row.state = after.value
        if kind.next:
            row.next = permit.at.astimezone(CHINA).date() + timedelta(days=KINDS[row.kind].days)
        if after is Condition.SCRAPPED:
            row.next = None
        keep(context, row)
    return Done(value=number, lines=(line(row), Line("", str(number), "equipment_log", 1)))


def needs(row: Equipment, kind: Logged) -> bool:
    """Whether this line needs an approved matter for this device."""
    return bool(kind.matter) and (KINDS[row.kind].data or not kind.data_only)


def approved(context: WriteContext, permit: Permit, row: Equipment, kind: Logged, number: int) -> None:
    """Conflict unless the matter was approved for exactly this device, is in force, and was not used before."""
    matter = Matter.objects.select_for_update().filter(pk=number, kind=kind.matter).first()
    missing = Conflict(N_("须先有针对该设备、已批准且在有效期内的事项。"), N_("请先发起相应申请，批准后填写事项编号。"))
    if matter is None:
        raise missing
    context.runtime.sealer.check(matter)
    answers = safe_of(context.runtime, raw, matter.pk, matter.patient_id).open_answers(matter.payload)
    over = matter.until is not None and matter.until <= permit.at
    if matter.state != State.EXECUTED.value or answers.get("equipment") != str(row.pk) or over:
        raise missing
    if kind.after is Condition.SCRAPPED and EquipmentLog.objects.filter(matter=matter.pk, kind=kind.name).exists():
        raise missing


def witnessed(context: WriteContext, permit: Permit, row: Equipment, kind: Logged, staff_no: str) -> int:
    """The second person at the scrapping of what holds information; Invalid when nobody else was there."""
    if kind.after is not Condition.SCRAPPED or not KINDS[row.kind].data:
        return 0
    person = person_of(context, 0, staff_no.strip()) if staff_no.strip() else 0
    if not person or person == permit.person:
        raise Invalid(places=(("witness", N_("须有另一名在职人员在场，请填写其工号")),))
    return person


@read_act(Verb.READ_EQUIPMENT)
async def read(context: ReadContext, permit: Permit) -> Done:
    """The register, what is due, or one device with its log [3.2.3]."""
    data = permit.operation.data
    request = data if isinstance(data, EquipmentRequest) else EquipmentRequest()
    if len(request.find) > 80:
        raise Invalid(places=(("find", N_("过长。")),))
    try:
        return Done(value=await board(context, permit, request))
    except UnicodeDecodeError as error:
        raise Tampered(where=f"equipment:{request.equipment}") from error

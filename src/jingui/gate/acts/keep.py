"""三（一）存储、期限、销毁: holds, and new keys for old data [3.1.1] [3.1.3]"""

from typing import cast

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.keep import LiftHold, PlaceHold, RotateKeys
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Hold, RecordState, Verb
from jingui.crypto.shred import SEGMENTS
from jingui.gate.proposals import carries
from jingui.gate.registry import Done, write_act
from jingui.gate.rotating import rotate
from jingui.gate.rows import PERIOD, keep, locked
from jingui.gate.writing import WriteContext
from jingui.store.models import Hold as HoldRow
from jingui.store.models import Patient, Record, SealedItem

carries(Verb.LIFT_HOLD, LiftHold)
carries(Verb.ROTATE_KEYS, RotateKeys)


@write_act(Verb.PLACE_HOLD)
def place_hold(context: WriteContext, permit: Permit) -> Done:
    """Hold the target's chart or record: nothing of it changes or vanishes until two people lift it [4.2.1]."""
    data = cast(PlaceHold, permit.operation.data)
    target = permit.operation.target
    if not target.patient:
        raise NotFound()
    if data.kind is Hold.NONE or len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明保全种类和理由")),))
    if data.ends is not None and data.ends <= permit.at:
        raise Invalid(places=(("ends", N_("截止时间须在今后")),))
    held = locked(context, Patient, target.patient)  # whoever destroys locks it too: the second sees what the first did
    record = Record.objects.defer(*PERIOD).filter(patient_id=target.patient, record_id=target.record).first()
    if target.record and record is None:
        raise NotFound()
    if held.destroyed or (record is not None and record.state == RecordState.DESTROYED.value):
        raise Refused(
            N_("已经销毁，无从保全。"), N_("可查看销毁清册和销毁证明。"), clauses=("3.1.3",), reason="destroyed"
        )
    number = context.runtime.number(context.runtime.clock.now())
    row = HoldRow(
        patient_id=target.patient, hold_id=number, kind=data.kind.value, record_id=target.record,
        reason=context.runtime.vault.seal_note(f"hold{number}", data.reason.encode()), starts=permit.at, ends=data.ends,
    )  # fmt: skip
    keep(context, row, new=True)
    line = context.line(target.patient, target.record) if target.record else context.line(target.patient)
    return Done(value=number, lines=(line,), note=data.reason.encode(), bump=True)


@write_act(Verb.LIFT_HOLD)
def lift_hold(context: WriteContext, permit: Permit) -> Done:
    """Lift a hold of the target; the row stays as history."""
    data = cast(LiftHold, permit.operation.data)
    if len(data.reason.strip()) < 2:
        raise Invalid(places=(("reason", N_("须写明解除理由")),))
    row = locked(context, HoldRow, (permit.operation.target.patient, data.hold))
    if SealedItem.objects.filter(patient_id=row.patient_id, hold_id=row.hold_id).exists():
        raise Refused(
            N_("这是封存的锁定，只能依启封程序解除。"), N_("请办理病历启封申请。"), clauses=("4.2.1",), reason="sealed",
            matter="unsealing",
        )  # fmt: skip
    if row.lifted:
        raise Conflict(N_("该保全已经解除。"))
    row.lifted = True
    keep(context, row)
    return Done(value=row.hold_id, note=data.reason.encode(), bump=True)


@write_act(Verb.ROTATE_KEYS)
def rotate_keys(context: WriteContext, permit: Permit) -> Done:
    """Give segments new keys, re-wrap every data key under them; an interrupted rotation is finished first [3.1.1]."""
    data = cast(RotateKeys, permit.operation.data)
    if any(not 0 <= one < SEGMENTS for one in data.segments):
        raise Invalid(places=(("segments", N_("密钥段编号为 0 至 1023")),))
    done = rotate(context.runtime.keyring, data.segments)
    return Done(value=done, note=data.reason.encode(), bump=True)

"""三（一）3 纸质病案销毁: volumes of a destroyed class, before two witnesses, into weighed bags [3.1.3] [6.1.4]"""

from typing import cast

from jingui.core.destruction import DestroyPaper, LineState
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Shelf, Verb
from jingui.gate import destroying_list as lists
from jingui.gate import matters
from jingui.gate.archive_waste import bag
from jingui.gate.registry import Done, write_act
from jingui.gate.rows import keep
from jingui.gate.writing import WriteContext
from jingui.store.models import Volume

AWAY = frozenset({Shelf.LENT.value, Shelf.LOST.value, Shelf.READING.value, Shelf.HANDING.value})
MOST = 500


@write_act(Verb.DESTROY_PAPER)
def destroy_paper(context: WriteContext, permit: Permit) -> Done:
    """Close the volumes of what the list destroyed and the bags they went into; returns the bags' numbers [3.1.3]."""
    data = cast(DestroyPaper, permit.operation.data)
    if not 0 < len(data.volumes) <= MOST or not 0 < len(data.bags) <= MOST:
        raise Invalid(places=(("volumes", N_("请扫描病案册条码，并填写每袋重量")),))
    gone = {
        (row.patient_id, row.retention_class): lists.before(row.at)
        for row in lists.lines_of(context, data.matter, LineState.DESTROYED)
    }  # fmt: skip
    if not gone:
        raise Conflict(N_("该清册没有已销毁的条目，纸质病案不能销毁。"), N_("请先执行清册的电子部分。"))
    if lists.deciders(matters.opened(context, data.matter)) & {permit.person, *data.witnesses}:
        raise Refused(
            N_("审批过清册的人不能执行销毁，也不能监销。"), N_("请由其他有资格的人员执行和确认。"),
            clauses=("3.1.3", "6.1.2"), reason="party",
        )  # fmt: skip
    codes = list(dict.fromkeys(data.volumes))
    rows = list(Volume.objects.select_for_update().filter(code__in=codes).order_by("patient_id", "volume_id"))
    wrong = [(code, N_("没有这个条码")) for code in codes if code not in {row.code for row in rows}]
    for row in rows:
        context.runtime.sealer.check(row)
        if row.volume_id > gone.get((row.patient_id, row.retention_class), 0):  # another's, or newer than the list
            wrong.append((row.code, N_("不在该销毁清册内")))
        elif row.state == Shelf.DESTROYED.value:
            wrong.append((row.code, N_("已经销毁")))
        elif row.state in AWAY:
            wrong.append((row.code, N_("不在库房，找回后再销毁")))
    if wrong:
        raise Invalid(N_("有病案册不能销毁，一册也没有登记。"), places=tuple((f"volumes.{n}", w) for n, w in wrong))
    bags = [
        bag(context, permit, grams=grams, witnesses=data.witnesses, destruction=data.matter) for grams in data.bags
    ]  # fmt: skip
    for row in rows:
        row.state, row.since, row.position_id, row.custodian_id = Shelf.DESTROYED.value, permit.at, 0, 0
        row.payload = None
        keep(context, row)
    patients = tuple(sorted({row.patient_id for row in rows}))
    lines = tuple(context.line(one) for one in patients)
    made = tuple(Line("", one.number, "waste_bag", one.version) for one in bags)
    return Done(value=tuple(one.number for one in bags), patients=patients, lines=(*lines, *made))

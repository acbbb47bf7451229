"""六（一）4 废纸登记: bags weighed, handed to the contractor at the same weight, listed [6.1.4]"""

from datetime import UTC, datetime
from typing import Any, Final, cast

import orjson

from jingui.core.archive import MOST_BAGS, BagState, weight_agrees
from jingui.core.archive_asking import HandWaste, WasteRequest, WeighWaste
from jingui.core.archive_codes import Labelled, read, shown
from jingui.core.archive_seen import BagLine, Bags
from jingui.core.calendars import CHINA
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, Tampered
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Verb
from jingui.gate import archive, settings
from jingui.gate.actors import ActorFacts
from jingui.gate.archive_waste import bag
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, names_of
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep
from jingui.gate.runtime import Runtime
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import WasteBag
from jingui.store.statements import Columns

BAG: Final = "waste_bag"
MOST: Final = 500
ROW: Final = Columns()
ROW.sealed("b", BAG)
ROW.add("b.payload")
BAGS_SQL: Final = f"""SELECT {ROW.sql} FROM waste_bag b
WHERE CASE WHEN $1::bool THEN b.state = 'closed' ELSE b.at >= $2::timestamptz AND b.at < $3::timestamptz END
ORDER BY b.at DESC, b.id DESC LIMIT {MOST}"""  # noqa: S608 -- own texts only


@stance(Verb.WEIGH_WASTE)
def own_waste(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """The record room weighs anybody's bags, a department its own."""
    data = operation.data
    mine = isinstance(data, WeighWaste) and bool(data.department) and data.department in actor.departments
    return Stance(grant=Grant.COVERS if mine or actor.role is Role.ARCHIVIST else Grant.NONE)


@write_act(Verb.WEIGH_WASTE)
def weigh(context: WriteContext, permit: Permit) -> Done:
    """封袋称重: number, weight, two witnesses [6.1.4]."""
    data = cast(WeighWaste, permit.operation.data)
    row = bag(context, permit, grams=data.grams, witnesses=data.witnesses, department=data.department, note=data.note)
    return Done(value=row.number, lines=(Line("", row.number, BAG, row.version),))


@write_act(Verb.HAND_WASTE)
def hand(context: WriteContext, permit: Permit) -> Done:
    """交出: weighed again; a bag that weighs something else needs a reason [6.1.4]."""
    data = cast(HandWaste, permit.operation.data)
    taker, reason = " ".join(data.taker.split()), data.reason.strip()
    if not 2 <= len(taker) <= 80 or not taker.isprintable():
        raise Invalid(places=(("taker", N_("请填写接收单位和接收人")),))
    if not 1 <= len(data.bags) <= MOST_BAGS or len(reason) > 2000 or "\0" in reason:
        raise Invalid(places=(("bags", N_("请选择要交出的废纸袋")),))
    ours = archive.prefix(context.runtime)
    weights = {read(number, ours, Labelled.BAG, "bags"): grams for number, grams in data.bags}
    rows = list(WasteBag.objects.select_for_update().filter(number__in=weights).order_by("id"))
    if len(rows) != len(weights) or len(weights) != len(data.bags):
        raise Invalid(places=(("bags", N_("其中有没有登记或重复的袋号")),))
    for row in rows:
        context.runtime.sealer.check(row)
    handed = [shown(row.number) for row in rows if row.state != BagState.CLOSED]
    if handed:
        raise Conflict(N_("其中有已经交出的废纸袋。"), N_("请刷新登记。"), codes=tuple(handed))
    permille = settings.number(context.runtime, context.epoch, "waste_tolerance")
    off = [row.number for row in rows if not weight_agrees(row.grams, weights[row.number], permille)]
    if off and len(reason) < 4:
        raise Invalid(
            N_("交出时的重量与封袋时不符，没有交出任何一袋。"), N_("请重新称重；确有差异的写明原因。"),
            places=(("bags", "、".join(map(shown, off))), ("reason", N_("重量不符，请写明原因"))),
        )  # fmt: skip
    for row in rows:
        row.state, row.handed, row.taker, row.grams_out = (
            BagState.HANDED.value, permit.at, taker, weights[row.number],
        )  # fmt: skip
        if row.number in off:
            told = opened(context.runtime, row.pk, row.payload) | {"difference": reason}
            row.payload = context.runtime.vault.seal_note(f"bag{row.pk}", orjson.dumps(told))
        keep(context, row)
    lines = tuple(Line("", row.number, BAG, row.version) for row in rows)
    return Done(value=tuple(off), lines=lines, note=reason.encode())


def opened(runtime: Runtime, number: int, payload: Any) -> dict[str, str]:
    """What is said of a bag in words."""
    if payload is None:
        return {}
    found: dict[str, str] = orjson.loads(runtime.vault.open_note(f"bag{number}", bytes(payload)))
    return found


@read_act(Verb.READ_WASTE)
async def read_waste(context: ReadContext, permit: Permit) -> Done:
    """The register of a month, or what has not been handed over [6.1.4]."""
    data = permit.operation.data
    month = data.month if isinstance(data, WasteRequest) else ""
    first, last = span(month)
    rows = await context.rows(BAGS_SQL, not month, first, last)
    group, out = ROW.groups["b"], []
    for row in rows:
        if not context.runtime.sealer.holds(BAG, group.values(row), group.mac(row)):
            raise Tampered(where=f"{BAG}:{row[0]}")
        out.append({name.removeprefix("b."): row[at] for name, at in ROW.at.items()})
    wanted = [n for one in out for n in (one["person_id"], *one["witnesses"])]
    people = await names_of(context).people(context, wanted)
    lines = tuple(
        BagLine(
            one["number"], one["department_id"], one["grams"], people.get(one["person_id"], NOBODY).name,
            tuple(people.get(n, NOBODY).name for n in one["witnesses"]), one["at"], one["state"], one["handed"],
            one["taker"], one["grams_out"], one["destruction_id"],
            "；".join(opened(context.runtime, one["id"], one["payload"]).values()),
        )
        for one in out
    )  # fmt: skip
    value = Bags(rows=lines, grams=sum(one.grams for one in lines), grams_out=sum(one.grams_out for one in lines))
    return Done(value=value)


def span(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month ("2026-11") and of the next, by China's days."""
    if not month:
        return datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
    try:
        first = datetime.strptime(month, "%Y-%m").replace(tzinfo=CHINA)
        return first, first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    except ValueError as error:
        raise Invalid(places=(("month", N_("请写成 2026-11 这样的月份")),)) from error

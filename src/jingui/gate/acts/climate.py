"""三（一）2 库房环境: sensors registered and ended, readings taken once and in any order [3.1.2]"""

from typing import Final, cast

from jingui.core.climate import (
    LARGEST,
    QUANTITIES,
    ClimateRequest,
    EndSensor,
    Reading,
    RegisterSensor,
    Taken,
    TakeReadings,
    WatchClimate,
    absurd,
    wrong_times,
)
from jingui.core.entry import Line
from jingui.core.errors import Conflict, Invalid, NotFound, TooLarge
from jingui.core.operation import Operation
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.core.words import Grant, Role, Verb
from jingui.crypto.canon import canon
from jingui.gate import settings
from jingui.gate.actors import ActorFacts
from jingui.gate.acts.climate_alarms import gap, quantity_of, reconcile
from jingui.gate.climate_seen import board
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done, read_act, write_act
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.runtime import Runtime
from jingui.gate.sql import raw
from jingui.gate.stances import Stance, stance
from jingui.gate.writing import WriteContext
from jingui.store.models import ClimateAlarm, Person, Sensor, Storeroom

COVERS: Final = Stance(grant=Grant.COVERS)
SOONEST, LATEST = 10, 86_400  # seconds between readings
PUT_SQL: Final = """INSERT INTO sensor_reading (sensor_id, at, value, absurd, received)
SELECT $1::bigint, x.at, x.value, x.absurd, $5::timestamptz
FROM unnest($2::timestamptz[], $3::int[], $4::bool[]) x(at, value, absurd) ON CONFLICT DO NOTHING RETURNING at"""
KNOWN_SQL: Final = """SELECT count(*) FILTER (WHERE r.value <> x.value) FROM unnest($2::timestamptz[], $3::int[])
x(at, value) JOIN sensor_reading r ON r.sensor_id = $1::bigint AND r.at = x.at"""
# `last` is no part of what decides and is not sealed: a batch that came late moves it nowhere.
LAST_SQL: Final = (
    "UPDATE sensor SET last = greatest(coalesce(last, $2::timestamptz), $2::timestamptz) WHERE id = $1::bigint"
)
REGISTERED_SQL: Final = "SELECT at FROM entry WHERE id = $1::uuid"


def person_of(context: WriteContext, number: int, staff_no: str) -> int:
    """The active person of a number or a staff number; 0 for none."""
    found = Person.objects.filter(staff_no=staff_no) if staff_no else Person.objects.filter(pk=number)
    row = found.filter(active=True).exclude(kind__in=("patient", "outside")).first()
    if row is None:
        return 0
    context.runtime.sealer.check(row)
    return int(row.pk)


@write_act(Verb.REGISTER_SENSOR)
def register(context: WriteContext, permit: Permit) -> Done:
    """登记传感器: from now on its token delivers readings [3.1.2]."""
    data = cast(RegisterSensor, permit.operation.data)
    name = " ".join(data.name.split())
    quantity = QUANTITIES.get(data.quantity)
    person = person_of(context, data.person, data.staff_no)
    room = Storeroom.objects.filter(pk=data.storeroom, ended=None).first()
    wrong = [
        (place, text)
        for place, text, bad in (
            ("name", N_("请写明名称，不超过 60 字"), not 0 < len(name) <= 60 or not name.isprintable()),
            ("quantity", N_("没有这一项。"), quantity is None),
            ("storeroom", N_("没有这个库房，或已停用"), room is None),
            ("every", N_("间隔为 10 秒至 24 小时"), not SOONEST <= data.every <= LATEST),
            ("low", N_("下限不得高于上限"), data.low > data.high),
            ("person", N_("没有这个工号的在职人员"), not person),
            ("token", N_("令牌缺失"), len(data.token) != 32),
        )
        if bad
    ]
    if quantity is not None and not (quantity.least <= data.low and data.high <= quantity.most):
        wrong.append(("high", N_("限值超出该项目可能的范围")))
    if wrong:
        raise Invalid(places=tuple(wrong))
    if room is not None:
        context.runtime.sealer.check(room)
    if Sensor.objects.filter(name=name).exists():
        raise Conflict(N_("该名称已被使用。"), N_("停用的传感器也保留名称，请另取一个。"))
    row = Sensor(
        id=next_id(Sensor), storeroom_id=data.storeroom, name=name, quantity=data.quantity, low=data.low,
        high=data.high, every=data.every, token=data.token, person_id=person,
    )  # fmt: skip
    keep(context, row, new=True)
    return Done(value=row.pk, lines=(line(row),), note=name.encode())


@write_act(Verb.END_SENSOR)
def end(context: WriteContext, permit: Permit) -> Done:
    """停用传感器: its next delivery is refused; what was open of it ends."""
    data = cast(EndSensor, permit.operation.data)
    if not 2 <= len(data.reason.strip()) <= 400:
        raise Invalid(places=(("reason", N_("须写明理由")),))
    row = locked(context, Sensor, data.sensor)
    if row.ended is not None:
        raise Conflict(N_("该传感器已经停用。"))
    row.ended = permit.at
    keep(context, row)
    for alarm in ClimateAlarm.objects.select_for_update().filter(sensor_id=row.pk, ends=None):
        context.runtime.sealer.check(alarm)
        alarm.ends = permit.at
        keep(context, alarm)
    return Done(value=row.pk, lines=(line(row),), note=data.reason.strip().encode())


def line(row: Sensor) -> Line:
    """A sensor as a target of an entry."""
    return Line("", str(row.pk), "sensor", row.version)


@stance(Verb.TAKE_READINGS)
def delivering(runtime: Runtime, operation: Operation, actor: ActorFacts) -> Stance:
    """Whether the token is that of a sensor in use; people and the system name the sensor."""
    data = operation.data
    if not isinstance(data, TakeReadings) or actor.role is not Role.PUBLIC:
        return COVERS
    row = Sensor.objects.filter(token=data.token, ended=None).first() if len(data.token) == 32 else None
    if row is None:
        return Stance()
    runtime.sealer.check(row)
    return COVERS


@write_act(Verb.TAKE_READINGS)
def take(context: WriteContext, permit: Permit) -> Done:
    """接收读数: each once, whatever order they come in; or, by the system, an alarm for a silent sensor [3.1.2]."""
    data = permit.operation.data
    if isinstance(data, WatchClimate):
        row = locked(context, Sensor, data.sensor)
        made = gap(context, permit, row, raw(REGISTERED_SQL, row.entry)[0][0])
        return Done(value=Taken(sensor=row.pk, alarms=made), lines=(line(row),))
    data = cast(TakeReadings, data)
    known = Sensor.objects.filter(token=data.token) if data.token else Sensor.objects.filter(pk=data.sensor)
    found = known.filter(ended=None).first()
    if found is None:
        raise NotFound(N_("没有这个传感器，或已停用。"))
    row = locked(context, Sensor, found.pk)
    if row.ended is not None:
        raise NotFound(N_("没有这个传感器，或已停用。"))
    readings = data.readings
    if len(readings) > settings.number(context.runtime, context.epoch, "climate_batch"):
        raise TooLarge(N_("一次送来的读数过多，没有接收。"), N_("请分批送。"))
    fault = N_("没有读数") if not readings else wrong_times(readings, permit.at)
    if fault:
        raise Invalid(places=(("readings", fault),))
    return taken(context, permit, row, readings)


def taken(context: WriteContext, permit: Permit, row: Sensor, readings: tuple[Reading, ...]) -> Done:
    """Keep what is new and look at the alarms; the entry names the sensor and the batch by its digest."""
    quantity = quantity_of(row)
    first: dict[object, int] = {}
    twice = 0
    for one in readings:
        cut = max(-LARGEST, min(LARGEST, one.value))
        twice += first.setdefault(one.at, cut) != cut
    times, values = list(first), list(first.values())
    odd = [absurd(quantity, one) for one in values]
    other = raw(KNOWN_SQL, row.pk, times, values)[0][0]
    new = [at for (at,) in raw(PUT_SQL, row.pk, times, values, odd, permit.at)]
    alarms = 0
    if new:
        raw(LAST_SQL, row.pk, max(new))
        alarms = reconcile(context, permit, row, min(new))
    digest = context.runtime.suite.digest(canon([[one.at.isoformat(), one.value] for one in readings]))
    fresh = set(new)
    value = Taken(
        sensor=row.pk, new=len(new), known=len(first) - len(new) - other, other=other + twice, alarms=alarms,
        absurd=sum(bad for at, bad in zip(times, odd, strict=True) if at in fresh),
    )  # fmt: skip
    return Done(value=value, lines=(line(row), Line("", digest.hex(), "readings", len(readings))))


@read_act(Verb.READ_CLIMATE)
async def read(context: ReadContext, permit: Permit) -> Done:
    """Sensors, their newest values and alarms; of one sensor its course over some days [3.1.2]."""
    data = permit.operation.data
    return Done(value=await board(context, permit, data if isinstance(data, ClimateRequest) else ClimateRequest()))

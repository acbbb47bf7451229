"""三（一）2 库房环境: alarms kept in step with the readings, each with the matter that answers it [3.1.2]"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from jingui.core.calendars import CHINA
from jingui.core.climate import ALARMS, QUANTITIES, Quantity, Reading, told
from jingui.core.climate_alarms import Limits, Stretch, side, silent, stretches
from jingui.core.errors import Conflict
from jingui.core.permit import Permit
from jingui.core.word import N_
from jingui.gate import settings
from jingui.gate.acts.matters import open_matter
from jingui.gate.effects import Effected, Granting, effect
from jingui.gate.rows import keep, locked, next_id
from jingui.gate.sql import raw
from jingui.gate.writing import WriteContext
from jingui.store.models import ClimateAlarm, Sensor

MOST: Final = 50_000  # readings that one batch makes us look at again
WINDOW_SQL: Final = """SELECT at, value FROM sensor_reading WHERE sensor_id = $1::bigint AND at >= $2::timestamptz
ORDER BY at LIMIT $3::int"""
LAST_SQL: Final = "SELECT at, value FROM sensor_reading WHERE sensor_id = $1::bigint ORDER BY at DESC LIMIT 1"
STOREROOM_SQL: Final = "SELECT name FROM storeroom WHERE id = $1::bigint"
GAP: Final = "gap"
NEVER: Final = datetime.max.replace(tzinfo=CHINA)


def quantity_of(sensor: Sensor) -> Quantity:
    """The row of what it measures."""
    return QUANTITIES[sensor.quantity]


def reconcile(context: WriteContext, permit: Permit, sensor: Sensor, since: datetime) -> int:
    """Bring the sensor's alarms in step with its readings from `since` on; how many alarms are new."""
    hold = minutes(context, "climate_hold_minutes")
    start = since - max(2 * hold, timedelta(seconds=3 * sensor.every))
    rows = raw(WINDOW_SQL, sensor.pk, start, MOST)
    readings = [Reading(at=at, value=value) for at, value in rows]
    if not readings:
        return 0
    limits = Limits(sensor.low, sensor.high)
    known = alarms(context, sensor, readings[0].at - minutes(context, "climate_again_minutes"))
    going = {
        row.kind: Reading(at=row.starts, value=row.worst)
        for row in known
        if not row.ends and row.starts < readings[0].at
    }
    found = stretches(quantity_of(sensor), limits, readings, hold, going)
    if len(rows) == MOST:  # what comes later was not looked at: whether the last stretch goes on is not known here
        found = tuple(one for one in found if one.ends is not None)
    made, matched = 0, set()
    for stretch in found:
        alarm = overlapping(known, stretch, minutes(context, "climate_again_minutes"))
        if alarm is None:
            alarm = begin(context, permit, sensor, stretch)
            known.append(alarm)
            made += 1
        else:
            follow(context, alarm, stretch)
        matched.add(alarm.pk)
    for alarm in known:
        if alarm.ends is None and alarm.pk not in matched:
            over(context, alarm, readings)
    return made


def minutes(context: WriteContext, name: str) -> timedelta:
    """A setting in minutes."""
    return timedelta(minutes=settings.number(context.runtime, context.epoch, name))


def alarms(context: WriteContext, sensor: Sensor, since: datetime) -> list[ClimateAlarm]:
    """The sensor's alarms that are open or ended after `since`, genuine and locked."""
    rows = ClimateAlarm.objects.select_for_update().filter(sensor_id=sensor.pk).order_by("starts", "id")
    found = [row for row in rows if row.ends is None or row.ends >= since]
    for row in found:
        context.runtime.sealer.check(row)
    return found


def overlapping(known: Sequence[ClimateAlarm], stretch: Stretch, again: timedelta) -> ClimateAlarm | None:
    """The alarm that this stretch belongs to: an open one first, else the newest that ended shortly before."""
    fits = [
        row
        for row in known
        if row.kind == stretch.kind
        and (row.ends or NEVER) + (again if row.ends else timedelta(0)) >= stretch.starts
        and row.starts <= (stretch.ends or NEVER)
    ]
    return next((row for row in fits if row.ends is None), fits[-1] if fits else None)


def begin(context: WriteContext, permit: Permit, sensor: Sensor, stretch: Stretch) -> ClimateAlarm:
    """A new alarm with its matter."""
    row = ClimateAlarm(
        id=next_id(ClimateAlarm), sensor_id=sensor.pk, kind=stretch.kind, starts=stretch.starts, ends=stretch.ends,
        worst=stretch.worst,
    )  # fmt: skip
    matter = open_matter(
        context, permit, "climate_alarm", answers(sensor, stretch, row.pk), patient=0, subject=sensor.person_id
    )
    row.matter = matter.pk
    keep(context, row, new=True)
    return row


def answers(sensor: Sensor, stretch: Stretch, alarm: int) -> dict[str, str]:
    """What the matter says."""
    quantity = quantity_of(sensor)
    since = stretch.starts.astimezone(CHINA)
    what = f"{ALARMS[stretch.kind]}：{shown(quantity, stretch.worst)}" if stretch.kind != GAP else ALARMS[GAP]
    limits = f"（{shown(quantity, sensor.low)} – {shown(quantity, sensor.high)}）"
    room = raw(STOREROOM_SQL, sensor.storeroom_id)
    return {
        "alarm": str(alarm), "sensor": f"{sensor.name} · {quantity.text}", "place": room[0][0] if room else "—",
        "what": f"{what}{limits}，{since:%Y-%m-%d %H:%M} 起",
    }  # fmt: skip


def shown(quantity: Quantity, value: int) -> str:
    """A value with its unit, or its word."""
    if quantity.states[0] and value in (0, 1000):
        return quantity.states[value // 1000]
    return f"{told(value)} {quantity.unit}".strip()


def follow(context: WriteContext, row: ClimateAlarm, stretch: Stretch) -> None:
    """Let a known alarm say what its readings say now: readings that came late can move either end."""
    starts = min(row.starts, stretch.starts)
    further = max if stretch.kind == "high" else min
    worst = further(row.worst, stretch.worst)
    if (starts, stretch.ends, worst) != (row.starts, row.ends, row.worst):
        row.starts, row.ends, row.worst = starts, stretch.ends, worst
        keep(context, row)


def over(context: WriteContext, row: ClimateAlarm, readings: Sequence[Reading]) -> None:
    """End an open alarm that its readings no longer show: a gap with the first of them, another where they began."""
    later = [one.at for one in readings if one.at > row.starts]
    if later:
        row.ends = min(later)
        keep(context, row)


def gap(context: WriteContext, permit: Permit, sensor: Sensor, registered: datetime) -> int:
    """An alarm for a sensor that has said nothing for too long; 0 when it has spoken meanwhile or one is open."""
    times = settings.number(context.runtime, context.epoch, "climate_gap_times")
    since = silent(sensor.last, registered, sensor.every, permit.at, times)
    if since is None or ClimateAlarm.objects.filter(sensor_id=sensor.pk, kind=GAP, ends=None).exists():
        return 0
    begin(context, permit, sensor, Stretch(GAP, since, None, 0))
    return 1


@effect("climate_alarm")
def climate_alarm(context: WriteContext, permit: Permit, granting: Granting) -> Effected:
    """环境报警办结: the alarm ends with its answer; while the readings are still out of limits it does not."""
    row = locked(context, ClimateAlarm, int(granting.answers["alarm"]))
    if row.ends is None:
        sensor = locked(context, Sensor, row.sensor_id)
        if still(context, row, sensor, permit.at, granting.answers):
            raise Conflict(N_("读数尚未恢复，报警不能办结。"), N_("请先采取措施；传感器损坏的先停用该传感器。"))
        row.ends = permit.at
        keep(context, row)
    return Effected()


def still(context: WriteContext, row: ClimateAlarm, sensor: Sensor, at: datetime, _answers: Mapping[str, str]) -> bool:
    """Whether what the alarm says is still so."""
    if sensor.ended is not None:
        return False
    last = raw(LAST_SQL, sensor.pk)
    if row.kind == GAP or not last:
        times = settings.number(context.runtime, context.epoch, "climate_gap_times")
        return silent(sensor.last, row.starts, sensor.every, at, times) is not None
    return side(quantity_of(sensor), Limits(sensor.low, sensor.high), last[0][1]) == row.kind

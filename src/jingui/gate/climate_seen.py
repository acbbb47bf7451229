"""三（一）2 库房环境: sensors, alarms and courses as pages show them, in few statements [3.1.2]"""

from datetime import timedelta
from typing import Any, Final

from jingui.core.climate import AlarmLine, ClimateBoard, ClimateRequest, Point, SensorLine
from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.store.statements import Columns

BUCKETS: Final = 480  # points of a plot
MOST_RAW: Final = 100_000
MOST_SENSORS: Final = 500
SPANS: Final = (1, 7, 30, 366)
SENSOR = Columns()
SENSOR.sealed("s", "sensor")
SENSOR.add("s.last", "o.name", "r.value", "r.absurd")
SENSORS_SQL = f"""SELECT {SENSOR.sql} FROM sensor s LEFT JOIN storeroom o ON o.id = s.storeroom_id
LEFT JOIN LATERAL (SELECT value, absurd FROM sensor_reading WHERE sensor_id = s.id ORDER BY at DESC LIMIT 1) r ON true
WHERE ($1::bigint = 0 OR s.id = $1::bigint) AND ($2::bool OR s.ended IS NULL)
ORDER BY s.ended IS NOT NULL, o.name, s.name LIMIT {MOST_SENSORS}"""  # noqa: S608 -- own texts only
ALARM = Columns()
ALARM.sealed("a", "climate_alarm")
ALARM.add("s.name", "o.room", "s.quantity")
ALARMS_SQL = f"""SELECT {ALARM.sql} FROM climate_alarm a JOIN sensor s ON s.id = a.sensor_id
LEFT JOIN (SELECT id, name AS room FROM storeroom) o ON o.id = s.storeroom_id
WHERE ($1::bigint = 0 OR a.sensor_id = $1::bigint) AND (a.ends IS NULL OR a.ends >= $2::timestamptz)
ORDER BY a.ends IS NOT NULL, a.starts DESC LIMIT 200"""  # noqa: S608 -- own texts only
POINTS_SQL: Final = """SELECT to_timestamp(floor(extract(epoch FROM at) / $4::int) * $4::int + $4::int / 2.0) AS mid,
  min(value), max(value), avg(value)::int, count(*)::int FROM sensor_reading
WHERE sensor_id = $1::bigint AND at >= $2::timestamptz AND at <= $3::timestamptz AND NOT absurd
GROUP BY 1 ORDER BY 1"""
RAW_SQL: Final = """SELECT at, value, absurd FROM sensor_reading WHERE sensor_id = $1::bigint AND at >= $2::timestamptz
ORDER BY at LIMIT $3::int"""
ROOMS_SQL: Final = "SELECT id, name FROM storeroom WHERE ended IS NULL ORDER BY name LIMIT 500"


async def board(context: ReadContext, permit: Permit, data: ClimateRequest) -> ClimateBoard:
    """The board of every sensor, or one sensor with its points; NotFound for none of that number."""
    days = data.days if data.days in SPANS else SPANS[0]
    since = permit.at - timedelta(days=days if data.sensor else max(days, 7))
    rows = await context.rows(SENSORS_SQL, data.sensor, data.ended or bool(data.sensor))
    if data.sensor and not rows:
        raise NotFound()
    found = [
        checked(context.runtime.sealer, ALARM, "a", row) for row in await context.rows(ALARMS_SQL, data.sensor, since)
    ]
    alarms = tuple(alarm(one) for one in found)
    people = await names_of(context).people(context, [row[SENSOR.at["s.person_id"]] for row in rows])
    open_: dict[int, list[str]] = {}
    for one in alarms:
        if one.ends is None:
            open_.setdefault(one.sensor, []).append(one.kind)
    sensors = tuple(sensor(context, row, people.get(row[SENSOR.at["s.person_id"]], NOBODY).name, open_) for row in rows)
    points: tuple[Point, ...] = ()
    readings: tuple[Any, ...] = ()
    rooms: tuple[tuple[int, str], ...] = ()
    if data.sensor and data.raw:
        readings = tuple(tuple(row) for row in await context.rows(RAW_SQL, data.sensor, since, MOST_RAW))
    elif data.sensor:
        step = max(60, days * 86_400 // BUCKETS)
        points = tuple(
            Point(at=row[0], low=row[1], high=row[2], mean=row[3], count=row[4])
            for row in await context.rows(POINTS_SQL, data.sensor, since, permit.at, step)
        )
    else:
        rooms = tuple((row[0], row[1]) for row in await context.rows(ROOMS_SQL))
    return ClimateBoard(sensors=sensors, alarms=alarms, storerooms=rooms, points=points, readings=readings, since=since)


def alarm(one: dict[str, Any]) -> AlarmLine:
    """An alarm as lists show it."""
    return AlarmLine(
        id=one["id"], sensor=one["sensor_id"], kind=one["kind"], starts=one["starts"], ends=one["ends"],
        worst=one["worst"], matter=one["matter"], name=one["name"], storeroom=one["room"] or "",
        quantity=one["quantity"],
    )  # fmt: skip


def sensor(context: ReadContext, row: Any, person: str, open_: dict[int, list[str]]) -> SensorLine:
    """A sensor as lists show it; one that is not as it was written says so."""
    at, group = SENSOR.at, SENSOR.groups["s"]
    get = {name.partition(".")[2]: row[place] for name, place in at.items() if name.startswith("s.")}
    return SensorLine(
        id=get["id"], name=get["name"], storeroom=row[at["o.name"]] or "", quantity=get["quantity"], low=get["low"],
        high=get["high"], every=get["every"], person=person, ended=get["ended"], last=get["last"],
        value=row[at["r.value"]], absurd=bool(row[at["r.absurd"]]), alarms=tuple(open_.get(get["id"], ())),
        genuine=context.runtime.sealer.holds("sensor", group.values(row), group.mac(row)),
    )  # fmt: skip

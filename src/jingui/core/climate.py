"""三（一）2 库房环境: what is measured in storerooms, within which limits, and how readings are read [3.1.2]

Values are whole thousandths of the quantity's unit. A number that no such instrument can show is kept and marked.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_

MILLI: Final = 1000
LARGEST: Final = 2**31 - 1  # what a column holds; what lies beyond is absurd anyway
AHEAD: Final = timedelta(minutes=10)  # a clock that is further ahead measures nothing
EARLIEST: Final = 2000  # no reading is older than this year
BUILDING: Final = N_("JGJ 25—2010《档案馆建筑设计规范》纸质档案库（凭记忆录入，启用前须与原文核对）")
OWN: Final = N_("本院约定")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A row: `low` and `high` are what a paper storeroom keeps by default, `least` and `most` what is plausible.

    `at_once`: one reading out of limits is an alarm (water, smoke); the others must last for the setting's minutes.
    `states`: words for 0 and 1 where it is a yes or no.
    """

    name: str
    text: str
    unit: str
    low: int
    high: int
    least: int
    most: int
    source: str
    at_once: bool = False
    states: tuple[str, str] = ("", "")


QUANTITIES: Final[dict[str, Quantity]] = {
    row.name: row
    for row in (
        Quantity(name="temperature", text=N_("温度"), unit="℃", low=14_000, high=24_000, least=-40_000, most=80_000,
                 source=BUILDING),
        Quantity(name="humidity", text=N_("相对湿度"), unit="%", low=45_000, high=60_000, least=0, most=100_000,
                 source=BUILDING),
        Quantity(name="light", text=N_("照度"), unit="lx", low=0, high=200_000, least=0, most=200_000_000, source=OWN),
        Quantity(name="dust", text=N_("细颗粒物"), unit="µg/m³", low=0, high=75_000, least=0, most=10_000_000,
                 source=OWN),
        Quantity(name="water", text=N_("漏水"), unit="", low=0, high=0, least=0, most=1000, source=OWN, at_once=True,
                 states=(N_("无水"), N_("有水"))),
        Quantity(name="smoke", text=N_("烟感"), unit="", low=0, high=0, least=0, most=1000, source=OWN, at_once=True,
                 states=(N_("无烟"), N_("有烟"))),
        Quantity(name="door", text=N_("库房门"), unit="", low=0, high=0, least=0, most=1000, source=OWN,
                 states=(N_("关"), N_("开"))),
        Quantity(name="power", text=N_("供电"), unit="", low=1000, high=1000, least=0, most=1000, source=OWN,
                 at_once=True, states=(N_("停电"), N_("正常"))),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was measured at a moment, in thousandths."""

    at: datetime
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterSensor:
    """登记传感器: what it measures where. `token` is the digest of the token that was shown once."""

    storeroom: int
    name: str
    quantity: str
    low: int
    high: int
    every: int
    token: bytes
    person: int  # who answers its alarms
    staff_no: str = ""  # names the person instead of the number


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSensor:
    """停用传感器: its token ends at once; its readings stay."""

    sensor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeReadings:
    """接收读数: by the digest of a sensor's token, or for a sensor by name of its number (an upload)."""

    readings: tuple[Reading, ...]
    token: bytes = b""
    sensor: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchClimate:
    """The system found that a sensor has said nothing for too long."""

    sensor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a batch: new readings, ones that were known, ones that say another value than was known."""

    sensor: int = 0
    new: int = 0
    known: int = 0
    other: int = 0
    absurd: int = 0
    alarms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateRequest:
    """The board, or one sensor's course over some days; `raw` with every reading (a file) instead of points."""

    sensor: int = 0
    days: int = 1
    raw: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorLine:
    """A sensor as lists show it."""

    id: int
    name: str
    storeroom: str
    quantity: str
    low: int
    high: int
    every: int
    person: str
    ended: datetime | None
    last: datetime | None
    value: int | None
    absurd: bool
    alarms: tuple[str, ...] = ()  # kinds that are open now
    genuine: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """An alarm as lists show it."""

    id: int
    sensor: int
    kind: str
    starts: datetime
    ends: datetime | None
    worst: int
    matter: int
    name: str = ""
    storeroom: str = ""
    quantity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A stretch of the plot: its middle, lowest, highest and mean value, how many readings."""

    at: datetime
    low: int
    high: int
    mean: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClimateBoard:
    """What READ_CLIMATE answers."""

    sensors: tuple[SensorLine, ...]
    alarms: tuple[AlarmLine, ...]
    storerooms: tuple[tuple[int, str], ...] = ()
    points: tuple[Point, ...] = ()
    readings: tuple[tuple[datetime, int, bool], ...] = ()
    since: datetime | None = None


#: What an alarm says.
ALARMS: Final[dict[str, str]] = {
    "low": N_("低于下限"), "high": N_("高于上限"), "gap": N_("没有读数"), "absurd": N_("读数不可信"),
}  # fmt: skip


def milli(text: str) -> int:
    """A decimal number as thousandths, cut to what a column holds; Invalid for what is no number."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation as error:
        raise Invalid(places=(("value", N_("读数不是数字")),)) from error
    if not found.is_finite() or len(text) > 40:
        raise Invalid(places=(("value", N_("读数不是数字")),))
    if abs(found) >= LARGEST // MILLI:
        return LARGEST if found > 0 else -LARGEST
    return int((found * MILLI).to_integral_value())


def told(value: int) -> str:
    """Thousandths as people write them: 21.5, 45."""
    sign, whole = "-" if value < 0 else "", abs(value)
    rest = f"{whole % MILLI:03d}".rstrip("0")
    return f"{sign}{whole // MILLI}" + (f".{rest}" if rest else "")


def absurd(quantity: Quantity, value: int) -> bool:
    """Whether no such instrument can show this."""
    return not quantity.least <= value <= quantity.most


def wrong_times(readings: tuple[Reading, ...], now: datetime) -> str:
    """What is wrong with the readings' times, "" for nothing."""
    for one in readings:
        if one.at.tzinfo is None:
            return N_("读数时间须写明时区")
        if one.at > now + AHEAD:
            return N_("读数时间超前十分钟以上，请校准传感器时钟")
        if one.at.year < EARLIEST:
            return N_("读数时间过早，请校准传感器时钟")
    return ""

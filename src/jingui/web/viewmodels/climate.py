"""三（一）2 库房环境: what the pages of storerooms, sensors and rounds show [3.1.2]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import ClauseRef, Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorRow:
    """A sensor in the list."""

    name: str
    href: str
    quantity: str
    limits: str
    value: str
    last: datetime | None
    state: Tag
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRow:
    """A storeroom with its sensors."""

    name: str
    sensors: tuple[SensorRow, ...]
    state: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm in a list."""

    name: str
    href: str
    room: str
    kind: Tag
    worst: str
    starts: datetime
    ends: datetime | None
    matter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage:
    """keep/climate.html"""

    rooms: tuple[RoomRow, ...]
    alarms: tuple[AlarmRow, ...]
    actions: tuple[Link, ...] = ()
    find: str = ""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A course as SVG: geometry only, in a view box of 860 by 240. `gaps` and `alarms` are (x, width)."""

    title: str
    lines: tuple[str, ...] = ()  # the mean, as paths without the gaps
    bands: tuple[str, ...] = ()  # lowest to highest, as closed paths
    limits: tuple[tuple[str, str], ...] = ()  # (y, label)
    grid: tuple[tuple[str, str], ...] = ()  # (y, label)
    days: tuple[tuple[str, str], ...] = ()  # (x, label)
    gaps: tuple[tuple[str, str], ...] = ()
    alarms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """A line of the table beside the plot."""

    at: datetime
    low: str
    high: str
    mean: str
    count: int
    out: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorPage:
    """keep/sensor.html"""

    row: SensorRow
    room: str
    every: int
    plot: Plot | None
    points: tuple[PointRow, ...]
    alarms: tuple[AlarmRow, ...]
    spans: tuple[tuple[str, str, bool], ...]
    file: str
    source: str
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPage:
    """keep/upload.html"""

    name: str
    back: Link
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A round in the list; `form` where it is still to be done."""

    id: int
    title: str
    room: str
    evidence: str
    every: str
    due: datetime
    state: Tag
    clauses: tuple[ClauseRef, ...]
    person: str = ""
    done: datetime | None = None
    result: str = ""
    matter: str = ""
    photos: str = ""
    open: bool = False
    error: str = ""
    typed: str = ""
    abnormal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsPage:
    """keep/rounds.html; `matrix` is (room, (round, tag) for each of the seven)."""

    rows: tuple[RoundRow, ...]
    settled: tuple[RoundRow, ...]
    heads: tuple[str, ...]
    matrix: tuple[tuple[str, tuple[tuple[str, Tag], ...]], ...]
    rooms: tuple[tuple[str, str, bool], ...]
    missed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """A photo of a round."""

    href: str
    name: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotosPage:
    """keep/photos.html"""

    title: str
    room: str
    photos: tuple[PhotoRow, ...]
    form: Form | None = None

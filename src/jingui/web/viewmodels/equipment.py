"""三（二）3 设备, 三（二）1 存储: what the pages of devices and storage show [3.2.3] [3.2.1]"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.web.viewmodels.form import Choice, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device in the register."""

    id: int
    href: str
    name: str
    serial: str
    kind: str
    place: str
    person: str
    state: Tag
    next: date | None
    overdue: bool
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipmentPage:
    """keep/equipment.html; `counts` are (kind, all, faulty, overdue, address)."""

    rows: tuple[DeviceRow, ...]
    counts: tuple[tuple[str, int, int, int, str], ...]
    chips: tuple[tuple[str, str, bool], ...]
    kinds: tuple[Choice, ...]
    kind: str
    find: str
    pager: Pager
    actions: tuple[Link, ...] = ()
    due: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRow:
    """A line of a device's log."""

    kind: str
    at: datetime
    person: str
    change: str
    text: str
    matter: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicePage:
    """keep/device.html"""

    row: DeviceRow
    log: tuple[LogRow, ...]
    form: Form | None
    starts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place and how full it is; `line` is its course as a path in a view box of 300 by 60."""

    name: str
    used: str
    total: str
    part: int | None  # per cent
    daily: str
    outlook: Tag
    line: str
    points: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """A protective measure of 3.1.1 with its live evidence."""

    name: str
    state: Tag
    evidence: str
    at: datetime | None
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerprintRow:
    """A fingerprint of the configuration."""

    at: datetime
    digest: str
    state: Tag
    drift: tuple[str, ...]
    matter: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoragePage:
    """keep/storage.html"""

    places: tuple[PlaceRow, ...]
    measures: tuple[MeasureRow, ...]
    fingerprints: tuple[FingerprintRow, ...]
    drifts: tuple[FingerprintRow, ...]
    taken: int
    rotate: bool
    actions: tuple[Link, ...] = ()

"""三（一）1, 六（一）3 备份与恢复 [3.1.1] [6.1.3]: what the page of backups and restore tests shows"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.ledger import GrowthPoint
from jingui.web.viewmodels.parts import Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One line of how things are: what, its tag, what was found, what to do when it is not well."""

    name: str
    tag: Tag
    finding: str
    at: datetime | None = None
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place; `room` in words, "" where nobody can say."""

    name: str
    tag: Tag
    at: datetime | None
    room: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupRow:
    """A backup of the history."""

    id: int
    name: str
    kind: str
    tag: Tag
    started: datetime
    took: str
    size: str
    places: tuple[str, ...]
    digest: str
    note: str
    expires: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRow:
    """A restore test of the history."""

    backup: str
    kind: str
    tag: Tag
    started: datetime
    took: str
    size: str
    rate: str
    patients: int
    mismatches: int
    href: str
    download: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupsPage:
    """protect/backups.html."""

    embedded: bool
    states: tuple[State, ...]
    well: bool
    running: str
    done: int
    of: int
    places: tuple[PlaceRow, ...]
    rows: tuple[BackupRow, ...]
    tests: tuple[TestRow, ...]
    points: tuple[GrowthPoint, ...]
    finding: str
    advice: tuple[str, ...]
    asks: bool
    actions: tuple[Link, ...] = ()
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRow:
    """A step of a restore test."""

    name: str
    tag: Tag
    took: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """protect/backup_report.html: one restore test as its signed report has it."""

    title: str
    row: TestRow
    steps: tuple[StepRow, ...]
    facts: tuple[tuple[str, str], ...]
    key: str
    note: str

"""三（二）2, 六（一）4 纸质病案: what the door tells of volumes, loans, counts, waste [3.2.2] [4.1.2] [6.1.4]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanShown:
    """A file of scanned pages. `checked`: clean, or none where no virus scanner is configured."""

    name: str
    media: str
    body: bytes
    checked: str


class VolumeLine(NamedTuple):
    """A volume in a list. `number` is the 病案号, `where` its board in words, `late` overdue at its department."""

    id: str
    patient: str
    code: str
    number: str
    medium: str
    n: int
    pages: int
    state: str
    retention_class: str
    since: datetime
    department: int = 0
    custodian: str = ""
    where: str = ""
    late: bool = False


class DepartmentCount(NamedTuple):
    """What a department keeps, and how much of it should have been handed over."""

    department: int
    name: str
    kept: int
    late: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The archive's counts. `departments`: of the whole house, or the asker's own."""

    states: Mapping[str, int]
    departments: tuple[DepartmentCount, ...]
    loans: int
    overdue: int
    mine: int
    offers: int
    taking: int  # an open stock-taking, 0 for none


@dataclass(frozen=True, slots=True, kw_only=True)
class Volumes:
    """Some volumes; `total` of all that fit."""

    rows: tuple[VolumeLine, ...]
    total: int


class RoomLine(NamedTuple):
    """A storeroom and how full it is."""

    id: int
    name: str
    place: str
    kind: str
    person: str
    capacity: int
    boards: int
    volumes: int
    lent: int
    ended: datetime | None


class BoardLine(NamedTuple):
    """A board: what its label says, what lies on it."""

    code: str
    row: str
    shelf: str
    board: str
    capacity: int
    volumes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The storerooms; of one asked for, its boards."""

    rows: tuple[RoomLine, ...]
    boards: tuple[BoardLine, ...] = ()


class OfferLine(NamedTuple):
    """A hand-over list."""

    id: int
    department: int
    giver: str
    taker: str
    state: str
    offered: datetime
    accepted: datetime | None
    volumes: int
    digest: str
    mine: bool  # the asker gave it


class OfferedVolume(NamedTuple):
    """A line of a hand-over list."""

    code: str
    number: str
    medium: str
    n: int
    pages: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """Hand-over lists; of one asked for, its lines, ticks and remarks."""

    rows: tuple[OfferLine, ...]
    volumes: tuple[OfferedVolume, ...] = ()
    checks: tuple[str, ...] = ()
    note: str = ""
    taken: str = ""


class LoanLine(NamedTuple):
    """A loan."""

    id: str
    volume: str
    patient: str
    code: str
    number: str
    borrower: str
    department: str
    place: str
    purpose: str
    lent: datetime
    due: datetime
    renewals: int
    reminded: datetime | None
    state: str
    returned: datetime | None
    condition: str
    mine: bool
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Loans:
    """Some loans; `total` of all that fit."""

    rows: tuple[LoanLine, ...]
    total: int


class ScanLine(NamedTuple):
    """A scanned file of a volume."""

    id: str
    name: str
    media: str
    pages: int
    checked: str
    person: str
    at: datetime
    gone: bool


class Event(NamedTuple):
    """Something that happened to a volume, by the ledger."""

    entry: str
    at: datetime
    verb: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeView:
    """One volume: where it is, who has it, what happened to it."""

    line: VolumeLine
    patient_name: str
    contents: str
    condition: str
    position: str  # code of its board
    loans: tuple[LoanLine, ...]
    scans: tuple[ScanLine, ...]
    events: tuple[Event, ...]
    borrowed: bool  # by the asker


class TakingLine(NamedTuple):
    """A stock-taking."""

    id: int
    storeroom: int
    room: str
    person: str
    state: str
    started: datetime
    ended: datetime | None
    expected: int
    counts: Mapping[str, int]


class Difference(NamedTuple):
    """A code that is not where it should be, or was not seen."""

    code: str
    outcome: str
    volume: str
    where: str  # its own board
    seen: str  # the board it was seen at
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Takings:
    """Stock-takings; of one asked for, its differences of an outcome and how many there are."""

    rows: tuple[TakingLine, ...]
    differences: tuple[Difference, ...] = ()
    total: int = 0
    explanation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What a batch of scans meant: how often each outcome, the last board, what could not be read."""

    outcomes: Mapping[str, int]
    position: str
    wrong: tuple[tuple[str, str], ...]
    progress: Mapping[str, int]
    expected: int


class Label(NamedTuple):
    """What is printed on a label: the code, and only where the setting says so the 病案号; a board's place."""

    code: str
    number: str = ""
    place: str = ""


class BagLine(NamedTuple):
    """A waste paper bag."""

    number: str
    department: int
    grams: int
    person: str
    witnesses: tuple[str, ...]
    at: datetime
    state: str
    handed: datetime | None
    taker: str
    grams_out: int
    destruction: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bags:
    """Waste paper bags and their weight together."""

    rows: tuple[BagLine, ...]
    grams: int
    grams_out: int

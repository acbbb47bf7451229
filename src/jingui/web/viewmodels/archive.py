"""三（二）2 纸质病案: what the archive's pages show [3.2.2] [4.1.2] [6.1.4]"""

from dataclasses import dataclass, field
from datetime import datetime

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: its text, a smaller line under it; `typed` was written by a user and has no language."""

    text: str = ""
    small: str = ""
    href: str = ""
    tag: Tag | None = None
    at: datetime | None = None
    under: datetime | None = None
    number: bool = False
    typed: bool = False
    mono: bool = False
    done: int = -1  # 0 to 100: a bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A list with its headings; `empty` and `teach` stand where it has no rows."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: str = ""
    teach: str = ""
    total: int = 0
    pager: Pager | None = None
    more: Link | None = None

    @property
    def labelled(self) -> tuple[tuple[tuple[str, Cell], ...], ...]:
        """The rows with each cell's heading, for narrow screens."""
        return tuple(tuple(zip(self.heads, row, strict=True)) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of the views of a page."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A form with its heading; `upload` names a field for files."""

    title: str
    form: Form
    upload: str = ""
    errors: tuple[str, ...] = ()
    note: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """archive/list.html: tables, what may be done, forms beside."""

    title: str
    lead: str
    tables: tuple[Table, ...] = ()
    acts: tuple[Link, ...] = ()
    tabs: tuple[Tab, ...] = ()
    forms: tuple[Asking, ...] = ()
    facts: tuple[tuple[str, Cell], ...] = ()
    find: Form | None = None
    prints: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelfful:
    """One shelf of a row on the map: how many of its places are taken."""

    name: str
    volumes: int
    capacity: int
    full: int
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomPage:
    """archive/room.html: the map of a storeroom, row by row."""

    title: str
    lead: str
    rows: tuple[tuple[str, tuple[Shelfful, ...]], ...]
    boards: Table
    facts: tuple[tuple[str, Cell], ...] = ()
    acts: tuple[Link, ...] = ()
    forms: tuple[Asking, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRow:
    """A line of a hand-over list, to be ticked by who takes it."""

    code: str
    shown: str
    number: str
    medium: str
    n: int
    pages: int
    state: Tag
    ticked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPage:
    """archive/offer.html"""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    checks: tuple[tuple[str, bool], ...]
    rows: tuple[OfferedRow, ...]
    note: str
    taken: str
    digest: str
    takes: bool
    withdraws: bool
    typed: str = ""
    scanned: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingPage:
    """archive/taking.html: counting on a phone."""

    title: str
    room: str
    open: bool
    seen: int
    expected: int
    counts: tuple[tuple[str, str, int, bool], ...]  # label, address, how many, current
    position: str
    where: str
    differences: Table
    most: int
    scans: str = ""
    explanation: str = ""
    wrong: tuple[tuple[str, str], ...] = ()
    errors: tuple[str, ...] = ()
    closing_errors: tuple[str, ...] = ()
    counts_may: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelShown:
    """A label as it is printed: two drawings and a few letters."""

    code: str
    shown: str
    bars: str
    squares: str
    number: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsPage:
    """archive/labels.html"""

    labels: tuple[LabelShown, ...]
    form: Form
    file: str
    codes: tuple[str, ...] = ()
    storeroom: int = 0
    errors: tuple[str, ...] = field(default=())

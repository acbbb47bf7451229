"""四（二）1 封存 [4.2.1]: the list of sealings, drawing a list, one sealing with its lists and both signatures"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One sealing in a list. `waiting`: finished records that no list names yet."""

    href: str
    name: str
    state: Tag
    sides: str
    items: int
    starts: datetime
    asks: datetime
    settled: datetime | None
    ends: datetime | None
    waiting: int
    unfinished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """release/sealings.html: everybody's, or one patient's with the ways on."""

    title: str
    lead: str
    rows: tuple[Row, ...]
    begin: tuple[Link, ...] = ()
    patient: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A record that may be listed, or is still unfinished."""

    id: str
    title: str
    version: int
    entered: datetime
    finished: bool
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingRow:
    """A row for a paper volume, film or sample, with what was typed."""

    n: int
    kind: str
    name: str
    amount: str
    place: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPage:
    """release/sealing_draw.html: what will be listed and locked."""

    title: str
    patient: Link
    records: tuple[Record, ...]
    unfinished: tuple[Record, ...]
    things: tuple[ThingRow, ...]
    kinds: tuple[Choice, ...]
    errors: tuple[str, ...] = ()
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A record on a list: exactly this version."""

    n: int
    title: str
    href: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One list, as it is printed twice. `picture` "" where the signed paper is a PDF."""

    n: int
    title: str
    drawn: datetime
    digest: str
    items: tuple[ItemRow, ...]
    things: tuple[tuple[str, str, str, str], ...]
    package: str
    size: int
    medium: str
    secret: str
    signed: datetime | None
    present: tuple[tuple[str, str], ...]
    picture: str
    paper: str
    hospital: tuple[tuple[str, str], ...]
    holds: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SealingPage:
    """release/sealing.html: what was sealed, what is to be done next; forms that do not fit the state are None."""

    row: Row
    id: str
    patient: Link
    matter: str
    rounds: tuple[RoundRow, ...]
    take: Form | None = None
    take_href: str = ""
    sign: Form | None = None
    notary: bool = False
    signed_error: str = ""
    strokes: str = ""
    drawing: str = ""
    later: bool = False
    settle: Form | None = None
    settle_error: str = ""
    unseal: str = ""
    digest: str = ""
    errors: tuple[Field, ...] = ()

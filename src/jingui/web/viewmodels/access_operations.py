"""四（一）内部查阅与使用 [4.1]: emergency access, grants, printing, statistics, controlled documents"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassPage:
    """access/glass.html. `until` is set while an emergency access of this session is open."""

    form: Form
    back: Link
    chart: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """One grant. `end` is what the button that ends it sends: (patient's public id, grant, standing)."""

    title: str
    person: PersonLine
    scope: str
    starts: datetime
    ends: datetime
    state: Tag
    about_href: str = ""
    about: str = ""
    matter_href: str = ""
    end: tuple[str, int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantsPage:
    """access/grants.html: my grants, a patient's, the standing ones, the emergency accesses."""

    title: str
    lead: str
    tabs: tuple[Link, ...]
    rows: tuple[GrantRow, ...]
    empty: str
    matter: Link | None = None
    ended: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedRecord:
    """One record on paper."""

    title: str
    kind: str
    at: datetime
    author: PersonLine
    version: int
    shown: tuple[Shown, ...]
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintPage:
    """access/print.html: a page made for paper; `entry` stands on every sheet. `withheld` is said, never hidden."""

    patient: PatientHeader
    records: tuple[PrintedRecord, ...]
    entry: str
    at: datetime
    person: str
    withheld: int = 0
    more: str = ""
    fields: tuple[tuple[str, str], ...] = ()  # sent again for the next part
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """One line of a count."""

    who: str
    what: str
    code: str
    orders: int
    quantity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatisticsPage:
    """access/statistics.html: before, during and after the one run. `share` is 0–100."""

    scope: tuple[tuple[str, str], ...]
    matter_href: str
    cursor: str = ""
    begun: bool = False
    done: bool = False
    read: int = 0
    total: int = 0
    share: int = 0
    unreadable: int = 0
    rows: tuple[CountRow, ...] = ()
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A controlled document in the register, and how the reader stands to it."""

    href: str
    title: str
    code: str
    kind: str
    n: int
    effective: datetime
    state: Tag
    until: datetime | None
    acknowledged: int
    needed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPage:
    """access/documents.html."""

    rows: tuple[DocumentRow, ...]
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRow:
    """Somebody who owes an acknowledgement."""

    person: PersonLine
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """access/document.html. `owed`: the reader has still to acknowledge it; `asked` says that content waits for it."""

    title: str
    code: str
    kind: str
    n: int
    effective: datetime
    paragraphs: tuple[str, ...]
    digest: str
    owed: bool
    undertaking: bool
    asked: bool
    mine: datetime | None
    until: datetime | None
    missing: tuple[MissingRow, ...] | None = None
    acknowledged: int = 0
    needed: int = 0
    next: str = ""

"""四（一）内部查阅与使用 [4.1.1] [4.1.3]: finding a patient, the chart"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import Category, EncounterKind, RecordState
from jingui.web.viewmodels.diff import Change
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A patient that the search found. `id_card` comes masked; `matched` says by what it was found."""

    href: str
    name: str
    sex: str
    birth: date | None
    mrn: str
    id_card: str = ""
    place: str = ""
    last_visit: datetime | None = None
    matched: str = ""
    tags: tuple[Tag, ...] = ()
    acts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """access/search.html. `found` is None before the first search. Terms come by POST, never in an address."""

    form: Form
    found: tuple[Found, ...] | None = None
    truncated: bool = False
    register_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHeader:
    """Who it is. `label` replaces the name where a pseudonym or 保密 alias must stand."""

    href: str
    name: str
    sex: str
    birth: date | None
    mrn: str
    tags: tuple[Tag, ...] = ()
    died: date | None = None
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterLine:
    """A stay or visit; `end` None while it lasts."""

    id: str
    kind: EncounterKind
    department: str
    start: datetime
    end: datetime | None = None
    physician: str = ""
    diagnosis: str = ""
    href: str = ""
    current: bool = False
    count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One record of the chart. `flag` is ↑ or ↓ and `flag_text` its word.

    `corrected` shows in place what the newest version corrected.
    """

    href: str
    at: datetime
    title: str
    category: Category
    author: PersonLine
    state: RecordState = RecordState.ENTERED
    summary: str = ""
    kind: str = ""
    value: str = ""
    flag: str = ""
    flag_text: str = ""
    code: str = ""
    versions: int = 1
    corrected: tuple[Change, ...] = ()
    reason: str = ""
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineGroup:
    """A day of one stay."""

    title: str
    day: date
    items: tuple[TimelineItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryFilter:
    """One of the eight kinds of clause 一（二）, or None for all."""

    category: Category | None
    count: int
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderLine:
    """Who opened this chart last."""

    person: PersonLine
    at: datetime
    verb_text: str = ""
    entry_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """A volume on the shelf, or on loan."""

    title: str
    place: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """access/chart.html. `readers` None and `paper` None mean that this part is not built or not for this person.

    `older` is where the next page begins: it holds a clinical date, so it is posted and never stands in an address;
    `newest_href` leads back to the first page, "" on it.
    """

    patient: PatientHeader
    encounters: tuple[EncounterLine, ...]
    timeline: tuple[TimelineGroup, ...]
    filters: tuple[CategoryFilter, ...]
    why: Why
    readers: tuple[ReaderLine, ...] | None = None
    readers_total: int = 0
    readers_href: str = ""
    paper: tuple[PaperLine, ...] | None = None
    actions: tuple[Link, ...] = ()
    withheld: int = 0
    owed: str = ""  # consents still to be obtained, in words
    older: str = ""
    newest_href: str = ""

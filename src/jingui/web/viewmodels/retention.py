"""三（一）3 保存期限与销毁 [3.1.3]: a patient's terms and holds, the calendar, what is due, the register of lists"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.web.viewmodels.form import Choice, Form
from jingui.web.viewmodels.parts import Column, Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A warning about the time that terms are judged by; "" while it is confirmed."""

    today: date
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRow:
    """One class of a patient: until when, and each fact in words."""

    name: str
    until: date | None
    reasons: tuple[str, ...]
    state: Tag
    records: int
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold. `lift` where two people may end it here."""

    kind: str
    reason: str
    starts: datetime
    ends: datetime | None
    state: Tag
    about: str
    href: str = ""
    lift: str = ""  # the hold's number


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage:
    """keep/retention.html: a patient's terms, holds, and the forms to place or lift one."""

    title: str
    patient: Link
    clock: Clock
    classes: tuple[ClassRow, ...]
    holds: tuple[HoldRow, ...]
    place: Form | None
    errors: tuple[str, ...] = ()
    begin: tuple[Link, ...] = ()
    linked: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthRow:
    """A month of the calendar; `month` "" for what has no date."""

    month: str
    counts: tuple[int, ...]
    total: int
    held: int
    past: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage:
    """keep/calendar.html: how much comes due when, with other years for trial."""

    title: str
    clock: Clock
    names: tuple[str, ...]
    rows: tuple[MonthRow, ...]
    form: Form
    due: int
    due_now: int
    trial: bool
    tabs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A class of a patient that is due. `value` names it in the form; "" where it may not be chosen."""

    n: int
    value: str
    name: str
    href: str
    which: str
    department: str
    until: date
    reasons: tuple[str, ...]
    state: Tag | None
    chosen: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """keep/due.html: what is due; the chosen lines become a list."""

    title: str
    clock: Clock
    columns: tuple[Column, ...]
    rows: tuple[DueRow, ...]
    classes: tuple[Choice, ...]
    departments: tuple[Choice, ...]
    which: str
    department: str
    order: str
    pager: Pager
    reason: str
    may_plan: bool
    errors: tuple[str, ...] = ()
    tabs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRow:
    """A list in the register."""

    href: str
    number: str
    opened: datetime
    states: tuple[Tag, ...]
    decided: str
    done: datetime | None
    certificate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage:
    """keep/destructions.html: every list, newest first."""

    title: str
    rows: tuple[ListRow, ...]
    pager: Pager
    tabs: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line of a list; nobody is named any more once it was destroyed."""

    number: str
    who: str
    href: str
    which: str
    expired: date
    records: int
    volumes: int
    state: Tag
    why: str
    at: datetime | None
    people: str
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """keep/destruction.html: one list; `destroy` offers the first person's word, `paper` the entry of torn paper."""

    title: str
    matter: Link
    rows: tuple[LineRow, ...]
    pager: Pager
    destroy: bool
    paper: Form | None
    certificate: str = ""
    side: str = ""
    errors: tuple[str, ...] = ()

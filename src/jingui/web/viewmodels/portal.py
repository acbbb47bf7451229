"""一（三）2 患者门户 [1.3.2]: what patients see: their record, who read it, what they allowed and closed"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.web.viewmodels.access import CategoryFilter, EncounterLine, PatientHeader, TimelineItem
from jingui.web.viewmodels.accounts import Account
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.matters import Told
from jingui.web.viewmodels.parts import ClauseRef, Link, Pager, Tag
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """portal/sign_in.html. `reason` says why one stands here again."""

    form: Form
    reason: str = ""
    demo: tuple[Account, ...] = ()
    demo_password: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """portal/password.html: the first password of one's own (`first`), or another one."""

    form: Form
    rules: tuple[str, ...]
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """portal/account.html: password, second factors; `number` is what one signs in with."""

    number: str
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Records of one day."""

    day: date
    items: tuple[TimelineItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartPage:
    """portal/chart.html. `withheld` records are not shown yet, and the page says why."""

    patient: PatientHeader
    days: tuple[Day, ...]
    visits: tuple[EncounterLine, ...]
    filters: tuple[CategoryFilter, ...]
    withheld: int
    older: str = ""
    newest_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """portal/record.html: one record in plain words."""

    title: str
    kind: str
    at: datetime
    entered: datetime
    version: int
    shown: tuple[Shown, ...]
    tags: tuple[Tag, ...]
    back: str
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRecord:
    """A record that was read; `href` opens it."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """One reading: when, by which post, what for, on which rule, what, and its proof."""

    id: str
    at: datetime
    what: str
    who: str
    purpose: str
    reason: str
    clauses: tuple[ClauseRef, ...]
    records: tuple[SeenRecord, ...]
    more: int
    tags: tuple[Tag, ...]
    index: int | None
    proof: str
    objection: str
    closes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersPage:
    """portal/readers.html. `news` is asked for one bit while `newest` is the newest entry known."""

    lines: tuple[SeenLine, ...]
    own: tuple[SeenLine, ...]
    filters: tuple[tuple[str, str, bool], ...]
    newest: str
    news: str
    pager: Pager | None
    restrict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionItem:
    """One restriction; `lift` is its number, 0 when it no longer holds."""

    against: str
    categories: str
    starts: datetime
    ends: datetime | None
    state: Tag
    lift: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionsPage:
    """portal/restrictions.html: what I closed, what follows from it, and the form."""

    items: tuple[RestrictionItem, ...]
    form: Form
    entry: str = ""  # the reading that names the person


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentItem:
    """One consent; `withdraw` is its number, 0 when there is nothing to withdraw."""

    what: str
    recipient: str
    purpose: str
    since: datetime
    until: datetime | None
    state: Tag
    withdraw: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedItem:
    """What went to one institution, or the notice that followed; `withdraw` is the consent's number, 0 for none."""

    partner: str
    purpose: str
    ground: str
    what: str
    made: datetime
    received: datetime | None
    state: Tag
    withdraw: int
    notice: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPage:
    """portal/shared.html."""

    items: tuple[SharedItem, ...]
    hidden: int
    consents: str  # where a consent is withdrawn
    pager: Pager | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsPage:
    """portal/consents.html."""

    items: tuple[ConsentItem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage:
    """portal/ask.html: an objection to a reading (`entry`), or a correction asked for."""

    title: str
    entry: str
    back: str
    form: Form
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterItem:
    """Something the patient asked for."""

    title: str
    href: str
    opened: datetime
    due: datetime | None
    state: Tag
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MattersPage:
    """portal/matters.html."""

    items: tuple[MatterItem, ...]
    begin: tuple[Link, ...] = ()  # what may be asked for
    pager: Pager | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterMove:
    """One step of its history; `who` is a department and post."""

    what: Tag
    who: str
    at: datetime
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyItem:
    """A copy that was made of it, and what happens with it next."""

    href: str
    number: str
    state: Tag
    next: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPage:
    """portal/matter.html: `next` says what happens and until when; `edit` leads to the form of an unfinished one."""

    item: MatterItem
    told: tuple[Told, ...]
    entry: str
    next: str
    moves: tuple[MatterMove, ...]
    copies: tuple[CopyItem, ...] = ()
    edit: str = ""
    withdraw: bool = False
    appeal: bool = False
    comment: str = ""
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPage:
    """portal/window.html: opening and ending at the window. `slip` is shown once, right after it was made."""

    opening: Form
    ending: Form
    number: str = ""
    code: str = ""
    until: datetime | None = None
    back: str = ""

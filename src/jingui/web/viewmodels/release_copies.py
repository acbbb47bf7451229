"""四（二）1 复制件: what the office's and the portal's pages of copies show [4.2.1]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.matters import Told
from jingui.web.viewmodels.parts import Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """A copy in a list."""

    href: str
    number: str
    patient: str
    applicant: str
    kind: str
    route: str
    state: Tag
    prepared: datetime
    pages: int
    due: datetime | None = None
    overdue: bool = False
    paid: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRow:
    """An approved application that has no copy yet; `href` leads to making one."""

    href: str
    matter: int
    kind: str
    patient: str
    opened: datetime
    approved: datetime | None
    due: datetime
    overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesPage:
    """release/copies.html: the office's list, the overdue ones first; or the applications without a copy."""

    tabs: tuple[Link, ...]
    state: str
    rows: tuple[CopyRow, ...]
    form: Form
    empty: str
    pager: Pager | None = None
    may_start: bool = False
    seals_href: str = ""
    orders: tuple[OrderRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePage:
    """release/make.html: an approved application, the copies made of it, and the making of one."""

    title: str
    patient: str
    matter: Link
    rows: tuple[CopyRow, ...]
    lines: tuple["PaperLine", ...]
    replaces: str = ""
    replaced: str = ""  # its number
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLine:
    """Pages of a paper volume, as typed."""

    n: int
    volume: str = ""
    first: str = ""
    last: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """A record in a copy, by its visit."""

    title: str
    kind: str
    version: int
    at: datetime | None
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A station of a copy's way: who did it and when, "" while it is still to come."""

    name: str
    who: str = ""
    at: datetime | None = None
    now: bool = False
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """The pad or the paper that was looked at; what was drawn is not lost."""

    errors: tuple[str, ...] = ()
    drawing: str = ""
    strokes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPage:
    """release/copy.html: one copy with what may be done with it now. A form that is None is not this person's now."""

    number: str
    state: Tag
    patient: Link
    applicant: str
    matter: Link
    basis: str
    stages: tuple[Stage, ...]
    contents: tuple[Content, ...]
    counted: str
    unfinished: tuple[str, ...]
    withheld: int
    volumes: tuple[str, ...]
    told: tuple[Told, ...]
    facts: tuple[tuple[str, str], ...]
    preview: str
    file: str
    side: str
    size: str
    digest: str
    lacking: str
    pages: int
    replaces: Link | None = None
    replaced: Link | None = None
    ended: str = ""
    confirm: Form | None = None
    signing: Signing = Signing()
    charge: Form | None = None
    stamp: Form | None = None
    hand: Form | None = None
    hand_route: str = ""
    revoke: Form | None = None
    again: str = ""  # where a new one that replaces it is made
    done: str = ""  # the form that was just sent, so that its errors are said on top
    errors: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms that stand on the page."""
        return tuple(one for one in (self.confirm, self.charge, self.stamp, self.hand, self.revoke) if one is not None)

    @property
    def wrong(self) -> tuple[tuple[Field, str], ...]:
        """Every field with what is wrong with it."""
        return tuple((field, text) for form in self.forms for field in form.fields for text in field.errors)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    """One use of a seal."""

    at: datetime
    seal: str
    medium: str
    person: str
    witness: str
    number: str
    href: str
    matter_href: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealsPage:
    """release/seals.html: 用印登记."""

    rows: tuple[SealRow, ...]
    form: Form
    since: str
    until: str
    file: str
    pager: Pager | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsCopy:
    """portal/copy.html: a copy as the patient sees it: what is in it, whether it is right, the file."""

    number: str
    title: str
    state: Tag
    said: str  # what happens next, in plain words
    contents: tuple[Content, ...]
    counted: str
    unfinished: tuple[str, ...]
    withheld: int
    volumes: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    back: str
    basis: str = ""  # there is something to confirm
    preview: str = ""
    file: str = ""
    side: str = ""
    until: datetime | None = None
    digest: str = ""
    replaced: str = ""
    ended: str = ""
    errors: tuple[str, ...] = ()

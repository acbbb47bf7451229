"""二（一）3 敏感信息 [2.1.3]: consents of a chart, the form that is signed, the paper as it is printed"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Link, Tag, Why


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRow:
    """One consent. `withdraw_href` is "" where there is nothing to withdraw."""

    title: str
    state: Tag
    labels: tuple[Tag, ...]
    scope: str
    party: str
    starts: datetime
    ends: datetime | None
    paper_href: str = ""
    withdraw_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedRow:
    """A sensitive item without any word of the patient about it."""

    label: str
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsPage:
    """collect/consents.html"""

    patient: PatientHeader
    rows: tuple[ConsentRow, ...]
    owed: tuple[OwedRow, ...]
    hidden: int
    minor: bool
    why: Why
    give: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A sensitive item that the consent may name, with what the patient is told of it in both languages."""

    value: str
    label: str
    told: str
    told_en: str
    chosen: bool = False
    owed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What must be mended, and where it stands on the page."""

    anchor: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GivePage:
    """collect/give.html. Everything that was typed, chosen or drawn stands in it again after a mistake."""

    patient: PatientHeader
    title: str
    kind: str
    kinds: tuple[Choice, ...]
    items: tuple[Item, ...]  # chosen or owed
    others: tuple[Item, ...]
    items_error: str
    rights: tuple[tuple[str, str], ...]
    fields: tuple[Field, ...]
    agreed: str
    told: bool
    told_error: str
    drawing: str
    strokes: str
    signed_error: str
    limit: int  # kilobytes of a scan
    back: str
    wrong: tuple[Wrong, ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPage:
    """collect/withdraw.html"""

    patient: PatientHeader
    row: ConsentRow
    back: str
    reason: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """collect/paper.html: the consent as it was signed. `told` comes in pairs of languages; `image` "" for a PDF."""

    patient: PatientHeader
    title: str
    state: Tag
    told: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    image: str
    file: str
    back: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRow:
    """A patient with consents still owed."""

    href: str
    name: str
    mrn: str
    items: int
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """collect/due.html"""

    rows: tuple[DueRow, ...]
    whole_house: bool

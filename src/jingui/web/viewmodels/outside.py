"""四（二）3 院外查阅 [4.2.3]: the office's list and slip; what the person from outside sees"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.portal import Day
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """release/outside_sign_in.html"""

    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """release/outside_home.html: one patient's record; `until` it ends by itself."""

    patient: PatientHeader
    name: str
    institution: str
    until: datetime
    days: tuple[Day, ...]
    withheld: int
    older: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """release/outside_record.html"""

    title: str
    kind: str
    at: datetime
    version: int
    shown: tuple[Shown, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One access in the office's list."""

    href: str
    patient: str
    name: str
    institution: str
    starts: datetime
    ends: datetime
    state: Tag
    tell_by: datetime | None
    told: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """release/outside_list.html"""

    tabs: tuple[Link, ...]
    rows: tuple[Row, ...]
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsidePage:
    """release/outside.html: `code` "" once it was used or ran out."""

    row: Row
    number: str
    code: str
    code_until: datetime | None
    uscc: str
    licence: str
    ground: str
    patient: Link
    address: str
    matter: str
    telling: Form | None
    ending: Form | None

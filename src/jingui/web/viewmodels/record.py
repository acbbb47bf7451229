"""二（二）录入规范 [2.2.4] [1.3.3]: one record, its versions, its life"""

from dataclasses import dataclass
from datetime import datetime

from jingui.core.words import Category, RecordState
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.diff import Change
from jingui.web.viewmodels.parts import EntryLine, Link, PersonLine, Tag, Why
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version: who, when, why; never overwritten."""

    number: int
    at: datetime
    author: PersonLine
    reason: str = ""
    href: str = ""
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureLine:
    """A signature under one version; `tag` says whether it still agrees with the stored bytes."""

    kind: str
    person: PersonLine
    at: datetime
    version: int
    tag: Tag
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """access/record.html. `raw` is the stored JSON, indented; `changes` compare with the version before."""

    patient: PatientHeader
    title: str
    kind: str
    category: Category
    state: RecordState
    at: datetime
    author: PersonLine
    version: int
    shown: tuple[Shown, ...]
    versions: tuple[VersionLine, ...]
    changes: tuple[Change, ...] = ()
    raw: str = ""
    why: Why
    life_href: str = ""
    late_reason: str = ""
    entered: datetime | None = None  # this version
    reason: str = ""  # why this version corrected the one before
    tags: tuple[Tag, ...] = ()
    actions: tuple[Link, ...] = ()
    signatures: tuple[SignatureLine, ...] = ()
    print_href: str = ""
    copy_href: str = ""  # where a copied text is reported, also by who may not copy: then it is refused and entered
    may_copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A station of a record's life; `done` False for what is still to come."""

    label: str
    who: str = ""
    at: datetime | None = None
    text: str = ""
    done: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class LifePage:
    """access/life.html: from collection to destruction certificate, each step with its ledger entry.

    `patient` None: the life of a record is shown to people who may not learn whose it is.
    """

    patient: PatientHeader | None
    title: str
    record_href: str
    stages: tuple[Stage, ...]
    events: tuple[EntryLine, ...]

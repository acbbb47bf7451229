"""四（一）内部查阅与使用 [4.1.1]: the desk: what waits for me"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import EncounterKind
from jingui.web.viewmodels.parts import EntryLine, PersonLine, Tag
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPatient:
    """One of my patients: enough to pick the right one, no more. `sex` is the word shown."""

    href: str
    name: str
    sex: str
    birth: date | None
    mrn: str
    kind: EncounterKind
    place: str
    since: datetime
    tags: tuple[Tag, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that waits for me, until `due` if it has a deadline."""

    title: str
    detail: str
    href: str
    due: datetime | None = None
    tag: Tag | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """desk/desk.html. `has_ward` is False for people who treat nobody: their desk has no list of patients."""

    patients: tuple[DeskPatient, ...]
    waiting: tuple[Waiting, ...]
    recent: tuple[EntryLine, ...]
    scope: str = ""
    has_ward: bool = True
    mine: bool = False
    more_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPage:
    """desk/waiting.html: what waits for a second person, and what became of the others."""

    waiting: tuple[Waiting, ...]
    settled: tuple[Waiting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """desk/proposal.html. `digest` stands for exactly what is shown; confirming sends it back.

    `may_decide` is for a qualified second person, `mine` for the proposer; `open` while nobody decided.
    """

    title: str
    proposer: PersonLine
    at: datetime
    expires: datetime
    state: Tag
    shown: tuple[Shown, ...]
    digest: str
    purpose: str = ""
    patient_href: str = ""
    mine: bool = False
    open: bool = True
    may_decide: bool = False

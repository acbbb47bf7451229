"""四（二）1 复制病历: what the window's and the portal's pages of an application for copies show [4.2.1]"""

from dataclasses import dataclass, replace
from datetime import date

from jingui.web.viewmodels.access import Found, PatientHeader
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.matters import Asked, PaperAsked, PaperShown
from jingui.web.viewmodels.parts import ClauseRef, Link
from jingui.web.viewmodels.release_copies import CopyRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage:
    """release/start.html: whose record is to be copied."""

    form: Form
    found: tuple[Found, ...] | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KindCard:
    """An applicant kind: whom it is for and which papers they bring; `needed` ones first, `others` where they apply."""

    kind: str
    title: str
    purpose: str
    needed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsPage:
    """release/kinds.html. Those in `unfit` do not apply to this patient, and `why` says so.

    Without `patient` the page was reached by an address alone: it names nobody before the application is begun.
    """

    action: str
    key: str
    patient: PatientHeader | None
    cards: tuple[KindCard, ...]
    unfit: tuple[KindCard, ...] = ()
    why: str = ""
    before: tuple[CopyRow, ...] = ()  # copies that were made of this record
    clauses: tuple[ClauseRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage:
    """portal/copies_ask.html: what asking takes, before it is begun."""

    title: str
    purpose: str
    key: str
    back: str
    steps: tuple[str, ...]
    days: int
    fee: str
    kept: int
    clauses: tuple[ClauseRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit that may be ticked."""

    value: str
    label: str
    start: date
    end: date | None = None
    chosen: bool = False


def ticked(visit: Visit, chosen: set[str]) -> Visit:
    """The visit, ticked if it is among the chosen ones."""
    return replace(visit, chosen=visit.value in chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A question; `when` "name value": only while that one has that answer; `card`: its check digit is told at once."""

    asked: Asked
    when: str = ""
    card: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the form: its questions in the order people answer them; `visits` may be ticked here."""

    title: str
    asked: tuple[Ask, ...]
    hint: str = ""
    visits: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyPage:
    """release/apply.html and portal/copies_apply.html: the application being written.

    `visits` may be ticked instead of typed; `papers` stand with what was brought already.
    """

    title: str
    purpose: str
    patient: str
    state: str
    sections: tuple[Section, ...]
    papers: tuple[PaperAsked, ...]
    steps: tuple[str, ...]
    back: Link
    revision: int = 0
    visits: tuple[Visit, ...] = ()
    errors: tuple[str, ...] = ()
    clauses: tuple[ClauseRef, ...] = ()
    returned: str = ""  # what whoever returned it wrote

    @property
    def wrong(self) -> bool:
        """Whether anything must be mended."""
        asked = any(one.asked.errors for section in self.sections for one in section.asked)
        return bool(self.errors) or asked or any(one.errors for one in self.papers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One line of check-your-answers: question, answer, where to change it, what is wrong with it."""

    label: str
    text: str
    change: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPart:
    """A part of check-your-answers."""

    title: str
    lines: tuple[Checked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPaper:
    """A paper in check-your-answers; missing when it is required and nothing was brought."""

    label: str
    change: str
    brought: tuple[PaperShown, ...] = ()
    missing: bool = False
    required: bool = True
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """release/check.html and portal/copies_check.html: everything once more before it is handed in."""

    title: str
    patient: str
    parts: tuple[CheckedPart, ...]
    papers: tuple[CheckedPaper, ...]
    back: Link
    change: str
    declared: str  # what is said by handing it in
    errors: tuple[str, ...] = ()
    days: int = 0

    @property
    def lacking(self) -> int:
        """How many required papers are missing."""
        return sum(1 for one in self.papers if one.missing)

    @property
    def wrong(self) -> bool:
        """Whether anything must be mended."""
        lines = any(line.errors for part in self.parts for line in part.lines)
        return bool(self.errors) or lines or any(one.errors for one in self.papers)

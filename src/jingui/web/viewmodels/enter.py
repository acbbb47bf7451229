"""二（二）3 录入规范: a form as a person fills it, checked answers, two windows side by side [2.2.2] [2.2.3]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.diff import Part
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Link, PersonLine, Tag

Control = Literal["line", "area", "number", "day", "moment", "radio", "select", "code", "rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of a template. `values` is what stands in its boxes, as typed; one of them unless it `repeats`.

    `previous` is what F2 takes over; `echo` says how a date or a code was understood; `lookup` is the picker's address.
    `rows` are the lines of a group, each with its own questions; `id` is then a path (group.row.link).
    """

    id: str
    label: str
    control: Control
    values: tuple[str, ...] = ("",)
    required: bool = False
    conditional: bool = False
    repeats: bool = False
    unit: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    lookup: str = ""
    previous: str = ""
    previous_at: datetime | None = None
    echo: str = ""
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    element: str = ""
    purpose: str = ""
    sensitive: bool = False
    maxlength: int = 0
    autofocus: bool = False
    rows: tuple[tuple["Question", ...], ...] = ()

    @property
    def name(self) -> str:
        """The form field's name: answers never meet the form's own fields."""
        return f"a.{self.id}"

    @property
    def anchor(self) -> str:
        """The id that links lead to."""
        return f"q-{self.id}"

    @property
    def value(self) -> str:
        """The first box."""
        return self.values[0] if self.values else ""

    @property
    def described_by(self) -> str:
        """What a screen reader says after the label."""
        parts = (("hint", self.hint), ("error", self.errors), ("warning", self.warnings), ("echo", True))
        return " ".join(f"{self.anchor}-{part}" for part, there in parts if there)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the form with its own heading; `missing` required questions of it are still open."""

    id: str
    title: str
    questions: tuple[Question, ...]
    missing: int = 0

    @property
    def anchor(self) -> str:
        """The id that links lead to."""
        return f"s-{self.id}"

    @property
    def every(self) -> tuple[Question, ...]:
        """Its questions, those of rows included."""
        rows = ((question, *(one for row in question.rows for one in row)) for question in self.questions)
        return tuple(one for each in rows for one in each)


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePage:
    """enter/write.html. `revision` is that of the draft which the server keeps; `saved` None: there is none yet.

    `check` is the page that comes next, `wrong` says that this one comes back from there.
    """

    patient: PatientHeader
    title: str
    sections: tuple[Section, ...]
    here: str  # where it posts
    save: str  # where the script saves drafts
    check: str  # where what was saved is checked
    back: str
    hidden: tuple[tuple[str, str], ...] = ()
    revision: int = 0
    saved: datetime | None = None
    due: datetime | None = None
    warn_seconds: int = 0
    own: tuple[Field, ...] = ()  # the form's own questions before the template's
    last: tuple[Field, ...] = ()  # and after them
    complete: int = 0
    errors: tuple[str, ...] = ()
    notes: tuple[Tag, ...] = ()
    needs: tuple[str, ...] = ()
    correcting: str = ""

    @property
    def wrong(self) -> bool:
        """Whether anything must be mended."""
        asked = any(question.errors for section in self.sections for question in section.every)
        return bool(self.errors) or asked or any(field.errors for field in (*self.own, *self.last))


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A template that may be written now. `draft` is mine and open; `due` is this visit's deadline for it."""

    title: str
    href: str
    hint: str = ""
    due: datetime | None = None
    late: bool = False
    draft: datetime | None = None
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateGroup:
    """Templates that belong together."""

    title: str
    lines: tuple[TemplateLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """enter/choose.html: what may be written about this patient, what is due first."""

    patient: PatientHeader
    due: tuple[TemplateLine, ...]
    groups: tuple[TemplateGroup, ...]
    refused: tuple[str, ...] = ()
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One checked answer; `href` leads back to its question. `parts` shows what a correction changes in it."""

    label: str
    texts: tuple[str, ...]
    href: str
    code: str = ""
    warnings: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    long: bool = False
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerGroup:
    """A section of checked answers."""

    title: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPage:
    """enter/check.html: 核对. `own` asks why it is late or corrected, `proof` for what opens a signing session.

    `untouched` names template text that nobody changed: it may be entered, never signed.
    """

    patient: PatientHeader
    title: str
    groups: tuple[AnswerGroup, ...]
    here: str
    edit: str
    hidden: tuple[tuple[str, str], ...] = ()
    wrong: tuple[Link, ...] = ()
    warnings: tuple[str, ...] = ()
    untouched: tuple[Link, ...] = ()
    own: tuple[Field, ...] = ()
    may_sign: bool = True
    session_until: datetime | None = None
    session_text: str = ""
    needs: tuple[str, ...] = ()
    complete: int = 0
    due: datetime | None = None
    error: str = ""
    correcting: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose:
    """A field that two wrote differently; `base` is what both began from, None where nobody knows."""

    id: str
    name: str
    label: str
    base: str | None
    theirs: str
    mine: str
    chosen: Literal["", "theirs", "mine"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePage:
    """enter/merge.html: nothing was overwritten; choose each field, then go on."""

    patient: PatientHeader
    title: str
    who: str
    at: datetime | None
    fields: tuple[Choose, ...]
    here: str
    hidden: tuple[tuple[str, str], ...] = ()
    same: int = 0
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One of my drafts."""

    patient: str
    mrn: str
    title: str
    href: str
    saved: datetime
    discard: str
    due: datetime | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    correcting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsPage:
    """enter/drafts.html."""

    drafts: tuple[DraftLine, ...]
    asked: DraftLine | None = None  # to be confirmed before it is discarded


@dataclass(frozen=True, slots=True, kw_only=True)
class SignLine:
    """A document that waits for a signature, a second look or a senior's; `choose` is what the form sends."""

    title: str
    href: str
    patient: str
    mrn: str
    author: PersonLine
    at: datetime
    choose: str = ""
    due: datetime | None = None
    tags: tuple[Tag, ...] = ()
    blocked: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignList:
    """One of the lists, with the one act that its lines share."""

    kind: str  # sign | countersign | verify
    title: str
    lead: str
    act: str
    empty: str
    lines: tuple[SignLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningPage:
    """enter/signing.html: what waits for me, and the session that signs."""

    lists: tuple[SignList, ...]
    until: datetime | None = None
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """A document that is owed, by whom and since when."""

    patient: str
    mrn: str
    href: str
    write: str
    title: str
    person: PersonLine
    department: str
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many are open and overdue for a department or a person."""

    label: str
    href: str
    overdue: int
    soon: int
    open: int
    late: int = 0
    current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DuePage:
    """enter/due.html: the board of deadlines. Filters and order are addresses: no name of a patient stands in one."""

    lines: tuple[DueLine, ...]
    departments: tuple[Count, ...]
    people: tuple[Count, ...]
    states: tuple[Link, ...]
    current: str
    orders: tuple[Link, ...] = ()
    order: str = ""
    scope: str = ""
    truncated: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingLine:
    """A document of a stay as filing sees it."""

    title: str
    href: str
    tag: Tag
    text: str = ""
    act: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilingPage:
    """enter/filing.html: what a stay still lacks before it is filed."""

    patient: PatientHeader
    stay: str
    start: datetime
    end: datetime | None
    lines: tuple[FilingLine, ...]
    missing: tuple[FilingLine, ...]
    here: str
    ready: bool = False
    filed: bool = False
    recall: Link | None = None
    hidden: tuple[tuple[str, str], ...] = ()
    may_file: bool = True

"""二（二）录入: opening a form, its drafts, and what still waits for a signature [2.2.3] [2.2.1] [2.1.2]"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core.access import PatientLine
from jingui.core.capture import Fault
from jingui.core.deadlines import DeadlineLine
from jingui.core.errors import Conflict, Unprocessable
from jingui.core.word import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """OPEN_FORM. The target names the patient, and a record to correct it; `draft` continues one's own draft by key.

    Without template and draft the answer lists what may be written here.
    """

    template: str = ""
    encounter: int = 0  # record number of the visit; 0 takes the newest open one
    draft: str = ""


class FormChoice(NamedTuple):
    """A template that this actor may write for this patient."""

    template: str
    title: str
    title_en: str
    category: str
    countersign: bool
    deadline: DeadlineLine | None


class Previous(NamedTuple):
    """The last value of a field that may be taken over."""

    value: Any
    at: datetime
    author: str
    record: str


class FormVisit(NamedTuple):
    """The visit a form belongs to."""

    id: str
    number: int  # the record number, for FilledForm.encounter
    kind: str
    state: str
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedForm:
    """A form ready to be filled. `template` is a formats.capture.Template, None when only `choices` were asked for."""

    patient: PatientLine
    template: Any = None
    template_n: int = 0  # 0: as shipped
    key: str = ""  # goes back with every save and with the submission
    visit: FormVisit | None = None
    visits: tuple[FormVisit, ...] = ()
    answers: Mapping[str, Any] = field(default_factory=dict)  # the draft's, or the corrected record's
    ways: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    revision: int = 0  # of the open draft; 0 when there is none
    saved: datetime | None = None
    start: int = 0  # the version that a correction begins from
    record: str = ""  # public id of the record that is corrected
    previous: Mapping[str, Previous] = field(default_factory=dict)
    deadlines: tuple[DeadlineLine, ...] = ()  # of this visit, open ones first
    late: DeadlineLine | None = None  # the deadline of this very template that has passed: a reason is needed
    obligations: tuple[str, ...] = ()  # what the rules say will be due: countersign, review, consent_due …
    verify: bool = False  # a second person verifies afterwards
    untouched: tuple[str, ...] = ()  # linkIds whose template text is still as it came
    choices: tuple[FormChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft:
    """SAVE_DRAFT: what has been typed so far. `revision` is the one this window saw last, 0 for the first save."""

    template: str
    key: str
    answers: Mapping[str, Any]
    ways: Mapping[str, str] = field(default_factory=dict)
    device: str = ""
    encounter: int = 0
    start: int = 0  # of a correction; its record is the operation's target.record
    revision: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftSaved:
    """The draft stands: `revision` goes into the next save."""

    key: str
    revision: int
    saved: datetime
    completeness: int  # 0 to 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscardDraft:
    """DISCARD_DRAFT: one's own draft, by its key."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftsRequest:
    """READ_DRAFTS: one's own, of all patients, newest first."""

    count: int = 50


class DraftLine(NamedTuple):
    """A draft of one's own."""

    key: str
    patient: PatientLine
    template: str
    title: str
    title_en: str
    encounter: str
    record: str  # public id of the record it corrects, "" for a new one
    started: datetime
    saved: datetime
    revision: int


class Fork(NamedTuple):
    """A field that two people (or two windows) filled differently: what it was, what they wrote, what I wrote."""

    field: str
    text: str
    text_en: str
    was: Any
    theirs: Any
    mine: Any
    clash: bool  # both changed it; else one side's change can be taken over


class DraftForked(Conflict):
    """Another window of the same person saved meanwhile; nothing is lost: `theirs` is what stands, with `revision`."""

    code = "draft_forked"
    message = N_("这份草稿已在您的另一个窗口保存过。")
    next_step = N_("请对照两边的内容，选定后再保存；两边都没有丢失。")

    def __init__(self, theirs: Mapping[str, Any], revision: int, forks: tuple[Fork, ...] = ()) -> None:
        """Carry the other window's answers: the text is this very person's own."""
        super().__init__()
        self.theirs, self.revision, self.forks = theirs, revision, forks


class MergeNeeded(Conflict):
    """Somebody corrected the record first: each field as it was, as they wrote it, as I wrote it."""

    code = "merge_needed"
    next_step = N_("请逐项对照原文、他人的修改和您的修改，选定后再提交；您填写的内容没有丢失。")

    def __init__(self, forks: tuple[Fork, ...], version: int) -> None:
        """Carry the fields and the version to begin from next."""
        super().__init__()
        self.forks, self.version = forks, version


class Difference(NamedTuple):
    """A field of one version against the version before it."""

    field: str
    text: str
    text_en: str
    old: Any
    new: Any


class FormFaults(Unprocessable):
    """The form is not right yet: every fault by path, with a msgid and its data; what was typed is kept as a draft."""

    code = "form_faults"
    message = N_("表单内容不符合要求，尚未提交。")
    next_step = N_("请按提示修改后重新提交；您填写的内容没有丢失。")

    def __init__(self, faults: tuple[Fault, ...], warnings: tuple[Fault, ...] = ()) -> None:
        """List them."""
        super().__init__(places=tuple((one.path, one.text) for one in faults))
        self.faults, self.warnings = faults, warnings

"""四（二）4 教学科研 [4.2.4]: the register, studies, extracts with their risk, counts, samples"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRow:
    """An ethics approval in the register."""

    number: str
    title: str
    person: PersonLine
    fields: str
    most: int
    identifiable: bool
    starts: datetime
    ends: datetime
    state: Tag
    end_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """A study in the list."""

    href: str
    title: str
    kind: str
    number: str
    person: PersonLine
    ends: datetime
    state: Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesPage:
    """research/studies.html: the studies one may see, the register, and what one may do."""

    studies: tuple[StudyRow, ...]
    approvals: tuple[ApprovalRow, ...]
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePage:
    """research/form.html: a form, with a paper to bring where `file` names it."""

    title: str
    lead: str
    form: Form
    crumb: Link
    file: str = ""
    file_errors: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauge:
    """One measure against its bound, in parts of `whole`; `bar` and `mark` are 0–1000. `good` None: no bound."""

    name: str
    value: str
    bound: str
    bar: int
    mark: int | None
    good: bool | None
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuasiRow:
    """A quasi-identifier: its step in words, values before and after, what it adds to the risk."""

    name: str
    step: str
    before: int
    after: int
    adds: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many groups of one size there are; `height` 0–100."""

    label: str
    count: int
    height: int
    x: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A checker's word."""

    person: PersonLine
    said: Tag
    at: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractCard:
    """An extract of a study: risk, verdicts, and the buttons that are this reader's."""

    id: int
    title: str
    state: Tag
    form: str
    recipient: PersonLine
    made: datetime
    released: datetime | None
    ends: datetime | None
    disposed: datetime | None
    rows: int
    held: int
    manifest: str
    stopped: str
    share: int
    looked: int
    total: int
    gauges: tuple[Gauge, ...]
    quasi: tuple[QuasiRow, ...]
    bars: tuple[Bar, ...]
    left_out: tuple[tuple[str, str], ...]
    verdicts: tuple[Verdict, ...]
    said: int
    taken: bool
    soon: bool
    may: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyPage:
    """research/study.html."""

    id: int
    title: str
    facts: tuple[tuple[str, str], ...]
    cohort: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]
    state: Tag
    matter_href: str
    extracts: tuple[ExtractCard, ...]
    plans: bool
    reidentify_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoingPage:
    """research/going.html: an extract is being made."""

    back: Link
    share: int
    looked: int
    total: int
    rows: int
    files: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePage:
    """research/sample.html: rows as they would leave."""

    back: Link
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPage:
    """research/cohort.html: the question, how far the count is, its answer."""

    form: Form
    going: bool = False
    cursor: str = ""
    hidden_fields: tuple[tuple[str, str], ...] = ()
    share: int = 0
    looked: int = 0
    total: int = 0
    answer: str = ""
    left: int = 0
    apply: Link | None = None

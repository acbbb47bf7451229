"""一（三）2 事项: what the pages of matters show [1.3.1] [1.3.4]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Described, Form
from jingui.web.viewmodels.parts import ClauseRef, Link, Pager, PersonLine, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a question."""

    value: str
    label: str
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked(Described):
    """A question of the row as a form shows it; `kind` is its Ask word. What was typed stands in `value`."""

    name: str
    label: str
    kind: str
    value: str = ""
    hint: str = ""
    required: bool = True
    options: tuple[Option, ...] = ()
    errors: tuple[str, ...] = ()
    maxlength: int = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAsked:
    """A paper of the check-list: what is there already, and where to put another."""

    name: str
    label: str
    hint: str = ""
    required: bool = True
    brought: tuple["PaperShown", ...] = ()
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """A paper that is there."""

    name: str
    href: str
    size: str
    person: PersonLine
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of matter one may start."""

    id: str
    title: str
    purpose: str
    href: str
    clauses: tuple[ClauseRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsPage:
    """matters/kinds.html: what may be asked for; `elsewhere` start from a patient or a record."""

    kinds: tuple[Kind, ...]
    elsewhere: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterRow:
    """A matter in a list."""

    href: str
    title: str
    state: Tag
    step: str
    starter: PersonLine
    patient: str
    opened: datetime
    due: datetime | None = None
    overdue: bool = False
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MattersPage:
    """matters/matters.html."""

    tabs: tuple[Link, ...]
    which: str
    rows: tuple[MatterRow, ...]
    form: Form
    waiting: int
    pager: Pager | None = None
    may_start: bool = True
    may_lend: bool = True
    empty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage:
    """matters/form.html: a matter being written. `steps` says who will decide."""

    title: str
    purpose: str
    asked: tuple[Asked, ...]
    papers: tuple[PaperAsked, ...]
    steps: tuple[str, ...]
    grants: str
    obligations: tuple[str, ...]
    clauses: tuple[ClauseRef, ...]
    errors: tuple[str, ...] = ()
    patient: Link | None = None
    record: Link | None = None
    action: str = ""
    key: str = ""
    revision: int = 0
    editing: bool = False

    @property
    def wrong(self) -> bool:
        """Whether anything must be mended."""
        return bool(self.errors) or any(one.errors for one in self.asked) or any(one.errors for one in self.papers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A question with its answer in words; `typed`: somebody's own, in whatever language."""

    label: str
    text: str
    long: bool = False
    typed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventShown:
    """One move in the history."""

    at: datetime
    person: PersonLine
    move: Tag
    step: str
    behalf: str
    comment: str
    entry_href: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepShown:
    """A stage on the way: done, now, later."""

    name: str
    who: str
    people: int
    stands: str  # done | now | later
    agreed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterPage:
    """matters/matter.html."""

    title: str
    state: Tag
    told: tuple[Told, ...]
    papers: tuple[PaperAsked, ...]
    events: tuple[EventShown, ...]
    steps: tuple[StepShown, ...]
    starter: PersonLine
    opened: datetime
    due: datetime | None
    until: datetime | None
    grants: str
    obligations: tuple[str, ...]
    clauses: tuple[ClauseRef, ...]
    moves: tuple[Link, ...]  # label and value of each decision this person may make
    outcomes: tuple[Option, ...]
    basis: str
    may: frozenset[str]
    patient: Link | None = None
    record: Link | None = None
    subject: str = ""
    behalf: str = ""
    barred: str = ""
    appeal_until: datetime | None = None
    outcome: str = ""
    then: Link | None = None  # where the starter goes on with what was granted
    edit_href: str = ""
    outcome_always: bool = True  # every decision has a conclusion; else only a refusal names its ground
    may_bring: bool = False
    comment: str = ""
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LentRow:
    """A delegation in a list."""

    id: int
    person: str
    to_person: str
    role: str
    kinds: str
    starts: datetime
    ends: datetime
    running: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationsPage:
    """matters/delegations.html."""

    rows: tuple[LentRow, ...]
    form: Form


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRow:
    """A run of a duty."""

    id: int
    title: str
    evidence: str
    every: str
    department: str
    due: datetime
    state: Tag
    person: str
    done: datetime | None
    result: str
    open: bool
    overdue: bool
    href: str = ""
    clauses: tuple[ClauseRef, ...] = ()
    error: str = ""
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesPage:
    """matters/duties.html."""

    rows: tuple[DutyRow, ...]
    mine: bool
    settled: tuple[DutyRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A rule of the monitor with its figures; `rate` is the share of false alarms among those judged."""

    id: str
    text: str
    why: str
    asked: int
    waiting: int
    explained: int
    violation: int
    false_alarm: int
    judged: int
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsPage:
    """matters/findings.html."""

    rows: tuple[FindingRow, ...]
    days: int
    matters: int
    behind: int
    at: datetime | None
    judged: int
    rate: str
    matters_href: str
    conduct_href: str

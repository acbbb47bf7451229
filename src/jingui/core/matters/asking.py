"""一（三）2 事项: what is asked of the door about matters, and what comes back [4.1.1] [4.1.2] [1.3.4]

Answers are texts by the question's name; several choices are joined by a comma. Matters are internal numbers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

Answers = tuple[tuple[str, str], ...]


def numbers_in(text: str) -> tuple[str, ...]:
    """The numbers of a pasted list, each once, in their order; commas, semicolons, blanks and lines part them."""
    return tuple(dict.fromkeys(re.split(r"[\s,;，；、]+", text.strip()))) if text.strip() else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StartMatter:
    """A new matter about the operation's target, as a draft or handed in at once. `key` makes a repeat harmless."""

    kind: str
    answers: Answers = ()
    submit: bool = False
    subject: int = 0
    papers: tuple["Brought", ...] = ()
    key: str = ""


class Brought(NamedTuple):
    """A paper as it was brought: its kind on the check-list, its name, its type and its bytes."""

    kind: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveMatter:
    """New answers of a draft, or of a matter that was returned."""

    matter: int
    answers: Answers
    revision: int  # the matter's version that was seen; another one is a conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitMatter:
    """Hand a draft in, or in again. All required answers and papers must be there."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPaper:
    """Bring a paper to a draft, a returned matter, or one's own step."""

    matter: int
    paper: Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPaper:
    """One paper's bytes."""

    matter: int
    paper: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideMatter:
    """What somebody says at a step about exactly what `basis` (hex) stands for."""

    matter: int
    move: str  # approve | refuse | return | reply
    basis: str
    comment: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawMatter:
    """The starter takes it back."""

    matter: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMatter:
    """What was granted is no longer needed: it ends now."""

    matter: int
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealMatter:
    """The starter asks for another decision, and says why."""

    matter: int
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """委托: while it lasts, `to_person` decides in the actor's place; `kinds` () for all that the post may decide."""

    to_person: int
    starts: datetime
    ends: datetime
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EndDelegation:
    """A delegation ends now."""

    delegation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MattersRequest:
    """Which list: what I started, what waits for me, what I decided, what concerns a patient, or all that I may see."""

    which: str = "queue"  # queue | mine | done | patient | all
    kind: str = ""
    state: str = ""
    overdue: bool = False
    count: int = 50
    cursor: str = ""
    counted: bool = False  # also count all that waits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMatter:
    """One matter with everything that belongs to it."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """A matter as lists show it."""

    id: int
    kind: str
    state: str
    step: str  # msgid of the present step, "" when nobody is to act
    starter: str
    patient: str  # public id, "" for none
    patient_name: str
    opened: datetime
    due: datetime | None
    overdue: bool
    outcome: str
    mine: bool
    waits_for_me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matters:
    """One page of a list; `waiting` counts what waits for this actor in all."""

    rows: tuple[MatterLine, ...]
    waiting: int = 0


class EventLine(NamedTuple):
    """One move in a matter's history."""

    n: int
    move: str
    step: str
    person: str
    title: str
    department: str
    behalf: str
    after: str
    at: datetime
    comment: str
    entry: str


class PaperLine(NamedTuple):
    """A paper on the check-list."""

    id: int
    kind: str
    name: str
    media_type: str
    size: int
    digest: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterView:
    """A matter opened: answers, papers, history, and what this actor may do with it now."""

    line: MatterLine
    answers: Mapping[str, str]
    papers: tuple[PaperLine, ...]
    events: tuple[EventLine, ...]
    moves: tuple[str, ...]
    missing: tuple[str, ...]  # required papers that are not there
    basis: str
    revision: int
    people: int  # how many must agree at the present step
    agreed: int
    until: datetime | None
    record: str  # public id of the record it is about
    record_kind: str
    subject: str
    appeal_until: datetime | None
    entry: str
    behalf: str = ""  # in whose place this actor would decide
    brings: bool = False  # whether they may bring papers now
    barred: str = ""  # why they may not although the step is their role's: party | again
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What became of a matter."""

    matter: int
    state: str
    until: datetime | None = None
    step: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationLine:
    """A delegation that runs or ran."""

    id: int
    person: str
    to_person: str
    role: str
    kinds: tuple[str, ...]
    starts: datetime
    ends: datetime
    ended: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationsRequest:
    """My delegations, given and received; asked as READ_MATTERS."""

    count: int = 50

"""三（二）2 病案室流转: what the board, a case file, its deficiencies and its rates answer [3.2.2] [7.2.1]"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from jingui.core.access import PatientLine
from jingui.core.custody_front_page import Found


class StageCount(NamedTuple):
    """How many case files stand at a stage, and how many of them are overdue."""

    stage: str
    files: int
    overdue: int


class CaseLine(NamedTuple):
    """A case file in a list. `changed`: something was written after its final check."""

    id: str
    patient: PatientLine
    stage: str
    since: datetime
    discharged: datetime
    due: datetime
    overdue: bool
    department: str
    attending: str
    grade: str
    kind: str
    deficiencies: int
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFiles:
    """The board: every stage with its counts, and one page of case files."""

    stages: tuple[StageCount, ...]
    rows: tuple[CaseLine, ...]
    departments: tuple[tuple[int, str], ...] = ()


class Round(NamedTuple):
    """One word about a deficiency: found, answered, returned again, closed, withdrawn."""

    what: str
    person: str
    at: datetime
    text: str
    record: str = ""


class DeficiencyLine(NamedTuple):
    """A deficiency as its author and the quality office see it. `found_id` is who found it, for an appeal."""

    id: str
    patient: PatientLine
    file: str
    record: str
    item: str
    points: int
    finder: str
    found_id: int
    author: str
    mine: bool
    due: datetime
    state: str
    overdue: bool
    matter: int
    rounds: tuple[Round, ...] = ()


class StepLine(NamedTuple):
    """One move, by whom."""

    n: int
    before: str
    after: str
    person: str
    at: datetime
    checks: tuple[str, ...]
    note: str
    holds: bool  # the digest agrees with what is kept beside it


class CodeShown(NamedTuple):
    """One code of a version."""

    code: str
    name: str
    condition: str
    known: bool  # whether the table of the time knew it


class CodedLine(NamedTuple):
    """One version of the codes; `tables` are (name, standard, edition, whether it is a starter)."""

    n: int
    person: str
    at: datetime
    diagnoses: tuple[CodeShown, ...]
    operations: tuple[CodeShown, ...]
    tables: tuple[tuple[str, str, str, bool], ...]
    note: str = ""


class VolumeShown(NamedTuple):
    """A volume of the case file, by its label."""

    id: str
    code: str
    medium: str
    n: int
    pages: int
    state: str
    since: datetime


class RecordShown(NamedTuple):
    """A document of the stay that a deficiency may name."""

    id: str
    form: str
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseShown:
    """One case file whole."""

    line: CaseLine
    version: int
    filed: datetime | None
    encounter: str
    steps: tuple[StepLine, ...]
    deficiencies: tuple[DeficiencyLine, ...]
    coded: tuple[CodedLine, ...] = ()  # for those whose work it is, and those who treat
    versions: int = 0  # how many versions of the codes there are
    volumes: tuple[VolumeShown, ...] = ()
    records: tuple[RecordShown, ...] = ()
    found: tuple[Found, ...] = ()  # of the front page
    next_stage: str = ""
    coder_is_me: bool = False
    judge_is_me: bool = False
    front_page: str = ""  # its record
    points: int = 0  # tenths of a point that are taken off
    would_be: str = ""  # the grade of these points


class RateLine(NamedTuple):
    """How many visits of a department ended in a month, and how many files were filed in time."""

    month: str
    department: int
    name: str
    discharged: int
    within: tuple[int, ...]  # in the order of RATES
    unfiled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """归档率: `days` are the limits in working days, `stage` what counts as filed."""

    days: tuple[int, ...]
    stage: str
    rows: tuple[RateLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deficiencies:
    """A page of deficiencies."""

    rows: tuple[DeficiencyLine, ...]

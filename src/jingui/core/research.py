"""四（二）4 教学科研: what is asked of the door about studies and their extracts, and what comes back [4.2.4] [5.2.4]

People, studies and extracts are internal numbers; in an extract a patient is a pseudonym of that study alone.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from jingui.core.matters.asking import Brought
from jingui.core.research_cohort import Cohort
from jingui.core.word import N_, Word


class StudyKind(Word):
    """What the use is for: the purpose of reading of the same name."""

    RESEARCH = "research", N_("科研")
    TEACHING = "teaching", N_("教学")


class Stage(Word):
    """Where an extract stands."""

    BUILDING = "building", N_("制作中")
    CHECKING = "checking", N_("待核查")
    STOPPED = "stopped", N_("已停止")
    RELEASED = "released", N_("已放行")
    DISPOSED = "disposed", N_("已销毁")


class Said(Word):
    """A checker's verdict."""

    PASS = "pass", N_("核查通过")
    STOP = "stop", N_("核查不通过")


class Stopped(Word):
    """Why an extract was stopped before anybody checked it."""

    MOST = "most", N_("符合条件的患者多于伦理批件允许的人数")
    SMALL = "small", N_("符合条件的患者太少，任何分组都达不到最小人数")
    HELD = "held", N_("为保证每组人数须扣留的行过多")
    ENDED = "ended", N_("课题或伦理批件已终止")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEthics:
    """登记伦理批件 with its paper. `fields` are rows of core.research_fields.FIELDS."""

    number: str
    title: str
    person: int
    fields: tuple[str, ...]
    most: int
    starts: date
    ends: date
    paper: Brought
    identifiable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEthics:
    """终止伦理批件: what rests on it stops."""

    approval: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountCohort:
    """统计队列人数: one part; `cursor` continues. The answer is rounded, and hidden when it is small."""

    cohort: Cohort
    cursor: str = ""


class CohortCount(NamedTuple):
    """`people` rounded to 5, or 0 with `hidden` when fewer than the setting; None until it is `done`.

    How far it is, is told in parts of many patients: how many were looked at is a count as well.
    """

    done: bool
    looked: int  # parts done
    total: int  # of so many
    people: int | None = None
    hidden: bool = False
    small: int = 0  # below how many nothing is told
    left: int = 0  # different counts left today


@dataclass(frozen=True, slots=True, kw_only=True)
class StudiesRequest:
    """The register of approvals and the studies that the asker may see."""

    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadStudy:
    """One study with its extracts."""

    study: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanExtract:
    """申请制作数据集: one extract of a study, for the recipient and in the form that were approved."""

    study: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildExtract:
    """制作数据集: one part; every part is a transaction, and whatever was killed goes on where it stood."""

    extract: int


class Built(NamedTuple):
    """How far the building is; people and rows by the hundred, so that it tells of no small group."""

    stage: str
    looked: int
    total: int
    rows: int
    files: int = 0
    of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckExtract:
    """核查数据集: a verdict on exactly `manifest` (hex)."""

    extract: int
    verdict: Said
    manifest: str
    reasons: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleExtract:
    """抽看数据集: some rows at random, as they would leave."""

    extract: int
    rows: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeExtract:
    """领取数据集: once, by the person it was made for."""

    extract: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposeExtract:
    """登记数据集销毁: the recipient's signed statement; without a paper the system erases what is out of its time."""

    extract: int
    paper: Brought | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reidentify:
    """还原身份: whose pseudonym it is, for the reason told; two persons, and the ethics approval must allow it."""

    study: int
    pseudonym: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalLine:
    """An ethics approval as the register shows it."""

    id: int
    number: str
    title: str
    person: int
    name: str
    fields: tuple[str, ...]
    most: int
    identifiable: bool
    starts: datetime
    ends: datetime
    state: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyLine:
    """A study as lists show it."""

    id: int
    matter: int
    approval: int
    number: str
    kind: str
    title: str
    person: int
    name: str
    profile: str
    fields: tuple[str, ...]
    cohort: Cohort
    most: int
    k: int
    starts: datetime
    ends: datetime
    state: str
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictLine:
    """A checker's verdict; told only when all have spoken, or to the checker who said it."""

    person: int
    name: str
    verdict: str
    at: datetime
    reasons: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractLine:
    """An extract with its risk report (JSON), verdicts as far as they may be seen, and what the asker may do."""

    id: int
    state: str
    form: str
    planner: int
    recipient: int
    recipient_name: str
    manifest: str
    rows: int
    held: int
    risk: str
    made: datetime
    released: datetime | None
    ends: datetime | None
    disposed: datetime | None
    said: int  # how many verdicts there are
    verdicts: tuple[VerdictLine, ...]
    taken: bool
    may: tuple[str, ...]  # build | check | sample | take | dispose
    looked: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Studies:
    """The register and the studies."""

    approvals: tuple[ApprovalLine, ...]
    studies: tuple[StudyLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyView:
    """A study opened: its approval, its extracts, and whether the asker may plan one."""

    study: StudyLine
    approval: ApprovalLine
    extracts: tuple[ExtractLine, ...]
    plans: bool = False
    thresholds: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Rows as they would leave: names of columns, texts of cells."""

    extract: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """The file that leaves."""

    name: str
    body: bytes
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who a pseudonym is: the patient's public id."""

    patient: str
    pseudonym: str

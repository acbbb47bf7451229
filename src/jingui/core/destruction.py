"""三（一）3 销毁: the list, its execution by two people, the certificate: what is asked and what is told [3.1.3]

A line of the list goes listed → approved → erasing → destroyed; or stopped, from any of the first two, for a reason.
`erasing`: the data keys are gone from the database, their segments still wait for new keys; nothing of it is readable.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from jingui.core.retention import Fact
from jingui.core.word import N_, Word


class LineState(Word):
    """Where a line of the list stands."""

    LISTED = "listed", N_("已列清册，待审批")
    APPROVED = "approved", N_("已批准，待执行")
    STOPPED = "stopped", N_("已停止")
    ERASING = "erasing", N_("密钥销毁中")
    DESTROYED = "destroyed", N_("已销毁")


class Stop(Word):
    """Why a line was not destroyed."""

    HELD = "held", N_("处于保全或封存中")
    VISIT = "visit", N_("列册后又有就诊，期限顺延")
    TERM = "term", N_("保存期限未满或无法确定")
    MATTER = "matter", N_("尚有未办结的事项")
    LOAN = "loan", N_("有病案册借出未还")
    REST = "rest", N_("尚有其他病历未销毁，身份信息须保留")
    CHANGED = "changed", N_("列册后病历内容或病案册有变化，须重新鉴定")
    GONE = "gone", N_("已经销毁，无须再次执行")
    REFUSED = "refused", N_("清册未获批准")


LIVE: Final = frozenset({LineState.LISTED.value, LineState.APPROVED.value, LineState.ERASING.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRequest:
    """READ_RETENTION of the target patient, or of the house: the calendar, holds, what-if settings."""

    calendar: bool = False
    years: tuple[tuple[str, int], ...] = ()  # what-if: settings that would hold; nothing is saved


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """A hold of the patient: `record` its public id, "" for the whole chart."""

    id: int
    kind: str
    reason: str
    starts: datetime
    ends: datetime | None
    lifted: bool
    record: str = ""
    sealing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """One class of a patient: until when, why, and what became of it. `records` how many there are."""

    retention_class: str
    until: date | None
    facts: tuple[Fact, ...]
    due: bool
    held: bool
    records: int = 0
    destroyed: datetime | None = None
    matter: int = 0
    listed: bool = False
    certificate: str = ""  # the register's number of the certificate, "" while there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Clockwork:
    """The time that counts for destruction: the last that somebody else confirmed. `jump`: where the clock leapt."""

    today: date
    trusted: datetime
    outside: datetime | None
    jump: datetime | None = None

    @property
    def sound(self) -> bool:
        """Whether the clock runs on from what was confirmed."""
        return self.jump is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionView:
    """READ_RETENTION of a patient."""

    patient: str
    name: str
    classes: tuple[ClassLine, ...]
    holds: tuple[HoldLine, ...]
    clock: Clockwork
    linked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How many classes of patients come due in a month; `month` its first day, None without a date."""

    month: date | None
    counts: tuple[tuple[str, int], ...]
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """READ_RETENTION of the house: by month of coming due, with the settings that were asked for."""

    months: tuple[Month, ...]
    years: tuple[tuple[str, int], ...]  # the settings that the calendar was counted with
    present: tuple[tuple[str, int], ...]  # those in force
    clock: Clockwork
    due: int = 0
    due_now: int = 0  # with the settings in force


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRequest:
    """LIST_DUE: a page of what is due, filtered by class and department, ordered by `order`."""

    retention_class: str = ""
    department: int = 0
    order: str = "until"  # until | class | department
    page: int = 1
    size: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """A class of a patient that is due: the facts, and what would stop its destruction."""

    patient: str
    name: str
    retention_class: str
    until: date
    facts: tuple[Fact, ...]
    held: bool
    listed: int = 0  # the matter whose list it stands on
    department: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueList:
    """LIST_DUE: one page; `total` over all pages."""

    rows: tuple[DueLine, ...]
    total: int
    page: int
    clock: Clockwork
    departments: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDestruction:
    """PLAN_DESTRUCTION: draw up the list of these (public id of a patient, class) and hand its matter in."""

    lines: tuple[tuple[str, str], ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The matter that decides about the list, and how many lines it has."""

    matter: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroy:
    """DESTROY what the matter's approved list says; a second person confirms it in a session of their own."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseKeys:
    """ERASE_KEYS: give the segments of what was destroyed new keys, erase the old ones, make the certificate."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What came of it: how many lines, and which were stopped (public id, class, why)."""

    matter: int
    lines: int
    stopped: tuple[tuple[str, str, str], ...] = ()
    generation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionsRequest:
    """READ_DESTRUCTIONS: the register, or one list."""

    matter: int = 0
    page: int = 1
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterLine:
    """A line of the register. `name` only where it still exists and the list is opened."""

    number: str
    matter: int
    retention_class: str
    state: str
    expired: date
    records: int
    volumes: int
    at: datetime | None
    generation: int
    patient: str = ""
    name: str = ""
    stopped: str = ""
    person: str = ""
    second: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLine:
    """A list (its matter) in the register: how many lines stand where."""

    matter: int
    states: tuple[tuple[str, int], ...]
    opened: datetime
    state: str
    done: datetime | None = None
    certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """READ_DESTRUCTIONS."""

    lists: tuple[ListLine, ...] = ()
    rows: tuple[RegisterLine, ...] = ()
    total: int = 0
    page: int = 1
    decided: str = ""  # the matter's state
    may_destroy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCertificate:
    """READ_CERTIFICATE of a list."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The signed PDF, its digest in hex, and the side file with the proof of the entry that commits it."""

    file: bytes
    digest: str
    proof: object | None = None
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyPaper:
    """DESTROY_PAPER: volumes of a destroyed class torn up before two witnesses into bags of that weight."""

    matter: int
    volumes: tuple[str, ...]  # their codes
    bags: tuple[int, ...]  # grams of each
    witnesses: tuple[int, ...]  # two people, neither of whom does it

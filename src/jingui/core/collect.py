"""二（一）采集: what is asked about who a patient is and who treats them [2.1.2] [2.1.3] [4.1.1]

Patients, departments and people are internal numbers; `Operation.target.patient` says whom it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.word import N_
from jingui.core.words import Relation

#: What a treating relation rests on.
BASES: Final[Mapping[str, str]] = {
    "encounter": N_("就诊"), "booking": N_("预约"), "consultation": N_("会诊申请"), "order": N_("医嘱"),
    "operation": N_("手术安排"), "manual": N_("手工登记"), "roster": N_("排班"), "rotation": N_("轮转"),
    "matter": N_("已批准的事项"), "window": N_("窗口核验"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Relate:
    """诊疗关系 for a time: of a person or of a department, by booking, roster or consultation."""

    kind: Relation
    person: int = 0
    department: int = 0
    starts: datetime
    ends: datetime
    encounter: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """排班、轮转: for a time a person stands to a department's patients as its own staff do. No patient is named."""

    person: int = 0
    department: int
    starts: datetime
    ends: datetime
    rotation: bool = False  # a rotation lasts longer than a turn of duty
    staff_no: str = ""  # names the person instead of the number


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRequest:
    """LIST: the turns of a department (0: of the asker's own, for the registry of all) that are not over."""

    department: int = 0
    count: int = 300


class RosterLine(NamedTuple):
    """A turn of duty or a rotation."""

    relation: int
    staff_no: str
    name: str
    title: str
    department: str
    basis: str  # roster | rotation
    starts: datetime
    ends: datetime
    genuine: bool
    may_end: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterBoard:
    """The turns, and the departments (number, name, English name) that the asker may put somebody on."""

    lines: tuple[RosterLine, ...]
    departments: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRelation:
    """The end of a relation or of a roster's turn (whose target is no patient), now."""

    relation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePatient:
    """合并: the target is a second number of `into`, who lives on. Nothing is moved; a split undoes it."""

    into: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPatient:
    """拆分: the target was merged in error and stands alone again."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagPatient:
    """标记: what is None stays as it is; `person` and `mother` 0 take the link away."""

    restricted: bool | None = None  # 保密病案
    deceased: bool | None = None
    kind: str = ""  # identified | unidentified | newborn
    person: int | None = None  # the member of staff whom this patient is
    mother: int | None = None  # the mother's patient number
    secrecy: str = ""  # why it is restricted: a word of core.consents.Secrecy
    alias: str = ""  # what lists show of a restricted chart; "" lets the house make one
    reason: str = ""

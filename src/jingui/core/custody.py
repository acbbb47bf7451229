"""三（二）2 病案室流转: the line of a case file, its check-lists, and what is asked of the door about it [3.2.2]

Every move is made by a named person of the right post; nothing moves by itself but the opening, and what was changed
after the final check goes back. Being overdue is computed, never stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from jingui.core.calendars import CHINA, DAY, USUAL, Calendar
from jingui.core.word import N_, Word
from jingui.core.words import EncounterKind, Role, Stage, Verb


class Check(NamedTuple):
    """A line of the check-list of one move; `every` False: it may not apply to this case file."""

    id: str
    text: str
    every: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One move of the line: what it leads to, the operation it is, who does it, what is ticked."""

    after: Stage
    text: str  # msgid: what is done
    verb: Verb
    roles: tuple[Role, ...]
    checks: tuple[Check, ...] = ()
    ready: bool = False  # no deficiency may be open
    files: bool = False  # the stay's records are filed with it


SORTING: Final[tuple[Check, ...]] = (
    Check("identity", N_("每页姓名、病案号一致")),
    Check("order", N_("页序正确，页码连续")),
    Check("front_page", N_("病案首页在最前")),
    Check("signatures", N_("各级签名齐全")),
    Check("reports", N_("检查检验报告齐全并按日期粘贴")),
    Check("consents", N_("知情同意书齐全"), every=False),
    Check("operations", N_("手术、麻醉记录齐全"), every=False),
    Check("bound", N_("装订整齐，无破损、缺页")),
)
ARCHIVIST: Final = (Role.ARCHIVIST,)
LINE: Final[tuple[Leg, ...]] = (
    Leg(after=Stage.COLLECTED, text=N_("回收"), verb=Verb.MOVE_CASE_FILE, roles=ARCHIVIST),
    Leg(after=Stage.RECEIVED, text=N_("签收"), verb=Verb.MOVE_CASE_FILE, roles=ARCHIVIST),
    Leg(after=Stage.SORTED, text=N_("整理"), verb=Verb.MOVE_CASE_FILE, roles=ARCHIVIST, checks=SORTING),
    Leg(after=Stage.CODED, text=N_("编码"), verb=Verb.CODE_CASE_FILE, roles=(Role.CODER,)),
    Leg(after=Stage.FRONT_PAGE, text=N_("首页质控"), verb=Verb.JUDGE_CASE_FILE, roles=(Role.QUALITY,), ready=True),
    Leg(after=Stage.FINAL, text=N_("终末质控"), verb=Verb.JUDGE_CASE_FILE, roles=(Role.QUALITY,), ready=True),
    Leg(
        after=Stage.FILED, text=N_("归档"), verb=Verb.MOVE_CASE_FILE, roles=ARCHIVIST, ready=True, files=True,
    ),
    Leg(after=Stage.SHELVED, text=N_("上架"), verb=Verb.MOVE_CASE_FILE, roles=ARCHIVIST),
)  # fmt: skip
LEGS: Final[Mapping[Stage, Leg]] = {one.after: one for one in LINE}
WHOLE: Final = tuple(Stage)
SHORT: Final = (Stage.WARD, Stage.RECEIVED, Stage.FILED, Stage.SHELVED)
#: What was changed after the final check, and what a recall opens, is coded and judged once more.
BACK: Final = Stage.SORTED
CHECKED: Final = (Stage.FINAL, Stage.FILED, Stage.SHELVED)
DONE: Final = (Stage.FILED, Stage.SHELVED)
GRADED: Final = ("a", "b", "c")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Which line the case file of a kind of visit takes, and the setting that says when it is to be filed.

    `when` names the setting without whose `yes` no file is opened: outpatient charts that patients keep themselves.
    """

    stages: tuple[Stage, ...]
    days: str
    when: str = ""


KEPT: Final[Mapping[EncounterKind, Kept]] = {
    EncounterKind.INPATIENT: Kept(stages=WHOLE, days="case_file_days"),
    EncounterKind.DAY: Kept(stages=WHOLE, days="case_file_days"),
    EncounterKind.OBSERVATION: Kept(stages=SHORT, days="outpatient_file_days"),
    EncounterKind.OUTPATIENT: Kept(stages=SHORT, days="outpatient_file_days", when="outpatient_charts_kept"),
    EncounterKind.EMERGENCY: Kept(stages=SHORT, days="outpatient_file_days", when="outpatient_charts_kept"),
}


def kept_as(kind: str) -> Kept | None:
    """The row of a kind of visit; None for one of which no case file is kept."""
    return KEPT.get(EncounterKind(kind)) if kind in set(EncounterKind) else None


def opened_kinds(values: Mapping[str, int | str]) -> tuple[str, ...]:
    """The kinds of visit for which a case file is opened under these settings."""
    return tuple(kind.value for kind, row in KEPT.items() if not row.when or values[row.when] == "yes")


def following(kind: str, stage: Stage) -> Leg | None:
    """The next move of a case file of this kind of visit; None at the end of its line."""
    row = kept_as(kind)
    if row is None or stage not in row.stages[:-1]:
        return None
    return LEGS[row.stages[row.stages.index(stage) + 1]]


def back_to(kind: str) -> Stage:
    """Where a case file of this kind goes when it must be looked at again."""
    row = kept_as(kind)
    return BACK if row is None or BACK in row.stages else Stage.RECEIVED


def missing_checks(leg: Leg, ticked: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of the check-list that must be ticked and are not; an unknown one counts as missing."""
    known = {one.id for one in leg.checks}
    return (
        *(one.id for one in leg.checks if one.every and one.id not in ticked),
        *(one for one in ticked if one not in known),
    )


def due_at(kind: str, discharged: datetime, values: Mapping[str, int | str], calendar: Calendar = USUAL) -> datetime:
    """By when the case file of a visit that ended at `discharged` is to be filed."""
    row = kept_as(kind)
    return calendar.after(discharged, int(values[row.days if row else "case_file_days"]))


def overdue_before(at: datetime, days: int, calendar: Calendar = USUAL) -> datetime:
    """Visits that ended before this moment are overdue at `at` when `days` working days are allowed."""
    day = at.astimezone(CHINA).date()
    while calendar.after(datetime.combine(day, datetime.min.time(), tzinfo=CHINA), days) > at:
        day -= DAY
    return datetime.combine(day + DAY, datetime.min.time(), tzinfo=CHINA)


class DeficiencyState(Word):
    """缺陷状态"""

    OPEN = "open", N_("待整改")
    ANSWERED = "answered", N_("已答复，待核销")
    CLOSED = "closed", N_("已核销")
    WITHDRAWN = "withdrawn", N_("申诉成立，已撤销")


UNSETTLED: Final = (DeficiencyState.OPEN.value, DeficiencyState.ANSWERED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCaseFile:
    """MOVE_CASE_FILE by the timed task: a stay has ended, its case file begins its way."""

    encounter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PutBack:
    """MOVE_CASE_FILE by the timed task: something was entered or corrected after the final check."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveCaseFile:
    """MOVE_CASE_FILE: to the next stage. `basis` is the version of the case file that was seen."""

    file: str
    after: str
    basis: int
    checks: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCode:
    """A code that was picked; `condition` is 入院病情 of a diagnosis."""

    code: str
    name: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCaseFile:
    """CODE_CASE_FILE: a new version of the codes; the first diagnosis is the main one."""

    file: str
    basis: int
    diagnoses: tuple[ChosenCode, ...]
    operations: tuple[ChosenCode, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeCaseFile:
    """JUDGE_CASE_FILE: passed on, or sent back to be put right. `reasons`: (rule, why its warning stands)."""

    file: str
    after: str
    basis: int
    passed: bool = True
    reasons: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnDeficiency:
    """RETURN_DEFICIENCY: a row of the table of quality items was found; its author is to mend it."""

    file: str
    item: str
    note: str
    record: str = ""
    author: int = 0  # a person's number, where neither the record nor the stay says whose it is


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDeficiency:
    """ANSWER_DEFICIENCY: what its author did about it; `record` is what was written or corrected."""

    deficiency: str
    text: str
    record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseDeficiency:
    """CLOSE_DEFICIENCY: made good, or returned once more with a new deadline."""

    deficiency: str
    accept: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilesRequest:
    """READ_CASE_FILES: the board. `number` is a case-file number; `month` (2026-11) that of the discharge."""

    stage: str = ""
    department: int = 0
    person: int = 0
    overdue: bool = False
    number: str = ""
    month: str = ""
    newest: bool = False
    cursor: str = ""
    count: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DeficienciesRequest:
    """READ_CASE_FILES: deficiencies in a list; `mine` are those that the asker is to mend."""

    mine: bool = False
    state: str = "unsettled"  # unsettled | open | answered | overdue
    department: int = 0
    cursor: str = ""
    count: int = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesRequest:
    """READ_CASE_FILES: 归档率 by department and month of discharge, `months` back from `until`."""

    until: date
    months: int = 6
    department: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFileRequest:
    """READ_CASE_FILE: one case file of the target's; `older` and `newer` are versions of its codes to compare."""

    file: str
    codes: bool = False  # with what coding and front-page control need


def month_span(month: str) -> tuple[datetime, datetime]:
    """The first moment of a month (2026-11) and of the next one; ValueError for none."""
    first = datetime.strptime(month, "%Y-%m").replace(tzinfo=CHINA)
    following_month = (first + timedelta(days=32)).replace(day=1)
    return first, following_month

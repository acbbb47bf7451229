"""四（一）内部查阅与使用: emergency access, grants, printing, exporting, copying, counting per prescriber [4.1]

Patients and people are internal numbers; `Operation.target` says whose information it is about.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from jingui.core.access import PatientLine, RecordLine
from jingui.core.word import N_, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """紧急调阅 of the target patient: the grant, until when it holds, the matter that reviews it [4.1.1]."""

    grant: int
    until: datetime
    matter: int = 0
    again: bool = False  # one was open already


class Taking(Word):
    """How information leaves the screen [4.1.3]."""

    PRINT = "print", N_("打印")
    EXPORT = "export", N_("导出")
    COPY = "copy", N_("复制")


class Form(Word):
    """The form of an export."""

    FHIR = "fhir", N_("FHIR 资源包")
    CSV = "csv", N_("表格（CSV）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Part of the target's chart, or the one record the target names, to print or export.

    `cursor` continues: each part is entered before it leaves.
    """

    category: str = ""
    encounter: str = ""
    form: Form = Form.FHIR
    count: int = 200
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A text copied from the target record; it is kept encrypted with the entry."""

    text: str
    by: str = "button"  # button | keyboard


class Taken(NamedTuple):
    """What may leave: whose, which records, how many others the labels keep back."""

    patient: PatientLine
    records: tuple[RecordLine, ...]
    withheld: int


class Grants(Word):
    """Which grants are asked for."""

    MINE = "mine", N_("我的授权")
    PATIENT = "patient", N_("该患者的授权")
    STANDING = "standing", N_("岗位常设授权")
    EMERGENCY = "emergency", N_("紧急调阅")


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantsRequest:
    """Which grants to list. `mine` is True for one's own, which everybody may see."""

    which: Grants = Grants.MINE
    mine: bool = True
    ended: bool = False  # those that are over too


class GrantLine(NamedTuple):
    """One grant as lists show it. `patient` is a public id, "" for a standing one; `state` open | ended | coming."""

    id: int
    patient: str
    person: int
    name: str
    title: str
    department: str
    purpose: str
    categories: tuple[str, ...]
    matter: int
    starts: datetime
    ends: datetime
    state: str
    level: str = ""
    departments: tuple[str, ...] = ()
    days: int = 0
    standing: bool = False
    review: datetime | None = None  # a standing one is reviewed by then
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndGrant:
    """The end of a grant, now: of the grant `grant` about `patient`, or of the standing one `standing`."""

    patient: int = 0
    grant: int = 0
    standing: int = 0
    reason: str = ""


class Subject(Word):
    """What is counted [4.1.3]."""

    DRUG = "drug", N_("药品")
    CONSUMABLE = "consumable", N_("耗材")


class Per(Word):
    """By whom it is counted [4.1.3]."""

    PRESCRIBER = "prescriber", N_("按医师")
    DEPARTMENT = "department", N_("按科室")


KINDS: Final = {Subject.DRUG: ("MedicationRequest",), Subject.CONSUMABLE: ("DeviceRequest",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CountPrescriptions:
    """统方: one part of the one run that an approved matter allows; `cursor` continues it [4.1.3]."""

    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an approval allows to be counted: exactly this, once."""

    subject: Subject
    per: Per
    first: date
    last: date

    def words(self) -> tuple[str, ...]:
        """The scope as the sealed row of the right carries it."""
        return (self.subject.value, self.per.value, self.first.isoformat(), self.last.isoformat())

    @classmethod
    def of(cls, words: tuple[str, ...]) -> "Scope":
        """The scope that `words` are; ValueError when they are none."""
        subject, per, first, last = words
        return cls(
            subject=Subject(subject), per=Per(per), first=date.fromisoformat(first), last=date.fromisoformat(last)
        )


class CountLine(NamedTuple):
    """One line of a count: who (internal person or department number, 0 unknown), what, how many orders."""

    who: int
    name: str
    code: str
    text: str
    orders: int
    quantity: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A part of a count: lines to be added up, how far it is, whether it is the end."""

    scope: Scope
    lines: tuple[CountLine, ...]
    read: int  # orders looked at so far
    total: int  # orders there are to look at
    unreadable: int = 0  # orders whose content could not be opened; named in the result
    done: bool = False
    names: dict[int, str] = field(default_factory=dict)

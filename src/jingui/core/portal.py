"""一（三）2 患者门户: what is asked for and shown in the patients' own entrance [1.3.2] [2.1.3] [4.2.1]

Times and chance are arguments: `number_of` and `code_of` turn random bytes into what is printed on the slip.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from jingui.core.word import N_
from jingui.core.words import Relation, Verb

#: A portal person's row never holds a real name.
NAMES: Final[Mapping[Relation, str]] = {Relation.SELF: N_("患者本人"), Relation.GUARDIAN: N_("监护人")}
LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # none that people mistake for another
DIGITS: Final = 10
NUMBER_BYTES, CODE_BYTES = 8, 15

#: Which papers prove who may have a portal account: one of each set is shown at the window and compared there.
PAPERS: Final[Mapping[Relation, tuple[tuple[str, ...], ...]]] = {
    Relation.SELF: (("id_card", "passport", "household_register", "residence_permit"),),
    Relation.GUARDIAN: (
        ("id_card", "passport", "residence_permit"),
        ("birth_certificate", "household_register", "guardianship_deed"),
    ),
}
PAPER_WORDS: Final[Mapping[str, str]] = {
    "id_card": N_("居民身份证"), "passport": N_("护照"), "household_register": N_("户口簿"),
    "residence_permit": N_("港澳台居民居住证或外国人居留证"), "birth_certificate": N_("出生医学证明"),
    "guardianship_deed": N_("监护关系公证书或法律文书"),
}  # fmt: skip

READING: Final = (
    Verb.OPEN_CHART, Verb.READ, Verb.HISTORY, Verb.SEARCH, Verb.EVERYTHING, Verb.READ_LIFE, Verb.BREAK_GLASS,
    Verb.PRINT, Verb.EXPORT, Verb.COPY, Verb.OPEN_FORM, Verb.SUMMARISE, Verb.DELIVER_DOWNTIME, Verb.PREPARE_COPY,
    Verb.STAMP_COPY, Verb.READ_COPY, Verb.SHARE, Verb.READ_TRANSMISSION,
)  # fmt: skip
WRITING: Final = (
    Verb.ENTER, Verb.CORRECT, Verb.IMPORT, Verb.REGISTER_PATIENT, Verb.SIGN_RECORD, Verb.VERIFY_RECORD,
    Verb.COUNTERSIGN_RECORD, Verb.FILE_RECORD,
)  # fmt: skip
#: How the list of readers may be narrowed; () is everything that the ledger knows of the chart.
SHOWN: Final[Mapping[str, tuple[Verb, ...]]] = {"reading": READING, "writing": WRITING, "all": ()}
SHOWN_WORDS: Final[Mapping[str, str]] = {"reading": N_("查阅"), "writing": N_("书写"), "all": N_("全部")}

#: Whom a patient may close the chart to. `others`: all who do not treat them.
RESTRICTIONS: Final[Mapping[str, str]] = {
    "person": N_("某一位工作人员"), "department": N_("某一个科室"), "others": N_("经治、医疗组、会诊以外的所有人"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPortal:
    """开通: the window compared `papers` and the identity number `document` of the person who stands there.

    `relation` is SELF or GUARDIAN. A guardian who has a portal account already is named by its `number`.
    """

    relation: Relation
    papers: tuple[str, ...]
    document: str
    name: str = ""  # a guardian's name; a patient's own stands in the chart
    number: str = ""
    ends: date | None = None  # a guardian: an earlier end than the child's majority


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPortal:
    """关闭: the portal account `number` no longer reaches this patient; `reason` in words."""

    number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is printed at the window, this once: number, start code ("" when the account existed), until when."""

    number: str
    code: str
    until: datetime
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersRequest:
    """谁看过我的病历: a page of entries about the chart."""

    shown: str = "reading"
    count: int = 40
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderProof:
    """The proof of one entry about the chart, narrowed to this chart's line: nothing about anybody else."""

    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictionsRequest:
    """The restrictions that were placed on the chart, and the departments that may be named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRestriction:
    """设置查阅限制: against one person, one department, or all who do not treat; no categories means all of them.

    A person is named by staff number, or by the `entry` of their reading: patients need not know who it was.
    """

    kind: str
    staff_no: str = ""
    entry: str = ""
    department: int = 0
    categories: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftRestriction:
    """解除查阅限制."""

    restriction: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseResult:
    """告知后放行: the doctor told the result; from now on the named portal accounts show exactly this record."""

    told: str  # what was told to whom, in words: kept encrypted with the entry
    to: tuple[Relation, ...] = (Relation.SELF, Relation.GUARDIAN)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRelease:
    """撤回放行: the portal shows the record no more, from the next request on."""

    reason: str


class Charted(NamedTuple):
    """A chart that a portal account reaches: its public id, and as what."""

    id: str
    relation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One entry about the chart, as its patient sees it: post and department, no name.

    `who` is self, guardian, staff, system, public or interface; `records` are (type, public id) of this chart alone.
    """

    entry: str
    index: int | None
    at: datetime
    verb: str
    decision: str
    purpose: str
    entrance: str
    who: str
    role: str
    department: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    records: tuple[tuple[str, str], ...]
    count: int
    sound: bool
    glass: bool


class RestrictionLine(NamedTuple):
    """A restriction that was placed."""

    restriction: int
    kind: str
    against: str  # the department's name, for a person that of their post
    role: str
    categories: tuple[str, ...]
    starts: datetime
    ends: datetime | None
    lifted: bool
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """限制 on a chart, newest first; `departments` are (number, name, English name) of those that treat."""

    lines: tuple[RestrictionLine, ...]
    departments: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """A page of 谁看过我的病历. `others` are by others than the account that asks, `own` by itself."""

    others: tuple[Reading, ...]
    own: tuple[Reading, ...]
    newest: str  # the newest entry that the page knows: later ones are news


def number_of(chance: bytes) -> str:
    """A portal number from random bytes: P, ten digits, a check digit that finds every single mistyped digit."""
    digits = f"{int.from_bytes(chance, 'big') % 10**DIGITS:0{DIGITS}d}"
    return f"P{digits}{check_digit(digits)}"


def check_digit(digits: str) -> int:
    """Luhn's check digit (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def typed_number(text: str) -> str:
    """A portal number as typed: blanks, dashes and case do not matter."""
    return "".join(letter for letter in text.upper() if letter.isalnum())[:32]


def code_of(chance: bytes) -> str:
    """A start code of three groups of five letters: 74 random bits, as people copy them."""
    value, letters = int.from_bytes(chance, "big"), []
    for _ in range(15):
        value, place = divmod(value, len(LETTERS))
        letters.append(LETTERS[place])
    return "-".join("".join(letters[at : at + 5]) for at in (0, 5, 10))


def typed_code(text: str) -> str:
    """A start code as typed, in the form in which it was hashed."""
    plain = "".join(letter for letter in text.lower() if letter.isalnum())[:64]
    return "-".join(plain[at : at + 5] for at in range(0, len(plain), 5))


def proven(relation: Relation, papers: tuple[str, ...]) -> bool:
    """Whether the papers shown hold one of each set that the relation needs."""
    sets = PAPERS.get(relation, ())
    return bool(sets) and all(any(one in papers for one in wanted) for wanted in sets)


def majority(birth: date, years: int) -> date:
    """The day on which somebody born on `birth` is `years` old; born on 29 February, on 1 March of a common year."""
    try:
        return birth.replace(year=birth.year + years)
    except ValueError:
        return date(birth.year + years, 3, 1)

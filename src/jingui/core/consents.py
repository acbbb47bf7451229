"""二（一）3 敏感信息: consents as they are given, withdrawn, listed and still owed [2.1.3] [1.3.2] [5.2.2]

Whether a consent covers something is said here, once; who may ask is said by the rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from jingui.core.patient import PatientLine
from jingui.core.word import N_, Word
from jingui.core.words import Category, Purpose, Sensitivity


class Party(Word):
    """签署人: who signs a consent [2.1.3]"""

    SELF = "self", N_("患者本人")
    GUARDIAN = "guardian", N_("监护人")
    AGENT = "agent", N_("委托代理人")


class ConsentState(Word):
    """同意状态: what a consent stands for now [2.1.3]"""

    GIVEN = "given", N_("已同意")
    REFUSED = "refused", N_("不同意")
    WITHDRAWN = "withdrawn", N_("已撤回")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentKind:
    """A row: what a consent is for, its paper's title, the setting that says which labels need it."""

    name: str
    label: str
    purpose: Purpose
    setting: str
    recipient: bool  # whether it names somebody outside the hospital
    labelled: bool  # whether it must say which sensitive items it covers


KINDS: Final[Mapping[str, ConsentKind]] = {
    row.name: row
    for row in (
        ConsentKind(
            name="sensitive_collection", label=N_("敏感个人信息采集知情同意书"), purpose=Purpose.TREATMENT,
            setting="consent_labels_treatment", recipient=False, labelled=True,
        ),
        ConsentKind(
            name="teaching", label=N_("病历资料用于教学知情同意书"), purpose=Purpose.TEACHING,
            setting="consent_labels_teaching", recipient=False, labelled=False,
        ),
        ConsentKind(
            name="research", label=N_("病历资料用于科研知情同意书"), purpose=Purpose.RESEARCH,
            setting="consent_labels_research", recipient=False, labelled=False,
        ),
        ConsentKind(
            name="sharing", label=N_("医疗信息对外共享知情同意书"), purpose=Purpose.TREATMENT,
            setting="consent_labels_sharing", recipient=True, labelled=False,
        ),
    )
}  # fmt: skip
COLLECTION: Final = "sensitive_collection"


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs: the identity number is kept encrypted with the paper and nowhere else."""

    party: Party
    name: str
    relation: str = ""  # a guardian's or agent's, in words: 母亲, 配偶 …
    identity_kind: str = "id_card"  # id_card | passport | other
    identity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What was signed: a drawing of the pad with its strokes, or a scan of the paper."""

    body: bytes
    strokes: str = ""  # the pad's pen path as JSON; "" for a scan


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveConsent:
    """登记知情同意 of the target patient; `agreed` False keeps that they refused. The purpose was told first."""

    kind: str
    signer: Signer
    signed: Signed
    labels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()  # () = all
    party: str = ""  # the recipient of a consent to share: a partner's 统一社会信用代码, its name behind it
    uses: tuple[str, ...] = ()  # purposes of sharing (rows of core.share.PURPOSES)
    agreed: bool = True
    told: bool = True
    ends: datetime | None = None
    language: str = "zh"  # in which the purpose was told


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was kept: the consent's number and the public id of its paper."""

    consent: int
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawConsent:
    """撤回知情同意: acts at once; what was lawfully done before stays."""

    consent: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentsRequest:
    """The target patient's consents; without a target what the asker's department still owes.

    `partners`: also to whom a consent to share may be given, for the form.
    """

    count: int = 100
    partners: bool = False


class ConsentLine(NamedTuple):
    """A consent as its row says it; `record` is the public id of the signed paper."""

    consent: int
    kind: str
    purpose: str
    labels: tuple[str, ...]
    categories: tuple[str, ...]
    party: str
    state: str
    record: str
    starts: datetime
    ends: datetime | None


class Owed(NamedTuple):
    """待补办同意: a sensitive item that is in the chart without any word of the patient about it."""

    label: Sensitivity
    since: datetime
    due: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consents:
    """A patient's consents, newest first, and what is still owed; `hidden` may not be told to this reader."""

    lines: tuple[ConsentLine, ...]
    owed: tuple[Owed, ...]
    minor: bool
    hidden: int = 0
    patient: PatientLine | None = None
    partners: tuple[tuple[str, str], ...] = ()  # 统一社会信用代码 and name of the active ones


class OwedLine(NamedTuple):
    """A patient with consents still owed, for a desk: no label stands here, only how many and until when."""

    patient: str
    name: str
    mrn: str
    items: int
    due: datetime


class Row(NamedTuple):
    """What deciding needs of a consent."""

    kind: str
    labels: frozenset[str]
    state: str
    starts: datetime
    ends: datetime | None


class Seen(NamedTuple):
    """When a label was entered first and last."""

    first: datetime
    last: datetime


def speaks(row: Row, kind: str, label: str) -> bool:
    """Whether a consent says anything of this label; one that names no label speaks of all."""
    return row.kind == kind and (not row.labels or label in row.labels)


def owed(
    seen: Mapping[Sensitivity, Seen], rows: Sequence[Row], needed: frozenset[str], within: timedelta
) -> tuple[Owed, ...]:
    """What is still to be obtained, soonest first. A refusal or withdrawal is an answer too: nobody is asked again.

    A consent that ended owes a new one as soon as something is entered after its end.
    """
    out = []
    for label, times in seen.items():
        if label.value not in needed:
            continue
        answers = [row for row in rows if speaks(row, COLLECTION, label.value)]
        since = times.first
        if answers:
            ends = [row.ends for row in answers if row.state == ConsentState.GIVEN and row.ends is not None]
            if len(ends) < len(answers) or times.last < max(ends):
                continue
            since = times.last
        out.append(Owed(label, since, since + within))
    return tuple(sorted(out, key=lambda one: (one.due, one.label.value)))


def missing(labels: frozenset[str], rows: Sequence[Row], needed: frozenset[str], at: datetime) -> frozenset[str]:
    """Which of a record's labels need a written consent that is not there at `at`."""
    return frozenset(
        label
        for label in labels & needed
        if not any(
            speaks(row, COLLECTION, label)
            and (row.state != ConsentState.GIVEN or (row.starts <= at and (row.ends is None or at < row.ends)))
            for row in rows
        )
    )


def under(birth: str, at: datetime, years: int) -> bool:
    """Whether somebody born on `birth` (YYYY-MM-DD, or less) is younger than so many full years; doubt protects."""
    parts = [int(part) for part in birth.split("-") if part.isdigit()]
    if not parts:
        return False
    year, month, day = (*parts, 12, 31)[:3] if len(parts) == 1 else (*parts, 31)[:3]
    return at.year - year - ((at.month, at.day) < (month, day)) < years


class Precaution(Word):
    """防护提示: what those who treat must know to protect themselves and others; never the diagnosis [2.1.3]"""

    BLOOD = "blood", N_("血液、体液防护")
    AIRBORNE = "airborne", N_("空气隔离")
    CONTACT = "contact", N_("飞沫、接触隔离")


PRECAUTIONS: Final[Mapping[Sensitivity, Precaution]] = {
    Sensitivity.HIV: Precaution.BLOOD,
    Sensitivity.STD: Precaution.BLOOD,
    Sensitivity.HEPATITIS: Precaution.BLOOD,
    Sensitivity.TUBERCULOSIS: Precaution.AIRBORNE,
    Sensitivity.INFECTIOUS: Precaution.CONTACT,
}
# Types that speak of a label without saying that the patient has it.
NOT_CLINICAL: Final = ("Consent", "Patient", "Encounter", "RelatedPerson")


class Secrecy(Word):
    """保密病案类别: whose chart is restricted and shown under an alias [2.1.3]"""

    STAFF = "staff", N_("本院职工")
    FAMILY = "family", N_("职工家属")
    MILITARY = "military", N_("军人")
    PUBLIC = "public", N_("公众人物")
    CASE = "case", N_("涉案当事人")
    REQUEST = "request", N_("患者要求")


SIGNING_CATEGORIES: Final = tuple(one for one in Category if one not in (Category.DIRECTORY, Category.NONE))

"""四（二）1 复制件: what is asked of the door about copies, and what comes back [4.2.1] [4.2.2]

A copy is named by `Operation.target`: its patient and, as the record, its own number (a public id outside). Money is
in fen. What is to be confirmed or stamped is named by the digest of its manifest, so that nobody says yes to another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from jingui.core.word import N_, Word
from jingui.core.words import Purpose

SECRET_BYTES: Final = 16  # of the secret in a copy's QR
MANIFEST: Final = "copy_manifest"  # kind of the target that commits what a copy contains (entry A)
FILE: Final = "copy_file"  # kind of the target that commits the stamped file (entry B)
COPY: Final = "copy"  # kind of the target that names the copy itself
# What copies are made for, by the row's `copies`: under which purpose its maker reads.
PURPOSES: Final[Mapping[str, Purpose]] = {
    "patient": Purpose.PATIENT_REQUEST, "legal": Purpose.LEGAL, "sealing": Purpose.LEGAL,
}  # fmt: skip


class CopyState(Word):
    """Where a copy stands."""

    PREPARED = "prepared", N_("待双方确认")
    CONFIRMED = "confirmed", N_("待用印")
    STAMPED = "stamped", N_("待交付")
    HANDED = "handed", N_("已交付")
    REVOKED = "revoked", N_("已作废")
    SUPERSEDED = "superseded", N_("已换发")


class Route(Word):
    """How a copy reaches whom it is for."""

    WINDOW = "window", N_("窗口领取")
    POST = "post", N_("邮寄")
    PORTAL = "portal", N_("门户下载")
    ESCORT = "escort", N_("送交调取人员")


class Medium(Word):
    """With what a copy is stamped."""

    ELECTRONIC = "electronic", N_("电子印章")
    WET = "wet", N_("实物印章")


class Pages(NamedTuple):
    """Pages of a paper volume that were copied by hand and go with the file."""

    volume: str
    first: int
    last: int

    @property
    def sheets(self) -> int:
        """How many they are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareCopy:
    """Collect what the approved matter covers. `replaces`: public id of the copy that this one will supersede."""

    matter: int
    paper: tuple[Pages, ...] = ()
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmCopy:
    """Both sides looked at what `basis` (hex digest of the manifest) stands for.

    At the window: the applicant's drawing (`strokes`), or the number of the paper that the clerk looked at. In the
    portal the patient's own session is enough.
    """

    basis: str
    strokes: str = ""
    document: str = ""
    by: str = ""  # who signed, where it is not the applicant


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeCopy:
    """What was paid: pages by the tariff, postage, the invoice; or why nothing is."""

    invoice: str = ""
    postage: int = 0
    waived: str = ""  # the reason


@dataclass(frozen=True, slots=True, kw_only=True)
class StampCopy:
    """Put the seal on exactly what both sides confirmed; a wet one on the very file that is then printed."""

    basis: str
    medium: Medium = Medium.ELECTRONIC


@dataclass(frozen=True, slots=True, kw_only=True)
class HandCopy:
    """Who received it: at the window their name and paper, by post the courier and number, for officers the receipt."""

    receiver: str = ""
    document: str = ""
    courier: str = ""
    number: str = ""
    strokes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCopy:
    """It must no longer be relied upon; a check says so from now on. `refund`: what was paid back, and its receipt."""

    reason: str
    refund: int = 0
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesRequest:
    """Which copies: of a state, of a matter, of the target patient (the portal: only their own), those overdue.

    `orders`: approved applications that have no copy yet instead. `counted`: only how many wait, nobody is named.
    """

    state: str = ""
    matter: int = 0
    number: str = ""
    overdue: bool = False
    orders: bool = False
    counted: bool = False
    count: int = 50
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsRequest:
    """The target patient's visits, for an application that names some of them; asked as READ_COPIES."""


class VisitLine(NamedTuple):
    """A visit that an application may name by its public id. Of a restricted chart the department is not told."""

    id: str
    kind: str
    department: str
    starts: datetime
    ends: datetime | None


class Part(Word):
    """What of one copy is asked for."""

    VIEW = "view", N_("内容清单")
    PREVIEW = "preview", N_("预览")
    FILE = "file", N_("盖章的文件")
    SIDE = "side", N_("存证")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCopy:
    """One copy: its list of contents, its pages before they are stamped, the stamped file, the proof to keep beside it.

    The proof comes as a `CopyCheck` of this very file.
    """

    part: Part = Part.VIEW


class CopyLine(NamedTuple):
    """A copy as lists show it. `id` and `patient` are public ids."""

    id: str
    number: str
    patient: str
    patient_name: str
    matter: int
    kind: str  # the matter's
    applicant: str
    route: str
    state: str
    pages: int
    fee: int
    prepared: datetime
    due: datetime | None
    overdue: bool
    paid: bool
    stamped: datetime | None
    until: datetime | None  # the portal offers it until then


class OrderLine(NamedTuple):
    """An approved application that has no copy yet. `patient` is a public id."""

    matter: int
    kind: str
    patient: str
    patient_name: str
    opened: datetime
    approved: datetime | None
    due: datetime
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """One page of the list, what is overdue first of all.

    `waiting` counts what is not handed over yet, by state, and what can be done at once: "approved" (no copy yet),
    "to_stamp" (confirmed and paid), "to_hand" (stamped, not for the portal); `dues`: when the oldest of each is due.
    """

    rows: tuple[CopyLine, ...]
    waiting: Mapping[str, int]
    orders: tuple[OrderLine, ...] = ()
    dues: Mapping[str, datetime] = field(default_factory=dict)


class CopiedRecord(NamedTuple):
    """A record in a copy: exactly this version, with the digest of what it says."""

    id: str
    kind: str
    version: int
    digest: str
    title: str
    encounter: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """One copy with everything that belongs to it, and what this reader may do with it now."""

    line: CopyLine
    basis: str  # hex digest of the manifest: what is confirmed and stamped
    records: tuple[CopiedRecord, ...]
    unfinished: tuple[str, ...]  # titles of what is not finished and was left out: to be copied later
    withheld: int  # records that the approval or a label keeps back
    elsewhere: tuple[str, ...]  # public ids of numbers merged into this one that have records: copied apart
    paper: tuple[Pages, ...]
    answers: Mapping[str, str]  # the application
    language: str
    copies: int
    tariff: int  # what the pages cost
    postage: int
    invoice: str
    waived: str
    confirmed: datetime | None
    confirmed_by: str
    paid: datetime | None
    stamped: datetime | None
    stamped_by: str
    prepared_by: str
    medium: str
    handed: datetime | None
    handed_to: str
    ended: datetime | None
    ended_why: str
    refund: int
    replaces: str  # public id
    replaced: str  # public id of the one that took its place
    digest: str  # hex SHA-256 of the stamped file, "" before
    size: int
    moves: tuple[str, ...]  # verbs that make sense now: confirm_copy, charge_copy, stamp_copy, hand_copy, revoke_copy …
    lacking: str  # msgid of what has to come first before it can be stamped, "" for nothing
    entry: str


class CopyFile(NamedTuple):
    """A copy's bytes as they leave."""

    name: str
    media_type: str
    body: bytes
    digest: str  # hex SHA-256
    address: str = ""  # what its QR says, to be passed on with it


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCopy:
    """What anybody asks: the secret of the QR, and the file's SHA-256 in hex ("" when only the QR is looked at)."""

    secret: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCheck:
    """What anybody is told: nothing at all unless the secret is a copy's.

    `matches` None: no file was compared. `proof` is the line proof of entry B (the target is `copy_file` with the
    file's digest), None until the ledger has placed it.
    """

    found: bool
    state: str = ""
    matches: bool | None = None
    number: str = ""
    hospital: str = ""
    stamped: datetime | None = None
    medium: str = ""
    pages: int = 0
    applicant: str = ""  # masked
    patient: str = ""  # masked
    matter: int = 0
    kind: str = ""  # msgid of the matter's name
    approved_by: str = ""  # msgid of the step
    approved: datetime | None = None
    ended: datetime | None = None
    replaced: bool = False
    proof: Mapping[str, Any] | None = None
    key: str = ""  # the ledger's verification key
    document: str = COPY  # which kind of stamped file it is: copy | destruction


class SealUseLine(NamedTuple):
    """用印登记: one use of a seal as the register shows it."""

    id: int
    at: datetime
    seal: str
    medium: str
    person: str
    witness: str
    patient: str  # public id
    copy: str  # public id
    number: str
    matter: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealUsesRequest:
    """Which part of the register, newest first."""

    since: datetime | None = None
    until: datetime | None = None
    count: int = 100
    cursor: str = ""


class Copied(NamedTuple):
    """What became of a copy: its public id, its state, the digest that is to be confirmed and stamped."""

    id: str
    number: str
    state: str
    basis: str
    entry: str = ""


def masked(name: str) -> str:
    """A name of which only the first letter is told: 张*."""
    text = name.strip()
    return f"{text[0]}*" if text else ""

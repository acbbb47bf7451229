"""五（二）共享: what is asked and told about handing a patient's records to a partner [5.2.1] [5.2.2] [5.1.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.entry import Line
from jingui.core.patient import PatientLine
from jingui.core.receiving import ShownPart
from jingui.core.word import N_

TRANSMISSION: Final = "transmission"  # the kind of a target that is one
PREVIEW: Final = "share_preview"  # of a target that is what was looked at before; its record is the digest
WITHDRAWN: Final = "consent_withdrawn"  # the label of a notice that a consent was withdrawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """对外共享 of the target patient: without `confirm` a preview, with its digest the sharing itself.

    `agreement` and `channel` 0: the one that fits; `visit` and `records` are public ids ("" and (): the newest visit
    where the view is of one visit, all records of the view). `label` is a type of document where the media has types.
    """

    partner: int
    purpose: str
    media: str = "fhir"
    label: str = ""
    agreement: int = 0
    channel: int = 0
    visit: str = ""
    records: tuple[str, ...] = ()
    confirm: str = ""
    reason: str = ""
    reply_to: str = ""


class SharedLine(NamedTuple):
    """A record of the view: what would leave of it (`body`, JSON), or that it was not chosen (b"")."""

    record: str
    kind: str
    category: str
    level: str
    title: str
    at: datetime | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePreview:
    """Exactly what would leave, field by field, and what stays and why; `digest` is confirmed.

    Confirmed as `digest.once` it leaves once, however often that is sent.
    """

    patient: PatientLine | None
    partner: int
    partner_name: str
    uscc: str
    purpose: str
    view: str
    media: str
    label: str
    agreement: str
    agreement_ends: datetime
    profile: str
    channel: str
    network: str
    paused: bool
    basis: str
    consent: int
    consent_ends: datetime | None
    level: str  # the highest of what leaves
    limit: str  # the highest that may
    identity: bytes  # the Patient that goes along, JSON
    lines: tuple[SharedLine, ...]
    left: tuple[tuple[str, int], ...]  # (a row of core.share.LEFT, how many)
    elsewhere: int  # records under numbers that were merged into this one
    digest: str
    once: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What was put into the outbox."""

    transmission: str
    message: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopTransmission:
    """停止传输 of the target, before it left."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWithdrawn:
    """停止传输 of everything that rests on withdrawn consents, and notices to who received; asked by the system."""

    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StopLapsed:
    """停止传输 of what waits for a partner, agreement or channel that is over; asked by the system."""

    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearSent:
    """清除 the contents of what arrived long enough ago; digest, receipt and head stay; asked by the system."""

    most: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """What the system stopped or cleared: lines for the entry, whose they are."""

    lines: tuple[Line, ...]
    patients: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryTransmission:
    """重新传输 of the target, which failed; everything is checked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOptions:
    """What the target patient could be shared with: partners, purposes, grounds; asked with READ_TRANSMISSIONS."""


class Option(NamedTuple):
    """A partner and purpose: `reason` says why it would be refused now, "" when it could go."""

    partner: int
    partner_name: str
    partner_kind: str
    purpose: str
    media: tuple[str, ...]
    agreement: str
    basis: str
    consent: str  # given | missing | withdrawn | "" where none is needed
    reason: str


class VisitOption(NamedTuple):
    """A visit that a view of one visit may be about."""

    id: str
    kind: str
    starts: datetime
    ends: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be chosen, for the form."""

    patient: PatientLine | None
    options: tuple[Option, ...]
    visits: tuple[VisitOption, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionsRequest:
    """Which transmissions: filters that name nothing match all; `sort` is a key of SORTS; pages by `page`."""

    state: str = ""
    partner: int = 0
    purpose: str = ""
    channel: int = 0
    sort: str = "-made"
    page: int = 1
    count: int = 50


SORTS: Final = ("-made", "made", "state", "partner", "purpose")


class TransmissionLine(NamedTuple):
    """One transmission in a list; the patient's name only where the reader may know it."""

    id: str
    patient: str
    name: str
    partner: int
    partner_name: str
    purpose: str
    media: str
    label: str
    basis: str
    level: str
    records: int
    size: int
    made: datetime
    state: str
    attempts: int
    next: datetime | None
    problem: str
    received: datetime | None
    channel: str
    consent: int = 0  # that it rests on
    consent_state: str = ""
    kinds: tuple[str, ...] = ()  # types of the records inside


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmissions:
    """A page of them, how many there are, what may not be told to this reader."""

    lines: tuple[TransmissionLine, ...]
    total: int
    hidden: int
    partners: tuple[tuple[int, str], ...] = ()
    patient: PatientLine | None = None


class InsideLine(NamedTuple):
    """A record inside a transmission; `record` "" where the reader may not open it."""

    record: str
    kind: str
    category: str
    level: str


#: Why a content is not shown: code -> words.
HIDDEN: Final[Mapping[str, str]] = {
    "post": N_("您的岗位查看传输经过，不查看内容。"),
    "right": N_("其中有您无权查阅的记录，因此不显示内容。"),
    "gone": N_("内容已不在本院：传出后按期清除，或已按程序销毁。摘要和回执仍可证明传出的是什么。"),
    "unreadable": N_("内容无法以文字显示。"),
}


class LifeLine(NamedTuple):
    """Something that happened to a transmission: a ledger entry about it."""

    entry: str
    at: datetime
    verb: str
    decision: str
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionView:
    """One transmission with its life: decision, attempts, receipt, both digests."""

    line: TransmissionLine
    patient: PatientLine | None
    message: str
    agreement: str
    view: str
    consent: int
    consent_state: str
    sharer: str
    digest: str  # SHA-256 of the content, hex
    receipt: bytes
    receipt_digest: str  # of the content as the receiver saw it, "" without a receipt
    receipt_reason: str
    receipt_entry: str
    reply_to: str
    matter: int
    inside: tuple[InsideLine, ...]
    life: tuple[LifeLine, ...]
    content: bytes  # as it left; b"" where `hidden` says why it is not shown
    parts: tuple[ShownPart, ...]  # the same as text
    hidden: str  # a row of HIDDEN, "" for none

"""五（一）3 传输回执, 二（一）2 采集手段: what comes from partners: asked, shown, settled [5.1.3] [5.1.2] [2.1.2]"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from jingui.core.errors import Conflict, Invalid
from jingui.core.word import N_

PART: Final = 1 << 20
"""Bytes of one part of a large message."""
LONGEST_REASON: Final = 500
SEX: Final = N_("性别")  # labels whose texts are in a form that every reader's words replace
WRITTEN: Final = N_("形成时间")


class Hostile(Invalid):
    """Something that is built to harm who reads it: never opened, never kept."""

    code = "hostile"
    message = N_("内容可能有害，没有打开，也没有保存。")
    next_step = N_("请发送方检查其系统后重新制作。")


class Changed(Conflict):
    """Another content under the number of a message that was taken."""

    code = "changed"
    message = N_("同一编号的内容与先前不同，没有接收。")
    next_step = N_("请用新的编号重新发送。")


class Late(Conflict):
    """The sender's time and this house's are too far apart; `data["now"]` says this house's."""

    code = "late"
    message = N_("双方时间相差过大，没有接收。")
    next_step = N_("请校正时钟后重新发送。")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """Who stands at the other end of a connection: a partner by the certificate it proved."""

    partner: int
    uscc: str
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A whole message; with an empty `body` the parts that came before are it. `message` is the address's word."""

    by: Connected
    message: UUID
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartDelivery:
    """A part of a large message, counted from 0; what is sealed for this house stays sealed until all are there."""

    by: Connected
    message: UUID
    n: int
    total: int
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AskParts:
    """Which parts are there?"""

    by: Connected
    message: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What goes back: a signed receipt, or which parts are there; `state` is a ReceivedState, "" for parts."""

    receipt: bytes = b""
    parts: tuple[int, ...] = ()
    state: str = ""
    reason: str = ""
    again: bool = False  # the very message was there before


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What a content says of itself, as far as it is needed to file it."""

    patient: Mapping[str, Any] = field(default_factory=dict)  # a FHIR Patient; {} when it names none
    kind: tuple[str, str] = ("", "")  # code system and code of the document's type
    title: str = ""
    known: bool = True  # whether the type is one that this house files
    codes: frozenset[tuple[str, str]] = frozenset()  # (system, code) of everything coded inside
    written: str = ""  # ISO 8601 date or date-time
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """A part of a received content as people read it: text only, whatever it was made of."""

    title: str = ""
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    head: tuple[str, ...] = ()  # of the rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """外来资料列表: in one state ("" = all, what waits first), a page at a time."""

    state: str = ""
    partner: int = 0
    cursor: str = ""
    count: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewReceived:
    """查看一份外来资料."""

    received: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleReceived:
    """处理待核外来资料: filed for the operation's target patient, or rejected with a reason in words."""

    received: int
    accept: bool
    patient: str = ""  # as chosen at the page: a public id, or a number of the hospital's; "" to reject
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedLine:
    """One line of the list: no content, no name."""

    id: int
    partner: str
    message: str
    media: str
    label: str
    purpose: str
    state: str
    reason: str
    size: int
    at: datetime
    settled: datetime | None
    patient: str = ""  # public id, once it is known whose it is
    overdue: bool = False  # waits longer than the hospital allows itself


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedList:
    """The page of lines, how many wait, and the partners that may be filtered by."""

    lines: tuple[ReceivedLine, ...]
    waiting: int
    partners: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateLine:
    """Somebody whom the content may be about."""

    patient: str
    name: str
    gender: str
    birth: str
    number: str
    why: tuple[str, ...]  # what agrees: name, birth_date, id_card …


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPage:
    """One received content: who sent it, what it says, why it waits, whom it may be about."""

    line: ReceivedLine
    uscc: str
    agreement: str
    digest: str
    receipt: str  # this house's own, as it went back
    title: str
    said: tuple[tuple[str, str], ...]  # what the content says of the patient: label and text
    parts: tuple[ShownPart, ...]
    hidden: str  # why the content is not shown; "" when it is
    candidates: tuple[CandidateLine, ...]
    records: tuple[str, ...]  # public ids of what was entered from it
    settled_by: str = ""
    content_type: str = ""

"""二（二）3 停机应急: a ward's stations, their sealed summaries, what was read without the house [2.2.3] [4.1.2]"""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Final

from jingui.core.word import N_, Word
from jingui.core.words import Decision, Verb

#: What a station may have entered in its own ledger; anything else in a delivery is refused.
OFFLINE: Final = (Verb.SIGN_IN, Verb.SIGN_OUT, Verb.LIST, Verb.OPEN_CHART, Verb.PRINT)
OUTCOMES: Final = (Decision.ALLOW, Decision.DENY, Decision.FAIL)
#: Lines of one delivery, and the longest line: what a ward reads in a day comes in a few of them.
MOST_LINES: Final = 200
LONGEST_LINE: Final = 64_000


class StationKind(Word):
    """工作站类别 [2.2.3]"""

    DESK = "desk", N_("录入工作站")
    SHARED = "shared", N_("共用工作站")
    PDA = "pda", N_("移动终端")
    DOWNTIME = "downtime", N_("应急工作站")


class Flaw(Word):
    """A delivery's finding: what does not agree, told to those who review [2.2.3] [4.1.3]"""

    GAP = "gap", N_("工作站台账缺了一段")
    FORK = "fork", N_("工作站台账与已补交的部分不一致（分叉或改写）")
    REWOUND = "rewound", N_("工作站台账比已补交的还短（被截断或换回旧文件）")
    SIGNATURE = "signature", N_("条目的签名或内容校验不成立")
    CLOCK = "clock", N_("工作站时钟偏差过大")
    BACKWARDS = "backwards", N_("条目时间倒退")
    STRANGER = "stranger", N_("查阅人不在可开启名单内")
    POST_ENDED = "post_ended", N_("查阅时岗位已终止或账号已停用")
    PATIENT = "patient", N_("所查患者不在该站收到的摘要内")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterStation:
    """登记应急工作站: `key` is the line that `jingui station init` printed, `account` the interface account's name."""

    code: str
    name: str
    department: int
    key: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStation:
    """停用工作站, at once: its next request is refused."""

    station: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflinePin:
    """The actor's own PIN for wards' stations; kept as a slow hash only. "" ends it."""

    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryRequest:
    """What a station says of its own ledger when it asks for a summary: how long it is and its last leaf hash."""

    size: int
    last: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSummary:
    """A summary that only the station's key opens; `until` is when it must not be opened any more."""

    data: bytes
    until: datetime
    patients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Lines `start`, `start + 1`, … of a station's ledger of `size` lines, at the station's own clock."""

    start: int
    lines: tuple[bytes, ...]
    size: int
    last: bytes
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Which line is wanted next, and what was found wrong."""

    next: int
    accepted: int
    flaws: tuple[Flaw, ...]


def pin_wrong(pin: str, least: int) -> str:
    """What keeps `pin` from being taken, as a msgid; "" for a good one: digits, long enough, no run, no repetition."""
    if not (pin.isascii() and pin.isdigit() and least <= len(pin) <= 12):
        return N_("只用数字，长度在规定范围内")
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 or len(set(pin)) < 3:
        return N_("过于简单：不得为连号、重号")
    return ""

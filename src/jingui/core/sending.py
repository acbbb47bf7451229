"""五（一）3 传输: what the gateway asks of the door, what stops or delays a sending, when it is tried again [5.1.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from jingui.core.word import N_


class Problem(NamedTuple):
    """A row: what went wrong, in words; `stops`: it will not pass by itself, so nothing is tried again."""

    text: str
    stops: bool = False


#: Why a transmission did not arrive (yet): code -> row. Reasons of `core.partners.WHY` stand beside these.
PROBLEMS: Final[Mapping[str, Problem]] = {
    "unreachable": Problem(N_("对方网关无法连接")),
    "tls": Problem(N_("对方的证书与登记的不符，未发送")),
    "timeout": Problem(N_("对方在时限内没有答复")),
    "broken": Problem(N_("连接中断")),
    "busy": Problem(N_("对方要求稍后再传")),
    "answer": Problem(N_("对方的答复不符合约定")),
    "redirect": Problem(N_("对方要求转到其他地址，已拒绝")),
    "address": Problem(N_("通道地址不符合要求或指向不允许的网络")),
    "receipt": Problem(N_("回执无效或与所传内容不符")),
    "no_receipt": Problem(N_("时限内没有收到回执")),
    "late": Problem(N_("双方时钟相差过大")),
    "rejected": Problem(N_("对方没有接收")),
    "killed": Problem(N_("传输进程中断")),
    "keys": Problem(N_("本院或对方的密钥、证书无法使用")),
    "consent": Problem(N_("患者的同意不存在、已撤回或已到期"), stops=True),
    "purpose": Problem(N_("协议不包含这一用途、视图或内容形式"), stops=True),
    "level": Problem(N_("内容的敏感级别超出协议或网络的许可"), stops=True),
    "media": Problem(N_("通道不传这种形式的内容"), stops=True),
    "assessment": Problem(N_("没有有效的个人信息保护影响评估"), stops=True),
    "sealed": Problem(N_("内容所在的病历已封存"), stops=True),
    "restricted": Problem(N_("患者限制了他人查阅其中的内容"), stops=True),
    "gone": Problem(N_("内容已按程序销毁"), stops=True),
}
#: Reasons of `core.partners.WHY` that may pass by themselves or by somebody's act: the transmission waits.
WAITS: Final = frozenset(
    {"channel_paused", "agreement_early", "mend_overdue", "certificate_tls", "certificate_sign", "certificate_encrypt"}
)
#: Of those, what costs no attempt: nobody failed.
FREE: Final = frozenset({"channel_paused"})
#: Refusals of a receiver after which the same content is worth another try.
AGAIN: Final = frozenset({"late"})
LONGEST_WAIT: Final = timedelta(hours=1)  # that a partner may ask for
PART: Final = 1024 * 1024


def stops(reason: str) -> bool:
    """Whether a reason ends the transmission at once."""
    row = PROBLEMS.get(reason)
    return row.stops if row is not None else reason not in WAITS


def again(attempts: int, first: int, longest: int, spread: int, chance: float) -> timedelta:
    """How long until the next attempt: doubled each time up to `longest` seconds, spread by ± `spread` percent.

    `chance` is in [0, 1): given, so that the same chance gives the same wait.
    """
    base = min(longest, first * 2 ** min(max(attempts, 1) - 1, 30))
    return timedelta(seconds=base * (1 + spread / 100 * (2 * chance - 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Take a due transmission (the target names its patient). Without `body` only the checks are made again:

    the process still has what was sealed for an earlier attempt.
    """

    transmission: int
    body: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """It did not arrive: a row of PROBLEMS, how long the other side asks to wait (seconds)."""

    transmission: int
    problem: str
    wait: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeReceipt:
    """The receiver's signed receipt; over a channel whose standard has none, what the transport answered."""

    transmission: int
    receipt: bytes = b""
    answer: "Answer | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A transport's own acknowledgement: its code, SHA-256 of its bytes, the fingerprint of who gave it."""

    code: str
    digest: bytes
    peer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """What the gateway carries: sealed for the receiver, or plain where the standard has no envelope."""

    message: UUID
    channel: int
    code: str
    kind: str  # a row of core.transmit.CHANNELS
    address: str
    options: Mapping[str, str]
    network: str
    media: str
    label: str
    body: bytes
    sealed: bool
    pins: tuple[str, ...]  # SHA-256 (hex) of the TLS certificates that the receiver may show
    roots: tuple[bytes, ...]  # the same certificates (DER)
    seconds: int  # within which an attempt ends
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """It may not or need not go now: the reason; whether it was stopped for good."""

    reason: str
    stopped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayRequest:
    """The gateway's page: every channel, the last 24 hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelHours:
    """A channel's counts in one hour."""

    hour: datetime
    sent: int
    failed: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelState:
    """A channel as the gateway's page shows it."""

    id: int
    partner: int
    code: str
    name: str  # of the partner
    kind: str
    network: str
    direction: str
    state: str
    paused: datetime | None
    genuine: bool
    waiting: int
    sending: int
    oldest: datetime | None
    next: datetime | None  # when the first that could not be delivered is tried again; None when none waits for that
    failed: int
    problem: str
    hours: tuple[ChannelHours, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayBoard:
    """Every channel, those with trouble first, and when the sending process was last seen."""

    channels: tuple[ChannelState, ...]
    since: datetime

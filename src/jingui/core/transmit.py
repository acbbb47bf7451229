"""五（一）传输: channels, networks, states, doubts: the closed tables of the gateway [5.1.1] [5.1.2] [5.1.3]"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from jingui.core.word import N_, Word
from jingui.core.words import Level


class Media(Word):
    """内容形式: what a transmission's content is [5.1.2]"""

    FHIR = "fhir", N_("FHIR 文档")
    CDA = "cda", N_("共享文档（CDA）")
    HL7V2 = "hl7v2", N_("HL7 v2 报文")
    DICOM = "dicom", N_("DICOM 影像")
    NOTICE = "notice", N_("通知")


class TransmissionState(Word):
    """传输状态 [5.1.3]"""

    QUEUED = "queued", N_("待传输")
    SENDING = "sending", N_("传输中")
    RECEIPTED = "receipted", N_("已收到回执")
    QUARANTINED = "quarantined", N_("对方待核")
    REFUSED = "refused", N_("对方拒收")
    FAILED = "failed", N_("传输失败")
    STOPPED = "stopped", N_("已停止")


class ReceivedState(Word):
    """接收状态 [5.1.3]"""

    TAKEN = "taken", N_("已接收")
    QUARANTINED = "quarantined", N_("待核")
    REFUSED = "refused", N_("已拒收")


class Direction(Word):
    """传输方向 [5.1.2]"""

    OUT = "out", N_("传出")
    IN = "in", N_("传入")
    BOTH = "both", N_("双向")


class ChannelKind(NamedTuple):
    """A row: its name, what it carries, its address's form, whether the content is sealed for the receiver."""

    text: str
    media: frozenset[Media]
    scheme: str  # of the address; "" for host:port
    sealed: bool  # JWS in JWE; False only where the standard carries no envelope, and then over line networks alone
    large: bool  # whether a broken delivery is taken up again part by part


CHANNELS: Final[Mapping[str, ChannelKind]] = {
    "https": ChannelKind(N_("网关互联（HTTPS）"), frozenset(Media), "https", sealed=True, large=True),
    "fhir": ChannelKind(N_("FHIR 接口推送"), frozenset({Media.FHIR}), "https", sealed=False, large=False),
    "mllp": ChannelKind(N_("HL7 v2（MLLP over TLS）"), frozenset({Media.HL7V2}), "", sealed=False, large=False),
    "dicom": ChannelKind(N_("DICOM（TLS）"), frozenset({Media.DICOM}), "", sealed=False, large=False),
    "sftp": ChannelKind(N_("文件投递（SFTP）"), frozenset(Media), "sftp", sealed=True, large=True),
}  # fmt: skip


class Network(NamedTuple):
    """A row: what a channel runs over, and the highest level of sensitivity that may go over it."""

    text: str
    level: Level
    unsealed: bool  # whether content without an envelope of its own may go there


NETWORKS: Final[Mapping[str, Network]] = {
    "line": Network(N_("专线"), Level.SECRET, unsealed=True),
    "health": Network(N_("卫生专网"), Level.SECRET, unsealed=True),
    "vpn": Network(N_("VPN"), Level.SENSITIVE, unsealed=True),
    "internet": Network(N_("互联网"), Level.ORDINARY, unsealed=False),
}

#: Why something received waits for a person, or is refused: code -> (words, whether it waits).
DOUBTS: Final[Mapping[str, tuple[str, bool]]] = {
    "patient": (N_("不能确定是哪位患者"), True),
    "virus": (N_("查出或不能排除病毒"), True),
    "invalid": (N_("内容不符合标准"), True),
    "consent": (N_("患者没有同意本院接收此类资料"), True),
    "unknown_type": (N_("文档类型未知"), True),
    "agreement": (N_("不在协议约定的范围内"), False),
    "sender": (N_("发送方身份不能确认"), False),
    "changed": (N_("同一编号的内容与先前不同"), False),
    "late": (N_("时间相差过大"), False),
    "hostile": (N_("内容可能有害"), False),
    "withdrawn": (N_("发送方通知：患者已撤回同意"), False),
    "rejected": (N_("经核对不予接收"), False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One message between gateways, as both sides sign it; times are UTC, `digest` is SHA-256 of `content`."""

    message: UUID
    sender: str  # USCC
    receiver: str  # USCC
    purpose: str
    media: Media
    label: str
    agreement: str  # the number both sides know the agreement by
    made: datetime
    reply_to: UUID | None = None
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """接收回执: what the receiver signs: which message, what content, what became of it, when, proven where."""

    message: UUID
    digest: bytes
    sender: str
    receiver: str
    outcome: str  # a ReceivedState
    reason: str = ""  # a row of DOUBTS
    at: datetime
    entry: str = ""  # the receiver's ledger entry

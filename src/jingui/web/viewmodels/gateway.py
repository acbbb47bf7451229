"""五（一）2 传输网关: what its page shows [5.1.2] [5.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.parts import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class HourBar:
    """An hour's bars as geometry: a view box of 960 by 150."""

    x: str
    sent_y: str
    sent_height: str
    failed_y: str
    failed_height: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HourPlot:
    """The last 24 hours of a channel: arrived and failed; `title` says the same in words."""

    title: str
    bars: tuple[HourBar, ...]
    most: int
    marks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelCard:
    """A channel."""

    id: int
    code: str
    partner: str
    what: str  # kind, network, direction
    state: Tag
    waiting: int
    sending: int
    oldest: datetime | None
    next: datetime | None  # the next try of what could not be delivered
    failed: int
    problem: str
    plot: HourPlot | None
    pauses: bool
    resumes: bool
    error: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPage:
    """transmit/gateway.html"""

    channels: tuple[ChannelCard, ...]
    waiting: int
    sent: int
    failed: int
    partners: str
    matters: str

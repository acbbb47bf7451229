"""三（一）存储、期限、销毁: what is asked about holds and keys [3.1.1] [3.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.core.words import Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceHold:
    """保全 of the target's whole chart, or of the target's one record; `ends` None until it is lifted."""

    kind: Hold
    reason: str
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftHold:
    """The end of a hold of the target, for a reason."""

    hold: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RotateKeys:
    """轮换: new segment keys for these segments, all 1,024 when none is named; an interrupted one is finished first."""

    segments: tuple[int, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """What a rotation did: how many segments and data keys, the shred file's generation, where its copies stand."""

    segments: int
    keys: int
    generation: int
    copies: tuple[str, ...]
    resumed: bool = False

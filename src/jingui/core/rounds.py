"""三（一）2 巡查: photos of a round, and what a storeroom's rounds look like [3.1.2] [7.1.1]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

MOST_PHOTOS: Final = 12  # of one round


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvidence:
    """附加巡查照片: to a run that is one's own to do, or that one did within a day."""

    run: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRequest:
    """READ_EVIDENCE: the photos of a run, or one of them with its picture."""

    run: int = 0
    photo: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo of a round; `content` only when it was asked for."""

    id: int
    run: int
    name: str
    media: str
    person: str
    at: datetime
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPhotos:
    """What READ_EVIDENCE answers: photos, and which round they belong to."""

    photos: tuple[Photo, ...]
    duty: str = ""
    place: str = ""

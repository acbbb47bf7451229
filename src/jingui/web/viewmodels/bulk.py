"""五（二）批量共享: what its page shows [5.2.1] [5.2.4]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.parts import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRow:
    """An export: who, for what, how far, until when; `error` and `reason` belong to the stop that was asked for."""

    id: int
    app: str
    partner: str
    agreement: str
    purpose: str
    types: str
    since: datetime | None
    state: Tag
    problem: str
    percent: int | None
    patients: int
    resources: int
    files: int
    left: tuple[tuple[str, int], ...]
    made: datetime
    taken: datetime | None
    ends: datetime
    ended: datetime | None
    stops: bool
    error: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPage:
    """share/bulk.html"""

    rows: tuple[BulkRow, ...]
    live: int
    apps: str
    partners: str

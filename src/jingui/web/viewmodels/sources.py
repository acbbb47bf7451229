"""二（一）2 采集手段: what the page of sources and stations shows [2.1.2]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.parts import Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """A registered source; `end` is where its end is asked for, "" where that is nothing for this reader."""

    name: str
    code: str
    kind: str
    account: str
    sender: str
    certificate: str
    categories: tuple[str, ...]
    state: Tag
    messages: int
    last: datetime | None
    until: datetime | None
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationRow:
    """A registered workstation."""

    name: str
    code: str
    kind: str
    department: str
    seen: datetime | None
    state: Tag
    end: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage:
    """collect/sources.html"""

    sources: tuple[SourceRow, ...]
    stations: tuple[StationRow, ...]
    actions: tuple[Link, ...] = ()

"""四（二）2 依法调取 [4.2.2]: the escort's page: who came, with which document, what was handed over"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.parts import Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerRow:
    """An officer, as their papers say; the number is shown in part."""

    name: str
    identity: str
    card: str
    body: str
    n: int = 1
    signed: datetime | None = None  # on the pad, when the retrieval was over
    signature: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """A copy that was made for it: what the receipt is about."""

    number: str
    href: str
    state: Tag
    pages: int
    stamped: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrievalPage:
    """release/retrieval.html; printed it is the handed-over list that the officers sign."""

    body: str
    document: str
    officers: tuple[OfficerRow, ...]
    card: str
    scope: str
    period: str
    way: str
    secret: bool
    patient: Link
    matter: str
    escort: str
    until: datetime | None
    open: bool
    copies: tuple[CopyRow, ...]
    make: str
    read: str
    errors: tuple[str, ...] = ()
    copying: bool = True  # whether anything was to be copied, or only looked at
    strokes: str = ""
    drawing: str = ""
    chosen: str = ""

    @property
    def unsigned(self) -> tuple[OfficerRow, ...]:
        """Who has not signed yet; nobody once it is over."""
        return tuple(one for one in self.officers if one.signed is None) if self.open else ()

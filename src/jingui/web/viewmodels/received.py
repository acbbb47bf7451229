"""五（一）3 接收: what the pages of what came in show [5.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Choice, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRow:
    """One message in the list: no name, no content."""

    href: str
    partner: str
    purpose: str
    form: str
    state: Tag
    reason: str
    at: datetime
    settled: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedPage:
    """transmit/received.html"""

    rows: tuple[ReceivedRow, ...]
    waiting: int
    chips: tuple[tuple[str, str, bool], ...]
    partners: tuple[Choice, ...]
    partner: str
    state: str
    pager: Pager


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRow:
    """Somebody whom it may be about."""

    id: str
    name: str
    sex: str
    birth: str
    number: str
    why: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShown:
    """A part of the content, as text."""

    title: str
    lines: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    head: tuple[str, ...] = ()

    @property
    def pairs(self) -> bool:
        """Whether every row is a label and what it says."""
        return not self.head and all(len(row) == 2 for row in self.rows)

    @property
    def labelled(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Each row's cells with the heads of their columns, for screens on which a row is no line."""
        blank = ("",) * max((len(row) for row in self.rows), default=0)
        return tuple(tuple(zip((*self.head, *blank), row, strict=False)) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class OneReceivedPage:
    """transmit/one_received.html"""

    row: ReceivedRow
    title: str
    facts: tuple[tuple[str, str], ...]
    said: tuple[tuple[str, str], ...]
    parts: tuple[PartShown, ...]
    hidden: str
    records: tuple[Link, ...]
    patient: Link | None
    receipt: str
    candidates: tuple[CandidateRow, ...]
    may_file: bool
    may_reject: bool
    number: str
    reason: str
    why: str
    errors: Form
    document: str = ""  # where the document stands alone

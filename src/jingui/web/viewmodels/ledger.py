"""四（一）内部查阅与使用 [4.1.2]: the evidence ledger's pages"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.core.words import Entrance
from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Column, EntryLine, Link, Pager, RuleLine


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """ledger/entries.html. `entries` None before a search that can be carried out; `tabs` for those who see it all."""

    form: Form
    entries: tuple[EntryLine, ...] | None
    columns: tuple[Column, ...] = ()
    pager: Pager | None = None
    scope: str = ""
    tabs: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetLine:
    """What an entry was about, by public id; `label` only if this reader may see whom it names."""

    kind: str
    id: str
    version: int = 0
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """ledger/entry.html. `proof_url` answers the JSON that the browser checks; `head` is the canonical text itself.

    `note` is the free text beside the entry, decrypted for whoever wrote it and nobody else.
    """

    entry: EntryLine
    entrance: Entrance
    head: str
    leaf: str
    writer: str
    writer_number: int
    epoch: int
    policy: int
    proof_url: str
    rules: tuple[RuleLine, ...] = ()
    targets: tuple[TargetLine, ...] = ()
    targets_hidden: int = 0
    previous: Link | None = None
    next: Link | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointLine:
    """A signed checkpoint and who outside holds it."""

    size: int
    at: datetime
    root: str
    key: str
    witnesses: tuple[str, ...] = ()
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointsPage:
    """ledger/checkpoints.html. `outside` None while no outside sink holds any: then the page says so."""

    key_line: str
    checkpoints: tuple[CheckpointLine, ...]
    outside: CheckpointLine | None = None
    pager: Pager | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPoint:
    """One day: entries of the day, and of them refused."""

    day: date
    count: int
    refused: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthPage:
    """ledger/growth.html. `finding` is the plot's title: a sentence that says what it shows."""

    finding: str
    points: tuple[GrowthPoint, ...]

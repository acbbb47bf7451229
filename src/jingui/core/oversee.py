"""七（一）监督检查: what is asked of the evidence ledger and what it answers [7.1.1] [7.1.2] [4.1.2]"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jingui.core.entry import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerSearch:
    """Which entries to list, newest first. Empty values do not narrow; `mine` asks for the asker's own entries only."""

    since: datetime | None = None
    until: datetime | None = None
    verbs: tuple[str, ...] = ()
    decision: str = ""
    staff_no: str = ""
    patient: str = ""  # public id
    mine: bool = False
    count: int = 50
    cursor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """One entry by its id. `mine` says that it is the asker's own: then no oversight role is needed."""

    entry: str
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofRequest:
    """The proof of one entry; with `position` narrowed to that target, with `opened` showing the private part too."""

    entry: str
    position: int | None = None
    opened: bool = False
    mine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointsRequest:
    """Signed checkpoints, newest first, below `before` (0: from the newest)."""

    before: int = 0
    count: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthRequest:
    """Entries per day of China's calendar over the last `days`."""

    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """One part of an export: entries from index `start`, at most `count`. `form` is jsonl or balp.

    `origin` is where the whole export began and `stop` its end (0: the newest checkpoint's size); the first part says
    what the following ones repeat. `opened` discloses private parts and targets.
    """

    form: str = "jsonl"
    origin: int = 0
    start: int = 0
    stop: int = 0
    opened: bool = False
    count: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    """恢复处置: end a lockdown; everything it named is settled, and the new epoch's first entry commits to that."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One entry as its committed head says it; `sound` is False when the stored bytes are not what Jingui wrote.

    `person` to `detail` are the opened private part, `targets` at most the first fifty. `index` is None until placed.
    """

    id: str
    index: int | None
    at: datetime
    verb: str
    decision: str
    reason: str
    purpose: str
    entrance: str
    clauses: tuple[str, ...]
    rules: tuple[str, ...]
    epoch: int
    policy: int
    writer: str
    n: int
    count: int
    sound: bool
    person: str = ""
    person_name: str = ""
    account: str = ""
    post: str = ""
    session: str = ""
    address: str = ""
    note: str = ""  # free text or search terms, decrypted
    targets: tuple[Line, ...] = ()
    head: str = ""
    leaf: str = ""
    previous: str = ""  # the ids of the writer's neighbouring entries
    next: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointLine:
    """A signed checkpoint and the outside sinks that acknowledged it or a later one."""

    size: int
    at: datetime
    root: str
    note: str
    sinks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoints:
    """A page of checkpoints, the ledger's key line, and the newest checkpoint that any outside sink holds."""

    key: str
    rows: tuple[CheckpointLine, ...]
    outside: CheckpointLine | None
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthDay:
    """One day's entries, and how many of them were refused; `total` at its end."""

    day: str
    count: int
    refused: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an entry stands: `index` None until it is placed. `proof` checks it against `key` without Jingui."""

    entry: str
    index: int | None
    size: int = 0
    at: datetime | None = None
    checkpoint: str = ""
    key: str = ""
    proof: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportPart:
    """Lines of an export (each ends in a newline); `next` is the index to go on from, None after the last part."""

    lines: bytes
    start: int
    next: int | None
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerState:
    """How the ledger is. `behind` in seconds, of which `allowed` are; `outside`: the newest checkpoint held outside."""

    size: int
    signed: datetime | None
    behind: float
    lockdown: bool
    outside: datetime | None
    outside_size: int
    sinks: tuple[str, ...]
    waiting: tuple[str, ...]  # what a lockdown named and no recovery has settled
    allowed: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as Jingui wrote it: what kind, where (`table:key`), at which index, and why."""

    kind: str
    where: str
    index: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What `jingui verify` found. `findings` are sorted, entries by index first; at most some hundred are kept."""

    size: int
    root: str
    entries: int
    unplaced: int
    checkpoints: int
    tiles: int
    versions: int
    payloads: int
    rows: int
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far long work is: done of total, per second, seconds left."""

    what: str
    done: int
    total: int
    rate: float
    left: float

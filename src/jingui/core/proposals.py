"""六（一）2 双人验证: an operation that waits for a second person [6.1.2]"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The operation was not done: it waits until `expires`. `digest` is what the second person confirms."""

    proposal: int
    digest: str
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A second person's word about exactly the operation that `digest` stands for; never the proposer's."""

    proposal: int
    digest: str
    verdict: str  # approve | refuse
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The proposer takes a waiting proposal back."""

    waiting: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a proposal; `value` is the executed operation's own value, `entry` its ledger entry."""

    proposal: int
    state: str  # executed | refused | withdrawn
    value: Any = None
    entry: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalsRequest:
    """Those that wait, or all of the last days too."""

    settled: bool = False
    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalLine:
    """A proposal as the desk shows it. `data` is what would be done, by field; patients stand by their public ids."""

    id: int
    verb: str
    digest: str
    state: str  # waiting | expired | executed | refused | withdrawn
    proposer: str
    proposer_id: int
    at: datetime
    expires: datetime
    patient: str
    kind: str
    purpose: str
    data: dict[str, Any] = field(default_factory=dict)
    mine: bool = False
    may_decide: bool = False

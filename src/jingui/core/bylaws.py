"""八 附则: what is asked about settings and versions of the policy [8.2] [8.3]"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetting:
    """A setting's new value, as written; core.settings checks it against its row and floor."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPolicy:
    """A policy text and rules taking effect."""

    source: str
    body: str
    text_hash: str
    rules_hash: str
    effective: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRequest:
    """How many days of evidence to count."""

    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseLine:
    """A clause and what carries it: rules, operations, and how much the ledger holds of each."""

    id: str
    rules: tuple[str, ...]
    verbs: tuple[str, ...]
    allowed: int
    refused: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A published version of the policy."""

    n: int
    source: str
    text_hash: str
    rules_hash: str
    effective: datetime
    entry: str
    genuine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingLine:
    """A setting: its value now, what the law's floor is, and where it comes from."""

    name: str
    kind: str
    value: str
    default: str
    floor: str
    ceiling: str
    words: tuple[str, ...]
    unit: str
    clause: str
    basis: str
    source: str
    label: str
    entry: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """制度运行情况: clauses with their evidence since `since`, versions, settings."""

    since: datetime
    counted: int  # entries looked at
    complete: bool  # False when there were more than could be counted at once
    clauses: tuple[ClauseLine, ...]
    versions: tuple[VersionLine, ...]
    settings: tuple[SettingLine, ...] = field(default=())

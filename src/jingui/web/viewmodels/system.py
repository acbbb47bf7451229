"""六（一）安全防护措施 [6.1.1] [6.1.3]: the state of the system, as `jingui doctor` says it"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jingui.web.viewmodels.policy import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: what was looked at, what was found, what to do if it is not well."""

    name: str
    state: State
    finding: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A child of the supervisor."""

    name: str
    state: State
    up: timedelta | None
    restarts: int
    memory_mb: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Long work: how far, how fast, how long still. `left` None if it cannot be told."""

    name: str
    done: int
    total: int
    rate: str = ""
    left: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemPage:
    """cockpit/system.html"""

    at: datetime
    checks: tuple[Check, ...]
    processes: tuple[Process, ...] = ()
    works: tuple[Work, ...] = ()
    lockdown: bool = False

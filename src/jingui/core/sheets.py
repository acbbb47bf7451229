"""What the door gives back: plain values for pages, interfaces and commands [4.1.2]"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from jingui.core.vector import Decided


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where the answer stands in the ledger and what it rests on: the strip at a page's foot."""

    entry: str
    at: datetime
    decided: Decided
    verb: str
    purpose: str
    actor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One version of one record: `body` is the stored JSON, byte for byte."""

    id: str
    patient: str
    kind: str
    version: int
    entered: datetime
    body: bytes
    trace: Trace
    category: str = ""
    level: str = "ordinary"
    labels: tuple[str, ...] = ()
    state: str = ""
    author: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The answer of any other operation; `value` is the verb's own frozen dataclass."""

    value: Any
    trace: Trace
    more: str = ""  # cursor of the next page
    notes: tuple[str, ...] = field(default=())

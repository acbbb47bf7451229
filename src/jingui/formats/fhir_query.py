"""四（一）内部查阅: a search as a frozen value, for the store to run and the ledger to commit to [4.1.3]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple
from urllib.parse import quote

Prefix = Literal["eq", "ne", "lt", "gt", "ge", "le", "sa", "eb"]


class Term(NamedTuple):
    """One wanted token, equal to a tuples() fact: system `*` matches any, a reference's system is its type."""

    parameter: str
    system: str
    value: str


class DateTerm(NamedTuple):
    """One wanted span of time [start, end) in UTC with its FHIR prefix."""

    parameter: str
    prefix: Prefix
    start: datetime
    end: datetime

    def matches(self, start: datetime, end: datetime) -> bool:
        """Whether a record's span [start, end) fits, by the FHIR R4 rules for prefixes."""
        inside = start >= self.start and end <= self.end
        match self.prefix:
            case "eq":
                return inside
            case "ne":
                return not inside
            case "lt":
                return start < self.start
            case "gt":
                return end > self.end
            case "ge":
                return inside or end > self.end
            case "le":
                return inside or start < self.start
            case "sa":
                return start >= self.end
            case "eb":
                return end <= self.start


class Wanted(NamedTuple):
    """One look-up value of a person's identity as written; the blind index normalises it."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """One parsed search. Each outer tuple is AND, each inner one OR; `used` are the pairs that had effect, in order."""

    type: str
    patient: str = ""  # public id, "" if the search names none
    ids: tuple[str, ...] = ()
    tokens: tuple[tuple[Term, ...], ...] = ()
    dates: tuple[tuple[DateTerm, ...], ...] = ()
    updated: tuple[tuple[DateTerm, ...], ...] = ()
    identity: tuple[tuple[Wanted, ...], ...] = ()
    count: int = 20
    count_only: bool = False
    sort: tuple[tuple[str, bool], ...] = ()  # (date parameter or _lastUpdated, descending)
    include: tuple[str, ...] = ()  # reference parameters whose targets come along
    cursor: str = ""
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

    def link(self, cursor: str = "") -> str:
        """Return the relative address of this search with the parameters that had effect, and another page's cursor."""
        pairs = [(k, v) for k, v in self.used if k != "_page"] + ([("_page", cursor)] if cursor else [])
        return f"{self.type}?" + "&".join(f"{quote(k, safe='_:-')}={quote(v, safe='|,/:-_.*')}" for k, v in pairs)

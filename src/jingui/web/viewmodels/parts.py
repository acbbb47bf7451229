"""一 总则: the small things that pages are put together from [1.3.1]"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from jingui.core.words import Decision, Purpose, Verb

Tone = Literal["plain", "ok", "warn", "bad", "info", "gold", "hold", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A label: its word says it, its shape (● ▲ ■ ◆ ❚❚ ○) repeats it, its colour only helps."""

    text: str
    tone: Tone = "plain"
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A person as pages name one: never without the post."""

    name: str
    post: str = ""
    department: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An address with its words; `key` is the keyboard letter that opens it, `primary` the page's one main action."""

    label: str
    href: str
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseRef:
    """A clause as people cite it: `heading` is 四（二）1."""

    id: str
    heading: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """A rule's id and its one sentence in the reader's language."""

    id: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why this may be seen: one plain sentence, the rules and clauses it rests on, what else was needed."""

    sentence: str
    rules: tuple[RuleLine, ...] = ()
    clauses: tuple[ClauseRef, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message above the page; `tone` one of ok, warn, bad, info."""

    text: str
    tone: Tone = "info"
    link: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pager:
    """Where one stands in a long list; empty addresses mean there is no such page. `total` 0 means not counted.

    `kept`: what the list was asked with, for one that is searched by a form. Its pages are asked for by the same form,
    so that no term stands in an address; `previous` and `next` are then the places where they begin.
    """

    page: int
    pages: int = 0
    total: int = 0
    previous: str = ""
    next: str = ""
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A heading; with `href` it sorts, and `sorted` says how it stands now."""

    label: str
    href: str = ""
    sorted: Literal["", "ascending", "descending"] = ""
    number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryLine:
    """One ledger entry in a list. `index` is None until the sequencer numbered it.

    `placed` False: its number was not looked up here.
    """

    id: str
    at: datetime
    verb: Verb
    decision: Decision
    person: PersonLine
    purpose: Purpose | None = None
    clauses: tuple[ClauseRef, ...] = ()
    about: str = ""
    about_href: str = ""
    index: int | None = None
    placed: bool = True
    reason: str = ""

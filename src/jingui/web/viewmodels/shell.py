"""四（一）内部查阅与使用 [4.1.2] [4.1.3]: what stands around every page: who, where, and the ledger strip"""

from dataclasses import dataclass
from datetime import datetime

from jingui.core.words import Decision, Purpose
from jingui.web.viewmodels.parts import ClauseRef, Link, Notice, PersonLine


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A room that exists and that this person may enter. `count` waits there; `hot` if something is overdue."""

    label: str
    href: str
    current: bool = False
    count: int = 0
    hot: bool = False
    rule_before: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The ledger entry of this very request. Number and checkpoint are fetched by the browser a moment later.

    `receipt` is the short form of the committed batch's signature, "" if none was asked for.
    """

    entry: str
    at: datetime
    decision: Decision
    purpose: Purpose | None = None
    clauses: tuple[ClauseRef, ...] = ()
    receipt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """Person, time and request on every governed page and print."""

    person: str
    at: datetime
    request: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """Everything around the page. `now` is the request's time in the hospital's zone: all relative times hang on it.

    `person` is None before sign-in. `session_seconds` is what the session has left if nothing more is asked.
    `path` is this page's own address without query (the language switch returns to it).
    """

    now: datetime
    path: str
    hospital: str = ""
    language: str = "zh-hans"
    person: PersonLine | None = None
    nav: tuple[NavItem, ...] = ()
    can_find: bool = False
    session_seconds: int = 0
    crumbs: tuple[Link, ...] = ()
    notices: tuple[Notice, ...] = ()
    strip: Strip | None = None
    watermark: Watermark | None = None
    demo: bool = False
    outside: bool = False  # the frame of somebody of another institution: one page and the way out
    portal: bool = False  # the patients' frame: their rooms, their ways out, nothing of the staff's

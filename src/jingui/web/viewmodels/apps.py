"""五（一）2 接入应用: what the pages of apps show [5.1.2] [5.2.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Form
from jingui.web.viewmodels.parts import Link, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeRow:
    """One scope in words, with the text that programs write; `name` is its box's."""

    name: str
    text: str
    words: str
    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """One authorisation: who, for what, until when; `revoke` is its number where it may be withdrawn."""

    name: str
    who: str
    scopes: tuple[str, ...]
    chosen: str
    at: datetime
    until: datetime | None
    state: Tag
    revoke: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """One app in the register."""

    name: str
    client: str
    href: str
    partner: Link
    proof: str
    ends: datetime
    state: Tag
    why: str = ""
    scopes: tuple[ScopeRow, ...] = ()
    redirects: tuple[str, ...] = ()
    starts: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppsPage:
    """share/apps.html"""

    rows: tuple[AppRow, ...]
    actions: tuple[Link, ...] = ()
    mine: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppPage:
    """share/app.html"""

    row: AppRow
    grants: tuple[GrantRow, ...]
    did: tuple[tuple[str, str, int], ...]
    end: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MinePage:
    """share/apps_mine.html"""

    grants: tuple[GrantRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoosePage:
    """share/app_choose.html: as whom one goes on; `wrong` says why one cannot."""

    staff: str
    patient: str
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPage:
    """share/app_consent.html: who asks, for what, for how long; boxes to narrow it."""

    name: str
    partner: str
    back: str
    scopes: tuple[ScopeRow, ...]
    until: datetime
    seal: str
    offline: bool
    form: Form
    found: str = ""
    errors: tuple[str, ...] = ()

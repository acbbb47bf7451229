"""七（一）监督检查 [7.1.1] [8.2]: the cockpit, clauses, versions, settings"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from jingui.web.viewmodels.parts import EntryLine, Pager, PersonLine, RuleLine

State = Literal["ok", "warn", "bad", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One clause. `none` means that nothing is built for it yet: said so, never painted green."""

    id: str
    heading: str
    title: str
    state: State
    evidence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """A chapter with its clauses."""

    heading: str
    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CockpitPage:
    """cockpit/cockpit.html. Counts are of tiles by state."""

    version: int
    effective: date | None
    chapters: tuple[Chapter, ...]
    ok: int
    warn: int
    bad: int
    none: int
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class ClausePage:
    """cockpit/clause.html. `state_text` explains the state in one sentence; `by_hand` what people do themselves."""

    tile: Tile
    chapter: str
    section: str
    text: str
    state_text: str
    by_hand: str = ""
    rules: tuple[RuleLine, ...] = ()
    operations: tuple[str, ...] = ()
    matters: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    recent: tuple[EntryLine, ...] = ()
    previous: str = ""
    next: str = ""
    days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A policy version; old ones stay for old decisions."""

    number: int
    name: str
    effective: datetime | None
    published_by: PersonLine | None
    clauses: int | None
    rules: int | None
    hash: str
    current: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage:
    """cockpit/versions.html. `shipped` is the hash of the wording this program brings."""

    versions: tuple[VersionRow, ...]
    shipped: str = ""
    pager: Pager | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRow:
    """A number the hospital promised. `floor` is what the law does not let it go below, with `source`."""

    key: str
    title: str
    value: str
    unit: str
    source: str
    clause: str = ""
    heading: str = ""
    floor: str = ""
    changed: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingGroup:
    """Settings of one section."""

    title: str
    rows: tuple[SettingRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage:
    """cockpit/settings.html"""

    groups: tuple[SettingGroup, ...]
    can_change: bool = False

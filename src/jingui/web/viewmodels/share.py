"""五（二）共享: what the pages of sharing and of transmissions show [5.2.1] [5.1.3]"""

from dataclasses import dataclass
from datetime import datetime

from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.received import PartShown
from jingui.web.viewmodels.resource import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionRow:
    """A partner and purpose; `why` says why it could not go now."""

    value: str
    partner: str
    purpose: str
    ground: str
    media: str
    chosen: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRow:
    """A record that would leave, field by field; `shown` is empty for one that was not chosen."""

    id: str
    title: str
    kind: str
    at: datetime | None
    chosen: bool
    shown: tuple[Shown, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Exactly what would leave, and why the rest stays."""

    facts: tuple[tuple[str, str], ...]
    identity: tuple[Shown, ...]
    records: tuple[RecordRow, ...]
    left: tuple[tuple[str, int], ...]
    elsewhere: int  # records under numbers that were merged into this one
    digest: str
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SharePage:
    """share/share.html"""

    patient: Link
    options: tuple[OptionRow, ...]
    visits: tuple[Choice, ...]
    visit: str
    media: tuple[Choice, ...]
    form: str
    reason: str
    preview: Preview | None
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionRow:
    """One transmission in a list."""

    href: str
    name: str
    partner: str
    purpose: str
    form: str
    state: Tag
    problem: str
    made: datetime
    received: datetime | None
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionsPage:
    """share/transmissions.html: everybody's, one's own, or a patient's."""

    title: str
    rows: tuple[TransmissionRow, ...]
    total: int
    hidden: int
    chips: tuple[tuple[str, str, bool], ...]
    pager: Pager
    patient: Link | None = None
    begin: Link | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransmissionPage:
    """share/transmission.html"""

    row: TransmissionRow
    patient: Link | None
    facts: tuple[tuple[str, str], ...]
    digests: tuple[tuple[str, str], ...]
    inside: tuple[Link, ...]
    life: tuple[tuple[str, datetime, str, str], ...]  # entry's address, when, what, who
    parts: tuple[PartShown, ...]
    hidden: str
    may_stop: bool
    may_retry: bool
    reason: str = ""
    error: str = ""
    document: str = ""  # where a shared document stands alone

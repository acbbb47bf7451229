"""五（一）2, 五（二）3 合作机构: what the pages of partners show [5.1.2] [5.2.3]"""

from dataclasses import dataclass
from datetime import date, datetime

from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Pager, Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerRow:
    """A partner in the register."""

    href: str
    name: str
    uscc: str
    kind: str
    person: str
    state: Tag
    trouble: tuple[Tag, ...]
    agreements: int
    channels: int
    ends: datetime | None
    checked: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateRow:
    """A certificate; `print` is its fingerprint in groups of four."""

    use: str
    shown: str
    print: str
    state: Tag
    origin: str
    starts: datetime
    ends: datetime
    pem: str
    entry: str = ""
    acts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentRow:
    """An impact assessment."""

    id: int
    subject: str
    kind: str
    conclusion: str
    risk: str
    at: datetime
    ends: datetime
    expired: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersPage:
    """share/partners.html"""

    rows: tuple[PartnerRow, ...]
    chips: tuple[tuple[str, str, bool], ...]
    kinds: tuple[Choice, ...]
    kind: str
    find: str
    state: str
    pager: Pager
    assessments: tuple[AssessmentRow, ...]
    own: tuple[CertificateRow, ...]
    uscc: str
    actions: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """An agreement in words."""

    number: str
    state: Tag
    gives: tuple[str, ...]  # purposes, each with its content
    takes: tuple[str, ...]
    media: str
    level: str
    hidden: str
    starts: datetime
    ends: datetime
    ended: datetime | None
    owed: datetime | None
    overdue: bool
    returned: bool
    duties: str
    matter: str
    assessment: int
    entry: str
    acts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRow:
    """A channel; `why` is why nothing goes over it now, "" when it carries."""

    code: str
    kind: str
    network: str
    direction: str
    address: str
    limits: str
    state: Tag
    paused: str
    why: str
    matter: str
    entry: str
    acts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A supervision check."""

    at: datetime
    person: str
    verdict: Tag
    agreement: str
    due: date | None
    findings: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRow:
    """An app of the partner."""

    name: str
    client: str
    state: Tag
    ends: datetime
    acts: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPage:
    """share/partner.html; `may` says in words what it may get now, `trouble` what stands against it."""

    row: PartnerRow
    contact: str
    telephone: str
    place: str
    account: str
    starts: datetime
    may: tuple[str, ...]
    trouble: tuple[tuple[str, str], ...]
    certificates: tuple[CertificateRow, ...]
    agreements: tuple[AgreementRow, ...]
    channels: tuple[ChannelRow, ...]
    checks: tuple[CheckRow, ...]
    apps: tuple[AppRow, ...]
    waiting: tuple[Link, ...] = ()  # channels that were approved and can be opened
    actions: tuple[Link, ...] = ()
    certify: Link | None = None
    agree: Link | None = None
    connect: Link | None = None
    check: Link | None = None
    sent: Link | None = None

"""五（一）2, 五（二）3 合作机构: what is asked of the door about partners, and what comes back [5.1.2] [5.2.3]"""

from dataclasses import dataclass, field
from datetime import date, datetime

from jingui.core.matters.asking import Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPartner:
    """登记合作机构; two people. `account`: the interface account in whose name its deliveries are entered."""

    uscc: str
    name: str
    kind: str  # a row of core.partners.KINDS
    contact: str
    telephone: str
    place: str = ""
    staff_no: str = ""  # the hospital's own responsible person
    account: str = ""  # user name; "" when it never sends to us


@dataclass(frozen=True, slots=True, kw_only=True)
class EndPartner:
    """终止合作机构: its agreements and channels end with it."""

    partner: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustCertificate:
    """登记机构证书; two people. `content`: one certificate (PEM or DER) to pin, or, with `issue`, a request to sign.

    `reason`: why it is this partner's although neither its name nor its USCC stands in it. `about`: the partner's name
    as the second person sees it.
    """

    partner: int
    use: str  # tls | sign | encrypt
    content: bytes = field(repr=False)
    issue: bool = False
    reason: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """What was pinned; `der` to hand to the partner where it was issued here."""

    certificate: int
    fingerprint: str
    der: bytes
    ends: datetime
    warnings: tuple[str, ...] = ()  # msgids


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeCertificate:
    """吊销机构证书: from now on it proves nothing."""

    certificate: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAgreement:
    """终止合作协议: at once."""

    agreement: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenChannel:
    """开通传输通道 exactly as its matter was approved, once."""

    matter: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeChannel:
    """Pause, resume or end a channel (the verb says which). `about`: its code as the second person sees it."""

    channel: int
    reason: str
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPartner:
    """监督检查: what was found. `agreement` 0: all of them. `stop` ends agreements at once; `mend` needs `due`."""

    partner: int
    verdict: str
    findings: str
    agreement: int = 0
    due: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveReturn:
    """返还或删除证明 of an agreement that is over."""

    agreement: int
    paper: Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class EndApp:
    """停用接入应用: its tokens open nothing any more."""

    app: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersRequest:
    """The register, or one partner with everything that belongs to it."""

    partner: int = 0
    find: str = ""
    kind: str = ""
    state: str = ""  # active | ended | trouble
    after: int = 0
    count: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerLine:
    """A partner as lists show it. `trouble`: reasons of core.partners.WHY and codes of ALERTS, the gravest first."""

    id: int
    uscc: str
    name: str
    kind: str
    person: str
    account: str
    state: str
    starts: datetime
    ended: datetime | None
    agreements: int  # in force
    channels: int  # open
    ends: datetime | None  # the next thing of it that ends
    checked: datetime | None
    trouble: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateLine:
    """A certificate as pages show it."""

    id: int
    use: str
    fingerprint: str
    shown: str
    issued: bool
    starts: datetime
    ends: datetime
    revoked: datetime | None
    state: str  # valid | soon | early | expired | revoked
    pem: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementLine:
    """An agreement as pages show it."""

    id: int
    number: str
    purposes: tuple[str, ...]
    views: tuple[str, ...]
    payloads: tuple[str, ...]
    level: str
    profile: str
    inbound: tuple[str, ...]
    matter: int
    assessment: int
    starts: datetime
    ends: datetime
    ended: datetime | None
    returned: bool
    state: str  # valid | soon | early | expired | ended
    return_due: datetime | None  # by when the proof of return is to be there; None when none is owed
    entry: str
    duties: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelLine:
    """A channel as pages show it; `reason` is why nothing goes over it now, "" when it carries."""

    id: int
    code: str
    kind: str
    network: str
    direction: str
    address: str
    options: str
    most: int
    seconds: int
    state: str
    paused: datetime | None
    paused_by: str
    mine: bool  # whether the reader paused it, and so does not resume it
    matter: int
    reason: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A supervision check as pages show it."""

    id: int
    agreement: str
    verdict: str
    due: date | None
    person: str
    at: datetime
    findings: str
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentLine:
    """An impact assessment as pages show it."""

    id: int
    subject: str
    kind: str
    conclusion: str
    risk: str
    matter: int
    at: datetime
    ends: datetime
    expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppLine:
    """An app of a partner as its page shows it."""

    id: int
    client: str
    name: str
    ends: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerSheet:
    """One partner opened."""

    line: PartnerLine
    contact: str
    telephone: str
    place: str
    certificates: tuple[CertificateLine, ...]
    agreements: tuple[AgreementLine, ...]
    channels: tuple[ChannelLine, ...]
    checks: tuple[CheckLine, ...]
    apps: tuple[AppLine, ...]
    may: tuple[str, ...] = ()  # verbs that this reader may ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnersBoard:
    """What READ_PARTNERS answers: `sheet` for one partner."""

    rows: tuple[PartnerLine, ...] = ()
    sheet: PartnerSheet | None = None
    assessments: tuple[AssessmentLine, ...] = ()
    own: tuple[CertificateLine, ...] = ()  # this house's own gateway certificates, for handing to partners
    uscc: str = ""
    approved: tuple[tuple[int, str, str], ...] = ()  # channels that may be opened: (matter, partner's USCC, code)
    accounts: tuple[str, ...] = ()  # user names of interface accounts
    may: tuple[str, ...] = ()
    more: int = 0

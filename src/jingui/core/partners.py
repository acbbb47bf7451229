"""五（一）2, 五（二）3 合作机构: their kinds, what certificates prove, and when a partner stands [5.1.2] [5.2.3]

Expiry is reckoned at every use and never a flag that a job sets: what ended a second ago carries nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.transmit import Direction
from jingui.core.word import N_, Word
from jingui.core.words import Level


class PartnerKind(NamedTuple):
    """A row: its name; `supervised`: the hospital checks it every year; `entrusted`: it handles for us (PIPL 21).

    Who is entrusted needs an agreement though nothing is sent, an impact assessment, and gives back what it got.
    """

    text: str
    supervised: bool
    entrusted: bool


KINDS: Final[Mapping[str, PartnerKind]] = {
    "hospital": PartnerKind(N_("医疗机构"), supervised=True, entrusted=False),
    "community": PartnerKind(N_("基层医疗卫生机构"), supervised=True, entrusted=False),
    "cdc": PartnerKind(N_("疾病预防控制机构"), supervised=False, entrusted=False),
    "insurer": PartnerKind(N_("医疗保障经办机构、保险机构"), supervised=False, entrusted=False),
    "regulator": PartnerKind(N_("卫生健康主管部门"), supervised=False, entrusted=False),
    "contractor": PartnerKind(N_("受托方（外包、厂商）"), supervised=True, entrusted=True),
}


class Use(Word):
    """What a certificate proves, and nothing else."""

    TLS = "tls", N_("连接（TLS）")
    SIGN = "sign", N_("签名")
    ENCRYPT = "encrypt", N_("加密")


#: Which certificates a channel of a kind needs; a partner without one of them valid now gets nothing over it.
NEEDS: Final[Mapping[str, tuple[Use, ...]]] = {
    "https": (Use.TLS, Use.SIGN, Use.ENCRYPT),
    "fhir": (Use.TLS,),
    "mllp": (Use.TLS,),
    "dicom": (Use.TLS,),
    "sftp": (Use.SIGN, Use.ENCRYPT),  # the host proves itself by its pinned key
}


class PartnerState(Word):
    """合作机构状态."""

    ACTIVE = "active", N_("合作中")
    ENDED = "ended", N_("已终止")


class ChannelState(Word):
    """通道状态."""

    OPEN = "open", N_("已开通")
    PAUSED = "paused", N_("已暂停")
    ENDED = "ended", N_("已停用")


class Verdict(Word):
    """监督检查结论."""

    PASS = "pass", N_("合格")
    MEND = "mend", N_("限期整改")
    STOP = "stop", N_("停止合作")


class Conclusion(Word):
    """影响评估结论."""

    GO = "go", N_("可以开展")
    MEASURES = "go_with_measures", N_("采取措施后开展")
    STOP = "stop", N_("不得开展")


class Risk(Word):
    """影响评估的风险等级."""

    LOW = "low", N_("低")
    MIDDLE = "middle", N_("中")
    HIGH = "high", N_("高")


#: Why nothing may go to or come from a partner now: code -> (what is wrong, what to do).
WHY: Final[Mapping[str, tuple[str, str]]] = {
    "partner_ended": (N_("与该机构的合作已终止。"), N_("如需恢复，请重新登记机构并签订协议。")),
    "agreement_missing": (N_("没有生效的合作与保密协议。"), N_("请先发起合作协议审批。")),
    "agreement_other": (N_("协议不是与该机构签订的。"), N_("请选择该机构的协议。")),
    "agreement_early": (N_("协议尚未生效。"), N_("请在协议开始日期之后再试。")),
    "agreement_expired": (N_("协议已到期。"), N_("请续签并重新审批后再试。")),
    "agreement_ended": (N_("协议已终止。"), N_("如需恢复，请签订新协议并审批。")),
    "assessment_missing": (N_("协议所依据的影响评估不存在或结论为不得开展。"), N_("请先完成个人信息保护影响评估。")),
    "assessment_expired": (N_("协议所依据的影响评估已到期。"), N_("请重新评估并更新协议。")),
    "check_stopped": (N_("监督检查结论为停止合作。"), N_("复查合格并登记结论后才能恢复。")),
    "mend_overdue": (N_("监督检查要求的整改已逾期，复查合格前不能传输。"), N_("请复查并登记结论。")),
    "app_ended": (N_("应用已停用。"), N_("如需恢复，请重新发起应用接入申请。")),
    "app_early": (N_("应用的接入尚未生效。"), N_("请在生效之后再试。")),
    "app_expired": (N_("应用的接入已到期。"), N_("请重新发起应用接入申请。")),
    "channel_missing": (N_("没有可用的传输通道。"), N_("请先发起开通传输通道申请。")),
    "channel_other": (N_("通道不是该机构的。"), N_("请选择该机构的通道。")),
    "channel_paused": (N_("通道已暂停。"), N_("恢复后再试；恢复须由暂停人以外的人办理。")),
    "channel_ended": (N_("通道已停用。"), N_("请开通新的通道。")),
    "channel_direction": (N_("通道不用于这个方向。"), N_("请选择相应方向的通道。")),
    "certificate_tls": (N_("没有有效的连接证书。"), N_("请登记机构的有效证书。")),
    "certificate_sign": (N_("没有有效的签名证书。"), N_("请登记机构的有效证书。")),
    "certificate_encrypt": (N_("没有有效的加密证书。"), N_("请登记机构的有效证书。")),
}


#: What a person has to see to although everything still stands.
ALERTS: Final[Mapping[str, str]] = {
    "return_overdue": N_("返还或删除证明逾期"),
    "mending": N_("要求的整改尚未复查"),
    "check_due": N_("监督检查到期"),
    "agreement_soon": N_("协议即将到期"),
    "certificate_soon": N_("证书即将到期"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFact:
    """A partner as its genuine row says."""

    id: int
    uscc: str
    name: str
    kind: str
    account: int  # the interface account in whose name its deliveries are entered; 0 for none
    person: int
    state: str
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFact:
    """A certificate as its genuine row says; `fingerprint` is SHA-256 of `der` in hex."""

    id: int
    use: str
    fingerprint: str
    der: bytes
    issued: bool
    starts: datetime
    ends: datetime
    revoked: datetime | None

    def valid(self, at: datetime) -> bool:
        """Whether it proves anything at that moment."""
        return self.revoked is None and self.starts <= at < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementFact:
    """An agreement as its genuine row says."""

    id: int
    partner: int
    number: str
    purposes: tuple[str, ...]
    views: tuple[str, ...]
    payloads: tuple[str, ...]
    level: Level
    profile: str  # "" = identified
    inbound: tuple[str, ...]
    assessment: int
    starts: datetime
    ends: datetime
    ended: datetime | None
    returned: bool
    matter: int = 0

    def valid(self, at: datetime) -> bool:
        """Whether it is in force at that moment."""
        return self.ended is None and self.starts <= at < self.ends


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFact:
    """A channel as its genuine row says; `options` is canonical JSON."""

    id: int
    partner: int
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

    def goes(self, direction: Direction) -> bool:
        """Whether it is used that way."""
        return self.direction in (direction.value, Direction.BOTH.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessmentFact:
    """An impact assessment as its genuine row says."""

    id: int
    kind: str
    conclusion: str
    ends: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckFact:
    """The latest supervision check of a partner."""

    verdict: str
    due: datetime | None  # the end of the day by which it is to be mended


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFact:
    """An app as its genuine row says; `keys` is a JWK set, "" for one that proves itself by PKCE alone."""

    id: int
    client: str
    name: str
    partner: int
    agreement: int
    confidential: bool
    redirects: tuple[str, ...]
    scopes: tuple[str, ...]
    keys: str
    account: int
    starts: datetime
    ends: datetime
    ended: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerFacts:
    """Everything that a partner's standing rests on, each row genuine."""

    partner: PartnerFact
    certificates: tuple[CertificateFact, ...] = ()
    agreement: AgreementFact | None = None
    channel: ChannelFact | None = None
    assessment: AssessmentFact | None = None
    check: CheckFact | None = None
    app: AppFact | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """合作机构此刻是否可以传输: `reason` is "" when everything stands, else a row of WHY."""

    reason: str
    facts: PartnerFacts
    at: datetime

    @property
    def partner(self) -> PartnerFact:
        """The partner."""
        return self.facts.partner

    @property
    def agreement(self) -> AgreementFact | None:
        """The agreement that was asked for."""
        return self.facts.agreement

    @property
    def channel(self) -> ChannelFact | None:
        """The channel that was asked for."""
        return self.facts.channel

    @property
    def app(self) -> AppFact | None:
        """The app that was asked for."""
        return self.facts.app

    def certificates(self, use: Use) -> tuple[CertificateFact, ...]:
        """The certificates of that use which are valid now, the one that ends last first."""
        valid = [one for one in self.facts.certificates if one.use == use and one.valid(self.at)]
        return tuple(sorted(valid, key=lambda one: (one.ends, one.id), reverse=True))

    @property
    def words(self) -> tuple[str, str]:
        """What is wrong and what to do (msgids); ("", "") when it stands."""
        return WHY.get(self.reason, ("", ""))


def judged(
    facts: PartnerFacts, at: datetime, *, agreement: int = 0, channel: int = 0, direction: Direction = Direction.OUT
) -> Standing:
    """Whether the partner stands at `at` for the agreement and channel asked for by number (0: not asked for).

    The first thing that does not stand is the reason, the most final first. Assessments and checks speak about what
    goes under an agreement: without one asked for, as with notices, they do not count.
    """
    found, way, check, app = facts.agreement, facts.channel, facts.check, facts.app
    reasons = (
        ("partner_ended", facts.partner.state != PartnerState.ACTIVE),
        ("app_ended", app is not None and app.ended is not None),
        ("app_early", app is not None and at < app.starts),
        ("app_expired", app is not None and at >= app.ends),
        ("agreement_missing", bool(agreement) and found is None),
        ("agreement_other", found is not None and found.partner != facts.partner.id),
        ("agreement_ended", found is not None and found.ended is not None),
        ("agreement_early", found is not None and at < found.starts),
        ("agreement_expired", found is not None and at >= found.ends),
        ("assessment_missing", found is not None and bool(found.assessment) and not _allows(facts.assessment)),
        ("assessment_expired", facts.assessment is not None and at >= facts.assessment.ends),
        ("check_stopped", found is not None and check is not None and check.verdict == Verdict.STOP),
        ("mend_overdue", found is not None and check is not None and check.due is not None and at >= check.due),
        ("channel_missing", bool(channel) and way is None),
        ("channel_other", way is not None and way.partner != facts.partner.id),
        ("channel_ended", way is not None and way.state == ChannelState.ENDED),
        ("channel_paused", way is not None and way.state != ChannelState.OPEN),
        ("channel_direction", way is not None and not way.goes(direction)),
        *(
            (f"certificate_{use.value}", not any(one.use == use and one.valid(at) for one in facts.certificates))
            for use in (NEEDS[way.kind] if way is not None else ())
        ),
    )
    return Standing(reason=next((name for name, wrong in reasons if wrong), ""), facts=facts, at=at)


def _allows(found: AssessmentFact | None) -> bool:
    return found is not None and found.conclusion != Conclusion.STOP

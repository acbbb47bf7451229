"""五（一）2, 五（二）3 合作机构: rows of the register in the reader's words [5.1.2] [5.2.3]"""

from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from jingui.core.matters.partners import PROFILES
from jingui.core.partnering import (
    AgreementLine,
    AppLine,
    AssessmentLine,
    CertificateLine,
    ChannelLine,
    CheckLine,
    PartnerLine,
)
from jingui.core.partners import ALERTS, KINDS, WHY, ChannelState, Conclusion, PartnerState, Risk, Use, Verdict
from jingui.core.share import ASSESSED, PURPOSES, VIEWS
from jingui.core.transmit import CHANNELS, NETWORKS, Direction, Media
from jingui.core.word import N_
from jingui.core.words import Level
from jingui.web.viewmodels import partners as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

STATES: Final[dict[str, tuple[str, Any]]] = {
    "valid": (N_("有效"), "ok"), "soon": (N_("即将到期"), "warn"), "early": (N_("尚未生效"), "info"),
    "expired": (N_("已到期"), "bad"), "revoked": (N_("已吊销"), "none"), "ended": (N_("已终止"), "none"),
    "open": (N_("已开通"), "ok"), "paused": (N_("已暂停"), "hold"),
}  # fmt: skip
VERDICTS: Final[dict[str, Any]] = {"pass": "ok", "mend": "warn", "stop": "bad"}


def tag(state: str) -> Tag:
    """A state as its label."""
    text, tone = STATES[state]
    return Tag(text=_(text), tone=tone)


def trouble(code: str) -> tuple[str, str]:
    """What is wrong and what to do, of a reason of WHY or a code of ALERTS."""
    if code in ALERTS:
        return _(ALERTS[code]), ""
    what, then = WHY[code]
    return _(what), _(then)


def grouped(fingerprint: str) -> str:
    """A fingerprint as people compare it: groups of four."""
    return " ".join(fingerprint[at : at + 4] for at in range(0, len(fingerprint), 4)).upper()


def partner(one: PartnerLine) -> view.PartnerRow:
    """A partner in the register."""
    active = one.state == PartnerState.ACTIVE
    state = Tag(text=_(PartnerState(one.state).label), tone="ok" if active and not one.trouble else "none")
    if active and not one.agreements:
        state = Tag(text=_("没有生效的协议"), tone="none")
    if active and one.trouble:
        state = Tag(text=_("需要处理"), tone="warn")
    return view.PartnerRow(
        href=to("partner", partner=one.id), name=one.name, uscc=one.uscc,
        kind=_(KINDS[one.kind].text) if one.kind in KINDS else one.kind, person=one.person, state=state,
        trouble=tuple(Tag(text=trouble(code)[0].rstrip("。"), tone="warn") for code in one.trouble),
        agreements=one.agreements, channels=one.channels, ends=one.ends, checked=one.checked,
    )  # fmt: skip


def certificate(one: CertificateLine, acts: tuple[Link, ...] = ()) -> view.CertificateRow:
    """A certificate in words."""
    return view.CertificateRow(
        use=_(Use(one.use).label), shown=one.shown, print=grouped(one.fingerprint), state=tag(one.state),
        origin=_("本院签发") if one.issued else _("机构提供"), starts=one.starts, ends=one.ends, pem=one.pem,
        entry=to("entry", entry=one.entry) if one.entry else "", acts=acts if one.revoked is None else (),
    )  # fmt: skip


def agreement(one: AgreementLine, now: datetime, acts: tuple[Link, ...]) -> view.AgreementRow:
    """An agreement in words: for what it gives what."""
    gives = tuple(
        _("%(purpose)s：%(view)s") % {"purpose": _(PURPOSES[name].text), "view": _(VIEWS[PURPOSES[name].view].text)}
        for name in one.purposes
        if name in PURPOSES
    )
    return view.AgreementRow(
        number=one.number, state=tag(one.state), gives=gives,
        takes=tuple(_(PURPOSES[name].text) for name in one.inbound if name in PURPOSES),
        media="、".join(_(Media(name).label) for name in one.payloads), level=_(Level(one.level).label),
        hidden=_(dict(PROFILES)[one.profile]) if one.profile in dict(PROFILES) else _("不去标识"), starts=one.starts,
        ends=one.ends - timedelta(seconds=1), ended=one.ended, owed=one.return_due,
        overdue=one.return_due is not None and one.return_due <= now, returned=one.returned, duties=one.duties,
        matter=to("matter", matter=one.matter), assessment=one.assessment, entry=to("entry", entry=one.entry),
        acts=acts,
    )  # fmt: skip


def channel(one: ChannelLine, acts: tuple[Link, ...]) -> view.ChannelRow:
    """A channel in words."""
    state = one.state if one.state != ChannelState.ENDED else "ended"
    why = trouble(one.reason) if one.reason and one.state != ChannelState.ENDED else ("", "")
    shown = Tag(text=tag(state).text, tone="warn") if any(why) and one.state == ChannelState.OPEN else tag(state)
    return view.ChannelRow(
        code=one.code, kind=_(CHANNELS[one.kind].text), network=_(NETWORKS[one.network].text),
        direction=_(Direction(one.direction).label), address=one.address, state=shown, why=" ".join(why).strip(),
        limits=_("每分钟最多 %(most)s 份，回执时限 %(seconds)s 秒") % {"most": one.most, "seconds": one.seconds},
        paused=one.paused_by if one.paused else "", matter=to("matter", matter=one.matter) if one.matter else "",
        entry=to("entry", entry=one.entry), acts=acts if one.state != ChannelState.ENDED else (),
    )  # fmt: skip


def check(one: CheckLine) -> view.CheckRow:
    """A supervision check in words."""
    return view.CheckRow(
        at=one.at, person=one.person, verdict=Tag(text=_(Verdict(one.verdict).label), tone=VERDICTS[one.verdict]),
        agreement=one.agreement, due=one.due, findings=one.findings, entry=to("entry", entry=one.entry),
    )  # fmt: skip


def assessment(one: AssessmentLine) -> view.AssessmentRow:
    """An impact assessment in words."""
    return view.AssessmentRow(
        id=one.id, subject=one.subject, kind=_(ASSESSED[one.kind]) if one.kind in ASSESSED else one.kind,
        conclusion=_(Conclusion(one.conclusion).label), risk=_(Risk(one.risk).label), at=one.at, ends=one.ends,
        expired=one.expired, href=to("matter", matter=one.matter),
    )  # fmt: skip


def app(one: AppLine, now: datetime, acts: tuple[Link, ...]) -> view.AppRow:
    """An app in words."""
    state = "ended" if one.ended is not None else "expired" if one.ends <= now else "valid"
    return view.AppRow(
        name=one.name, client=one.client, state=tag(state), ends=one.ends, acts=acts if one.ended is None else ()
    )

"""五（一）2, 五（二）3 合作机构: the register, and one partner with everything of it [5.1.2] [5.2.3]"""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.partnering import AgreementLine, PartnersBoard, PartnerSheet, PartnersRequest
from jingui.core.partners import KINDS, ChannelState, PartnerState
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web import partners_words as words
from jingui.web.viewmodels import partners as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Pager
from jingui.web.viewmodels.paths import PATHS, to

PAGE: Final = 50
STATES: Final = (PartnerState.ACTIVE.value, "trouble", PartnerState.ENDED.value)


@require_http_methods(["GET", "HEAD", "POST"])
def partners(request: HttpRequest) -> HttpResponse:
    """The register: what needs somebody first, then what ends soonest."""
    given = request.POST if request.method == "POST" else request.GET
    find, kind, state = (given.get(name, "")[:80] for name in ("find", "kind", "state"))
    after = given.get("after", "0")
    data = PartnersRequest(
        find=" ".join(find.split()), kind=kind if kind in KINDS else "", state=state if state in STATES else "",
        after=int(after) if after.isdecimal() and len(after) < 7 else 0, count=PAGE,
    )  # fmt: skip
    found: PartnersBoard = asking.read(request, Verb.READ_PARTNERS, data).value
    asked = (("find", data.find), ("kind", data.kind), ("state", data.state))
    pager = Pager(
        page=data.after // PAGE + 1, previous=str(max(data.after - PAGE, 0)) if data.after else "",
        next=str(found.more) if found.more else "", kept=asked,
    )  # fmt: skip
    chips = [(_("全部"), to("partners"), not data.state), (_("合作中"), "?state=active", data.state == "active")]
    chips += [(_("需要处理"), "?state=trouble", data.state == "trouble")]
    chips += [(_("已终止"), "?state=ended", data.state == "ended")]
    page = view.PartnersPage(
        rows=tuple(words.partner(one) for one in found.rows), chips=tuple(chips), kind=data.kind, find=data.find,
        kinds=tuple(
            Choice(value=value, label=label)
            for value, label in (("", _("全部类别")), *((name, _(row.text)) for name, row in KINDS.items()))
        ),
        pager=pager, state=data.state,
        assessments=tuple(words.assessment(one) for one in found.assessments),
        own=tuple(words.certificate(one) for one in found.own), uscc=found.uscc, actions=starts(request, found),
    )  # fmt: skip
    return answering.page(request, "share/partners.html", page)


def starts(request: HttpRequest, found: PartnersBoard) -> tuple[Link, ...]:
    """What can be begun from the register."""
    out = []
    if Verb.REGISTER_PARTNER.value in found.may:
        out.append(Link(label=_("登记合作机构"), href=to("register_partner"), key="n", primary=True))
    if asking.role(request) in ("medical_affairs", "system_admin", "security_admin"):
        out.append(Link(label=_("影响评估"), href=to("start_matter", kind="impact_assessment")))
    return tuple(out)


@require_safe
def partner(request: HttpRequest, partner: int) -> HttpResponse:
    """One partner: what it may get, certificates, agreements, channels, checks, apps."""
    found: PartnersBoard = asking.read(request, Verb.READ_PARTNERS, PartnersRequest(partner=partner)).value
    sheet = found.sheet
    assert sheet is not None  # noqa: S101 -- one partner was asked for: the door gives it or raises
    row, now = words.partner(sheet.line), asking.now()
    agreements = tuple(words.agreement(one, now, agreement_acts(sheet, one)) for one in sheet.agreements)
    live = [shown for shown, one in zip(agreements, sheet.agreements, strict=True) if one.state in ("valid", "soon")]
    page = view.PartnerPage(
        row=row, contact=sheet.contact, telephone=sheet.telephone, place=sheet.place, account=sheet.line.account,
        starts=sheet.line.starts, may=tuple(dict.fromkeys(text for one in live for text in one.gives)),
        trouble=tuple(words.trouble(code) for code in sheet.line.trouble),
        certificates=tuple(
            words.certificate(one, acts(sheet, (Verb.REVOKE_CERTIFICATE, "revoke", _("吊销"), one.id)))
            for one in sheet.certificates
        ),
        agreements=agreements,
        channels=tuple(words.channel(one, channel_acts(sheet, one.id, one.state, mine=one.mine))
                       for one in sheet.channels),
        checks=tuple(words.check(one) for one in sheet.checks),
        apps=tuple(
            words.app(one, now, acts(sheet, (Verb.END_APP, "end_app", _("停用"), one.id))) for one in sheet.apps
        ),
        waiting=tuple(
            Link(label=code, href=to("partner_act", partner=partner, act="open", row=matter))
            for matter, _uscc, code in found.approved
            if Verb.OPEN_CHANNEL.value in found.may
        ),
    )  # fmt: skip
    crumbs = (Link(label=_("合作机构"), href=to("partners")), Link(label=row.name, href=""))
    return answering.page(request, "share/partner.html", begun(request, sheet, page), crumbs=crumbs)


def begun(request: HttpRequest, sheet: PartnerSheet, page: view.PartnerPage) -> view.PartnerPage:
    """The page with what this reader can begin from it."""
    number, role = sheet.line.id, asking.role(request)
    wish = "?" + urlencode({"partner": sheet.line.uscc})
    active = sheet.line.state == PartnerState.ACTIVE
    starter = active and role in ("medical_affairs", "system_admin", "insurance_office", "infection_control")
    opener = active and role in ("system_admin", "medical_affairs")

    def link(yes: object, label: str, href: str) -> Link | None:
        return Link(label=label, href=href) if yes else None

    def form(verb: Verb, label: str, name: str) -> Link | None:
        return link(active and verb.value in sheet.may, label, to(name, partner=number))

    actions = list(acts(sheet, (Verb.END_PARTNER, "end_partner", _("终止合作"), number)) if active else ())
    if starter:
        actions.insert(0, Link(label=_("变更登记信息"), href=to("start_matter", kind="partner_change") + wish))
    if opener:
        actions.insert(0, Link(label=_("应用接入申请"), href=to("start_matter", kind="app_registration") + wish))
    listed = "transmissions" in PATHS and asking.may(request, Verb.READ_TRANSMISSIONS)
    return replace(
        page,
        certify=form(Verb.TRUST_CERTIFICATE, _("登记证书"), "partner_certificate"),
        check=form(Verb.CHECK_PARTNER, _("登记检查"), "partner_check"),
        agree=link(starter, _("协议审批"), to("start_matter", kind="partner_agreement") + wish),
        connect=link(opener, _("申请开通"), to("start_matter", kind="open_channel") + wish),
        sent=Link(label=_("传输记录"), href=to("transmissions") + f"?partner={number}") if listed else None,
        actions=tuple(actions),
    )


def acts(sheet: PartnerSheet, *offered: tuple[Verb, str, str, int]) -> tuple[Link, ...]:
    """The acts that this reader may ask for, as addresses of their forms."""
    return tuple(
        Link(label=label, href=to("partner_act", partner=sheet.line.id, act=act, row=row))
        for verb, act, label, row in offered
        if verb.value in sheet.may
    )


def agreement_acts(sheet: PartnerSheet, one: AgreementLine) -> tuple[Link, ...]:
    """End it, or enter the proof of return once it is over."""
    if one.state in ("valid", "soon", "early"):
        return acts(sheet, (Verb.END_AGREEMENT, "end_agreement", _("终止协议"), one.id))
    if one.return_due is not None and Verb.PROVE_RETURN.value in sheet.may:
        address = to("partner_return", partner=sheet.line.id, agreement=one.id)
        return (Link(label=_("登记返还或删除证明"), href=address),)
    return ()


def channel_acts(sheet: PartnerSheet, number: int, state: str, *, mine: bool) -> tuple[Link, ...]:
    """Pause or resume, and end."""
    pause = (Verb.PAUSE_CHANNEL, "pause", _("暂停"), number)
    resume = (Verb.RESUME_CHANNEL, "resume", _("恢复"), number)
    end = (Verb.END_CHANNEL, "end_channel", _("停用"), number)
    if state == ChannelState.OPEN:
        return acts(sheet, pause, end)
    return acts(sheet, end) if mine else acts(sheet, resume, end)

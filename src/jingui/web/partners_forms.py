"""五（一）2, 五（二）3 合作机构: the forms: register, pin, check, prove, end [5.1.2] [5.2.3]"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters.asking import Brought
from jingui.core.partnering import (
    ChangeChannel,
    CheckPartner,
    EndAgreement,
    EndApp,
    EndPartner,
    OpenChannel,
    PartnersBoard,
    PartnerSheet,
    PartnersRequest,
    ProveReturn,
    RegisterPartner,
    RevokeCertificate,
    TrustCertificate,
)
from jingui.core.partners import KINDS, Use, Verdict
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.posts import drawn, waiting_text
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.research import FilePage

LONGEST: Final = 40_000


def sheet_of(request: HttpRequest, partner: int) -> PartnerSheet:
    """The partner that an address names; NotFound for none."""
    found: PartnersBoard = asking.read(request, Verb.READ_PARTNERS, PartnersRequest(partner=partner)).value
    if found.sheet is None:
        raise NotFound()
    return found.sheet


def back(one: PartnerSheet) -> Link:
    """The way back to the partner's page."""
    return Link(label=one.line.name, href=to("partner", partner=one.line.id))


@require_http_methods(["GET", "HEAD", "POST"])
def register_partner(request: HttpRequest) -> HttpResponse:
    """Propose a new partner; a second person confirms it."""
    known: PartnersBoard = asking.read(request, Verb.READ_PARTNERS, PartnersRequest(count=1)).value
    filled = Filled(request.POST, sent=request.method == "POST")
    accounts = (("", "—"), *((one, one) for one in known.accounts))
    kinds = (("", "—"), *((name, _(row.text)) for name, row in KINDS.items()))
    data = {
        "uscc": filled.text(
            "uscc", _("统一社会信用代码"), longest=18, hint=_("18 位，末位为校验码；照营业执照或法人证书填写")
        ),
        "name": filled.text("name", _("机构全称"), longest=120, hint=_("与印章一致")),
        "kind": filled.choice("kind", _("类别"), kinds),
        "contact": filled.text("contact", _("对方联系人"), longest=80),
        "telephone": filled.text("telephone", _("联系电话"), longest=40, hint=_("核对证书指纹时拨打，须自行查证")),
        "place": filled.text("place", _("地址"), longest=200, required=False),
        "staff_no": filled.text(
            "staff_no", _("本院责任人工号"), longest=32, required=False, hint=_("留空为登记人本人")
        ),
        "account": filled.choice(
            "account", _("接口账号"), accounts, required=False,
            hint=_("对方送来的资料以此账号的名义留痕；只提供不接收的不填"),
        ),
    }  # fmt: skip
    if filled.right:
        try:
            made = asking.write(request, Verb.REGISTER_PARTNER, RegisterPartner(**data)).value
            return answering.said(request, waiting_text(made), to("partners"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记合作机构"),
        lead=_("登记后须由第二人确认；没有生效的协议，任何资料都不会发往该机构。"),
        submit=_("提出登记"), back=Link(label=_("返回合作机构"), href=to("partners")),
        rules=(
            _("一家机构登记一次，以统一社会信用代码为准。"), _("名称与已登记机构相同或近似的不能登记，谨防冒名。"),
            _("随后登记证书、审批协议、开通通道，三者齐备才能传输。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def partner_certificate(request: HttpRequest, partner: int) -> HttpResponse:
    """Propose a certificate to pin, or a request to sign; a second person compares the fingerprint."""
    one = sheet_of(request, partner)
    filled = Filled(request.POST, sent=request.method == "POST")
    use = filled.choice("use", _("证书用途"), (("", "—"), *((each.value, _(each.label)) for each in Use)))
    ways = (("pin", _("登记机构提供的证书")), ("issue", _("由本院为其证书申请（CSR）签发")))
    way = filled.choice("way", _("方式"), ways, default="pin")
    content = request.POST.get("content", "")[: LONGEST + 1]
    filled.add(
        Field(name="content", label=_("证书或证书申请（PEM）"), kind="textarea", value=content,
              hint=_("以 -----BEGIN CERTIFICATE----- 开头的整段文字；不得含私钥"))
    )  # fmt: skip
    reason = filled.text("reason", _("理由"), longest=500, required=False,
                         hint=_("证书上没有机构名称或信用代码时必填：写明如何核实"))  # fmt: skip
    if filled.sent and not content.strip():
        filled.wrong("content", _("请填写。"))
    if filled.right:
        data = TrustCertificate(partner=partner, use=use, content=content.encode(), issue=way == "issue",
                                reason=reason, about=one.line.name)  # fmt: skip
        try:
            made = asking.write(request, Verb.TRUST_CERTIFICATE, data).value
            return answering.said(request, waiting_text(made), to("partner", partner=partner))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记机构证书"), lead=f"{one.line.name} · {one.line.uscc}", submit=_("提出登记"),
        back=back(one),
        rules=(
            _("每份证书只用于一种用途：连接、签名或加密。"), _("第二人须向机构的联系人当面或电话核对指纹后确认。"),
            _("主体或密钥与其他机构相同的、吊销过的，不能登记。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def partner_check(request: HttpRequest, partner: int) -> HttpResponse:
    """Enter a supervision check."""
    one = sheet_of(request, partner)
    filled = Filled(request.POST, sent=request.method == "POST")
    live = tuple((str(each.id), each.number) for each in one.agreements if each.state in ("valid", "soon", "early"))
    verdicts = (("", "—"), *((each.value, _(each.label)) for each in Verdict))
    verdict = filled.choice("verdict", _("结论"), verdicts)
    agreement = filled.choice("agreement", _("协议"), (("", _("全部协议")), *live), required=False)
    findings = request.POST.get("findings", "")[:2001]
    filled.add(
        Field(name="findings", label=_("检查情况"), kind="textarea", value=findings,
              hint=_("账号、权限、存储、转交、人员变动、事件；写明依据"))
    )  # fmt: skip
    due = filled.day("due", _("整改期限"), required=False, hint=_("限期整改的必填；逾期未复查合格，一切传输自动停止"))
    if filled.right:
        data = CheckPartner(partner=partner, verdict=verdict, findings=findings,
                            agreement=int(agreement or 0), due=due)  # fmt: skip
        try:
            asking.write(request, Verb.CHECK_PARTNER, data)
            return answering.said(request, _("检查已登记。"), to("partner", partner=partner))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("监督检查"), lead=one.line.name, submit=_("登记"), back=back(one),
        rules=(_("结论为“停止合作”的，协议立即终止。"), _("登记后不能更改；复查另登一条。")),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def partner_return(request: HttpRequest, partner: int, agreement: int) -> HttpResponse:
    """Enter the proof that everything was returned or deleted."""
    one = sheet_of(request, partner)
    line = next((each for each in one.agreements if each.id == agreement), None)
    if line is None:
        raise NotFound()
    filled, file = Filled(request.POST, sent=request.method == "POST"), request.FILES.get("paper")
    missing: tuple[str, ...] = (_("请附上文件。"),) if filled.sent and file is None else ()
    if filled.right and file is not None:
        paper = Brought("paper", file.name or "", file.content_type or "", file.read())
        try:
            asking.write(request, Verb.PROVE_RETURN, ProveReturn(agreement=agreement, paper=paper))
            return answering.said(request, _("证明已登记。"), to("partner", partner=partner))
        except Invalid as error:
            missing = tuple(_(what) for _place, what in error.places)
        except Conflict as error:
            filled.refused(error)
    page = FilePage(
        title=_("返还或删除证明"), lead=f"{one.line.name} · {line.number}", form=filled.form(_("登记")),
        crumb=back(one), file=_("对方签章的返还或删除证明（PDF 或图片）"), file_errors=missing,
        rules=(_("证明须写明返还或删除的内容、方式、时间和经办人。"), _("登记后不能更换。")),
    )  # fmt: skip
    return answering.page(
        request, "research/form.html", page, status=400 if page.form.wrong or missing else 200, crumbs=(back(one),)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A row: an act that asks for a reason and nothing else. `data` takes the number of its row and the reason."""

    verb: Verb
    title: str
    lead: str
    data: Callable[[int, str], object]
    reason: bool = True


ACTS: Final[dict[str, Act]] = {
    "open": Act(
        verb=Verb.OPEN_CHANNEL, title=N_("开通传输通道"), lead=N_("按批准的参数开通一次，之后参数不能更改。"),
        data=lambda row, reason: OpenChannel(matter=row), reason=False,
    ),
    "pause": Act(
        verb=Verb.PAUSE_CHANNEL, title=N_("暂停传输通道"), lead=N_("一秒内停止收发；待传的留在队列中，恢复后继续。"),
        data=lambda row, reason: ChangeChannel(channel=row, reason=reason),
    ),
    "resume": Act(
        verb=Verb.RESUME_CHANNEL, title=N_("恢复传输通道"), lead=N_("须由暂停人以外的人提出，并由第二人确认。"),
        data=lambda row, reason: ChangeChannel(channel=row, reason=reason),
    ),
    "end_channel": Act(
        verb=Verb.END_CHANNEL, title=N_("停用传输通道"), lead=N_("停用后不能恢复，须另行申请开通。"),
        data=lambda row, reason: ChangeChannel(channel=row, reason=reason),
    ),
    "revoke": Act(
        verb=Verb.REVOKE_CERTIFICATE, title=N_("吊销机构证书"), lead=N_("立即失效，其密钥也不能再次登记。"),
        data=lambda row, reason: RevokeCertificate(certificate=row, reason=reason),
    ),
    "end_agreement": Act(
        verb=Verb.END_AGREEMENT, title=N_("终止合作协议"),
        lead=N_("立即生效：协议下的一切传输停止，并须取得返还或删除证明。"),
        data=lambda row, reason: EndAgreement(agreement=row, reason=reason),
    ),
    "end_partner": Act(
        verb=Verb.END_PARTNER, title=N_("终止合作"), lead=N_("该机构的协议、通道、证书和应用立即全部终止，不能恢复。"),
        data=lambda row, reason: EndPartner(partner=row, reason=reason),
    ),
    "end_app": Act(
        verb=Verb.END_APP, title=N_("停用接入应用"), lead=N_("已发出的授权和令牌立即失效。"),
        data=lambda row, reason: EndApp(app=row, reason=reason),
    ),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def partner_act(request: HttpRequest, partner: int, act: str, row: int) -> HttpResponse:
    """Ask for a reason, and do it."""
    one, chosen = sheet_of(request, partner), ACTS.get(act)
    if chosen is None:
        raise NotFound()
    about = named(one, act, row)
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text("reason", _("理由"), longest=500) if chosen.reason else ""
    if filled.right:
        try:
            made: Any = asking.write(request, chosen.verb, chosen.data(row, reason)).value
            return answering.said(request, waiting_text(made), to("partner", partner=partner))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_(chosen.title), lead=f"{one.line.name} · {about}" if about else one.line.name,
        submit=_(chosen.title), back=back(one), rules=(_(chosen.lead),),
    )  # fmt: skip


def named(one: PartnerSheet, act: str, row: int) -> str:
    """What the act is about, in the reader's words; NotFound when it is not this partner's."""
    rows: dict[str, dict[int, str]] = {
        "pause": {each.id: each.code for each in one.channels},
        "revoke": {each.id: f"{_(Use(each.use).label)} {each.fingerprint[:16]}…" for each in one.certificates},
        "end_agreement": {each.id: each.number for each in one.agreements},
        "end_partner": {one.line.id: one.line.uscc},
        "end_app": {each.id: each.name for each in one.apps},
        "open": {row: ""},
    }
    found = rows.get(act, rows["pause"])
    if row not in found:
        raise NotFound()
    return found[row]

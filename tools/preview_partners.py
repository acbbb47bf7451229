"""Made-up view models for the preview: partners and what came in from them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.web.viewmodels import partners as view
from jingui.web.viewmodels import received
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]
ID = "0" * 32
USCC = "12530000000001240D"
PRINT = "BAA0 DA95 FBD5 EFE9 262B D9D1 3BB9 D12A 9E2B 2116 C62E 5449 28A2 0420 A7C7 2967"
ONE = Pager(page=1, previous="", next="")


def pages(t: T) -> Samples:
    """The register full and empty, one partner with everything and one with nothing; messages, one that waits."""
    row = view.PartnerRow(
        href=to("partner", partner=1), name=t("康宁县人民医院", "Kangning County People's Hospital"), uscc=USCC,
        kind=t("医疗机构", "Hospital"), person=t("戴允中", "Dai Yunzhong"),
        state=Tag(text=t("需要处理", "To be seen to"), tone="warn"),
        trouble=(Tag(text=t("证书即将到期", "A certificate ends soon"), tone="warn"),), agreements=1, channels=1,
        ends=NOW + timedelta(days=21), checked=None,
    )  # fmt: skip
    own = certificate(t)
    assessed = view.AssessmentRow(
        id=1, subject=t("向合作医院提供转诊资料", "Referrals to a partner hospital"), kind=t("对外提供", "Provide"),
        conclusion=t("可以开展", "May go on"), risk=t("低", "Low"), at=NOW, ends=NOW + timedelta(days=365),
        expired=False, href=to("matter", matter=1),
    )  # fmt: skip
    chips = ((t("全部", "All"), "?", True), (t("需要处理", "To be seen to"), "?state=trouble", False))
    register = view.PartnersPage(
        rows=(row,), chips=chips, kinds=(Choice(value="", label=t("全部类别", "All kinds")),), kind="", find="",
        state="", pager=ONE, assessments=(assessed,), own=(own,), uscc=USCC,
        actions=(Link(label=t("登记合作机构", "Register a partner"), href=to("register_partner"), primary=True),),
    )  # fmt: skip
    bare = replace(register, rows=(), assessments=(), own=())
    one = partner(t, row)
    nothing = replace(
        one, may=(), trouble=(), certificates=(), agreements=(), channels=(), checks=(), apps=(), waiting=(),
    )  # fmt: skip
    return {
        "partners": ("share/partners.html", register), "partners-empty": ("share/partners.html", bare),
        "partner": ("share/partner.html", one), "partner-new": ("share/partner.html", nothing), **messages(t),
    }  # fmt: skip


def certificate(t: T) -> view.CertificateRow:
    """A certificate that ends soon."""
    return view.CertificateRow(
        use=t("签名", "Signing"), shown="CN=gateway,O=Kangning", print=PRINT,
        state=Tag(text=t("即将到期", "Ends soon"), tone="warn"), origin=t("机构提供", "Brought"), starts=NOW,
        ends=NOW + timedelta(days=21), pem="-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        entry=to("entry", entry=ID),
    )  # fmt: skip


def partner(t: T, row: view.PartnerRow) -> view.PartnerPage:
    """A partner with an agreement, a certificate, a paused channel, a check and an app."""
    agreement = view.AgreementRow(
        number=t("云康协 2026-3", "YK 2026-3"), state=Tag(text=t("有效", "In force"), tone="ok"),
        gives=(t("医联体转诊：转诊资料", "Referral: what a referral needs"),), takes=(t("医联体转诊", "Referral"),),
        media="FHIR", level=t("敏感", "Sensitive"), hidden=t("不去标识", "Identified"), starts=NOW,
        ends=NOW + timedelta(days=360), ended=None, owed=NOW, overdue=True, returned=False,
        duties=t("不得转交，到期删除。", "Not passed on; deleted at the end."), matter=to("matter", matter=1),
        assessment=1, entry=to("entry", entry=ID), acts=(Link(label=t("终止协议", "End"), href="#"),),
    )  # fmt: skip
    channel = view.ChannelRow(
        code="kangning-gateway", kind=t("网关互联（HTTPS）", "Gateway (HTTPS)"), network=t("专线", "Private line"),
        direction=t("双向", "Both ways"), address="https://gateway.example.cn:8443",
        limits=t("每分钟最多 120 份", "At most 120 a minute"), state=Tag(text=t("已暂停", "Paused"), tone="hold"),
        paused=t("由 毛定波 暂停", "Paused by Mao Dingbo"), why=t("通道已暂停。", "The channel is paused."),
        matter=to("matter", matter=1), entry=to("entry", entry=ID),
    )  # fmt: skip
    check = view.CheckRow(
        at=NOW, person=t("殷若谷", "Yin Ruogu"), verdict=Tag(text=t("限期整改", "Mend"), tone="warn"), agreement="",
        due=NOW.date(), findings=t("登记缺三天。", "Three days were not entered."), entry=to("entry", entry=ID),
    )  # fmt: skip
    app = view.AppRow(
        name=t("转诊助手", "Referral helper"), client="kangning-referral",
        state=Tag(text=t("有效", "In force"), tone="ok"), ends=NOW + timedelta(days=180),
    )  # fmt: skip
    return view.PartnerPage(
        row=row, contact=t("屈正则", "Qu Zhengze"), telephone="0899-5550123", place=t("桂园路 6 号", "6 Guiyuan Road"),
        account="gateway-kangning", starts=NOW, may=agreement.gives,
        trouble=((t("通道已暂停。", "The channel is paused."), t("恢复后再试。", "Resume it first.")),),
        certificates=(certificate(t),), agreements=(agreement,), channels=(channel,), checks=(check,), apps=(app,),
        waiting=(Link(label=t("开通通道", "Open the channel"), href="#"),),
    )  # fmt: skip


def messages(t: T) -> Samples:
    """The list full and empty; one that waits, as typed wrongly, and one whose content may not be shown."""
    row = received.ReceivedRow(
        href=to("one_received", received=1), partner=t("康宁县人民医院", "Kangning County People's Hospital"),
        purpose=t("医联体转诊", "Referral"), form="FHIR", state=Tag(text=t("待核", "Waits"), tone="warn"),
        reason=t("不能确定是哪位患者", "Whose it is is not certain"), at=NOW, settled=None, overdue=True,
    )  # fmt: skip
    listed = received.ReceivedPage(
        rows=(row, replace(row, settled=NOW, overdue=False, reason="")), waiting=1,
        chips=((t("全部", "All"), "?", True),), partners=(Choice(value="1", label=row.partner),), partner="", state="",
        pager=ONE,
    )  # fmt: skip
    someone = received.CandidateRow(
        id=ID, name=t("林若水", "Lin Ruoshui"), sex=t("女", "Female"), birth="1980-02-11", number="61000011",
        why=t("姓名、出生日期", "Name, birth date"), chosen=True,
    )  # fmt: skip
    names = ("patient", "number", "reason", "why")
    form = Form(fields=tuple(Field(name=name, label=name) for name in names), submit=t("归入病历", "File"))
    one = received.OneReceivedPage(
        row=row, title=t("转诊资料", "Referral"), facts=((t("机构代码", "Number"), USCC),),
        said=((t("姓名", "Name"), someone.name),),
        parts=(received.PartShown(title=t("诊断", "Diagnosis"), lines=("…",), rows=((t("编码", "Code"), "I63.9"),)),),
        hidden="", records=(), patient=None, receipt="eyJ", candidates=(someone,), may_file=True, may_reject=True,
        number="", reason="", why="", errors=form,
    )  # fmt: skip
    shut = replace(
        one, parts=(), hidden=t("您无权查看内容。", "You may not see the content."), may_file=False, may_reject=False,
        candidates=(),
    )  # fmt: skip
    return {
        "received": ("transmit/received.html", listed),
        "received-empty": ("transmit/received.html", replace(listed, rows=(), waiting=0, partners=())),
        "received-one": ("transmit/one_received.html", one), "received-hidden": ("transmit/one_received.html", shut),
    }  # fmt: skip

"""Made-up view models for the preview: applications for copies, copies, the register of seals; and in the portal."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from jingui.web.viewmodels import release as view
from jingui.web.viewmodels import release_copies as copies
from jingui.web.viewmodels.access import Found, PatientHeader
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.matters import Asked, Option, PaperAsked, PaperShown, Told
from jingui.web.viewmodels.parts import ClauseRef, Link, Pager, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, PATIENT, RECORD, T

DAY = timedelta(days=1)
DIGEST = "9f2c" * 16
NUMBER = "F2026112300017"


def name(t: T) -> str:
    """Whose record it is."""
    return t("欧阳明远", "Ouyang Mingyuan")


def clauses(t: T) -> tuple[ClauseRef, ...]:
    """What copies rest on."""
    return (ClauseRef(id="4.2.1", heading=t("四（二）1", "4.2.1")),)


def finding(t: T) -> Form:
    """The search."""
    return Form(
        fields=(
            Field(name="name", label=t("姓名", "Name"), value=name(t), required=False),
            Field(name="number", label=t("号码", "Number"), required=False),
        ),
        submit=t("查找", "Find"),
    )  # fmt: skip


def window(t: T) -> dict[str, tuple[str, Any]]:
    """Finding the patient, choosing the kind."""
    found = Found(
        href=PATIENT, name=name(t), sex=t("男", "male"), birth=date(1950, 3, 4), mrn="00832217",
        id_card="1101**********002X", matched=t("住院号 ZY20261107", "Inpatient no. ZY20261107"),
    )  # fmt: skip
    own = view.KindCard(
        kind="own_copy", title=t("本人病历复制申请", "Own copy"), needed=(t("患者有效身份证明", "The patient's ID"),),
        purpose=t("患者本人申请复制自己的病历。", "A patient asks for copies of their own record."),
    )  # fmt: skip
    agent = view.KindCard(
        kind="copy_agent", title=t("委托代理人复制申请", "Copy for an agent"),
        purpose=t("患者委托他人申请复制病历。", "The patient has somebody else ask."),
        needed=(t("患者有效身份证明", "The patient's ID"), t("代理人有效身份证明", "The agent's ID"),
                t("代理关系的法定证明材料", "Proof of agency"), t("授权委托书", "Letter of authorisation")),
        others=(t("患者死亡证明", "Death certificate"),),
    )  # fmt: skip
    header = PatientHeader(href="#main", name=name(t), sex=t("男", "male"), birth=date(1950, 3, 4), mrn="00832217")
    kinds = view.KindsPage(
        action=to("copy_kinds", patient=PATIENT), key="k", patient=header, cards=(own, agent), unfit=(agent,),
        why="", clauses=clauses(t),
    )  # fmt: skip
    return {
        "copy-start": ("release/start.html", view.StartPage(form=finding(t))),
        "copy-start-found": ("release/start.html", view.StartPage(form=finding(t), found=(found,), truncated=True)),
        "copy-start-none": ("release/start.html", view.StartPage(form=finding(t), found=())),
        "copy-kinds": ("release/kinds.html", kinds),
    }


def asked(t: T, name: str, zh: str, en: str, **more: Any) -> Asked:
    """A question."""
    return Asked(**{"name": name, "label": t(zh, en), "kind": "text", **more})


def paper(t: T) -> PaperShown:
    """A paper that is there."""
    return PaperShown(
        name=t("身份证.jpg", "id-card.jpg"), href="#main", size="412 KB", at=NOW,
        person=PersonLine(name=t("顾兰亭", "Gu Lanting")),
    )  # fmt: skip


def applying(t: T) -> view.ApplyPage:
    """The application after a mistake."""
    card = asked(t, "document", "证件号码", "Number", value="110105194912310021",
                 errors=(t("身份证号不正确", "Wrong check digit"),))  # fmt: skip
    route = asked(
        t, "route", "领取方式", "How to get it", kind="choice", value="post",
        options=(Option(value="post", label=t("邮寄", "By post"), chosen=True),),
    )  # fmt: skip
    papers = (
        PaperAsked(name="patient_id", label=t("患者有效身份证明", "The patient's ID"), brought=(paper(t),)),
        PaperAsked(
            name="letter", label=t("授权委托书", "Letter of authorisation"), errors=(t("文件过大", "Too large"),),
            hint=t("写明委托事项、范围和有效期。", "It says what for, what of, until when."),
        ),
    )  # fmt: skip
    visit = view.Visit(
        value=RECORD, label=t("住院 · 心血管内科", "Inpatient · Cardiology"), start=(NOW - 30 * DAY).date(),
        end=(NOW - 20 * DAY).date(), chosen=True,
    )  # fmt: skip
    return view.ApplyPage(
        title=t("委托代理人复制申请", "Copy for an agent"), patient=name(t), state="draft",
        purpose=t("患者委托他人申请复制病历。", "The patient has somebody else ask."),
        sections=(
            view.Section(
                title=t("申请人", "Applicant"), hint=t("姓名、号码与证件原件逐字核对。", "Compare with the original."),
                asked=(view.Ask(asked=asked(t, "applicant", "申请人姓名", "Name", value=t("周以宁", "Zhou Yining"))),
                       view.Ask(asked=card, card=True)),
            ),
            view.Section(title=t("复制什么", "What"), visits=True,
                         asked=(view.Ask(asked=asked(t, "purpose", "用途", "Purpose")),)),
            view.Section(
                title=t("怎样领取", "How to get it"),
                asked=(view.Ask(asked=route),
                       view.Ask(asked=asked(t, "address", "邮寄地址", "Address", kind="long"), when="route post")),
            ),
        ),
        papers=papers, steps=(t("审核：病案室、医务部门", "Review: archive, medical affairs"),),
        back=Link(label=t("返回事项", "Back"), href="#main"), revision=3, clauses=clauses(t),
        visits=(visit,),
        returned=t("委托书没有写明范围，请补充。", "The letter does not say what of."),
    )  # fmt: skip


def checking(t: T, *, wrong: bool) -> view.CheckPage:
    """Everything once more."""
    line = view.Checked(
        label=t("证件号码", "Number"), text="110105194912310021", change="#main",
        errors=(t("身份证号不正确", "Wrong check digit"),) if wrong else (),
    )  # fmt: skip
    papers = (
        view.CheckedPaper(label=t("患者有效身份证明", "The patient's ID"), change="#main", brought=(paper(t),)),
        view.CheckedPaper(label=t("授权委托书", "Letter of authorisation"), change="#main", missing=wrong,
                          brought=() if wrong else (paper(t),)),
        view.CheckedPaper(label=t("患者死亡证明", "Death certificate"), change="#main", required=False),
    )  # fmt: skip
    return view.CheckPage(
        title=t("委托代理人复制申请", "Copy for an agent"), patient=name(t), papers=papers, change="#main", days=7,
        parts=(view.CheckedPart(title=t("申请人", "Applicant"), lines=(line,)),),
        back=Link(label=t("返回修改", "Back"), href="#main"),
        declared=t("来人已看过以上内容，确认无误。", "The applicant has read all of it and says it is right."),
        errors=(t("该编号不能复制病历。", "This record cannot be copied."),) if wrong else (),
    )  # fmt: skip


def row(t: T, **more: Any) -> copies.CopyRow:
    """A copy in a list."""
    facts: dict[str, Any] = {
        "href": to("copy", copy=RECORD), "number": NUMBER, "patient": name(t),
        "applicant": t("周以宁", "Zhou Yining"), "kind": t("委托代理人复制申请", "Copy for an agent"),
        "route": t("邮寄", "By post"), "state": Tag(text=t("待用印", "To be stamped"), tone="warn"),
        "prepared": NOW - DAY, "pages": 42, "due": NOW + 3 * DAY, "paid": True,
    }  # fmt: skip
    return copies.CopyRow(**{**facts, **more})


def listed(t: T) -> dict[str, tuple[str, Any]]:
    """The list, the making, the register."""
    tabs = (
        Link(label=t("全部", "All"), href="?state=", primary=True),
        Link(label=t("待用印 3", "To be stamped 3"), href="?"),
    )
    number = Field(name="number", label=t("复制件编号", "Number"), required=False)
    full = copies.CopiesPage(
        tabs=tabs, state="", rows=(row(t, overdue=True, due=NOW - DAY), row(t, pages=0, due=None, paid=False)),
        form=Form(fields=(number,), submit=t("筛选", "Filter")), empty=t("做好的在这里。", "Copies stand here."),
        pager=Pager(page=1, next="?after=x"), may_start=True, seals_href="#main",
    )  # fmt: skip
    order = copies.OrderRow(
        href="#main", matter=7, kind=t("委托代理人复制申请", "Copy for an agent"), patient=name(t),
        opened=NOW - 9 * DAY, approved=NOW - 8 * DAY, due=NOW - DAY, overdue=True,
    )  # fmt: skip
    make = copies.MakePage(
        title=t("委托代理人复制申请", "Copy for an agent"), patient=name(t), matter=Link(label="7", href="#main"),
        rows=(row(t),), replaces=RECORD, replaced=NUMBER,
        lines=(copies.PaperLine(n=1, volume=t("一卷", "I"), first="9", last="2", error=t("页码不对", "Wrong pages")),
               copies.PaperLine(n=2)),
    )  # fmt: skip
    use = copies.SealRow(
        at=NOW, seal=t("病案复印专用章", "Record copy seal"), medium=t("电子印章", "Electronic"), number=NUMBER,
        person=t("顾兰亭", "Gu Lanting"), witness=t("乔一苇", "Qiao Yiwei"), href="#main", matter_href="#main",
        digest=DIGEST,
    )  # fmt: skip
    since = Field(name="since", label=t("自", "From"), kind="date", required=False)
    seals = copies.SealsPage(
        rows=(use, use), form=Form(fields=(since,), submit=t("筛选", "Filter")), since="", until="", file="#main",
        pager=Pager(page=1, next="?after=x"),
    )  # fmt: skip
    return {
        "copies": ("release/copies.html", full),
        "copies-orders": ("release/copies.html", replace(full, rows=(), orders=(order, order), state="approved")),
        "copies-none": ("release/copies.html", replace(full, rows=(), pager=None)),
        "copy-make": ("release/make.html", make),
        "seals": ("release/seals.html", seals),
        "seals-none": ("release/seals.html", replace(seals, rows=(), pager=None)),
    }


def contents(t: T) -> tuple[copies.Content, ...]:
    """What is in it."""
    return (
        copies.Content(
            title=t("入院记录", "Admission record"), kind=t("文书", "Document"), version=2, at=NOW, id=RECORD
        ),
        copies.Content(title=t("血常规", "Blood count"), kind=t("检验", "Laboratory"), version=1, at=NOW, id=RECORD),
    )


def counted(t: T) -> str:
    """How many of which kinds."""
    return t("文书 1 · 检验 1", "Document 1 · Laboratory 1")


def copy(t: T) -> copies.CopyPage:
    """A copy that waits for both sides."""
    seen = Field(name="seen", label=t("或所核对证件的号码", "Or the number of the paper seen"), required=False)
    invoice = Field(name="invoice", label=t("票据号码", "Invoice"), errors=(t("请填写。", "Please fill this in."),))
    medium = Field(
        name="medium", label=t("用印方式", "Kind of seal"), kind="select",
        choices=(Choice(value="electronic", label=t("电子印章", "Electronic")),),
    )  # fmt: skip
    courier = Field(name="courier", label=t("快递公司", "Courier"))
    reason = Field(name="reason", label=t("作废的理由", "Why"))
    return copies.CopyPage(
        number=NUMBER,
        state=Tag(text=t("待确认", "To be confirmed"), tone="warn"),
        applicant=t("周以宁", "Zhou Yining"),
        patient=Link(label=name(t), href="#main"),
        matter=Link(label=t("委托代理人复制申请", "Copy for an agent"), href="#main"),
        basis=DIGEST,
        stages=(
            copies.Stage(name=t("制作", "Made"), who=t("乔一苇", "Qiao Yiwei"), at=NOW, done=True),
            copies.Stage(name=t("双方确认", "Confirmed"), now=True),
            copies.Stage(name=t("收费", "Paid")),
            copies.Stage(name=t("用印", "Stamped")),
            copies.Stage(name=t("交付", "Handed over")),
        ),
        contents=contents(t),
        counted=counted(t),
        unfinished=(t("出院记录", "Discharge record"),),
        withheld=2,
        volumes=(t("一卷：第 3–9 页，共 7 页", "I: pages 3–9, 7 in all"),),
        told=(Told(label=t("用途", "Purpose"), text=t("商业保险理赔", "Insurance claim")),),
        facts=((t("页数", "Pages"), "42"), (t("费用", "Fee"), t("工本费 21.00 元", "¥21.00"))),
        preview="#main",
        file="#main",
        size="1.2 MB",
        side="#main",
        digest=DIGEST,
        lacking=t("须先收费。", "To be paid first."),
        pages=42,
        replaces=Link(label=t("前一份", "The earlier one"), href="#main"),
        again="#main",
        done="charge",
        confirm=Form(fields=(seen,), submit=t("双方已核对，确认", "Confirm")),
        charge=Form(fields=(invoice,), submit=t("登记收费", "Register")),
        stamp=Form(fields=(medium,), submit=t("用印", "Stamp")),
        hand=Form(fields=(courier,), submit=t("登记交付", "Register")),
        revoke=Form(fields=(reason,), submit=t("作废", "Revoke")),
    )


def release(t: T) -> dict[str, tuple[str, Any]]:
    """Every page of the window and the office."""
    one = copy(t)
    over = replace(
        one,
        state=Tag(text=t("已作废", "Revoked"), tone="bad"),
        ended=t("误寄", "Sent astray"),
        confirm=None,
        charge=None,
        stamp=None,
        hand=None,
        revoke=None,
        lacking="",
        replaced=Link(label=t("新件", "The new one"), href="#main"),
        contents=(),
        volumes=(),
        unfinished=(),
        withheld=0,
    )
    return {
        **window(t),
        "copy-apply": ("release/apply.html", applying(t)),
        "copy-check": ("release/check.html", checking(t, wrong=False)),
        "copy-check-wrong": ("release/check.html", checking(t, wrong=True)),
        **listed(t),
        "copy": ("release/copy.html", one),
        "copy-revoked": ("release/copy.html", over),
    }


def portal(t: T) -> dict[str, tuple[str, Any]]:
    """The same in the patients' frame."""
    ask = view.AskPage(
        title=t("本人病历复制申请", "Own copy"),
        purpose=t("患者本人申请复制自己的病历。", "Patients ask for their own copies."),
        key="k",
        back="#main",
        steps=(t("审核：病案室", "Review: archive"),),
        days=7,
        fee=t("0.50 元", "¥0.50"),
        kept=30,
        clauses=clauses(t),
    )
    seen = copies.PatientsCopy(
        number=NUMBER, title=t("本人病历复制申请", "Own copy"), back="#main", contents=contents(t), counted=counted(t),
        state=Tag(text=t("待确认", "To be confirmed"), tone="warn"), unfinished=(t("出院记录", "Discharge record"),),
        said=t("请核对下面的内容，确认无误后医院再盖章。", "Look at it and confirm."), withheld=1, volumes=(),
        facts=((t("页数", "Pages"), "42"),), basis=DIGEST, preview="#main",
    )  # fmt: skip
    sealed = replace(
        seen, state=Tag(text=t("待交付", "Ready"), tone="info"), basis="", preview="", file="#main",
        side="#main", digest=DIGEST,
        until=NOW + 30 * DAY, said=t("已盖章，可以下载。", "Sealed; it can be downloaded."),
    )  # fmt: skip
    return {
        "portal-copy-ask": ("portal/copies_ask.html", ask),
        "portal-copy-apply": ("portal/copies_apply.html", replace(applying(t), papers=())),
        "portal-copy-check": ("portal/copies_check.html", replace(checking(t, wrong=False), papers=())),
        "portal-copy": ("portal/copies_copy.html", seen),
        "portal-copy-sealed": ("portal/copies_copy.html", sealed),
    }

"""Made-up view models for the preview: the patients' portal and its window."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.core.words import Category, EncounterKind
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.access import CategoryFilter, EncounterLine, PatientHeader, TimelineItem
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.matters import Told
from jingui.web.viewmodels.parts import Link, Pager, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.resource import Shown
from jingui.web.viewmodels.shell import NavItem, Shell
from tools.preview_frame import ENTRY, NOW, PATIENT, RECORD, T, clauses

NUMBER, CODE = "P48213907756", "k7m2q-x9drt-4hwnp"


def shell(t: T, inside: Shell) -> Shell:
    """The patients' frame."""
    rooms = (
        ("portal_chart", t("我的病历", "My record")), ("portal_readers", t("谁看过我的病历", "Who read it")),
        ("portal_consents", t("知情同意", "Consents")), ("portal_restrictions", t("查阅限制", "Restrictions")),
    )  # fmt: skip
    nav = tuple(
        NavItem(label=label, href=to(name, patient=PATIENT), current=name == "portal_readers") for name, label in rooms
    )
    person = PersonLine(name=t("患者本人", "Patient"))
    return replace(inside, portal=True, person=person, nav=nav, can_find=False, crumbs=())


def form(t: T, *, wrong: bool = False) -> Form:
    """A form with one question, first or after a mistake."""
    label, errors = t("说明", "Reason"), (t("请填写。", "Please fill this in."),) if wrong else ()
    return Form(fields=(Field(name="reason", label=label, kind="textarea", errors=errors),), submit=t("提交", "Send"))


def seen(t: T, at: int, **more: Any) -> view.SeenLine:
    """One reading."""
    entry = f"{ENTRY[:-1]}{at}"
    facts: dict[str, Any] = {
        "id": entry, "at": NOW - timedelta(minutes=at), "what": t("打开病历", "Opened the chart"),
        "who": t("心血管内科 · 医师", "Cardiology · physician"), "purpose": t("诊疗", "treatment"),
        "reason": t("有诊疗关系的医务人员查阅所管患者的病历", "Staff read the charts of their own patients"),
        "clauses": clauses(t), "more": 2,
        "records": (view.SeenRecord(label=t("检验结果", "Result"), href="#readings"),),
        "tags": (), "index": 48210 + at, "proof": to("portal_proof", patient=PATIENT, entry=entry),
        "objection": to("portal_object", patient=PATIENT, entry=entry), "closes": True,
    }  # fmt: skip
    return view.SeenLine(**{**facts, **more})


def readers(t: T, *, empty: bool = False) -> view.ReadersPage:
    """Who read it: one on a ward, one in an emergency, one refused; or nobody yet."""
    glass = Tag(text=t("紧急调阅", "Emergency access"), tone="warn")
    denied = Tag(text=t("未获准许，没有看到内容", "Not allowed, saw nothing"), tone="none")
    here = to("portal_readers", patient=PATIENT)
    lines = (seen(t, 1, index=None), seen(t, 2, tags=(glass,)), seen(t, 3, tags=(denied,), records=()))
    return view.ReadersPage(
        lines=() if empty else lines,
        own=() if empty else (seen(t, 4, who=t("您本人", "You"), objection="", closes=False),),
        filters=((t("查阅", "Reading"), f"{here}?shown=reading", True), (t("全部", "All"), f"{here}?shown=all", False)),
        newest=ENTRY, news=to("portal_news", under=ENTRY), pager=None if empty else Pager(page=1, next="?after=x"),
        restrict=to("portal_restrictions", patient=PATIENT),
    )  # fmt: skip


def chart(t: T, *, empty: bool = False) -> view.ChartPage:
    """My record."""
    name, sex = t("白望舒", "Bai Wangshu"), t("女", "female")
    header = PatientHeader(href="#main", name=name, sex=sex, birth=None, mrn="00832217")
    item = TimelineItem(
        href=to("portal_record", record=RECORD), at=NOW, title=t("血红蛋白", "Haemoglobin"), category=Category.TESTS,
        author=PersonLine(name="", department=t("检验科", "Laboratory")), value="98 g/L", flag="↓",
        flag_text=t("低于参考范围", "below the reference range"), versions=2, summary=t("轻度贫血", "Mild anaemia"),
    )  # fmt: skip
    visit = EncounterLine(
        id=RECORD, kind=EncounterKind.INPATIENT, department=t("心血管内科", "Cardiology"),
        start=NOW - timedelta(days=3),
    )  # fmt: skip
    here = to("portal_chart", patient=PATIENT)
    return view.ChartPage(
        patient=header, days=() if empty else (view.Day(day=NOW.date(), items=(item,)),),
        visits=() if empty else (visit,), withheld=0 if empty else 2, older="" if empty else "x",
        newest_href="" if empty else here,
        filters=(
            CategoryFilter(category=None, count=3, href=here, current=True),
            CategoryFilter(category=Category.TESTS, count=2, href=f"{here}?category=tests"),
        ),
    )  # fmt: skip


def rights(t: T) -> dict[str, tuple[str, Any]]:
    """Restrictions, consents, what was asked for."""
    active, over = Tag(text=t("有效", "in force"), tone="ok"), Tag(text=t("已解除", "lifted"), tone="none")
    kind = Field(
        name="kind", label=t("不让谁看", "Closed to"), kind="select", value="others",
        choices=(Choice(value="others", label=t("其他人", "Everybody else")),),
    )  # fmt: skip
    closing = Form(fields=(kind,), submit=t("设置限制", "Close"), action=to("portal_restrictions", patient=PATIENT))
    one = view.RestrictionItem(
        against=t("普通外科", "Surgery"), categories=t("用药记录", "Medication"), starts=NOW, ends=None, state=active,
        lift=7,
    )  # fmt: skip
    consent = view.ConsentItem(
        what=t("教学使用", "Teaching"), recipient=t("本院", "this hospital"), purpose=t("教学", "teaching"), since=NOW,
        until=NOW + timedelta(days=30), state=active, withdraw=9,
    )  # fmt: skip
    matter = view.MatterItem(
        title=t("对查阅的异议", "Objection to a reading"), href="#main", opened=NOW, due=NOW + timedelta(days=9),
        state=Tag(text=t("办理中", "in progress"), tone="warn"), outcome=t("查阅正当", "The reading was proper"),
    )  # fmt: skip
    move = view.MatterMove(what=active, who=t("医务部", "Medical affairs"), at=NOW, comment=t("已核实。", "Checked."))
    written = Told(label=t("说明", "Reason"), text=t("当天没有就诊", "I was not there"))
    asked = view.MatterPage(
        item=matter, told=(written,), entry=ENTRY, moves=(move,), appeal=True, withdraw=True,
        next=t("由医务部门办理，最迟 2026-12-03 答复您。", "Medical affairs answers by 3 December."),
    )  # fmt: skip
    begin = (
        Link(label=t("申请复制病历", "Ask for copies"), href=to("portal_copy_ask", patient=PATIENT), primary=True),
        Link(label=t("投诉与建议", "Complaints and ideas"), href=to("portal_complaint", patient=PATIENT)),
    )
    ask = view.AskPage(title=t("提出异议", "Object"), entry=ENTRY, back="#main", form=form(t, wrong=True), note="")
    return {
        "portal-restrictions": (
            "portal/restrictions.html",
            view.RestrictionsPage(items=(one, replace(one, state=over, lift=0)), form=closing, entry=ENTRY),
        ),
        "portal-restrictions-none": ("portal/restrictions.html", view.RestrictionsPage(items=(), form=closing)),
        "portal-consents": ("portal/consents.html", view.ConsentsPage(items=(consent,))),
        "portal-consents-none": ("portal/consents.html", view.ConsentsPage(items=())),
        "portal-matters": ("portal/matters.html", view.MattersPage(items=(matter,), begin=begin)),
        "portal-matters-none": ("portal/matters.html", view.MattersPage(items=(), begin=begin)),
        "portal-matter": ("portal/matter.html", asked),
        "portal-ask": ("portal/ask.html", ask),
    }


def portal(t: T) -> dict[str, tuple[str, Any]]:
    """Every page inside the portal."""
    record = view.RecordPage(
        title=t("血红蛋白", "Haemoglobin"), kind=t("检验结果", "Result"), at=NOW, entered=NOW, version=2,
        shown=(Shown(label=t("结果", "Value"), texts=("98 g/L",)),), tags=(), back=to("portal_chart", patient=PATIENT),
        correction=to("portal_correction", record=RECORD),
    )  # fmt: skip
    account = view.AccountPage(number=NUMBER, factors=(t("验证器", "Authenticator"),))
    return {
        "portal-chart": ("portal/chart.html", chart(t)),
        "portal-chart-empty": ("portal/chart.html", chart(t, empty=True)),
        "portal-record": ("portal/record.html", record),
        "portal-readers": ("portal/readers.html", readers(t)),
        "portal-readers-none": ("portal/readers.html", readers(t, empty=True)),
        "portal-account": ("portal/account.html", account),
        **rights(t),
    }


def threshold(t: T) -> dict[str, tuple[str, Any]]:
    """Signing in to the portal, and the first password."""
    number = Field(name="login", label=t("门户号", "Portal number"), value=NUMBER)
    word = Field(name="password", label=t("密码", "Password"), kind="password")
    both = Form(fields=(number, word), submit=t("登录", "Sign in"), errors=(t("不正确。", "Wrong."),))
    new = Form(fields=(replace(word, name="new"),), submit=t("设置密码", "Set"))
    rules = (t("12 个字符以上。", "12 characters or more."),)
    return {
        "portal-sign-in": ("portal/sign_in.html", view.SignIn(form=both)),
        "portal-sign-in-again": ("portal/sign_in.html", view.SignIn(form=both, reason=t("您已退出。", "Signed out."))),
        "portal-password-first": ("portal/password.html", view.Password(form=new, rules=rules, first=True)),
        "portal-password": ("portal/password.html", view.Password(form=new, rules=rules, first=False)),
    }


def window(t: T) -> dict[str, tuple[str, Any]]:
    """The window: before, and with the slip."""
    opening = Form(fields=(Field(name="document", label=t("证件号码", "Document")),), submit=t("开通", "Open"))
    ending = Form(fields=(Field(name="ended", label=t("门户号", "Portal number")),), submit=t("关闭", "End"))
    page = view.WindowPage(opening=opening, ending=ending, back="#main")
    slip = replace(page, number=NUMBER, code=CODE, until=NOW + timedelta(days=7))
    return {
        "portal-window": ("portal/window.html", page), "portal-slip": ("portal/window.html", slip),
        "portal-slip-joined": ("portal/window.html", replace(slip, code="")),
    }  # fmt: skip

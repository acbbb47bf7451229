"""Made-up view models for the preview: writing, checking, merging, drafts, signatures, deadlines, filing."""

from datetime import datetime, timedelta
from typing import Any

from jingui.web.viewmodels import enter as view
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, PATIENT, RECORD, T, patient

HERE = to("form", patient=PATIENT, template="admission_record")


def question(name: str, label: str, control: view.Control = "line", **more: Any) -> view.Question:
    """A question, required unless said otherwise."""
    return view.Question(id=name, label=label, control=control, **{"required": True, **more})


def complaint(t: T, wrong: bool) -> view.Section:
    """Long texts, one taken over, one wrong."""
    errors = (t("请填写。", "Please fill this in."),) if wrong else ()
    return view.Section(
        id="complaint", title=t("主诉与现病史", "Complaint and present illness"), missing=1,
        questions=(
            question("chief", t("主诉", "Chief complaint"), errors=errors, autofocus=not wrong,
                     element="DE04.01.119.00", purpose=t("诊断", "Diagnosis"),
                     hint=t("症状加时间，20 字以内", "Symptom and time, briefly")),
            question("present", t("现病史", "Present illness"), "area", values=(
                t("3 天前出现胸闷，活动后加重，休息可缓解。", "Three days of tightness on exertion, eased by rest."),
            )),
            question("past", t("既往史", "Past history"), "area", required=False, conditional=True,
                     previous=t("高血压 10 年，最高 170/100 mmHg。", "Hypertension for ten years."),
                     previous_at=NOW - timedelta(days=41), sensitive=True),
        ),
    )  # fmt: skip


def signs(t: T, wrong: bool) -> view.Section:
    """Numbers, moments, choices, codes, and a group."""
    yes = (Choice(value="true", label=t("是", "Yes")), Choice(value="false", label=t("否", "No")))
    marital = tuple(Choice(value=str(n), label=t(zh, en)) for n, (zh, en) in enumerate((
        ("未婚", "Single"), ("已婚", "Married"), ("丧偶", "Widowed"), ("离婚", "Divorced")), 1))  # fmt: skip
    warn = (t("高于通常范围，请核对。", "Above the usual range; please check."),) if wrong else ()
    rows = ((question("diagnoses.0.code", t("诊断", "Diagnosis"), "code", lookup="/codes/icd10/",
                      values=(t("I10 特发性高血压", "I10 Essential hypertension"),)),
             question("diagnoses.0.on", t("日期", "Date"), "day", required=False)),
            (question("diagnoses.1.code", t("诊断", "Diagnosis"), "code", lookup="/codes/icd10/"),
             question("diagnoses.1.on", t("日期", "Date"), "day", required=False)))  # fmt: skip
    return view.Section(
        id="signs", title=t("生命体征", "Vital signs"),
        questions=(
            question("temperature", t("体温", "Temperature"), "number", unit="℃", values=("36.8",),
                     hint=t("通常 36–37.3", "Usually 36–37.3")),
            question("systolic", t("收缩压", "Systolic pressure"), "number", unit="mmHg", values=("188",),
                     warnings=warn, previous="128", previous_at=NOW - timedelta(days=1)),
            question("admitted", t("入院时间", "Admitted"), "moment", values=(t("今天 9:14", "today 9:14"),),
                     echo="= 2026-11-22 09:14"),
            question("allergic", t("过敏史", "Allergies"), "radio", choices=yes, values=("true",)),
            question("marital", t("婚姻状况", "Marital status"), "select", choices=marital, values=("2",)),
            question("allergen", t("过敏药物", "Allergic to"), "code", lookup="/codes/drugs/", repeats=True,
                     values=(t("D01 青霉素", "D01 Penicillin"), "")),
            question("diagnoses", t("初步诊断", "Provisional diagnoses"), "rows", rows=rows),
        ),
    )  # fmt: skip


def write(t: T, *, wrong: bool = False, due: datetime | None = None, **more: Any) -> view.WritePage:
    """A form half filled."""
    way = Field(name="way", label=t("信息来源", "Obtained by"), kind="select", required=False,
                choices=(Choice(value="", label=t("按各项的通常方式", "As usual for each item")),))  # fmt: skip
    return view.WritePage(
        patient=patient(t), title=t("入院记录", "Admission record"), sections=(complaint(t, wrong), signs(t, wrong)),
        here=HERE, save=HERE + "save/", check=HERE + "check/", back=to("chart", patient=PATIENT),
        hidden=(("key", "k1"), ("template", "admission_record")), revision=3, saved=NOW - timedelta(minutes=1),
        due=due or NOW + timedelta(hours=5), warn_seconds=7200, last=(way,), complete=62,
        needs=(t("写好后须由上级医师审阅签名。", "A senior countersigns afterwards."),), **more,
    )  # fmt: skip


def check(t: T, **more: Any) -> view.CheckPage:
    """Answers to be confirmed."""
    groups = (
        view.AnswerGroup(
            title=t("主诉与现病史", "Complaint and present illness"),
            answers=(
                view.Answer(label=t("主诉", "Chief complaint"), texts=(t("胸闷 3 天", "Tightness, 3 days"),), href="#"),
                view.Answer(label=t("现病史", "Present illness"), href="#", long=True,
                            texts=(t("3 天前无明显诱因出现胸闷。", "Tightness began three days ago."),)),
            ),
        ),
        view.AnswerGroup(
            title=t("生命体征", "Vital signs"),
            answers=(
                view.Answer(label=t("收缩压", "Systolic pressure"), texts=("188 mmHg",), href="#",
                            warnings=(t("高于通常范围，请核对。", "Above the usual range; please check."),)),
                view.Answer(label=t("初步诊断", "Provisional diagnosis"), texts=(t("特发性高血压", "Hypertension"),),
                            code="I10", href="#"),
            ),
        ),
    )  # fmt: skip
    return view.CheckPage(
        patient=patient(t), title=t("入院记录", "Admission record"), groups=groups, here=HERE + "check/", edit=HERE,
        hidden=(("key", "k1"),), complete=88, due=NOW + timedelta(hours=5),
        session_text=t("签名时将开启签名会话。", "Signing opens a signing session."), **more,
    )  # fmt: skip


def refused_check(t: T) -> view.CheckPage:
    """What the door would not take."""
    empty = t("请填写。", "Please fill this in.")
    reason = Field(name="late_reason", label=t("补记原因", "Why it is late"), errors=(empty,))
    return check(
        t, wrong=(Link(label=t("主诉 – 过长。", "Chief complaint – too long."), href="#"),), own=(reason,),
        untouched=(Link(label=t("体格检查", "Physical examination"), href="#"),),
        error=t("内容不符合要求。", "It does not meet the requirements."),
        correcting=t("更正第 1 版", "Corrects version 1"),
    )  # fmt: skip


def merge(t: T) -> view.MergePage:
    """Two windows."""
    fields = (
        view.Choose(id="chief", name="m.chief", label=t("主诉", "Chief complaint"), base=t("胸闷", "Tightness"),
                    theirs=t("胸闷 3 天", "Tightness for 3 days"), mine=t("胸闷伴气促 3 天", "Tightness, 3 days")),
        view.Choose(id="past", name="m.past", label=t("既往史", "Past history"), base=None, theirs="",
                    mine=t("高血压 10 年", "Hypertension"), chosen="mine"),
    )  # fmt: skip
    return view.MergePage(
        patient=patient(t), title=t("入院记录", "Admission record"), who=t("您的另一个窗口", "Another window of yours"),
        at=NOW - timedelta(minutes=2), fields=fields, here=HERE, same=3, back=HERE, hidden=(("key", "k1"),),
    )  # fmt: skip


def signing(t: T, full: bool) -> view.SigningPage:
    """The three lists."""
    line = view.SignLine(
        title=t("日常病程记录", "Progress note"), href=to("record", record=RECORD), patient=t("顾明远", "Gu Mingyuan"),
        mrn="00832218", author=PersonLine(name=t("周实", "Zhou Shi"), post=t("实习医师", "Trainee")), at=NOW,
        choose=f"{RECORD}.1", tags=(Tag(text=t("第 2 版", "Version 2")),),
    )  # fmt: skip
    blocked = view.SignLine(
        title=t("入院记录", "Admission record"), href="#", patient=t("林晚秋", "Lin Wanqiu"), mrn="00832217",
        author=PersonLine(name=t("沈砚清", "Shen Yanqing")), at=NOW - timedelta(days=1),
        blocked=t("还有模板原文没有改动。", "Template text is unchanged."),
    )  # fmt: skip
    lines = (line, blocked) if full else ()
    lists = tuple(
        view.SignList(kind=kind, title=t(zh, en), lead=t("请逐份打开看过再签。", "Open each before you sign."),
                      act=t("签名所选", "Sign the chosen"), empty=t("没有。", "Nothing waits."), lines=lines)
        for kind, zh, en in (("sign", "待我签名", "To sign"), ("countersign", "待我审阅签名", "To countersign"))
    )  # fmt: skip
    return view.SigningPage(lists=lists, until=NOW + timedelta(hours=3) if full else None)


def board(t: T, full: bool) -> view.DuePage:
    """The board of deadlines."""
    lines = tuple(
        view.DueLine(
            patient=t("顾明远", "Gu Mingyuan"), mrn="00832218", href="#", write="#", title=t(zh, en),
            person=PersonLine(name=t("沈砚清", "Shen Yanqing"), department=t("心血管内科", "Cardiology")),
            department=t("心血管内科", "Cardiology"), since=NOW - timedelta(hours=20), due=NOW + timedelta(hours=hours),
        )
        for zh, en, hours in (("入院记录", "Admission record", -30), ("首次病程", "First note", 1), ("抢救", "CPR", 9))
    )  # fmt: skip
    count = view.Count(label=t("心血管内科", "Cardiology"), href="#", overdue=1, soon=1, open=3, current=True)
    chips = (Link(label=t("未完成", "Open"), href="#", primary=True), Link(label=t("逾期", "Overdue"), href="#"))
    return view.DuePage(
        lines=lines if full else (), departments=(count,) if full else (), people=(count,) if full else (),
        states=chips, orders=chips, current="open", scope=t("由系统按制度推算。", "Computed from the policy."),
        truncated=full,
    )  # fmt: skip


def filing(t: T, ready: bool, filed: bool = False) -> view.FilingPage:
    """A stay before and after it is filed."""
    missing = view.FilingLine(
        title=t("出院记录", "Discharge record"), href="", tag=Tag(text=t("未书写", "Not written"), tone="bad"),
        text=t("期限 11-23 09:00", "Due 11-23 09:00"), act=Link(label=t("去写", "Write"), href="#"),
    )  # fmt: skip
    recall = Link(label=t("申请召回", "Ask for a recall"), href="#") if filed else None
    return view.FilingPage(
        patient=patient(t), stay=t("住院", "Inpatient"), start=NOW - timedelta(days=6), end=NOW - timedelta(days=1),
        lines=(), missing=() if ready else (missing,), here="#main", ready=ready, filed=filed, recall=recall,
    )  # fmt: skip


def entry(t: T) -> dict[str, tuple[str, Any]]:
    """Every page of entering."""
    lines = (
        view.TemplateLine(title=t("入院记录", "Admission record"), href=HERE, due=NOW + timedelta(hours=5), draft=NOW),
        view.TemplateLine(title=t("首次病程记录", "First note"), href=HERE, due=NOW - timedelta(hours=1),
                          needs=t("须审阅签名", "To be countersigned")),
    )  # fmt: skip
    group = view.TemplateGroup(title=t("病史信息", "History"), lines=lines)
    draft = view.DraftLine(patient=t("顾明远", "Gu Mingyuan"), mrn="00832218", title=t("入院记录", "Admission record"),
                           href=HERE, saved=NOW, discard=to("discard_draft"), correcting=True, due=NOW)  # fmt: skip
    chart = to("chart", patient=PATIENT)
    full = view.ChoosePage(patient=patient(t), due=lines, groups=(group,), back=chart)
    bare = view.ChoosePage(patient=patient(t), due=(), groups=(), back=chart)
    return {
        "write-choose": ("enter/choose.html", full),
        "write-choose-empty": ("enter/choose.html", bare),
        "write": ("enter/write.html", write(t)),
        "write-wrong": ("enter/write.html", write(t, wrong=True, due=NOW - timedelta(hours=3),
                                                  correcting=t("更正第 1 版", "Corrects version 1"))),
        "write-check": ("enter/check.html", check(t)),
        "write-check-session": ("enter/check.html", check(t, session_until=NOW + timedelta(hours=3))),
        "write-check-refused": ("enter/check.html", refused_check(t)),
        "write-merge": ("enter/merge.html", merge(t)),
        "drafts": ("enter/drafts.html", view.DraftsPage(drafts=(draft,), asked=draft)),
        "drafts-empty": ("enter/drafts.html", view.DraftsPage(drafts=())),
        "signing": ("enter/signing.html", signing(t, True)),
        "signing-empty": ("enter/signing.html", signing(t, False)),
        "due": ("enter/due.html", board(t, True)),
        "due-empty": ("enter/due.html", board(t, False)),
        "filing": ("enter/filing.html", filing(t, False)),
        "filing-ready": ("enter/filing.html", filing(t, True)),
        "filing-done": ("enter/filing.html", filing(t, True, True)),
    }  # fmt: skip

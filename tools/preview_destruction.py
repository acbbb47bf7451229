"""Made-up view models for the preview: terms and holds, the calendar, what is due, destruction lists."""

from datetime import date, timedelta
from typing import Any

from jingui.web.viewmodels import retention as view
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Column, Link, Pager, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, PATIENT, T

DAY = timedelta(days=1)
Samples = dict[str, tuple[str, Any]]


def samples(t: T) -> Samples:
    """Every page of keeping and destruction, filled and empty."""
    patient = Link(label=t("赵敏", "Zhao Min"), href=to("chart", patient=PATIENT))
    clock = view.Clock(today=NOW.date())
    wrong = view.Clock(today=NOW.date(), warning=t("系统时间有跳跃。", "The system's time leapt."))
    reason = t("最近一次出院 2021-03-04，保存 30 年", "Last discharge 2021-03-04, kept 30 years")
    kept, due = Tag(text=t("保存中", "Kept"), tone="ok"), Tag(text=t("已到期", "Due"), tone="warn")
    gone = Tag(text=t("已销毁", "Destroyed"), tone="none")
    inpatient, outpatient = t("住院病历", "Inpatient"), t("门诊病历", "Outpatient")
    classes = (
        view.ClassRow(name=inpatient, until=date(2051, 3, 4), reasons=(reason,), state=kept, records=42),
        view.ClassRow(name=outpatient, until=None, reasons=(t("2026-11-01 销毁", "Destroyed 2026-11-01"),), state=gone,
                      records=0, links=(Link(label=t("销毁证明", "Certificate"), href="#main"),)),
    )  # fmt: skip
    hold = view.HoldRow(
        kind=t("诉讼保全", "Lawsuit"), reason=t("法院来函", "Court's letter"), starts=NOW - DAY, ends=NOW + 90 * DAY,
        state=Tag(text=t("有效", "Stands"), tone="hold"), about=t("全部病历", "Whole record"), lift="1",
    )  # fmt: skip
    form = Form(fields=(Field(name="reason", label=t("理由", "Reason"), value=""),), submit=t("设置保全", "Place"))
    tabs = (Link(label=t("日历", "Calendar"), href=""), Link(label=t("到期病历", "Due records"), href="#main"))
    months = (
        view.MonthRow(month="2026-05", counts=(0, 12, 1, 9), total=22, held=2, past=True),
        view.MonthRow(month="2051-03", counts=(3, 0, 0, 3), total=6, held=0),
        view.MonthRow(month="", counts=(7, 5, 0, 8), total=20, held=0),
    )  # fmt: skip
    names = (inpatient, outpatient, t("精神障碍病历", "Psychiatric"), t("患者身份", "Identity"))
    lines = tuple(
        view.DueRow(
            n=n, value=f"{PATIENT}|outpatient" if n else "", name=t("钱某", "Qian"), href="#main", which=outpatient,
            department=t("心血管内科", "Cardiology"), until=date(2016, 3, 4), reasons=(reason,),
            state=None if n else Tag(text=t("保全中", "On hold"), tone="hold"), chosen=bool(n),
            error=t("处于保全中", "On hold") if n == 2 else "",
        )
        for n in range(3)
    )  # fmt: skip
    pager, none = Pager(page=1, pages=3, total=120, next="?page=2"), Pager(page=1, pages=1)
    columns = (Column(label=t("患者", "Patient")), Column(label=t("类别", "Class"), href="?order=class"))
    page = {
        "title": t("到期病历", "Due records"), "clock": clock, "columns": columns, "which": "",
        "departments": (Choice(value="1", label=t("心血管内科", "Cardiology")),),
        "department": "", "order": "until", "reason": "", "tabs": tabs,
        "classes": (Choice(value="outpatient", label=outpatient),),
    }  # fmt: skip
    row = view.ListRow(
        href="#main", number="XH-12", opened=NOW - DAY, states=(gone, due), decided=t("已执行", "Executed"), done=NOW,
        certificate="#main",
    )  # fmt: skip
    told = view.LineRow(
        number="12-000001", who=t("钱某", "Qian"), href="#main", which=outpatient, expired=date(2016, 3, 4), records=9,
        volumes=1, state=Tag(text=t("已停止", "Stopped"), tone="hold"), why=t("处于保全中", "On hold"), at=NOW,
        people="A / B", generation=3,
    )  # fmt: skip
    listed = {"title": t("销毁清册 12", "List 12"), "matter": Link(label="12", href="#main"), "pager": none}
    register = {"title": t("销毁清册登记", "Register of destruction"), "tabs": tabs}
    terms, year = t("保存期限与保全", "Terms and holds"), t("保存期限日历", "Calendar of terms")
    error = (t("系统时间有跳跃", "The time leapt"),)
    return {
        "retention": ("keep/retention.html", view.PatientPage(
            title=terms, patient=patient, clock=clock, classes=classes, holds=(hold,),
            place=form, errors=error, begin=(Link(label=t("续存", "Keep on"), href="#main"),), linked=(patient,))),
        "retention-empty": ("keep/retention.html", view.PatientPage(
            title=terms, patient=patient, clock=wrong, classes=(), holds=(), place=None)),
        "keeping": ("keep/calendar.html", view.CalendarPage(
            title=year, clock=clock, names=names, rows=months, form=form, due=9,
            due_now=22, trial=True, tabs=tabs)),
        "keeping-empty": ("keep/calendar.html", view.CalendarPage(
            title=year, clock=wrong, names=names, rows=(), form=form, due=0, due_now=0,
            trial=False)),
        "due-records": ("keep/due.html", view.DuePage(rows=lines, pager=pager, may_plan=True, errors=error, **page)),
        "due-records-empty": ("keep/due.html", view.DuePage(rows=(), pager=none, may_plan=False, **page)),
        "destructions": ("keep/destructions.html", view.RegisterPage(rows=(row,), pager=pager, **register)),
        "destructions-empty": ("keep/destructions.html", view.RegisterPage(rows=(), pager=none, **register)),
        "destruction": ("keep/destruction.html", view.ListPage(
            rows=(told,), destroy=True, paper=form, certificate="#main", side="#main", errors=error, **listed)),
    }  # fmt: skip

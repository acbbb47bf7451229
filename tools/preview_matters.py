"""Made-up view models for the preview: matters, delegations, duties, the privacy monitor."""

from datetime import timedelta
from typing import Any

from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.matters import (
    Asked,
    DelegationsPage,
    DutiesPage,
    DutyRow,
    EventShown,
    FindingRow,
    FindingsPage,
    FormPage,
    Kind,
    KindsPage,
    LentRow,
    MatterPage,
    MatterRow,
    MattersPage,
    Option,
    PaperAsked,
    PaperShown,
    StepShown,
    Told,
)
from jingui.web.viewmodels.parts import ClauseRef, Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.rosters import RostersPage, TurnRow
from jingui.web.viewmodels.sources import SourceRow, SourcesPage, StationRow
from tools.preview_frame import ENTRY, NOW, T

DAY = timedelta(days=1)


def clauses(t: T) -> tuple[ClauseRef, ...]:
    """What a matter rests on."""
    return (ClauseRef(id="4.1.1", heading=t("四（一）1", "4.1.1")),)


def listed(t: T) -> dict[str, tuple[str, Any]]:
    """The lists, full and empty; what may be started."""
    waiting = Tag(text=t("办理中", "In progress"), tone="warn")
    row = MatterRow(
        href=to("matter", matter=7), title=t("内部查阅申请", "Internal access"), state=waiting,
        step=t("医务部门审批", "Medical affairs"), starter=PersonLine(name=t("沈砚清", "Shen Yanqing")),
        patient=t("欧阳明远", "Ouyang Mingyuan"), opened=NOW - DAY, due=NOW + DAY,
    )  # fmt: skip
    late = MatterRow(
        href=to("matter", matter=8), title=t("紧急调阅复核", "Emergency review"), state=waiting,
        step=t("医务部门复核", "Review"), starter=PersonLine(name="—"), patient="", opened=NOW - 4 * DAY,
        due=NOW - DAY, overdue=True,
    )  # fmt: skip
    tabs = (
        Link(label=t("等我办理", "Waiting for me"), href="?which=queue", primary=True),
        Link(label=t("我发起的", "Started by me"), href="?which=mine"),
    )
    choice = Field(
        name="kind", label=t("事项", "Matter"), kind="select", required=False,
        choices=(Choice(value="", label=t("全部事项", "All matters")),),
    )  # fmt: skip
    form = Form(fields=(choice,), submit=t("筛选", "Filter"))
    kind = Kind(
        id="post_grant", title=t("岗位常设授权申请", "Standing grant"), href=to("start_matter", kind="post_grant"),
        purpose=t("岗位工作长期需要查阅时申请。", "For posts whose work needs it."), clauses=clauses(t),
    )  # fmt: skip
    empty = t("需要您审批的事项会列在这里。", "What you are to decide stands here.")
    return {
        "matters": ("matters/matters.html", MattersPage(
            tabs=tabs, which="queue", rows=(row, late), form=form, waiting=2, empty=empty)),
        "matters-empty": ("matters/matters.html", MattersPage(
            tabs=tabs, which="queue", rows=(), form=form, waiting=0, empty=empty)),
        "matter-kinds": ("matters/kinds.html", KindsPage(kinds=(kind,), elsewhere=(kind,))),
        "matter-kinds-empty": ("matters/kinds.html", KindsPage(kinds=(), elsewhere=())),
    }  # fmt: skip


def written(t: T) -> dict[str, tuple[str, Any]]:
    """The form, fresh and with faults."""
    why = Asked(name="reason", label=t("理由", "Reason"), kind="long", hint=t("写明为何需要。", "Why it is needed."))
    days = Asked(name="days", label=t("期限（天）", "Days"), kind="number", value="0")
    scope = Asked(
        name="categories", label=t("查阅范围", "Scope"), kind="choices", required=False,
        options=(Option(value="tests", label=t("检查检验结果", "Tests"), chosen=True),
                 Option(value="plan", label=t("治疗方案", "Plan"))),
    )  # fmt: skip
    purpose = Asked(
        name="purpose", label=t("查阅目的", "Purpose"), kind="choice",
        options=(Option(value="quality", label=t("质量控制", "Quality")),),
    )  # fmt: skip
    paper = PaperAsked(name="basis", label=t("工作依据", "Basis"), required=False)
    facts: dict[str, Any] = {
        "title": t("内部查阅申请", "Internal access"), "purpose": t("因工作确需查阅时申请。", "When work needs it."),
        "papers": (paper,), "steps": (t("医务部门审批：医务管理人员", "Medical affairs"),),
        "grants": t("按批准的范围查阅。", "Reading within the scope."),
        "obligations": (t("查阅加水印", "Watermarked"),), "clauses": clauses(t), "key": "k",
        "patient": Link(label=t("打开病历", "Open the chart"), href="#main"),
    }  # fmt: skip
    wrong = Asked(
        name="days", label=t("期限（天）", "Days"), kind="number", value="0",
        errors=(t("超出允许的范围", "Out of range"),),
    )  # fmt: skip
    return {
        "matter-form": ("matters/form.html", FormPage(asked=(purpose, scope, days, why), **facts)),
        "matter-form-wrong": ("matters/form.html", FormPage(asked=(purpose, scope, wrong, why), **facts)),
    }


def one(t: T) -> dict[str, tuple[str, Any]]:
    """One matter: to be decided, one's own, refused with an appeal, over."""
    who = PersonLine(name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending"))
    paper = PaperShown(name=t("任务单.pdf", "task.pdf"), href="#main", size="120 KB", person=who, at=NOW - DAY)
    facts: dict[str, Any] = {
        "title": t("内部查阅申请", "Internal access"),
        "told": (Told(label=t("理由", "Reason"), text=t("讨论需要。\n只看检验。", "For review.\nTests.")),),
        "papers": (PaperAsked(name="basis", label=t("工作依据", "Basis"), brought=(paper,)),
                   PaperAsked(name="other", label=t("其他", "Other"), required=False)),
        "events": (
            EventShown(at=NOW - DAY, person=who, move=Tag(text=t("发起", "Started")), step="", behalf="", comment="",
                       entry_href="#main", entry=ENTRY),
            EventShown(at=NOW, person=who, move=Tag(text=t("退回补充", "Sent back"), tone="warn"),
                       step=t("医务部门审批", "Medical affairs"), behalf=t("周敬之", "Zhou Jingzhi"),
                       comment=t("请补充任务单。", "Please add the task."), entry_href="#main", entry=ENTRY),
        ),
        "steps": (StepShown(name=t("医务部门审批", "Medical affairs"), who=t("医务管理人员", "Staff"), people=2,
                            stands="now", agreed=1),
                  StepShown(name=t("负责人批准", "Head"), who=t("机构负责人", "Head"), people=1, stands="later")),
        "starter": who, "opened": NOW - DAY, "grants": t("按批准的范围查阅。", "Reading within the scope."),
        "obligations": (t("查阅加水印", "Watermarked"),), "clauses": clauses(t), "basis": "ab" * 32,
        "patient": Link(label=t("欧阳明远", "Ouyang Mingyuan"), href="#main"),
    }  # fmt: skip
    moves = (
        Link(label=t("通过", "Approve"), href="approve", primary=True),
        Link(label=t("不通过", "Refuse"), href="refuse"),
    )
    warn = Tag(text=t("办理中", "In progress"), tone="warn")
    done = Tag(text=t("未通过", "Refused"), tone="bad")
    option = Option(value="explained", label=t("说明合理", "Explained"))
    return {
        "matter": ("matters/matter.html", MatterPage(
            state=warn, due=NOW + DAY, until=None, moves=moves, outcomes=(option,), may=frozenset(),
            behalf=t("周敬之", "Zhou Jingzhi"), errors=(("comment", t("请写明意见", "Say why")),), **facts)),
        "matter-mine": ("matters/matter.html", MatterPage(
            state=warn, due=NOW + DAY, until=None, moves=(), outcomes=(), may=frozenset({"withdraw"}), may_bring=True,
            edit_href="#main", **facts)),
        "matter-refused": ("matters/matter.html", MatterPage(
            state=done, due=None, until=NOW, moves=(), outcomes=(), may=frozenset({"appeal"}), appeal_until=NOW + DAY,
            barred="party", subject=t("沈砚清", "Shen Yanqing"), **facts)),
    }  # fmt: skip


def others(t: T) -> dict[str, tuple[str, Any]]:
    """Delegations, duties and the monitor."""
    lent = LentRow(
        id=1, person=t("周敬之", "Zhou Jingzhi"), to_person=t("沈砚清", "Shen Yanqing"), role=t("医务", "Staff"),
        kinds=t("全部", "All"), starts=NOW - DAY, ends=NOW + DAY, running=True, mine=True,
    )  # fmt: skip
    form = Form(
        fields=(Field(name="to_person", label=t("受托人工号", "Staff number")),), submit=t("登记委托", "Delegate")
    )
    duty: dict[str, Any] = {
        "title": t("采集模板复核", "Review of templates"), "evidence": t("写明删改的字段。", "Say what changed."),
        "every": t("每年", "Yearly"), "department": "", "due": NOW + DAY, "clauses": clauses(t),
    }  # fmt: skip
    open_ = DutyRow(
        id=1, state=Tag(text=t("待完成", "Open"), tone="warn"), person="", done=None, result="", open=True,
        overdue=False, href="#main", error=t("请写明完成情况", "Say what was done"), typed=t("好", "ok"), **duty,
    )  # fmt: skip
    past = DutyRow(
        id=2, state=Tag(text=t("已完成", "Done"), tone="ok"), person=t("沈砚清", "Shen Yanqing"), done=NOW,
        result=t("无需改动", "Nothing to change"), open=False, overdue=False, **duty,
    )  # fmt: skip
    rule = FindingRow(
        id="colleague", text=t("患者是本院职工。", "The patient works here."), why=t("因好奇被打开。", "Curiosity."),
        asked=4, waiting=1, explained=1, violation=1, false_alarm=1, judged=3, rate="33%",
    )  # fmt: skip
    found: dict[str, Any] = {"days": 90, "matters": 4, "matters_href": "#main", "conduct_href": "#main"}
    return {
        "delegations": ("matters/delegations.html", DelegationsPage(rows=(lent,), form=form)),
        "delegations-empty": ("matters/delegations.html", DelegationsPage(rows=(), form=form)),
        "duties": ("matters/duties.html", DutiesPage(rows=(open_,), settled=(past,), mine=True)),
        "duties-empty": ("matters/duties.html", DutiesPage(rows=(), mine=False)),
        "findings": ("matters/findings.html", FindingsPage(
            rows=(rule,), behind=12, at=NOW, judged=3, rate="33%", **found)),
        "findings-empty": ("matters/findings.html", FindingsPage(
            rows=(rule,), behind=0, at=None, judged=0, rate="—", **found)),
    }  # fmt: skip


def sources(t: T) -> dict[str, tuple[str, Any]]:
    """Registered sources and workstations, and none."""
    ok = Tag(text=t("有效", "Valid"), tone="ok")
    source = SourceRow(
        name=t("检验系统", "Laboratory"), code="lis", kind="HL7", account="lis", sender="LIS|YLH", certificate="ab12…",
        categories=(t("检查检验结果", "Tests"),), state=ok, messages=1204, last=NOW, until=None, end="#main",
    )  # fmt: skip
    station = StationRow(
        name=t("心内科护士站", "Ward station"), code="xnk-1", kind=t("应急工作站", "Downtime"),
        department=t("心血管内科", "Cardiology"), seen=NOW, state=ok,
    )  # fmt: skip
    turn = TurnRow(
        person=PersonLine(name=t("沈砚清", "Shen Yanqing"), post=t("主治医师", "Attending")), staff_no="10023",
        department=t("心血管内科", "Cardiology"), kind=t("排班", "Turn"), starts=NOW, ends=NOW + DAY,
        state=ok, end="#main",
    )  # fmt: skip
    form = Form(fields=(Field(name="staff", label=t("工号", "Staff number")),), submit=t("登记", "Register"))
    return {
        "sources": ("collect/sources.html", SourcesPage(sources=(source,), stations=(station,))),
        "sources-empty": ("collect/sources.html", SourcesPage(sources=(), stations=())),
        "rosters": ("collect/rosters.html", RostersPage(
            rows=(turn,), filters=((t("心血管内科", "Cardiology"), "#main", True),), form=form)),
        "rosters-empty": ("collect/rosters.html", RostersPage(rows=(), filters=(), form=form)),
    }  # fmt: skip


def matters(t: T) -> dict[str, tuple[str, Any]]:
    """Every sample of these pages."""
    return {**listed(t), **written(t), **one(t), **others(t), **sources(t)}

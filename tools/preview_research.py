"""Made-up view models for the preview: studies, extracts with their risk, counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from jingui.web.viewmodels import research as view
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import T

SIZES = (("3-4", 0, 0), ("5-9", 41, 100), ("10-19", 27, 65), ("20+", 30, 73))
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def person(name: str) -> PersonLine:
    """Somebody."""
    return PersonLine(name=name, post="", department="")


def lead(t: T) -> PersonLine:
    """Who leads the study."""
    return person(t("陈望舒", "Chen Wangshu"))


def number(t: T) -> str:
    """The approval's number."""
    return t("2026-科伦审-018", "2026-IRB-018")


def gauges(t: T) -> tuple[view.Gauge, ...]:
    """Measures with their bounds."""
    return (
        view.Gauge(name=t("最小的组（k）", "Smallest group (k)"), value="6", bound="≥ 5", bar=300, mark=250, good=True),
        view.Gauge(
            name=t("扣留的行", "Rows held back"), value="3.21 %", bound="≤ 10 %", bar=32, mark=100, good=True
        ),
        view.Gauge(
            name=t("离院方式：每组至少取值数（l）", "Discharge: fewest values in a group (l)"), value="1", bound="≥ 2",
            bar=125, mark=250, good=False,
        ),
        view.Gauge(name=t("平均可能", "Average chance"), value="4.1 %", bound="—", bar=41, mark=None, good=None),
    )  # fmt: skip


def extract(t: T, state: Tag, may: frozenset[str], **more: Any) -> view.ExtractCard:
    """An extract in some state."""
    given: dict[str, Any] = {
        "id": 7, "title": t("数据集 7", "Extract 7"), "state": state, "form": "Parquet", "recipient": lead(t),
        "made": NOW, "released": None, "ends": None, "disposed": None, "rows": 1874, "held": 62,
        "manifest": "9c" * 32, "stopped": "", "share": 100, "looked": 2011, "total": 2011, "gauges": gauges(t),
        "quasi": (
            view.QuasiRow(name=t("性别", "Sex"), step=t("保留", "kept"), before=2, after=2, adds="0 %"),
            view.QuasiRow(name=t("年龄", "Age"), step=t("10 岁一组", "bands of 10"), before=71, after=8, adds="61.2 %"),
            view.QuasiRow(name=t("就诊日期", "Visit"), step=t("季度", "quarter"), before=702, after=8, adds="88.4 %"),
        ),
        "bars": tuple(
            view.Bar(label=label, count=count, height=height, x=70 * n + 20)
            for n, (label, count, height) in enumerate(SIZES)
        ),
        "left_out": ((t("未同意或已撤回同意", "No consent"), "12"), (t("保密病案", "Restricted"), "< 10")),
        "verdicts": (), "said": 0, "taken": False, "soon": False, "may": may,
    }  # fmt: skip
    return view.ExtractCard(**(given | more))


def study(t: T) -> view.StudyPage:
    """A study with an extract to check and one that was stopped."""
    checked = view.Verdict(
        person=person(t("沈知行", "Shen Zhixing")), said=Tag(text=t("通过", "pass"), tone="ok"), at=NOW, reasons=""
    )
    stopped = view.Verdict(
        person=person(t("何若谷", "He Ruogu")), said=Tag(text=t("不通过", "stop"), tone="bad"), at=NOW,
        reasons=t("抽看的第 3 行文本里仍有家属姓名。", "The text of the third row still names a relative."),
    )  # fmt: skip
    return view.StudyPage(
        id=3, title=t("急性心肌梗死预后研究", "Outcome after myocardial infarction"),
        facts=((t("用途", "Use"), t("科研", "Research")), (t("负责人", "Lead"), lead(t).name),
               (t("伦理批件", "Ethics approval"), number(t)), (t("患者数上限", "Patients at most"), "3000")),
        cohort=((t("诊断", "Diagnoses"), t("I21、I22", "I21, I22")),
                (t("就诊开始日期", "Visit begins"), "2024-01-01 – 2025-12-31")),
        fields=((t("性别", "Sex"), t("准标识符", "Quasi-identifier")),
                (t("离院方式", "Discharge"), t("敏感属性", "Sensitive"))),
        state=Tag(text=t("有效", "In force"), tone="ok"), matter_href=to("matter", matter=12), plans=True,
        extracts=(
            extract(t, Tag(text=t("待核查", "To be checked"), tone="warn"), frozenset({"sample", "check"}), said=1),
            extract(t, Tag(text=t("已停止", "Stopped"), tone="bad"), frozenset(), verdicts=(checked, stopped), said=2),
        ),
        reidentify_href=to("reidentify", study=3),
    )  # fmt: skip


def pages(t: T) -> dict[str, tuple[str, Any]]:
    """Every state of the section's pages."""
    code = Field(name="diagnoses", label=t("诊断编码（开头）", "Diagnosis codes (beginning)"), value="I21")
    form = Form(fields=(code,), submit=t("统计", "Count"))
    approval = view.ApprovalRow(
        number=number(t), title=t("急性心肌梗死预后研究", "Outcome after myocardial infarction"),
        person=lead(t), fields=t("性别、年龄", "Sex, age"), most=3000, identifiable=True,
        starts=NOW, ends=NOW + timedelta(days=200), state=Tag(text=t("有效", "In force"), tone="ok"), end_href="#",
    )  # fmt: skip
    row = view.StudyRow(
        href=to("study", study=3), title=approval.title, kind=t("科研", "Research"), number=approval.number,
        person=lead(t), ends=NOW + timedelta(days=100), state=Tag(text=t("有效", "In force"), tone="ok"),
    )  # fmt: skip
    actions = (Link(label=t("统计队列人数", "Count a cohort"), href=to("cohort")),)
    back = Link(label=t("返回课题", "Back to the study"), href=to("study", study=3))
    columns = (t("假名", "Pseudonym"), t("年龄", "Age"), t("病历文本", "Text"))
    text = t("【主诉】患者〔姓名〕，胸痛3小时。", "[Complaint] The patient <name>, chest pain for 3 hours.")  # noqa: RUF001 -- as it leaves
    rows = (("UYXY…-JNTN", "60-69", text),)
    listed = view.StudiesPage(studies=(row,), approvals=(approval,), actions=actions)
    counted = view.CountPage(form=form, answer=t("约 1,935 人", "about 1,935"), left=18)
    counting = view.CountPage(form=form, going=True, cursor="x", share=12, looked=1200, total=10_000)
    return {
        "research-studies": ("research/studies.html", listed),
        "research-studies-none": ("research/studies.html", view.StudiesPage(studies=(), approvals=(), actions=actions)),
        "research-study": ("research/study.html", study(t)),
        "research-going": (
            "research/going.html",
            view.GoingPage(back=back, share=43, looked=43_100, total=100_000, rows=39_208, files=0, of=87),
        ),
        "research-sample": ("research/sample.html", view.SamplePage(back=back, columns=columns, rows=rows)),
        "research-cohort": ("research/cohort.html", counted),
        "research-cohort-going": ("research/cohort.html", counting),
        "research-form": (
            "research/form.html",
            view.FilePage(
                title=t("登记数据集销毁", "Record the disposal"), lead="", form=form, crumb=back,
                file=t("签名的销毁声明", "Signed statement"), rules=(t("包括备份。", "Backups too."),),
            ),
        ),
    }  # fmt: skip

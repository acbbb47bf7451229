"""Made-up view models for the preview: capture templates, one of them, a change of it."""

from typing import Any

from jingui.core.capture import Item, Why
from jingui.formats import capture
from jingui.web.viewmodels.capture import (
    EditPage,
    EditRow,
    EditSection,
    ItemRow,
    SectionRows,
    TemplatePage,
    TemplateRow,
    TemplatesPage,
    Touch,
    Touched,
    VersionRow,
)
from jingui.web.viewmodels.enter import Question, Section
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import ENTRY, NOW, T


def templates(t: T) -> dict[str, tuple[str, Any]]:
    """Name → (template, page) of the pages of capture templates."""
    return {
        "templates": ("collect/templates.html", listing(t)),
        "template": ("collect/template.html", one(t)),
        "template-edit": ("collect/template_edit.html", edit(t)),
    }


def listing(t: T) -> TemplatesPage:
    """The list."""
    rows = tuple(
        TemplateRow(
            href=to("template", template=each.name), title=each.label(t("zh", "en")),
            standard=t(each.standard, "WS 445"),
            category=t("护理记录", "Nursing"), writers=t("护士、医师", "Nurses, physicians"), items=len(each.every()),
            required=9, version=t("本院第 2 版", "Version 2") if n == 3 else t("随系统提供", "As shipped"),
            changed=NOW if n == 3 else None,
        )
        for n, each in enumerate(capture.templates().values())
    )  # fmt: skip
    return TemplatesPage(rows=rows, items=sum(row.items for row in rows), elements=187)


def line(item: Item, t: T) -> ItemRow:
    """One item."""
    unit = {"次/分": t("次/分", "/min"), "天": t("天", "days"), "分": t("分", "points")}.get(item.shown, item.shown)
    limits = f"{item.low}–{item.high} {unit}" if item.low is not None else ""
    return ItemRow(
        link=item.link, label=item.label(t("zh", "en")), element=item.element, kind=t("数值", "Number"), table="",
        table_title="", limits=limits, why=t("病情观察", "Observing the course"), purpose="",
        way=t("查体", "Examination"), necessity=Tag(text=t("必填", "Required"), tone="warn"),
        marks=(Tag(text=t("可取上次值", "Last value offered")),) if item.previous else (),
    )  # fmt: skip


def one(t: T) -> TemplatePage:
    """One template."""
    vital = capture.templates()["vital_signs"]
    sections = tuple(
        SectionRows(title=part.label(t("zh", "en")), rows=tuple(line(item, t) for item in part.items))
        for part in vital.sections
    )
    heat = Question(
        id="temperature", label=t("体温", "Body temperature"), control="number", unit="℃", required=True,
        element="DE04.10.186.00", purpose=t("病情观察", "Observing the course"), values=("",),
    )  # fmt: skip
    version = VersionRow(
        href=to("template", template="vital_signs") + "?version=1", n=1,
        state=Tag(text=t("现行", "In force"), tone="ok"),
        effective=NOW, entry=to("entry", entry=ENTRY), matter=to("matter", matter=12),
    )  # fmt: skip
    return TemplatePage(
        title=vital.label(t("zh", "en")), standard="WS 445.7-2014", sections=sections,
        facts=((t("信息类别", "Category"), t("护理记录", "Nursing")), (t("文书代码", "Document code"), "C0020")),
        preview=(Section(id="signs", title=t("生命体征", "Vital signs"), questions=(heat,)),), versions=(version,),
        edit=to("template_edit", template="vital_signs"), shown=t("本院第 1 版", "Version 1"), current="",
    )  # fmt: skip


def edit(t: T) -> EditPage:
    """A change that was simulated."""
    vital = capture.templates()["vital_signs"]
    needs = tuple(Choice(value=value, label=t(zh, en)) for value, zh, en in (
        ("keep", "不变（必填）", "As it is (required)"), ("optional", "选填", "Optional"), ("drop", "删除", "Drop"),
    ))  # fmt: skip
    sections = tuple(
        EditSection(
            title=part.label(t("zh", "en")),
            rows=tuple(
                EditRow(
                    name=Field(name=f"name.{item.link}", label=t("名称", "Name"), value=item.label(t("zh", "en"))),
                    need=Field(name=f"need.{item.link}", label=t("必要性", "Necessity"), kind="select", choices=needs),
                    link=item.link, why=t(Why.OBSERVE.label, "Observing the course"), depth=0,
                )
                for item in part.items
            ),
        )
        for part in vital.sections
    )  # fmt: skip
    asked = (("zh", "名称", "Name"), ("en", "英文名称", "English name"), ("link", "标识", "Identifier"),
             ("purpose", "采集目的", "Purpose"))  # fmt: skip
    added = tuple(
        tuple(Field(name=f"new{n}.{name}", label=t(zh, en), required=False) for name, zh, en in asked) for n in range(3)
    )
    reason = Field(name="reason", label=t("更改理由", "Why"), kind="textarea", errors=(t("请填写。", "Fill this in."),))
    touched = Touched(
        sentence=t("将影响 2 份未提交的草稿；近 30 天用此模板写了 318 份记录。",
                   "It touches 2 drafts; 318 records were written with it in the last 30 days."),
        lines=(Touch(kind=Tag(text=t("新增", "Added"), tone="info"), label=t("吸烟", "Smoking"),
                     said=t("评估麻醉风险。", "For the risk of anaesthesia.")),),
        advice=(t("未完成的草稿提交时须补填新的必填项目。", "Drafts must fill in the new required items."),),
    )  # fmt: skip
    return EditPage(
        title=vital.label(t("zh", "en")),
        back=to("template", template="vital_signs"),
        sections=sections,
        added=added,
        form=Form(fields=(reason,), submit=t("提交申请", "Ask for it")),
        touched=touched,
    )

"""Made-up view models for the preview: the record room's board, a case file, coding, deficiencies, rates, reports."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Pager, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, PATIENT, RECORD, T

DAY = timedelta(days=1)
Samples = dict[str, tuple[str, Any]]
FILE = to("case_file", patient=PATIENT, file=RECORD)


def person(t: T, zh: str, en: str) -> PersonLine:
    """A colleague."""
    return PersonLine(name=t(zh, en))


def pages(t: T) -> Samples:
    """Every page of the line."""
    return {**boards(t), **files(t), **deficiencies(t), **rates(t), **reports(t)}


def crumb(t: T) -> Link:
    """The way back."""
    return Link(label=t("病案流转", "Case files"), href=to("case_files"))


def boards(t: T) -> Samples:
    """The board, full and empty."""
    stages = (("病区待交", "At the ward", 6, 2), ("已回收", "Collected", 3, 0), ("已整理", "Sorted", 9, 1),
              ("已编码", "Coded", 4, 0), ("已归档", "Filed", 212, 0))  # fmt: skip
    row = view.FileRow(
        href=FILE, name=t("赵敏", "Zhao Min"), number="20260117",
        stage=Tag(text=t("病区待交", "At the ward"), tone="bad"),
        department=t("心血管内科", "Cardiology"), attending=person(t, "王明", "Wang Ming"), discharged=NOW - 12 * DAY,
        due=NOW - 3 * DAY, tags=(Tag(text=t("1 项缺陷未办结", "1 deficiency open"), tone="warn"),),
    )  # fmt: skip
    form = Form(
        fields=(
            Field(name="department", label=t("科室", "Department"), kind="select", required=False,
                  choices=(Choice(value="", label=t("全部科室", "All departments")),)),
            Field(name="doctor", label=t("主管医师工号", "Attending's staff number"), required=False),
            Field(name="overdue", label=t("只看逾期", "Overdue only"), kind="checkbox", required=False),
        ),
        submit=t("筛选", "Filter"),
    )  # fmt: skip
    page = view.BoardPage(
        columns=tuple(view.Column(label=t(zh, en), href="#main", files=n, overdue=late, current=late == 1)
                      for zh, en, n, late in stages),
        rows=(row, replace(row, due=None, tags=(), stage=Tag(text=t("已归档", "Filed")))), form=form,
        pager=Pager(page=1, next="#main"), clear="#main", hidden=(("stage", "ward"),),
        orders=(Link(label=t("最久的在前", "Oldest first"), href="#main", primary=True),),
        actions=(Link(label=t("缺陷", "Deficiencies"), href="#main", key="d"),),
    )  # fmt: skip
    wrong = replace(form, errors=(t("请写成 2026-11 这样的月份", "Write the month as 2026-11"),))
    return {
        "case-files": ("custody/board.html", page),
        "case-files-empty": ("custody/board.html", replace(page, rows=(), columns=(), form=wrong, pager=Pager(page=1))),
    }


def deficiency(t: T) -> view.DeficiencyRow:
    """One that waits for its author."""
    return view.DeficiencyRow(
        href="#main", title=t("主要诊断选择错误", "Wrong main diagnosis"), points="5", patient=t("赵敏", "Zhao Min"),
        number="20260117", author=person(t, "王明", "Wang Ming"), finder=person(t, "周静", "Zhou Jing"),
        due=NOW + 2 * DAY, state=Tag(text=t("待整改", "To be mended"), tone="warn"), record_href="#main",
    )  # fmt: skip


def note(t: T, name: str) -> Field:
    """A box for words."""
    return Field(name=name, label=t("备注", "Note"), kind="textarea", required=False)


def files(t: T) -> Samples:
    """A case file that waits to be judged, one that has just begun, coding."""
    coder, clerk = person(t, "李娜", "Li Na"), person(t, "孙丽", "Sun Li")
    moves = (view.Move(label=t("病区待交", "At the ward"), state="done", person=clerk, at=NOW - 9 * DAY),
             view.Move(label=t("编码", "Coding"), state="done", person=coder, at=NOW - DAY),
             view.Move(label=t("首页质控", "Front-page control"), state="now"),
             view.Move(label=t("归档", "Filing"), state="later"))  # fmt: skip
    step = view.StepRow(
        label=t("已签收 → 已整理", "Received → sorted"), person=clerk, at=NOW - 2 * DAY, holds=True,
        checks=(t("页序正确，页码连续", "Pages in order and numbered"),), note=t("缺一页，已补", "A page was missing"),
    )  # fmt: skip
    code = view.CodeRow(
        place=t("主要诊断", "Main diagnosis"), code="I10.x00", name=t("原发性高血压", "Essential hypertension"),
        condition=t("有", "present"), tags=(Tag(text=t("新增", "new"), tone="info"),),
    )  # fmt: skip
    version = view.Version(
        n=2, person=coder, at=NOW - DAY, rows=(code,), gone=(t("R07.4 胸痛", "R07.4 Chest pain"),),
        tables=("ICD-10 · 9c2f41aa",), note=t("按出院记录修改", "After the discharge record"),
    )  # fmt: skip
    form = Form(fields=(note(t, "opinion"),), submit=t("质控通过", "Passed"))
    page = view.FilePage(
        title=t("赵敏", "Zhao Min"), number="20260117", chart=Link(label=t("打开病历", "Open chart"), href="#main"),
        stage=Tag(text=t("已编码", "Coded")), tags=(Tag(text=t("逾期", "Overdue"), tone="bad"),), due=NOW - DAY,
        facts=((t("科室", "Department"), t("心血管内科", "Cardiology")), (t("目前得分", "Score"), t("95 分", "95"))),
        line=moves, steps=(step, replace(step, holds=False, checks=())), deficiencies=(deficiency(t),),
        versions=(version,), front_href="#main",
        volumes=(view.VolumeRow(code="JG26-000017-4", medium=t("纸质", "Paper"), n=1, pages=64,
                                state=Tag(text=t("在架", "On the shelf"))),),
        findings=(view.Finding(text=t("缺血型", "Blood group missing"), source="WS 445.10-2014",
                               tag=Tag(text=t("警告", "Warning"), tone="warn")),),
        actions=(Link(label=t("编码", "Code"), href="#main", primary=True, key="c"),),
        next_label=t("首页质控", "Front-page control"), whose=t("质控人员", "Quality staff"), judging=form,
        sending=Form(fields=(note(t, "why"),), submit=t("退回重新编码", "Send back")),
        returning=Form(fields=(note(t, "what"),), submit=t("登记缺陷并退回", "Return")),
        blocked=t("还有 1 项缺陷未办结，不能进入下一环节。", "1 deficiency is open, so the file cannot move on."),
    )  # fmt: skip
    fresh = replace(
        page, steps=(), deficiencies=(), versions=(), volumes=(), findings=(), front_href="", blocked="", judging=None,
        sending=None, returning=None, moving=Form(fields=(note(t, "note"),), submit=t("办理回收", "Collect")), due=None,
    )  # fmt: skip
    main = Field(name="diagnosis.1", label=t("主要诊断", "Main diagnosis"), value="I10.x00", required=False)
    wrong = replace(main, name="diagnosis.2", label=t("诊断 2", "Diagnosis 2"), value=t("不知何病", "something"),
                    errors=(t("代码表中没有，请重新选择。", "Not in the table."),))  # fmt: skip
    condition = Field(
        name="condition.1", label=t("入院病情", "Present at admission"), kind="select", required=False,
        choices=(Choice(value="1", label=t("有", "Present")),),
    )  # fmt: skip
    coding = view.CodingPage(
        title=t("赵敏", "Zhao Min"), diagnoses=((main, condition), (wrong, replace(condition, name="condition.2"))),
        operations=(replace(main, name="operation.1", label=t("手术操作 1", "Operation 1"), value=""),),
        note=note(t, "note"), hidden=(("basis", "4"),), form=Form(fields=(wrong,), submit=t("保存编码", "Save codes")),
        tables=("ICD-10",), starter=True, said=((t("缺血型", "Blood group missing"), t("警告", "warning")),),
        back=Link(label=t("返回病案", "Back"), href=FILE), lookup_diagnosis=to("codes", table="icd10"),
        lookup_operation=to("codes", table="procedures"),
    )  # fmt: skip
    return {
        "case-file": ("custody/file.html", page), "case-file-begun": ("custody/file.html", fresh),
        "case-file-coding": ("custody/coding.html", coding),
    }  # fmt: skip


def deficiencies(t: T) -> Samples:
    """The list, and one of them."""
    page = view.DeficienciesPage(
        rows=(deficiency(t),), states=(Link(label=t("未办结", "Unsettled"), href="#main", primary=True),),
        pager=Pager(page=1), crumb=crumb(t),
    )  # fmt: skip
    said = view.Said(what=t("退回", "Returned"), person=person(t, "周静", "Zhou Jing"), at=NOW - DAY,
                     text=t("主要诊断与出院记录不符", "Differs from the discharge record"),
                     record_href="#main")  # fmt: skip
    form = Form(fields=(note(t, "text"),), submit=t("答复", "Answer"), errors=(t("请填写。", "Please fill in."),))
    one = view.DeficiencyPage(row=deficiency(t), rounds=(said,), crumb=Link(label=t("返回病案", "Back"), href=FILE),
                              answer=form, appeal=replace(form, errors=(), fields=(note(t, "reason"),)),
                              close=replace(form, errors=(), fields=(note(t, "note"),)),
                              again=replace(form, errors=(), fields=(note(t, "why"),)))  # fmt: skip
    return {
        "deficiencies": ("custody/deficiencies.html", page),
        "deficiencies-empty": ("custody/deficiencies.html", replace(page, rows=())),
        "deficiency": ("custody/deficiency.html", one),
    }


def rates(t: T) -> Samples:
    """Rates of two months."""
    row = view.RateRow(
        month="2026-10", name=t("心血管内科", "Cardiology"), href="#main", discharged=84,
        shares=(("71.4 %", 60), ("88.1 %", 74), ("97.6 %", 82)), unfiled=2,
    )  # fmt: skip
    dots = ((60, 69, "71"), (600, 40, "88"))
    page = view.RatesPage(
        rows=(row, replace(row, month="2026-09")), days=(2, 3, 7), stage=t("已归档", "Filed"), crumb=crumb(t),
        lines=(view.Plotted(label=t("2 个工作日内", "Within 2 working days"), points="60,69 600,40", dash="none",
                            dots=dots),),
        months=((60, "2026-09"), (600, "2026-10")),
        periods=(Link(label=t("近 3 个月", "3 months"), href="#main", primary=True),),
    )  # fmt: skip
    return {"filing-rates": ("custody/rates.html", page),
            "filing-rates-empty": ("custody/rates.html", replace(page, rows=(), lines=(), months=()))}  # fmt: skip


def reports(t: T) -> Samples:
    """The mapping tables, one of them, a month that leaves."""
    card = view.MappingCard(
        title=t("医保结算清单", "Insurance settlement list"), to=t("医疗保障部门", "Insurance authority"),
        href="#main", n=2, fields=58, person=person(t, "李娜", "Li Na"), at=NOW - DAY,
        source=t("填写规范", "Filling rules"), verified=False,
    )  # fmt: skip
    listed = view.MappingsPage(
        cards=(card, replace(card, n=0, person=None, at=None)), crumb=crumb(t),
        apply=Link(label=t("首页数据上报申请", "Report request"), href="#main"),
    )  # fmt: skip
    line = view.MapLine(field="gend", text=t("性别", "Sex"), needed=True, source="sex", form="plain",
                        codes="male=1 female=2", errors=(t("没有这个来源", "No such source"),))  # fmt: skip
    change = (("gend", "sex plain male=1", "sex plain male=M"),)
    version = view.MappingVersion(n=2, state=Tag(text=t("生效中", "In force"), tone="ok"), changes=change,
                                  person=person(t, "李娜", "Li Na"), at=NOW - DAY)  # fmt: skip
    mapping = view.MappingPage(
        title=card.title, lines=(line,), forms=(("plain", t("原样", "As it is")),),
        sources=(("sex", t("性别", "Sex")),),
        versions=(version, replace(version, n=0, person=None, at=None, changes=())), basis=2, editable=True,
        form=Form(fields=(Field(name="reason", label=t("更改理由", "Reason")),), submit=t("提出更改", "Propose")),
        crumb=crumb(t), diff=change,
    )  # fmt: skip
    export = view.ExportPage(
        title=t("导出首页数据", "Export front pages"), matter_href="#main", leaving=180, total=184, checked=True,
        held=(view.HeldRow(number="20260117", href=FILE, reasons=(t("缺主要诊断", "Main diagnosis missing"),)),),
        crumb=crumb(t),
    )  # fmt: skip
    return {
        "mappings": ("custody/mappings.html", listed), "mapping": ("custody/mapping.html", mapping),
        "mapping-read": ("custody/mapping.html", replace(mapping, editable=False, diff=())),
        "front-page-export": ("custody/export.html", export),
        "front-page-export-all": ("custody/export.html", replace(export, held=())),
        "front-page-export-start": ("custody/export.html", replace(export, checked=False, held=())),
    }  # fmt: skip

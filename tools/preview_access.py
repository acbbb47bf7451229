"""Made-up view models for the preview: emergency access, grants, printing, statistics, controlled documents."""

from datetime import timedelta
from typing import Any

from jingui.web.viewmodels import access_operations as view
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.resource import Shown
from tools.preview_frame import HASH, NOW, T


def access(t: T) -> dict[str, tuple[str, Any]]:
    """Each page empty, full and in its states."""
    person = PersonLine(name=t("乔远帆", "Qiao Yuanfan"), post=t("医师", "Physician"))
    patient = PatientHeader(href="#", name=t("顾明远", "Gu Mingyuan"), sex=t("男", "male"), birth=None, mrn="00832217")
    form = Form(fields=(Field(name="reason", label=t("为什么必须现在看", "Why it must be read now")),), submit="OK")
    back = Link(label=t("返回", "Back"), href="#")
    valid = Tag(text=t("有效", "Valid"), tone="ok")
    grant = view.GrantRow(
        title=t("质量控制", "Quality"), person=person, scope=t("全部类别", "All categories"), starts=NOW,
        ends=NOW + timedelta(days=3), state=valid, about="1dfe45d1", about_href="#", matter_href="#",
        end=("1dfe45d1", 7, 0),
    )  # fmt: skip
    grants = {"title": t("我的授权", "My grants"), "lead": "", "tabs": (Link(label="1", href="#", primary=True),),
              "empty": t("没有授权", "None"), "matter": back, "ended": back}  # fmt: skip
    record = view.PrintedRecord(
        title=t("肌钙蛋白I", "Troponin I"), kind="", at=NOW, author=person, version=1,
        shown=(Shown(label=t("结果", "Result"), texts=("1 ng/mL",)),),
    )  # fmt: skip
    print_ = {"patient": patient, "entry": HASH[:36], "at": NOW, "person": t("乔远帆", "Qiao Yuanfan"), "back": "#"}
    row = view.CountRow(who=person.name, what=t("阿托伐他汀钙片", "Atorvastatin"), code="ATV", orders=3, quantity="21")
    document = view.DocumentRow(
        href="#", title=t("保密承诺书", "Undertaking"), code="confidentiality", kind=t("承诺书", "Undertaking"), n=1,
        effective=NOW, state=valid, until=NOW + timedelta(days=300), acknowledged=3, needed=14,
    )  # fmt: skip
    text: dict[str, Any] = {
        "title": t("保密承诺书", "Undertaking"), "code": "confidentiality", "kind": t("承诺书", "Undertaking"), "n": 1,
        "effective": NOW, "paragraphs": (t("我承诺保密。", "I undertake it."),), "digest": HASH, "asked": True,
    }  # fmt: skip
    missing = view.MissingRow(person=person, until=None)
    run = {"scope": ((t("统计对象", "What"), t("药品", "Drugs")),), "matter_href": "#", "begun": True}
    return {
        "glass": ("access/glass.html", view.GlassPage(form=form, back=back, chart="#")),
        "glass-open": ("access/glass.html", view.GlassPage(form=form, back=back, chart="#", until=NOW)),
        "grants": ("access/grants.html", view.GrantsPage(rows=(grant,), **grants)),
        "grants-empty": ("access/grants.html", view.GrantsPage(rows=(), **grants)),
        "print": ("access/print.html", view.PrintPage(records=(record,), withheld=2, more="9", **print_)),
        "print-empty": ("access/print.html", view.PrintPage(records=(), **print_)),
        "statistics": ("access/statistics.html", view.StatisticsPage(scope=(), matter_href="#")),
        "statistics-going": ("access/statistics.html", view.StatisticsPage(cursor="x", total=9, read=4, **run)),
        "statistics-done": (
            "access/statistics.html", view.StatisticsPage(done=True, rows=(row,), read=9, unreadable=1, **run),
        ),
        "documents": ("access/documents.html", view.DocumentsPage(rows=(document,))),
        "documents-empty": ("access/documents.html", view.DocumentsPage(rows=())),
        "document": (
            "access/document.html",
            view.DocumentPage(owed=True, undertaking=True, mine=None, until=None, missing=(missing,), **text),
        ),
        "document-read": (
            "access/document.html", view.DocumentPage(owed=False, undertaking=False, mine=NOW, until=None, **text),
        ),
    }  # fmt: skip

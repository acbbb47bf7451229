"""Made-up view models for the preview: the paper archive's pages."""

from datetime import timedelta
from typing import Any

from jingui.core.archive_codes import Labelled, made, shown
from jingui.formats.code128 import svg
from jingui.formats.pdf_drawn import qr_svg
from jingui.web.viewmodels.archive import (
    Asking,
    Cell,
    LabelShown,
    LabelsPage,
    ListPage,
    OfferedRow,
    OfferPage,
    RoomPage,
    Shelfful,
    Tab,
    Table,
    TakingPage,
)
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag
from tools.preview_frame import NOW, T

CODE, BOARD = made("K7Q", Labelled.VOLUME, 123_456_789_012), made("K7Q", Labelled.POSITION, 987_654_321)
Samples = dict[str, tuple[str, Any]]


def volumes(t: T, *, empty: bool = False) -> Table:
    """A table of volumes."""
    rows = (
        (Cell(text=shown(CODE), small=t("纸质 · 第 1 册", "Paper · volume 1"), href="#main", mono=True),
         Cell(text="00012345", small=t("住院病历", "Inpatient record"), typed=True),
         Cell(tag=Tag(text=t("科室保管 · 逾期", "Department · overdue"), tone="bad"), under=NOW - timedelta(days=9)),
         Cell(text=t("心血管内科", "Cardiology"), small=t("王护士", "Nurse Wang"), typed=True)),
    )  # fmt: skip
    return Table(
        title=t("病案册", "Volumes"), heads=(t("病案册", "Volume"), t("病案号", "Record no."), t("状态", "State"),
                                          t("所在", "Where")),
        rows=() if empty else rows, empty=t("没有找到病案册", "No volume found"),
        teach=t("请核对条码或病案号。", "Check the barcode or number."), total=0 if empty else 61,
        pager=None if empty else Pager(page=1, pages=2, total=61, next="#main"),
    )  # fmt: skip


def form(t: T, *, wrong: bool = False, name: str = "code") -> Form:
    """A form with a wrong field."""
    error = (t("条码有误，校验位不符，请重新扫描", "The barcode is wrong; scan it again"),) if wrong else ()
    return Form(
        fields=(
            Field(name=name, label=t("病案册条码", "Volume's barcode"), value=shown(CODE), errors=error,
                  hint=t("扫描标签", "Scan the label")),
            Field(name=f"{name}_place", label=t("方式", "How"), kind="select", value="department",
                  choices=(Choice(value="department", label=t("外借", "Lent out")),)),
        ),
        submit=t("借出", "Lend"),
    )  # fmt: skip


def pages(t: T) -> Samples:
    """Every page of the archive, full and empty."""
    loans = Cell(text="12", href="#main")
    facts = ((t("未还借阅", "Open loans"), loans), (t("已用", "Used"), Cell(text="82%", done=82)))
    lead = t("每册一码，去向可查。", "One code per volume, every step traceable.")
    title = t("纸质病案", "Paper archive")
    whole = ListPage(
        title=title, lead=lead, tables=(volumes(t),), facts=facts, find=form(t), prints=True,
        acts=(Link(label=t("借出", "Lend"), href="#main", key="n", primary=True),),
        tabs=(Tab(label=t("全部", "All"), href="#main", current=True), Tab(label=t("逾期", "Overdue"), href="#main")),
        forms=(Asking(title=t("上传扫描件", "Upload a scan"), form=form(t, wrong=True, name="other"), upload="scan",
                      errors=(t("文件是空的", "The file is empty"),)),),
    )  # fmt: skip
    return {
        "archive": ("archive/list.html", whole),
        "archive-empty": ("archive/list.html", ListPage(title=title, lead=lead, tables=(volumes(t, empty=True),))),
        **more(t),
    }


def more(t: T) -> Samples:
    """The map, a hand-over list, a count, labels."""
    shelves = tuple(
        Shelfful(name=str(n), volumes=40 * n, capacity=120, full=33 * n, tone="bad" if n == 3 else "ok")
        for n in (1, 2, 3)
    )
    room = RoomPage(
        title=t("东库", "East room"), lead=t("库房 · 行政楼", "Storeroom · main building"), rows=(("A", shelves),),
        boards=Table(title=t("架位", "Boards"), heads=(t("架位", "Board"), t("条码", "Barcode")),
                     rows=((Cell(text="A-1-1"), Cell(text=shown(BOARD), mono=True)),), total=1),
        facts=((t("病案册", "Volumes"), Cell(text="240")),),
        forms=(Asking(title=t("成批登记架位", "Register boards"), form=form(t)),),
    )  # fmt: skip
    giver = Cell(text=t("王护士", "Wang"), typed=True)
    taken = Tag(text=t("待接收", "To be accepted"), tone="warn")
    offer = OfferPage(
        title=t("移交清单 #7", "Hand-over list #7"), facts=((t("移交人", "Given by"), giver),),
        checks=((t("已装订，封面完整", "Bound"), True), (t("手写签名齐全", "Signatures complete"), False)),
        rows=(OfferedRow(code=CODE, shown=shown(CODE), number="00012345", medium=t("纸质", "Paper"), n=1, pages=120,
                         state=taken, ticked=True),),
        note=t("签名待补", "Signature to follow"), taken="", digest="ab" * 32, takes=True, withdraws=True,
        errors=(t("有未收到的病案册，请写明情况", "Some volumes were not received"),),
    )  # fmt: skip
    counts = ((t("未见", "Not seen"), "#main", 3, True), (t("错架", "On the wrong board"), "#main", 1, False))
    taking = TakingPage(
        title=t("盘点 东库", "Stock-taking East"), room=t("东库", "East"), open=True, seen=4200, expected=5000,
        counts=counts, position=BOARD, where=shown(BOARD), differences=volumes(t), most=200, scans=CODE,
        wrong=(("6901234567890", t("这不是病案标签的条码", "Not a record label")),),
        closing_errors=(t("有差异，请写明原因和处理", "Explain the differences"),),
    )  # fmt: skip
    label = LabelShown(code=CODE, shown=shown(CODE), bars=svg(CODE), squares=qr_svg(CODE), number="00012345")
    return {
        "archive-room": ("archive/room.html", room),
        "archive-offer": ("archive/offer.html", offer),
        "archive-taking": ("archive/taking.html", taking),
        "archive-labels": (
            "archive/labels.html", LabelsPage(labels=(label,) * 6, form=form(t), file="#", codes=(CODE,)),
        ),
    }  # fmt: skip

"""三（二）1、2 库房与架位: rooms and how full they are, boards by the row, shelving by scanning [3.2.2] [3.1.2]"""

from collections import defaultdict
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.archive import RoomKind, fullness, rows_in, scans
from jingui.core.archive_asking import EndStoreroom, RegisterPositions, RegisterStoreroom, RoomsRequest, Shelve
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import BoardLine, RoomLine, Rooms
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.store import lists
from jingui.web import answering, archive, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels import archive as view
from jingui.web.viewmodels.archive import Asking, Cell
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

FULL: Final = 95  # per cent: from here on a shelf warns
PAGE: Final = 24


@require_safe
def storerooms(request: HttpRequest) -> HttpResponse:
    """The storerooms."""
    found: Rooms = asking.read(request, Verb.READ_ARCHIVE, RoomsRequest()).value
    table = words.table(
        _("库房"), (_("库房"), _("负责人"), _("架位"), _("病案册"), _("已用")),
        ((Cell(text=one.name, href=to("storeroom", storeroom=one.id), typed=True,
               small=" · ".join(filter(None, (words.word(RoomKind, one.kind), one.place)))),
          Cell(text=one.person or "—", typed=True), Cell(text=str(one.boards), number=True),
          Cell(text=str(one.volumes), number=True, small=_("借出 %(n)d") % {"n": one.lent} if one.lent else ""),
          used(one)) for one in found.rows),
        _("还没有登记库房"), _("先登记库房，再按排、架、层成批登记架位，打印架位标签。"),
    )  # fmt: skip
    page = view.ListPage(
        title=_("库房"), lead=_("排、架、层各有标签；上架时先扫架位，再扫病案册。"), tables=(table,),
        acts=archive.links(
            request,
            (Verb.REGISTER_STOREROOM, Link(label=_("登记库房"), href=to("register_storeroom"), key="n", primary=True)),
            (Verb.SHELVE_VOLUME, Link(label=_("上架"), href=to("shelve"))),
            (Verb.READ_STOCKTAKING, Link(label=_("盘点"), href=to("stocktakings"))),
        ),
    )  # fmt: skip
    return answering.page(request, "archive/list.html", page, crumbs=archive.crumbs(page.title))


def used(one: RoomLine) -> Cell:
    """How full a room is."""
    if one.ended is not None:
        return Cell(tag=words.Tag(text=_("已停用"), tone="none"))
    full = fullness(one.volumes, one.capacity)
    return Cell(text=f"{full}%", done=min(full, 100)) if one.capacity else Cell(text="—")


@require_http_methods(["GET", "HEAD", "POST"])
def register_storeroom(request: HttpRequest) -> HttpResponse:
    """A new room."""
    filled = Filled(request.POST, sent=request.method == "POST")
    name = filled.text("name", _("名称"), longest=60)
    place = filled.text("place", _("地点"), longest=120, required=False)
    kind = filled.choice("kind", _("种类"), words.choices(RoomKind), default="storeroom")
    staff = filled.text("person", _("负责人工号"), longest=32, required=False)
    capacity = filled.text("capacity", _("容量"), longest=8, required=False, inputmode="numeric", unit=_("册"))
    person, most = lists.person_of(staff) if staff else 0, words.number_in(capacity) if capacity else 0
    if filled.sent and staff and not person:
        filled.wrong("person", _("没有这个工号的在职人员"))
    if filled.sent and most < 0:
        filled.wrong("capacity", _("请填写数字"))
    if filled.right:
        data = RegisterStoreroom(name=name, place=place, kind=kind, person=person, capacity=most)
        try:
            made = asking.write(request, Verb.REGISTER_STOREROOM, data).value
            return answering.said(request, _("库房已登记，请登记架位。"), to("storeroom", storeroom=made))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记库房"), lead=_("库房、阅览室和机房都在这里登记。"), submit=_("登记"),
        back=Link(label=_("返回库房"), href=to("storerooms")),
        rules=(_("每个库房有一名负责人。"), _("容量按册计，用于显示余量。")),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def storeroom(request: HttpRequest, storeroom: int) -> HttpResponse:
    """The map of a room; boards are added by the row."""
    do = request.POST.get("do", "")
    boards = Filled(request.POST, sent=do == "boards")
    rows = boards.text("rows", _("排"), longest=200, hint=_("例如 A-F，或 1-12，或 A、B、东1"))
    shelves = boards.text("shelves", _("每排架数"), longest=2, inputmode="numeric")
    layers = boards.text("boards", _("每架层数"), longest=2, inputmode="numeric")
    capacity = boards.text("capacity", _("每层容量"), longest=6, required=False, inputmode="numeric", unit=_("册"))
    boards.add(Field(name="do", label="", kind="hidden", value="boards"))
    ending = Filled(request.POST, sent=do == "end")
    ending.add(Field(name="do", label="", kind="hidden", value="end"))
    if boards.sent and rows and not rows_in(rows):
        boards.wrong("rows", _("请写明排、架、层，例如 A-F 排，每排 10 架，每架 6 层"))
    try:
        if boards.right:
            data = RegisterPositions(
                storeroom=storeroom, rows=rows_in(rows), shelves=words.number_in(shelves),
                boards=words.number_in(layers), capacity=words.number_in(capacity) if capacity else 0,
            )  # fmt: skip
            made = asking.write(request, Verb.REGISTER_STOREROOM, data).value
            return answering.said(request, _("已登记 %(n)d 个架位。") % {"n": len(made)}, request.path)
        if ending.right:
            asking.write(request, Verb.REGISTER_STOREROOM, EndStoreroom(storeroom=storeroom))
            return answering.said(request, _("库房已停用。"), to("storerooms"))
    except (Invalid, Conflict) as error:
        (boards if boards.sent else ending).refused(error)
    found: Rooms = asking.read(request, Verb.READ_ARCHIVE, RoomsRequest(storeroom=storeroom)).value
    return drawn_room(request, found, boards, ending)


def drawn_room(request: HttpRequest, found: Rooms, boards: Filled, ending: Filled) -> HttpResponse:
    """The room as it stands."""
    (room,), keeps = found.rows, asking.may(request, Verb.REGISTER_STOREROOM)
    start = PAGE * (words.page_of(request) - 1)
    listed = words.table(
        _("架位"), (_("架位"), _("条码"), _("册数"), _("已用")),
        ((Cell(text=f"{one.row}-{one.shelf}-{one.board}"), Cell(text=shown(one.code), mono=True),
          Cell(text=str(one.volumes), number=True), board_full(one)) for one in found.boards[start : start + PAGE]),
        _("还没有登记架位"), _("在右侧按排、架、层成批登记，随后打印架位标签。"), total=len(found.boards),
        pager=words.pager(request, len(found.boards), PAGE),
    )  # fmt: skip
    forms = (
        Asking(title=_("成批登记架位"), form=boards.form(_("登记架位"))),
        Asking(title=_("停用库房"), form=ending.form(_("停用")), note=_("库房中没有病案册时才能停用。")),
    )  # fmt: skip
    page = view.RoomPage(
        title=room.name, lead=" · ".join(filter(None, (words.word(RoomKind, room.kind), room.place))),
        rows=drawn_map(found.boards), boards=listed, forms=forms if keeps and room.ended is None else (),
        facts=((_("负责人"), Cell(text=room.person or "—", typed=True)), (_("架位"), Cell(text=str(room.boards))),
               (_("病案册"), Cell(text=str(room.volumes),
                               small=_("借出 %(n)d") % {"n": room.lent} if room.lent else "")),
               (_("已用"), used(room))),
        acts=archive.links(
            request, (Verb.SHELVE_VOLUME, Link(label=_("上架"), href=to("shelve"), primary=True)),
            (Verb.START_STOCKTAKING, Link(label=_("盘点"), href=f"{to('stocktakings')}?storeroom={room.id}")),
            (Verb.PRINT_LABELS, Link(label=_("打印架位标签"), href=f"{to('labels')}?storeroom={room.id}")),
        ),
    )  # fmt: skip
    wrong = any(one.form.wrong for one in forms)
    crumbs = archive.crumbs(room.name, Link(label=_("库房"), href=to("storerooms")))
    return answering.page(request, "archive/room.html", page, status=400 if wrong else 200, crumbs=crumbs)


def board_full(one: BoardLine) -> Cell:
    """How full a board is."""
    full = fullness(one.volumes, one.capacity)
    return Cell(text=f"{full}%", done=min(full, 100)) if one.capacity else Cell(text="—")


def drawn_map(boards: tuple[BoardLine, ...]) -> tuple[tuple[str, tuple[view.Shelfful, ...]], ...]:
    """Row by row, shelf by shelf, how full."""
    sums: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for one in boards:
        kept = sums[one.row].setdefault(one.shelf, [0, 0])
        kept[0] += one.volumes
        kept[1] += one.capacity
    return tuple(
        (row, tuple(
            view.Shelfful(
                name=shelf, volumes=volumes, capacity=capacity, full=fullness(volumes, capacity),
                tone="bad" if fullness(volumes, capacity) >= FULL else "ok" if volumes else "none",
            )
            for shelf, (volumes, capacity) in shelves.items()
        ))
        for row, shelves in sums.items()
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def shelve(request: HttpRequest) -> HttpResponse:
    """上架: a board's label, then the volumes on it."""
    filled = Filled(request.POST, sent=request.method == "POST")
    position = filled.text("position", _("架位条码"), longest=40, hint=_("先扫描架位标签"))
    filled.text("codes", _("病案册条码"), longest=8000, hint=_("逐册扫描，一行一个"))
    typed = request.POST.get("codes", "")[:8000]
    if filled.right:
        try:
            data = Shelve(position=position, codes=scans(typed))
            n = asking.write(request, Verb.SHELVE_VOLUME, data).value
            return answering.said(request, _("已上架 %(n)d 册。") % {"n": n}, to("shelve"))
        except (Invalid, Conflict) as error:
            words.refused(filled, error)
    filled.become("codes", kind="textarea", value=typed)
    return drawn(
        request, filled, title=_("上架"), lead=_("新收、归还和移架的病案册都在这里上架。"), submit=_("上架"),
        back=Link(label=_("返回纸质病案"), href=to("archive")),
        rules=(_("先扫架位，再扫这一层的病案册。"), _("一次最多 200 册；放不下的会提示。")),
    )  # fmt: skip

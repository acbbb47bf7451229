"""三（二）2 纸质病案: the archive's first page, its volumes, loans by the board [3.2.2] [4.1.2]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.archive_asking import (
    ArchiveOverview,
    FindVolumes,
    LoansRequest,
    RenewLoan,
    VolumesRequest,
)
from jingui.core.archive_seen import Loans, Overview, Volumes
from jingui.core.desk import Desk
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Role, Shelf, Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels.archive import Asking, Cell, ListPage
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

PAGE: Final = 50
OTHERS: Final = frozenset({
    Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SUPERVISOR,
    Role.DISCIPLINE,
})  # fmt: skip


def wide(request: HttpRequest) -> bool:
    """Whether this post is shown more than its own; the door decides it again."""
    return asking.role(request) in OTHERS


def finding(request: HttpRequest, *, sent: bool) -> Filled:
    """The field for a scanned code or a number."""
    filled = Filled(request.POST, sent=sent)  # never in an address: a record number says who
    filled.text("text", _("条码或病案号"), longest=60, hint=_("可用扫码枪扫描，也可以输入"), autofocus=False)
    return filled


#: What depends on whose volume it is: offered to these posts, the door decides about each.
WARD: Final = frozenset({Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST})
OFFERED: Final = {
    Verb.LEND_VOLUME: frozenset({Role.ARCHIVIST}), Verb.OFFER_VOLUMES: WARD, Verb.REGISTER_VOLUME: WARD,
    Verb.WEIGH_WASTE: WARD,
}  # fmt: skip


def may(request: HttpRequest, verb: Verb) -> bool:
    """Whether this post is offered an operation."""
    return asking.role(request) in OFFERED.get(verb, ()) or asking.may(request, verb)


def links(request: HttpRequest, *offered: tuple[Verb, Link]) -> tuple[Link, ...]:
    """The links to what this post may do."""
    return tuple(link for verb, link in offered if may(request, verb))


@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """Counts, what is late, a field to find a volume by its label."""
    found: Overview = asking.read(request, Verb.READ_ARCHIVE, ArchiveOverview()).value
    departments = words.people_departments()
    everything, listing = wide(request), to("archive_volumes")
    states = words.table(
        _("病案册"), (_("状态"), _("册数")),
        ((Cell(tag=words.tag(Shelf, one.value), href=f"{listing}?state={one.value}", text=_("查看")),
          Cell(text=str(found.states[one.value]), number=True)) for one in Shelf if found.states.get(one.value)),
        _("还没有登记病案册"), _("科室在移交前、病案室在接收后登记病案册并贴上标签。"),
        total=sum(found.states.values()),
    )  # fmt: skip
    kept = words.table(
        _("科室保管"), (_("科室"), _("册数"), _("逾期未移交"), _("最早一册")),
        ((Cell(text=departments.get(one.department, one.name), href=f"{listing}?department={one.department}"),
          Cell(text=str(one.kept), number=True),
          Cell(text=str(one.late), number=True,
               href=f"{listing}?department={one.department}&late=1" if one.late else ""),
          Cell(at=one.oldest)) for one in found.departments),
        _("科室没有保管的病案册"), _("出院病案在规定期限内移交病案室。"),
    )  # fmt: skip
    facts = (
        (_("未还借阅"), Cell(text=str(found.loans), href=to("loans") + ("?which=all" if everything else ""))),
        (_("逾期借阅"), Cell(text=str(found.overdue), href=to("loans") + ("?which=overdue" if everything else ""))),
        (_("我的借阅"), Cell(text=str(found.mine), href=to("loans"))),
        (_("待接收的移交清单"), Cell(text=str(found.offers), href=to("hand_overs"))),
    )  # fmt: skip
    acts = links(
        request,
        (Verb.LEND_VOLUME, Link(label=_("借出"), href=to("lend"), key="n", primary=True)),
        (Verb.RETURN_VOLUME, Link(label=_("归还"), href=to("take_back"))),
        (Verb.SHELVE_VOLUME, Link(label=_("上架"), href=to("shelve"))),
        (Verb.REGISTER_VOLUME, Link(label=_("登记病案册"), href=to("register_volumes"))),
        (Verb.OFFER_VOLUMES, Link(label=_("移交"), href=to("offer_volumes"))),
        (Verb.REGISTER_STOREROOM, Link(label=_("库房"), href=to("storerooms"))),
        (Verb.READ_STOCKTAKING, Link(label=_("盘点"), href=to("stocktakings"))),
        (Verb.PRINT_LABELS, Link(label=_("标签"), href=to("labels"))),
        (Verb.READ_WASTE, Link(label=_("废纸登记"), href=to("waste"))),
    )  # fmt: skip
    if not asking.may(request, Verb.READ_WASTE):
        acts += links(request, (Verb.WEIGH_WASTE, Link(label=_("废纸封袋称重"), href=to("weigh_waste"))))
    find = finding(request, sent=False)
    page = ListPage(
        title=_("纸质病案"), lead=_("每册一码，去向可查：科室保管、移交、上架、借阅、盘点，逐步留痕。"), acts=acts,
        facts=facts, tables=(states, kept), find=find.form(_("查找"), to("archive_volumes")),
    )  # fmt: skip
    return answering.page(request, "archive/list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def volumes(request: HttpRequest) -> HttpResponse:
    """Volumes found by a label or number, or by state and department."""
    asked = request.GET
    sent = request.method == "POST"
    filled = finding(request, sent=sent)
    found = Volumes(rows=(), total=0)
    if filled.right:
        try:
            found = asking.read(request, Verb.READ_ARCHIVE, FindVolumes(text=request.POST["text"])).value
            if len(found.rows) == 1:
                return answering.said(request, _("找到一册。"), to("volume", volume=found.rows[0].id))
        except Invalid as error:
            filled.refused(error)
    elif not sent:
        request_ = VolumesRequest(
            state=asked.get("state", "") if asked.get("state", "") in set(Shelf) else "",
            department=max(words.number_in(asked.get("department", "0")), 0), late=asked.get("late") == "1",
            page=words.page_of(request),
        )  # fmt: skip
        found = asking.read(request, Verb.READ_ARCHIVE, request_).value
    departments = words.people_departments()
    here = to("archive_volumes")
    table = words.table(
        _("病案册"), words.volume_heads(), (words.volume_cells(one, departments) for one in found.rows),
        _("没有找到病案册"), _("请核对条码或病案号；未登记的病案先登记、贴标签。"), total=found.total,
        pager=words.pager(request, found.total, PAGE),
    )  # fmt: skip
    current = "late" if asked.get("late") == "1" else asked.get("state", "") if not sent else "?"
    page = ListPage(
        title=_("病案册"), lead=_("标签上只有条码；病案号和所在位置只在这里显示。"), tables=(table,),
        tabs=words.tabs(
            current, ("", _("全部"), here), *((one.value, _(one.label), f"{here}?state={one.value}") for one in Shelf),
            ("late", _("逾期未移交"), f"{here}?late=1"),
        ),
        find=filled.form(_("查找"), here),
        acts=links(request, (Verb.REGISTER_VOLUME, Link(label=_("登记病案册"), href=to("register_volumes"), key="n"))),
    )  # fmt: skip
    status = 400 if page.find is not None and page.find.wrong else 200
    return answering.page(request, "archive/list.html", page, status=status, crumbs=crumbs(page.title))


def wanted(request: HttpRequest) -> LoansRequest | None:
    """What a desk asks about loans: one's own."""
    return LoansRequest() if asking.may(request, Verb.READ_ARCHIVE) else None


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """My loans that are asked for or late, as one thing that waits."""
    mine = [one for one in found.loans.rows if one.overdue or one.reminded] if found.loans else []
    if not mine:
        return ()
    detail = _("%(n)d 册待归还") % {"n": len(mine)}
    return (Waiting(title=_("归还纸质病案"), detail=detail, href=to("loans"), due=min(one.due for one in mine)),)


def crumbs(title: str, *between: Link) -> tuple[Link, ...]:
    """The way back to the archive."""
    return (Link(label=_("纸质病案"), href=to("archive")), *between, Link(label=title, href=""))


@require_http_methods(["GET", "HEAD", "POST"])
def loans(request: HttpRequest) -> HttpResponse:
    """借阅: mine, all, overdue, the reading room's; one's own are renewed here."""
    if request.method == "POST":
        volume = request.POST.get("volume", "")
        try:
            patient = asking.whole(door.locate(volume).patient)
            due = asking.write(request, Verb.RENEW_LOAN, RenewLoan(volume=volume), target=patient).value
            text = _("已续借到 %(day)s。") % {"day": words.moment(due)}
            return answering.said(request, text, to("loans"))
        except Conflict as error:
            return answering.said(request, f"{_(error.message)} {_(error.next_step)}", to("loans"), tone="warn")
    everything = wide(request)
    which = request.GET.get("which", "mine")
    which = which if everything and which in ("mine", "all", "overdue", "reading", "past") else "mine"
    found: Loans = asking.read(request, Verb.READ_ARCHIVE, LoansRequest(which=which, page=words.page_of(request))).value
    table = words.table(
        _("借阅"), words.loan_heads(), map(words.loan_cells, found.rows), _("没有借阅"),
        _("到病案室窗口，持工牌借出；当日阅览的在阅览室办理。"), total=found.total,
        pager=words.pager(request, found.total, PAGE),
    )  # fmt: skip
    forms = tuple(
        Asking(title=_("续借 %(code)s") % {"code": words.shown(one.code)}, form=renewal(one.volume),
               note=_("到期：%(day)s") % {"day": words.moment(one.due)})
        for one in found.rows
        if one.mine and one.state == "open" and not one.overdue and one.place == "department" and which == "mine"
    )  # fmt: skip
    here = to("loans")
    views = (("mine", _("我的"), here), ("all", _("全部未还"), f"{here}?which=all"),
             ("overdue", _("逾期"), f"{here}?which=overdue"), ("reading", _("阅览室"), f"{here}?which=reading"),
             ("past", _("已还"), f"{here}?which=past"))  # fmt: skip
    page = ListPage(
        title=_("借阅"), lead=_("外借三个工作日内归还，阅览当日归还；逾期的不能再借，并报医务部门。"), tables=(table,),
        tabs=words.tabs(which, *views) if everything else (), forms=forms[:20], prints=everything,
        acts=links(request, (Verb.LEND_VOLUME, Link(label=_("借出"), href=to("lend"), key="n", primary=True)),
                   (Verb.RETURN_VOLUME, Link(label=_("归还"), href=to("take_back")))),
    )  # fmt: skip
    return answering.page(request, "archive/list.html", page, crumbs=crumbs(page.title))


def renewal(volume: str) -> Form:
    """The button that renews a loan."""
    return Form(fields=(Field(name="volume", label="", kind="hidden", value=volume),), submit=_("续借"))

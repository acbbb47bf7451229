"""三（二）2 盘点: counted on a phone or with a hand scanner, by several, without a script too [3.2.2]"""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.archive import MOST_CODES, StockOutcome, scans
from jingui.core.archive_asking import (
    CloseStocktaking,
    CountStock,
    RoomsRequest,
    StartStocktaking,
    StocktakingRequest,
)
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import Counted, Difference, Rooms, Takings
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Shelf, Verb
from jingui.web import answering, archive, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels import archive as view
from jingui.web.viewmodels.archive import Asking, Cell
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

PAGE = 25
SEEN = (StockOutcome.FOUND, StockOutcome.MISPLACED, StockOutcome.LENT)


@require_http_methods(["GET", "HEAD", "POST"])
def stocktakings(request: HttpRequest) -> HttpResponse:
    """The stock-takings; a new one is started here."""
    starts = asking.may(request, Verb.START_STOCKTAKING)
    filled = Filled(request.POST if request.method == "POST" else request.GET, sent=request.method == "POST")
    forms: tuple[Asking, ...] = ()
    if starts or filled.sent:  # whoever may not start one is told so by the door
        rooms: Rooms = asking.read(request, Verb.READ_ARCHIVE, RoomsRequest()).value
        offered = tuple((str(one.id), one.name) for one in rooms.rows if one.ended is None)
        only = offered[0][0] if len(offered) == 1 else ""
        room = filled.choice("storeroom", _("库房"), offered, default=only, typed=True)
        if filled.right:
            try:
                made = asking.write(request, Verb.START_STOCKTAKING, StartStocktaking(storeroom=int(room))).value
                return answering.said(request, _("盘点已开始，可多人同时扫描。"), to("stocktaking", taking=made))
            except (Invalid, Conflict) as error:
                filled.refused(error)
        forms = (Asking(title=_("开始盘点"), form=filled.form(_("开始盘点"))),)
    found: Takings = asking.read(request, Verb.READ_STOCKTAKING, StocktakingRequest()).value
    table = words.table(
        _("盘点"), (_("库房"), _("状态"), _("应在"), _("在位"), _("未见"), _("时间")),
        ((Cell(text=one.room, href=to("stocktaking", taking=one.id), typed=True, small=one.person),
          Cell(tag=standing(one.state)),
          Cell(text=str(one.expected), number=True), Cell(text=str(one.counts.get("found", 0)), number=True),
          Cell(text=str(one.counts.get("missing", "—")), number=True), Cell(at=one.started, under=one.ended))
         for one in found.rows),
        _("还没有盘点过"), _("每个库房每年至少盘点一次；用手机或扫码枪逐层扫描。"),
    )  # fmt: skip
    page = view.ListPage(
        title=_("盘点"), lead=_("先扫架位，再扫这一层的病案册；差异说明后才能结束，未见的转为处理事项。"),
        tables=(table,), forms=forms, prints=True,
    )  # fmt: skip
    wrong = any(one.form.wrong for one in forms)
    return answering.page(
        request, "archive/list.html", page, status=400 if wrong else 200, crumbs=archive.crumbs(page.title)
    )


def standing(state: str) -> Tag:
    """Whether a stock-taking still runs."""
    return Tag(text=_("进行中"), tone="gold") if state == "open" else Tag(text=_("已结束"), tone="none")


@require_http_methods(["GET", "HEAD", "POST"])
def stocktaking(request: HttpRequest, taking: int) -> HttpResponse:
    """One stock-taking: scan, see how far it is and what differs, close."""
    do, posted = request.POST.get("do", ""), request.POST
    typed, position = posted.get("scans", "")[:20_000], posted.get("position", request.GET.get("at", ""))[:40]
    told = posted.get("explanation", "").strip()[:2000]
    errors, closing, wrong = list[str](), list[str](), tuple[tuple[str, str], ...]()
    try:
        if do == "count":
            data = CountStock(taking=taking, scans=scans(typed), position=position)
            done: Counted = asking.write(request, Verb.COUNT_STOCK, data).value
            position, wrong, typed = done.position, done.wrong, ""
            said = "，".join(f"{words.word(StockOutcome, name)} {n}" for name, n in done.outcomes.items())
            answering.note(request, _("已记入：%(said)s。") % {"said": said or "0"}, "warn" if wrong else "ok")
        elif do == "close":
            ending = CloseStocktaking(taking=taking, explanation=told)
            matter = asking.write(request, Verb.CLOSE_STOCKTAKING, ending).value
            text = _("盘点已结束，未见的已转为处理事项。") if matter else _("盘点已结束。")
            return answering.said(request, text, request.path, tone="warn" if matter else "ok")
    except (Invalid, Conflict) as error:
        places = error.places if isinstance(error, Invalid) else ()
        texts = [_(text) for _name, text in places] or [f"{_(error.message)} {_(error.next_step)}"]
        (closing if do == "close" else errors).extend(texts)
    outcome = request.GET.get("outcome", "missing")
    outcome = outcome if outcome in set(StockOutcome) else "missing"
    asked = StocktakingRequest(taking=taking, outcome=outcome, page=words.page_of(request))
    found: Takings = asking.read(request, Verb.READ_STOCKTAKING, asked).value
    return drawn_taking(request, found, outcome, view.TakingPage(
        title="", room="", open=False, seen=0, expected=0, counts=(), position=position, where="", most=MOST_CODES,
        differences=words.table("", (), (), "", ""), scans=typed, explanation=told,
        wrong=tuple((text, _(why)) for text, why in wrong), errors=tuple(errors), closing_errors=tuple(closing),
    ))  # fmt: skip


def drawn_taking(request: HttpRequest, found: Takings, outcome: str, page: view.TakingPage) -> HttpResponse:
    """The stock-taking as it stands."""
    one, here = found.rows[0], request.path
    counts = dict(one.counts)
    seen = sum(counts.get(each.value, 0) for each in SEEN)
    if one.state == "open" and outcome == StockOutcome.MISSING:
        counts[StockOutcome.MISSING.value] = found.total
    table = words.table(
        words.word(StockOutcome, outcome), (_("条码"), _("应在"), _("见于"), _("登记状态")),
        (difference(each) for each in found.differences), _("没有这类差异"), _("扫描后在这里逐条列出。"),
        total=found.total, pager=words.pager(request, found.total, PAGE),
    )  # fmt: skip
    shown_page = replace(
        page, title=_("盘点 %(room)s") % {"room": one.room}, room=one.room, open=one.state == "open", seen=seen,
        expected=one.expected, differences=table,
        counts=tuple((words.word(StockOutcome, each.value), f"{here}?outcome={each.value}", counts.get(each.value, -1),
                      each.value == outcome) for each in StockOutcome),
        where=shown(page.position) if page.position else "", explanation=page.explanation or found.explanation,
        counts_may=asking.may(request, Verb.COUNT_STOCK),
    )  # fmt: skip
    wrong = bool(page.errors or page.closing_errors)
    crumbs = archive.crumbs(shown_page.title, Link(label=_("盘点"), href=to("stocktakings")))
    return answering.page(request, "archive/taking.html", shown_page, status=400 if wrong else 200, crumbs=crumbs)


def difference(one: Difference) -> tuple[Cell, ...]:
    """A code that differs."""
    href = to("volume", volume=one.volume) if one.volume else ""
    return (
        Cell(text=shown(one.code), href=href, mono=True), Cell(text=one.where or "—", typed=True),
        Cell(text=one.seen or "—"), Cell(tag=words.tag(Shelf, one.state)) if one.state else Cell(text=_("未登记")),
    )  # fmt: skip

"""五（二）批量共享: who takes many patients' records at once, how far, until when; stopped at once [5.2.1] [5.2.4]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core import share
from jingui.core.bulk import LEFT, LIVE, REFUSALS, BulkLine, BulksBoard, BulksRequest, BulkState, EndBulk
from jingui.core.errors import Invalid, NotFound
from jingui.core.partners import WHY
from jingui.core.words import Verb
from jingui.web import answering, asking, share_words
from jingui.web.viewmodels import bulk as view
from jingui.web.viewmodels.parts import Tag, Tone
from jingui.web.viewmodels.paths import to

LONGEST: Final = 200
TONES: Final[dict[str, Tone]] = {
    BulkState.BUILDING.value: "info", BulkState.READY.value: "ok", BulkState.ENDED.value: "none",
    BulkState.FAILED.value: "bad",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """Every export, the newest first; a stop is asked for beside it."""
    wrong: tuple[int, str, str] = (0, "", "")
    if request.method == "POST":
        number, reason = request.POST.get("export", ""), " ".join(request.POST.get("reason", "").split())[:LONGEST]
        if not number.isdecimal() or len(number) > 18:
            wrong = (0, _("请从页面上的按钮操作。"), "")
        else:
            answer = stopped(request, int(number), reason)
            if isinstance(answer, HttpResponse):
                return answer
            wrong = (int(number), answer, reason)
    board: BulksBoard = asking.read(request, Verb.READ_APPS, BulksRequest()).value
    rows = tuple(row_of(one, board, wrong) for one in board.rows)
    page = view.BulkPage(
        rows=rows, live=sum(one.state in LIVE for one in board.rows), apps=to("apps"), partners=to("partners")
    )
    if wrong[1] and wrong[0] not in {one.id for one in rows if one.stops}:
        answering.note(request, wrong[1], "bad")
    return answering.page(request, "share/bulk.html", page, status=400 if wrong[1] else 200)


def stopped(request: HttpRequest, export: int, reason: str) -> HttpResponse | str:
    """Where it goes on, or what was wrong with what was asked."""
    try:
        asking.write(request, Verb.END_BULK, EndBulk(export=export, reason=reason))
    except Invalid as error:
        return _(error.places[0][1] if error.places else error.message)
    except NotFound:
        return _("没有这份批量共享，或已经结束。")
    return answering.said(request, _("批量共享已停止，文件已删除。"), to("bulk"))


def row_of(one: BulkLine, board: BulksBoard, wrong: tuple[int, str, str]) -> view.BulkRow:
    """An export in words."""
    mine = wrong[0] == one.id
    words = {**share.LEFT, **LEFT}
    return view.BulkRow(
        id=one.id, app=one.app, partner=one.partner, agreement=one.agreement,
        purpose=share_words.purpose(one.purpose),
        types=" ".join(one.types), since=one.since,
        state=Tag(text=_(BulkState(one.state).label), tone=TONES[one.state]), problem=problem(one.problem),
        percent=one.percent if one.state == BulkState.BUILDING.value else None, patients=one.patients,
        resources=one.resources, files=one.files if one.state in LIVE else 0,
        left=tuple((_(words[name]), count) for name, count in one.left if name in words and count), made=one.made,
        taken=one.taken, ends=one.ends, ended=one.ended,
        stops=one.state in LIVE and Verb.END_BULK.value in board.may,
        error=wrong[1] if mine else "", reason=wrong[2] if mine else "",
    )  # fmt: skip


def problem(code: str) -> str:
    """Why it was stopped by itself, in words."""
    if code == "bulk_patients":
        return _("患者人数超过上限。")
    if code in REFUSALS or code in WHY:
        return _(REFUSALS[code][0] if code in REFUSALS else WHY[code][0])
    return _("所依据的协议或同意不再成立。") if code else ""

"""三（二）2 标签: printed from the page or as a sheet, with as little on them as possible [3.2.2]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingui.core.archive import scans
from jingui.core.archive_asking import LabelsRequest
from jingui.core.archive_codes import shown
from jingui.core.archive_seen import Label
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.formats.code128 import svg
from jingui.formats.labels_pdf import sheet
from jingui.formats.pdf_drawn import qr_svg
from jingui.web import answering, archive, asking
from jingui.web import archive_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels.archive import LabelShown, LabelsPage
from jingui.web.viewmodels.paths import to

SHOWN: Final = 60  # on the page; the sheet has all


def asked_for(request: HttpRequest) -> tuple[tuple[str, ...], int]:
    """Which labels: the codes of a list, or the boards of a room."""
    if request.method == "POST":
        room = words.number_in(request.POST.get("storeroom", "0"))
        return scans(request.POST.get("codes", "")[:20_000]), max(room, 0)
    room = words.number_in(request.GET.get("storeroom", "0"))
    kept = request.session.pop("labels") if "labels" in request.session else []
    given = request.GET.get("code", "")[:40]
    return ((given,) if given else tuple(str(one) for one in kept)), max(room, 0)


@require_http_methods(["GET", "HEAD", "POST"])
def labels(request: HttpRequest) -> HttpResponse:
    """Labels on the page, ready for the printer."""
    codes, room = asked_for(request)
    filled = Filled({"codes": "\n".join(codes)}, sent=bool(codes) or request.method == "POST")
    found: tuple[Label, ...] = ()
    if not room:
        filled.text("codes", _("病案册条码"), longest=20_000, hint=_("一行一个，最多 500 个"))
        filled.become("codes", kind="textarea", value="\n".join(codes))
    if room or filled.right:
        try:
            found = asking.read(request, Verb.PRINT_LABELS, LabelsRequest(codes=codes, storeroom=room)).value
        except (Invalid, Conflict) as error:
            filled.refused(error)
    page = LabelsPage(
        labels=tuple(drawn(one) for one in found[:SHOWN]), form=filled.form(_("生成标签")), file=to("labels_file"),
        codes=tuple(one.code for one in found) if not room else (), storeroom=room,
    )  # fmt: skip
    status = 400 if page.form.wrong else 200
    return answering.page(request, "archive/labels.html", page, status=status, crumbs=archive.crumbs(_("标签")))


def drawn(one: Label) -> LabelShown:
    """A label as drawings."""
    return LabelShown(
        code=one.code, shown=shown(one.code), bars=svg(one.code), squares=qr_svg(one.code), number=one.number,
        place=one.place,
    )  # fmt: skip


@require_POST
def file(request: HttpRequest) -> HttpResponse:
    """The sheet as PDF: 24 labels on a page of A4."""
    codes, room = asked_for(request)
    found: tuple[Label, ...] = asking.read(request, Verb.PRINT_LABELS, LabelsRequest(codes=codes, storeroom=room)).value
    body = sheet([(one.code, shown(one.code), one.number or one.place) for one in found])
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="labels.pdf"'
    return answer

"""二（二）4 归档: what a finished stay still lacks; filed when nothing does; then only a recall opens it [2.2.4]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import NotFound
from jingui.core.operation import Target
from jingui.core.signatures import FileChart, Filing, FilingCheck, FilingLacks, Lacking
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.entering_place import Place
from jingui.web.viewmodels.enter import FilingLine, FilingPage
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

#: Why something is lacking, and how grave it is.
LACKS: Final[dict[str, tuple[str, Tone]]] = {
    "open_visit": (N_("就诊尚未结束"), "info"), "unsigned": (N_("未签名"), "warn"),
    "not_countersigned": (N_("待上级审阅签名"), "warn"), "not_verified": (N_("待核对"), "warn"),
    "due": (N_("未书写"), "bad"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def filing(request: HttpRequest, patient: str, visit: int) -> HttpResponse:
    """What is missing; by POST the stay is filed."""
    target = Target(patient=door.locate(patient).patient)
    here = to("filing", patient=patient, visit=visit)
    if request.method == "POST":
        try:
            made: Filing = asking.write(request, Verb.FILE_RECORD, FileChart(encounter=visit), target=target).value
        except FilingLacks as error:
            return answering.said(request, f"{_(error.message)}{_(error.next_step)}", here, "warn")
        return answering.said(request, _("已归档 %(n)s 份记录。") % {"n": made.filed}, here)
    found: Filing = asking.read(request, Verb.LIST, FilingCheck(encounter=visit), target=target).value
    if found.patient is None or found.starts is None:
        raise NotFound()
    filed = bool(found.filed) and not found.lacking
    recall = Link(label=_("打开病历，选择要更正的记录"), href=to("chart", patient=patient))
    page = FilingPage(
        patient=charting.header(found.patient), stay=_(charting.kind(found.kind).label), start=found.starts,
        end=found.ends,
        lines=(), missing=tuple(lacking(one, patient) for one in found.lacking), here=here,
        ready=not found.lacking, filed=filed, recall=recall if filed else None,
        may_file=asking.may(request, Verb.FILE_RECORD),
    )  # fmt: skip
    return answering.page(request, "enter/filing.html", page)


def lacking(one: Lacking, patient: str) -> FilingLine:
    """One thing that is missing, with the one step that mends it."""
    text, tone = LACKS.get(one.what, (one.what, "warn"))
    title = one.title_en if wording.language() == "en" and one.title_en else one.title
    act = None
    if one.what == "due" and one.template:
        act = Link(label=_("去写"), href=Place(patient=patient, template=one.template).at("write"))
    elif one.record:
        act = Link(label=_("去签"), href=to("signing"))
    return FilingLine(
        title=title or _("就诊"), href=to("record", record=one.record) if one.record else "",
        tag=Tag(text=_(text), tone=tone), text=_("期限 %(at)s") % {"at": f"{one.due:%m-%d %H:%M}"} if one.due else "",
        act=act,
    )  # fmt: skip

"""二（二）3 录入规范: my drafts: go on with one, or discard it after being asked [2.2.3]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jingui.core.desk import Desk
from jingui.core.entering import DiscardDraft, DraftLine, DraftsRequest
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.entering_place import Place, key
from jingui.web.viewmodels import enter as view
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

MOST = 100


def mine(request: HttpRequest, count: int = MOST) -> tuple[DraftLine, ...]:
    """My drafts, newest first."""
    found: tuple[DraftLine, ...] = asking.read(request, Verb.READ_DRAFTS, DraftsRequest(count=count)).value
    return tuple(found)


def place(one: DraftLine) -> Place:
    """Where a draft is continued."""
    return Place(record=one.record) if one.record else Place(patient=one.patient.id, template=one.template)


def title(one: DraftLine) -> str:
    """The document's name."""
    return one.title_en if wording.language() == "en" and one.title_en else one.title


def line(one: DraftLine) -> view.DraftLine:
    """A draft in the list."""
    header = charting.header(one.patient)
    return view.DraftLine(
        patient=header.name, mrn=header.mrn, title=title(one), href=place(one).at("write", draft=one.key),
        saved=one.saved, discard=to("discard_draft"), correcting=bool(one.record),
        hidden=(("key", one.key), ("patient", one.patient.id)),
    )  # fmt: skip


def for_desk(found: Desk) -> tuple[Waiting, ...]:
    """My drafts for the desk's column."""
    return tuple(
        Waiting(
            title=title(one), detail=f"{charting.header(one.patient).name} · {_('草稿')}",
            href=place(one).at("write", draft=one.key), tag=Tag(text=_("草稿"), tone="none"),
        )
        for one in found.drafts or ()
    )  # fmt: skip


@require_safe
def drafts(request: HttpRequest) -> HttpResponse:
    """The list."""
    return answering.page(request, "enter/drafts.html", view.DraftsPage(drafts=tuple(map(line, mine(request)))))


@require_POST
def discard(request: HttpRequest) -> HttpResponse:
    """Ask first; then discard."""
    wanted, patient = key(request.POST.get("key")), request.POST.get("patient", "")
    if request.POST.get("sure") == "1":
        asking.write(request, Verb.DISCARD_DRAFT, DiscardDraft(key=wanted), target=door.locate(patient))
        return answering.said(request, _("草稿已删除。"), to("drafts"))
    lines = tuple(map(line, mine(request)))
    asked = next((one for one in lines if one.hidden[0][1] == wanted), None)
    return answering.page(request, "enter/drafts.html", view.DraftsPage(drafts=lines, asked=asked))

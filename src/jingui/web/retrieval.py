"""四（二）2 依法调取: the escort's page, and on paper the handed-over list that the officers sign for [4.2.2]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.errors import NotFound, Refused
from jingui.core.matters.asking import MatterView, ReadMatter
from jingui.core.matters.row import State
from jingui.core.release import CopiesRequest, CopyState
from jingui.core.retrieval import BODIES, DOCUMENTS, WAYS, officers_in
from jingui.core.words import Category, Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.viewmodels import retrieval as view
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[str, Tone]] = {
    "prepared": "warn", "confirmed": "warn", "stamped": "info", "handed": "ok", "revoked": "bad", "superseded": "none",
}  # fmt: skip


@require_safe
def retrieval(request: HttpRequest, matter: int) -> HttpResponse:
    """One lawful retrieval after its approval: who may be shown what until when, and what they took with them."""
    seen: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    line, answers = seen.line, seen.answers
    if line.kind != "judicial_retrieval" or line.state not in (State.EXECUTED, State.CLOSED):
        raise NotFound()
    body, how = BODIES[answers["body"]], WAYS[answers["way"]]
    named = [Category(one) for one in answers.get("categories", "").split(",") if one]
    first, last = answers.get("first", ""), answers.get("last", "")
    person = answers.get("escort", "")
    page = view.RetrievalPage(
        body=f"{_(body.text)} {answers['body_name']}",
        document=_("%(text)s（%(more)s）") % {
            "text": f"{_(DOCUMENTS[answers['document']])} {answers['document_number']}",
            "more": answers["document_date"],
        },
        officers=tuple(
            view.OfficerRow(name=one.name, identity=hidden(one.identity), card=one.card, body=one.body)
            for _n, one in officers_in(answers)
        ),
        card=_(body.card), scope=_("、").join(_(one.label) for one in named) or _("全部类别"),
        period=f"{first or '…'} – {last or '…'}" if first or last else _("不限"), way=_(how),
        secret=line.outcome == "secret", matter=to("matter", matter=matter),
        patient=Link(label=line.patient_name or _("打开病历"), href=to("chart", patient=line.patient)),
        escort=door.outside.name_of(int(person)) if person.isdigit() else "", until=seen.until,
        open=line.state == State.EXECUTED, copies=copies(request, matter), make=to("copy_make", matter=matter),
        read=to("purpose"),
    )  # fmt: skip
    return answering.page(
        request, "release/retrieval.html", page,
        crumbs=(Link(label=_("申请与审批"), href=to("matters")), Link(label=_("依法调取"), href="")),
    )  # fmt: skip


def hidden(number: str) -> str:
    """An identity number with its middle covered."""
    return f"{number[:3]}***********{number[-4:]}" if len(number) == 18 else "***"


def copies(request: HttpRequest, matter: int) -> tuple[view.CopyRow, ...]:
    """The copies that were made for it; none where this post does not see copies."""
    if not asking.may(request, Verb.READ_COPIES):
        return ()
    trace = getattr(request, "trace", None)
    try:
        found = asking.read(request, Verb.READ_COPIES, CopiesRequest(matter=matter)).value
    except Refused:
        return ()
    request.trace = trace  # type: ignore[attr-defined]  # the strip tells of the page's own reading
    return tuple(
        view.CopyRow(
            number=one.number, href=to("copy", copy=one.id), pages=one.pages, stamped=one.stamped,
            state=Tag(text=_(CopyState(one.state).label), tone=TONES[one.state]),
        )
        for one in found.rows
    )  # fmt: skip

"""四（二）2 依法调取: the escort's page, and on paper the handed-over list that the officers sign for [4.2.2]"""

from collections.abc import Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.matters.asking import AddPaper, Brought, MatterView, ReadMatter
from jingui.core.matters.retrieval import SIGNED
from jingui.core.matters.row import State
from jingui.core.release import CopiesRequest, CopyState
from jingui.core.retrieval import BODIES, DOCUMENTS, WAYS, officers_in
from jingui.core.words import Category, Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.consent_form import LONGEST, picture
from jingui.web.viewmodels import retrieval as view
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[str, Tone]] = {
    "prepared": "warn", "confirmed": "warn", "stamped": "info", "handed": "ok", "revoked": "bad", "superseded": "none",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def retrieval(request: HttpRequest, matter: int) -> HttpResponse:
    """One lawful retrieval after its approval: who may be shown what until when, and what they took with them."""
    seen: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    line, answers = seen.line, seen.answers
    if line.kind != "judicial_retrieval" or line.state not in (State.EXECUTED, State.CLOSED):
        raise NotFound()
    errors: tuple[str, ...] = ()
    if request.method == "POST":
        errors = signed(request, matter, answers)
        if not errors:
            return answering.said(request, _("签名已保存。"), to("retrieval", matter=matter))
    kept = {one.name: one for one in seen.papers if one.kind == SIGNED}
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
            view.OfficerRow(
                name=one.name, identity=hidden(one.identity), card=one.card, body=one.body, n=n,
                signed=paper.at if (paper := kept.get(file_of(n, one.name))) else None,
                signature=to("matter_paper", matter=matter, paper=paper.id) if paper else "",
            )
            for n, one in officers_in(answers)
        ),
        card=_(body.card), scope=_("、").join(_(one.label) for one in named) or _("全部类别"),
        period=f"{first or '…'} – {last or '…'}" if first or last else _("不限"), way=_(how),
        secret=line.outcome == "secret", matter=to("matter", matter=matter),
        patient=Link(label=line.patient_name or _("打开病历"), href=to("chart", patient=line.patient)),
        escort=door.outside.name_of(int(person)) if person.isdigit() else "", until=seen.until,
        open=line.state == State.EXECUTED, copies=copies(request, matter), make=to("copy_make", matter=matter),
        read=to("purpose"), errors=errors, copying=answers["way"] != "see",
        strokes=request.POST.get("strokes", "")[:LONGEST], drawing=request.POST.get("drawing", "")[:LONGEST],
        chosen=request.POST.get("officer", ""),
    )  # fmt: skip
    return answering.page(
        request, "release/retrieval.html", page, status=400 if errors else 200,
        crumbs=(Link(label=_("申请与审批"), href=to("matters")), Link(label=_("依法调取"), href="")),
    )  # fmt: skip


def file_of(n: int, name: str) -> str:
    """Under which name an officer's signature is kept."""
    return f"{n} {name}.png"[-120:]


def signed(request: HttpRequest, matter: int, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Keep what an officer drew on the pad with the matter; what was wrong, () for nothing."""
    names = {str(n): one.name for n, one in officers_in(answers)}
    chosen = request.POST.get("officer", "")
    drawing = picture(request.POST.get("drawing", ""), request.POST.get("strokes", ""))
    wrong: tuple[str, ...] = () if chosen in names else (_("请选择签名的人员"),)
    wrong += () if drawing else (_("请在签名板上签名"),)
    if wrong:
        return wrong
    paper = Brought(SIGNED, file_of(int(chosen), names[chosen]), "image/png", drawing)
    try:
        asking.write(request, Verb.ADD_PAPER, AddPaper(matter=matter, paper=paper))
    except (Invalid, Conflict) as error:
        places = error.places if isinstance(error, Invalid) else ()
        return tuple(_(text) for _name, text in places) or (f"{_(error.message)} {_(error.next_step)}".strip(),)
    return ()


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

"""四（二）1 门户复制: asking for one's own copies at home, looking at what is in one, taking the sealed file [4.2.1]"""

from secrets import token_hex
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import StartMatter
from jingui.core.release import ConfirmCopy, CopyFile, CopyState, CopyView, HandCopy, Part, ReadCopy
from jingui.core.settings import BY_NAME
from jingui.core.word import N_
from jingui.core.words import Relation, Verb
from jingui.gate import door
from jingui.web import answering, asking, matter_words, release_visits, release_words, wording
from jingui.web.portal import relation
from jingui.web.release_copy import sent
from jingui.web.release_form import PORTAL, Draft
from jingui.web.release_make import told
from jingui.web.viewmodels import release as view
from jingui.web.viewmodels import release_copies as shown
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

KIND: Final = {Relation.SELF: "own_copy", Relation.GUARDIAN: "copy_guardian"}
DECLARED: Final = N_("以上内容由我本人填写，确认无误；复制的病历由我自己保管。")


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, patient: str) -> HttpResponse:
    """What asking takes, and the button that begins; the second factor was the identity check."""
    target, as_what = relation(request, patient)
    row = KINDS[KIND[as_what]]
    if request.method == "POST":
        data = StartMatter(kind=row.id, key=request.POST.get("key", "")[:64])
        moved = asking.write(request, Verb.START_MATTER, data, target=asking.whole(target.patient)).value
        return answering.said(request, _("可以随时中断，填过的都在。"), to("portal_copy_apply", matter=moved.matter))
    page = view.AskPage(
        title=_(row.text), purpose=_(row.purpose), key=token_hex(16), back=to("portal_matters"),
        steps=tuple(
            _("%(name)s：%(text)s") % {"name": _(one.name), "text": matter_words.who(one)} for one in row.steps
        ),
        days=int(BY_NAME["copy_days"].default), fee=release_words.yuan(int(BY_NAME["copy_page_fee"].default)),
        kept=int(BY_NAME["copy_portal_days"].default), clauses=wording.clause_refs(row.clauses),
    )  # fmt: skip
    return answering.page(request, "portal/copies_ask.html", page)


def draft(request: Any, matter: int) -> Draft:
    """The application, the frame's rooms being those of its chart."""
    found = Draft(request, matter, PORTAL)
    request.portal_chart = found.seen.line.patient
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, matter: int) -> HttpResponse:
    """The application as one form, the visits to tick; all that was typed stays."""
    one = draft(request, matter)
    if not one.writable:
        return one.over()
    if request.method == "POST":
        one.save(request.POST)
        if request.POST.get("then") == "keep" and not one.errors:
            return answering.said(request, _("已保存为草稿。"), to("portal_matter", matter=matter))
        if one.right:
            return answering.said(request, _("已保存，请核对。"), to("portal_copy_check", matter=matter))
    page = one.page(
        Link(label=_("返回我的申请"), href=to("portal_matter", matter=matter)),
        release_visits.own(request, one.seen.line.patient),
    )
    return answering.page(request, "portal/copies_apply.html", page, status=400 if page.wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, matter: int) -> HttpResponse:
    """Everything once more; handed in when nothing is missing."""
    one = draft(request, matter)
    if not one.writable:
        return one.over()
    if request.method == "POST" and one.submit():
        return answering.said(
            request, _("已提交。医院办到哪一步，在这里都能看到。"), to("portal_matter", matter=matter)
        )
    visits = release_visits.own(request, one.seen.line.patient) if release_visits.wanted(one.seen) else ()
    page = one.check(
        Link(label=_("返回修改"), href=to("portal_copy_apply", matter=matter)), int(BY_NAME["copy_days"].default),
        _(DECLARED), visits,
    )  # fmt: skip
    status = 400 if request.method == "POST" else 200
    return answering.page(request, "portal/copies_check.html", page, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: Any, copy: str) -> HttpResponse:
    """One copy: what is in it; confirmed, if it is right, about exactly what stands here."""
    target = door.locate(copy)
    errors: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            data = ConfirmCopy(basis=request.POST.get("basis", "")[:128])
            asking.write(request, Verb.CONFIRM_COPY, data, target=target)
            return answering.said(request, _("已确认，医院随后盖章。"), to("portal_copy", copy=copy))
        except (Invalid, Conflict) as error:
            errors = told(error)
    found: CopyView = asking.read(request, Verb.READ_COPY, ReadCopy(), target=target).value
    request.portal_chart = found.line.patient
    page = drawn(copy, found, errors)
    return answering.page(request, "portal/copies_copy.html", page, status=400 if errors else 200)


def drawn(public: str, found: CopyView, errors: tuple[str, ...]) -> shown.PatientsCopy:
    """A copy as its patient sees it."""
    line = found.line
    good = line.state not in (CopyState.REVOKED, CopyState.SUPERSEDED)
    offered = bool(found.digest) and good and line.until is not None and line.until > asking.now()
    file = to("portal_copy_file", copy=public)
    return shown.PatientsCopy(
        number=line.number, title=matter_words.title(line.kind), state=release_words.own_state(line),
        said=release_words.following(line), contents=release_words.contents(found.records),
        counted=release_words.counted(found.records),
        unfinished=found.unfinished, withheld=found.withheld, volumes=release_words.volumes(found.paper),
        facts=release_words.facts(found), back=to("portal_matter", matter=line.matter), errors=errors,
        basis=found.basis if str(Verb.CONFIRM_COPY) in found.moves else "",
        preview=to("portal_copy_preview", copy=public) if found.stamped is None and good else "",
        file=file if offered else "",
        side=to("portal_copy_side", copy=public) if offered else "", until=line.until, digest=found.digest,
        replaced=to("portal_copy", copy=found.replaced) if found.replaced else "", ended=release_words.ended(found),
    )  # fmt: skip


@require_safe
def preview(request: HttpRequest, copy: str) -> HttpResponse:
    """The pages as they would be stamped."""
    found: CopyFile = asking.read(
        request, Verb.READ_COPY, ReadCopy(part=Part.PREVIEW), target=door.locate(copy)
    ).value  # fmt: skip
    return sent(found, inline=True)


@require_POST
def file(request: HttpRequest, copy: str) -> HttpResponse:
    """The sealed file. The first taking is its handing over; each one is entered."""
    target = door.locate(copy)
    found: CopyView = asking.read(request, Verb.READ_COPY, ReadCopy(), target=target).value
    if str(Verb.HAND_COPY) in found.moves:
        asking.write(request, Verb.HAND_COPY, HandCopy(), target=target)
    taken: CopyFile = asking.read(request, Verb.READ_COPY, ReadCopy(part=Part.FILE), target=target).value
    return sent(taken, inline=False)

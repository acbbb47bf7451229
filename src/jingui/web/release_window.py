"""四（二）1 复制受理: the window: whose record, who asks, the application, everything once more, handed in [4.2.1]"""

from dataclasses import replace
from secrets import token_hex
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.access import PatientLine
from jingui.core.errors import Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.matters.asking import StartMatter
from jingui.core.matters.release_applicants import APPLICANTS
from jingui.core.matters.row import MatterKind
from jingui.core.release import CopiesRequest
from jingui.core.settings import BY_NAME
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.gate import door
from jingui.web import (
    access,
    answering,
    asking,
    charting,
    finding,
    release_parts,
    release_visits,
    release_words,
    wording,
)
from jingui.web.release_form import WINDOW, Draft
from jingui.web.viewmodels import release as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

DECLARED: Final = N_("来人已看过以上内容，确认无误；证件原件与所填一致。")


def ages() -> dict[str, int]:
    """The ages that say who may ask; the door asks again with the house's own."""
    return {name: int(BY_NAME[name].default) for row in APPLICANTS.values() for name in (row.least, row.below) if name}


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Find the patient; the search is posted and stands in no address. The one who is meant leads to the kinds."""
    asked = finding.typed(request.POST)
    found: tuple[PatientLine, ...] | None = None
    errors: tuple[str, ...] = ()
    if request.method == "POST" and not asked.empty:
        try:
            found = tuple(asking.read(request, Verb.SEARCH_PATIENT, finding.search(asked)).value)
        except Invalid as error:
            errors = (_(error.message), *(_(what) for _where, what in error.places))
    chosen = request.POST.get("patient", "")
    one = next((line for line in found or () if line.id == chosen), None)
    if one is not None:
        return answering.page(request, "release/kinds.html", kinds_of(request, one.id, one))
    page = view.StartPage(
        form=finding.form(asked, errors=errors), truncated=len(found or ()) > finding.COUNT,
        found=None if found is None else tuple(result(line) for line in found[: finding.COUNT]),
    )  # fmt: skip
    return answering.page(request, "release/start.html", page, status=400 if errors else 200)


def result(line: PatientLine) -> view.Found:
    """A patient that was found; the button names them by their public id."""
    return view.Found(
        href=line.id, name=line.name or _("无名氏"), sex=wording.sex(line.sex), birth=wording.day(line.birth),
        mrn=charting.number(line), matched=charting.others(line), tags=access.result(line).tags,
        id_card=charting.masked(line.numbers.get("id_card", "")),
    )  # fmt: skip


def kinds_of(request: HttpRequest, patient: str, line: PatientLine | None) -> view.KindsPage:
    """Who may ask, with what they bring; those who cannot for this patient stand apart."""
    role = Role(asking.role(request))
    rows = [row for name in APPLICANTS if (row := KINDS.get(name)) is not None and role in row.starters]
    today, limits = asking.now().date(), ages()
    fit = {
        row.id
        for row in rows
        if line is None
        or release_parts.fits(
            APPLICANTS[row.id], dead=bool(line.deceased), born=wording.day(line.birth), today=today, ages=limits
        )
    }
    header = charting.header(line) if line is not None else None
    why = _("患者已去世：只能由近亲属、法定继承人或其代理人申请；生前的委托随之终止。")
    return view.KindsPage(
        action=to("copy_kinds", patient=patient), key=token_hex(16), patient=header,
        cards=tuple(card(row) for row in rows if row.id in fit),
        unfit=tuple(card(row) for row in rows if row.id not in fit),
        why=why if line is not None and line.deceased else "",
        clauses=wording.clause_refs(rows[0].clauses) if rows else (),
    )  # fmt: skip


def card(row: MatterKind) -> view.KindCard:
    """A kind of applicant with its check-list."""
    who = APPLICANTS[row.id]
    needed = [one for one in who.papers if one.required or one.name in who.window]
    return view.KindCard(
        kind=row.id, title=_(row.text), purpose=_(row.purpose), needed=tuple(_(one.text) for one in needed),
        others=tuple(_(one.text) for one in who.papers if one not in needed),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def kinds(request: HttpRequest, patient: str) -> HttpResponse:
    """Who asks. The kind that is chosen begins an application, which nothing is lost of from then on."""
    target = door.locate(patient)
    kind = request.POST.get("kind", "")
    if request.method != "POST":
        why = release_words.purpose(Role(asking.role(request)))
        asked = CopiesRequest(count=10)
        before = asking.read(request, Verb.READ_COPIES, asked, target=asking.whole(target.patient), why=why).value.rows
        page = replace(kinds_of(request, patient, None), before=tuple(release_words.row(one) for one in before))
        return answering.page(request, "release/kinds.html", page)
    if kind not in APPLICANTS or kind not in KINDS:
        raise NotFound()
    data = StartMatter(kind=kind, key=request.POST.get("key", "")[:64])
    moved = asking.write(request, Verb.START_MATTER, data, target=asking.whole(target.patient)).value
    return answering.said(request, _("已开始受理，随时可以中断，填过的都在。"), to("copy_apply", matter=moved.matter))


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: HttpRequest, matter: int) -> HttpResponse:
    """The application as one form; what is wrong stands beside its field, and all that was typed stays."""
    one = Draft(request, matter, WINDOW)
    if not one.writable:
        return one.over()
    if request.method == "POST":
        one.save(request.POST)
        if request.POST.get("then") == "keep" and not one.errors:
            return answering.said(request, _("已保存为草稿。"), to("matter", matter=matter))
        if one.right:
            return answering.said(request, _("已保存，请核对。"), to("copy_check", matter=matter))
    page = one.page(
        Link(label=_("返回事项"), href=to("matter", matter=matter)),
        release_visits.offered(request, one.seen.line.patient),
    )
    status = 400 if page.wrong else 200
    return answering.page(request, "release/apply.html", page, status=status, crumbs=crumbs(page.title))


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, matter: int) -> HttpResponse:
    """Everything once more; handed in when nothing is missing."""
    one = Draft(request, matter, WINDOW)
    if not one.writable:
        return one.over()
    if request.method == "POST" and one.submit():
        return answering.said(request, _("已提交，等待审核。"), to("matter", matter=matter))
    visits = release_visits.offered(request, one.seen.line.patient) if release_visits.wanted(one.seen) else ()
    page = one.check(
        Link(label=_("返回修改"), href=to("copy_apply", matter=matter)), int(BY_NAME["copy_days"].default), _(DECLARED),
        visits,
    )  # fmt: skip
    status = 400 if request.method == "POST" else 200
    return answering.page(request, "release/check.html", page, status=status, crumbs=crumbs(page.title))


def crumbs(name: str) -> tuple[Link, ...]:
    """Where one stands."""
    return (Link(label=_("复制受理"), href=to("copy_start")), Link(label=name, href=""))

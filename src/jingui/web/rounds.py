"""三（一）2 七防巡查: rounds of the storerooms done on a phone, with photos; what was missed shows [3.1.2] [7.1.1]"""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.duties import DUTIES, DoDuty, DutiesRequest, DutyLine
from jingui.core.duties_climate import ROUNDS
from jingui.core.errors import Conflict, Invalid
from jingui.core.rounds import MOST_PHOTOS, AddEvidence, EvidenceRequest, RoundPhotos
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.viewmodels import climate as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

MOST: Final = 500
SHOWN: Final = 60  # settled rounds on the page
STATES: Final = {"open": "warn", "done": "ok", "missed": "bad"}


@require_http_methods(["GET", "HEAD", "POST"])
def rounds(request: HttpRequest) -> HttpResponse:
    """The rounds of every storeroom: what is open, what was found, what was missed."""
    wrong: dict[str, Any] = {}
    if request.method == "POST":
        said = done(request)
        if isinstance(said, HttpResponse):
            return said
        wrong = said
    asked = DutiesRequest(mine=False, settled=True, count=MOST)
    found = [one for one in asking.read(request, Verb.READ_DUTIES, asked).value if one.duty in ROUNDS]
    now = asking.now()
    chosen = request.GET.get("room", "")
    names = sorted({one.department for one in found if one.department})
    rows = [row(one, one.due <= now, wrong) for one in found if not chosen or one.department == chosen]
    settled = [one for one in rows if not one.open]
    page = view.RoundsPage(
        rows=tuple(sorted((one for one in rows if one.open), key=lambda one: (one.room, one.due))),
        settled=tuple(settled[:SHOWN]), heads=tuple(_(DUTIES[name].text) for name in ROUNDS),
        matrix=matrix(found, names), missed=sum(one.state == "missed" for one in found),
        rooms=(
            (_("全部库房"), to("rounds"), not chosen),
            *((name, f"{to('rounds')}?{urlencode({'room': name})}", name == chosen) for name in names),
        ),
    )  # fmt: skip
    return answering.page(
        request, "keep/rounds.html", page, status=400 if wrong else 200,
        crumbs=(Link(label=_("库房环境"), href=to("climate")), Link(label=_("七防巡查"), href="")),
    )  # fmt: skip


def done(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    """Bring the photos, then record the round; what is wrong keeps what was typed."""
    typed: dict[str, Any] = {
        "run": request.POST.get("run", ""), "result": request.POST.get("result", ""),
        "abnormal": request.POST.get("abnormal") == "1",
    }  # fmt: skip
    run = int(typed["run"]) if str(typed["run"]).isdecimal() and len(str(typed["run"])) < 18 else 0
    photos: list[Any] = request.FILES.getlist("photo")[: MOST_PHOTOS + 1]
    try:
        for photo in photos:
            data = AddEvidence(run=run, name=photo.name or "", content=photo.read())
            asking.write(request, Verb.ADD_EVIDENCE, data)
        asking.write(
            request, Verb.DO_DUTY, DoDuty(run=run, result=str(typed["result"]), abnormal=bool(typed["abnormal"]))
        )
    except (Invalid, Conflict) as error:
        places = dict(error.places) if isinstance(error, Invalid) else {}
        return {**typed, "error": _(next(iter(places.values()), error.message))}
    text = _("已登记，异常已交库房责任人整改。") if typed["abnormal"] else _("已登记完成，并写入存证台账。")
    return answering.said(request, text, to("rounds"))


def row(one: DutyLine, overdue: bool, wrong: dict[str, Any]) -> view.RoundRow:
    """A round in the list."""
    duty = DUTIES[one.duty]
    texts = {"open": _("待巡查"), "done": _("已完成"), "missed": _("未完成")}
    tone: Any = "bad" if one.state == "open" and overdue else STATES[one.state]
    if one.state == "done" and one.matter:
        texts["done"], tone = _("有异常"), "warn"
    here = wrong.get("run") == str(one.id)
    return view.RoundRow(
        id=one.id, title=_(duty.text), room=one.department, evidence=_(duty.evidence), every=_(duty.every.label),
        due=one.due, state=Tag(text=texts[one.state], tone=tone), clauses=wording.clause_refs(duty.clauses),
        person=one.person, done=one.done, result=one.result, open=one.state == "open" and one.mine,
        matter=to("matter", matter=one.matter) if one.matter else "", photos=to("round_photos", run=one.id),
        error=wrong["error"] if here else "", typed=wrong["result"] if here else "",
        abnormal=bool(here and wrong["abnormal"]),
    )  # fmt: skip


def matrix(found: list[DutyLine], names: list[str]) -> tuple[tuple[str, tuple[tuple[str, Tag], ...]], ...]:
    """For each storeroom the newest settled run of each of the seven, or that there is none yet."""
    newest: dict[tuple[str, str], DutyLine] = {}
    for one in sorted(found, key=lambda each: each.due):
        if one.state != "open":
            newest[one.department, one.duty] = one
    blank = Tag(text=_("尚无"), tone="none")

    def cell(name: str, duty: str) -> tuple[str, Tag]:
        one = newest.get((name, duty))
        return _(DUTIES[duty].text), row(one, False, {}).state if one is not None else blank

    return tuple((name, tuple(cell(name, duty) for duty in ROUNDS)) for name in names)


@require_safe
def photos(request: HttpRequest, run: int) -> HttpResponse:
    """The photos of one round."""
    found: RoundPhotos = asking.read(request, Verb.READ_EVIDENCE, EvidenceRequest(run=run)).value
    page = view.PhotosPage(
        title=_(DUTIES[found.duty].text) if found.duty in DUTIES else _("巡查照片"), room=found.place,
        photos=tuple(
            view.PhotoRow(href=to("round_photo", photo=one.id), name=one.name, person=one.person, at=one.at)
            for one in found.photos
        ),
    )  # fmt: skip
    return answering.page(
        request, "keep/photos.html", page,
        crumbs=(Link(label=_("七防巡查"), href=to("rounds")), Link(label=_("巡查照片"), href="")),
    )  # fmt: skip


@require_safe
def photo(request: HttpRequest, photo: int) -> HttpResponse:
    """One picture; nothing in it runs."""
    found: RoundPhotos = asking.read(request, Verb.READ_EVIDENCE, EvidenceRequest(photo=photo)).value
    one = found.photos[0]
    answer = HttpResponse(one.content, content_type=one.media)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Disposition"] = "inline"
    answer["Cache-Control"] = "no-store"
    return answer

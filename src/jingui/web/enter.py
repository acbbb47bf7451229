"""二（二）录入: choosing what to write, filling it, saving it as it is typed [2.2.1] [2.2.2] [2.2.3]"""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingui.core.capture import Template
from jingui.core.entering import DraftSaved, SaveDraft
from jingui.core.errors import Conflict, Invalid, JinguiError
from jingui.core.words import Verb
from jingui.web import (
    answering,
    asking,
    entering_answers,
    entering_choice,
    entering_form,
    entering_merge,
    entering_page,
)
from jingui.web.entering_place import Place, key, number, opened, same_person, template, who
from jingui.web.viewmodels.enter import ChoosePage

Given = dict[str, Any]


@require_safe
def write(request: HttpRequest, patient: str) -> HttpResponse:
    """写病历: what this person may write about this patient now, what is due first."""
    place = Place(patient=patient)
    found = opened(request, place, visit=number(request.GET.get("visit", "")))
    page: ChoosePage = entering_choice.page(found, patient)
    return answering.page(request, "enter/choose.html", page)


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def form(request: HttpRequest, patient: str, template: str) -> HttpResponse:
    """A new document."""
    return filled(request, Place(patient=patient, template=template))


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def amend(request: HttpRequest, record: str) -> HttpResponse:
    """A correction: the same form with what the record says."""
    return filled(request, Place(record=record))


@sensitive_post_parameters()
@require_POST
def form_save(request: HttpRequest, patient: str, template: str) -> HttpResponse:
    """The script saves a new document's draft."""
    return saved(request, Place(patient=patient, template=template))


@sensitive_post_parameters()
@require_POST
def amend_save(request: HttpRequest, record: str) -> HttpResponse:
    """The script saves a correction's draft."""
    return saved(request, Place(record=record))


def filled(request: HttpRequest, place: Place) -> HttpResponse:
    """Show the form, or take what was typed: saved first, whatever comes next."""
    if request.method == "POST":
        return taken(request, place)
    draft = key(request.GET.get("draft"))
    found = opened(request, place, draft=draft, visit=number(request.GET.get("visit", "")))
    given = dict(found.answers) or entering_page.boilerplate(found)
    page = entering_page.page(
        found,
        place,
        given,
        checked="check" in request.GET,
        now=asking.now(),
        who=who(request),
    )
    return answering.page(request, "enter/write.html", page, status=400 if page.wrong else 200)


def taken(request: HttpRequest, place: Place) -> HttpResponse:
    """Without a script: save the draft, then check it, or go on filling."""
    same_person(request)
    posted = request.POST
    act = posted.get("act", "check")
    form = template(request, posted.get("template", ""), number(posted.get("template_n", "")))
    given = entering_merge.chosen(posted) if act == "merged" else typed(request, form)
    if take := posted.get("take", ""):
        given |= taken_over(request, place, take)
    try:
        draft = keep(request, place, form, given)
    except Conflict as error:
        return entering_merge.answer(request, place, form, given, error)
    except Invalid as error:
        return again(request, place, given, error)
    go = "write" if act in ("save", "merged") or take or posted.get("more") else "check"
    address = place.at(go, draft=draft.key)
    if act == "save":
        return answering.said(request, _("草稿已保存。"), address)
    return redirect(f"{address}#q-{take}" if take else address)


def again(request: HttpRequest, place: Place, given: Given, error: Invalid) -> HttpResponse:
    """The form with everything that was typed and what the door said of it."""
    kept = number(request.POST.get("revision", "")) > 0
    found = opened(request, place, draft=key(request.POST.get("key")) if kept else "")
    page = entering_page.page(found, place, given, error=error, now=asking.now(), who=who(request))
    return answering.page(request, "enter/write.html", page, status=error.status)


def taken_over(request: HttpRequest, place: Place, link: str) -> Given:
    """The last value of one item, for whoever has no script."""
    found = opened(request, place, draft="")
    return {link: found.previous[link].value} if link in found.previous else {}


def typed(request: HttpRequest, form: Template) -> Given:
    """The answers that were posted."""
    return entering_answers.read(form, request.POST, asking.now())


def keep(request: HttpRequest, place: Place, form: Template, given: Given) -> DraftSaved:
    """Save what was typed, encrypted, as the draft of this form's key."""
    posted = request.POST
    data = SaveDraft(
        template=form.name, key=key(posted.get("key")), answers=given,
        ways=entering_page.ways(form, posted.get("way", "")), encounter=number(posted.get("visit", "")),
        start=number(posted.get("start", "")), revision=number(posted.get("revision", "")),
    )  # fmt: skip
    found: DraftSaved = asking.write(request, Verb.SAVE_DRAFT, data, target=place.target).value
    return found


def rest(request: Any) -> int:
    """Seconds that the session has left."""
    return int(request.session.rest().total_seconds())


def saved(request: HttpRequest, place: Place) -> HttpResponse:
    """Save and say what the server made of it; a page's script asks this while somebody types."""
    posted = request.POST
    try:
        same_person(request)
        form = template(request, posted.get("template", ""), number(posted.get("template_n", "")))
        given = typed(request, form)
        draft = keep(request, place, form, given)
    except JinguiError as error:
        if error.status >= 500:
            return JsonResponse({"message": _(error.message)}, status=error.status)
        fork = isinstance(error, Conflict)
        said = f"{_(error.message)}{_(error.next_step)}"
        label = _("对比后合并") if fork else _("查看")
        return JsonResponse({"fork": fork, "message": said, "label": label}, status=error.status)
    now = asking.now()
    left = {one.name: entering_form.missing(one, given, posted.get("sex", "")) for one in form.sections}
    return JsonResponse({
        "revision": draft.revision, "saved": f"{draft.saved.astimezone(now.tzinfo):%H:%M}",
        "complete": draft.completeness, "echo": entering_form.echoes(form, given, now), "missing": left,
        "left": entering_form.left(2), "session": rest(request),
    })  # fmt: skip

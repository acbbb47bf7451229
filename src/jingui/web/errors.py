"""一（三）1 合法合规: what went wrong or was refused, and the one next step; never a stack trace [1.3.1] [1.3.2]"""

import sys
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist, loader
from django.utils.translation import gettext as _

from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn, Refused, TooLarge, Unavailable
from jingui.core.word import N_
from jingui.gate import door
from jingui.web import onward, sessions, wording
from jingui.web.viewmodels.errors import ErrorPage, RefusedPage
from jingui.web.viewmodels.parts import Link, RuleLine

RETRY = 5  # seconds
BARE = {400: "400.html", 403: "403.html", 404: "404.html"}


def answer(request: Any, error: JinguiError) -> HttpResponse:
    """The page of an error: its status, its words, the next step."""
    if isinstance(error, NotSignedIn) and request.method in ("GET", "HEAD"):
        return redirect(sessions.here(request, "sign_in"))
    if isinstance(error, Refused):
        return refused(request, error)
    page = ErrorPage(
        status=error.status, code=error.code, message=_(error.message), next_step=_(error.next_step),
        request=getattr(request, "number", ""),
        places=tuple((where, _(what)) for where, what in error.places) if isinstance(error, Invalid) else (),
        retry=request.path if isinstance(error, Unavailable) and request.method == "GET" else "",
        retry_seconds=RETRY if isinstance(error, Unavailable) else 0,
        contact=_("信息部门"),
    )  # fmt: skip
    response = drawn(request, "errors/error.html", page, error.status)
    if isinstance(error, Unavailable):
        response["Retry-After"] = str(RETRY)
    return response


def refused(request: Any, error: Refused) -> HttpResponse:
    """The refusal: which rule, which clause, what to ask for instead. Its entry is shown; nothing was lost."""
    told = door.explain_refusal(error, wording.language())
    apply = onward.apply(request, error)
    matter = _("请向主管部门提出：{matter}").format(matter=told.matter_label) if told and told.matter_label else ""
    page = RefusedPage(
        message=_(error.message),
        sentence=told.sentence if told else "",
        next_step=(told.next_step if told else "") or _(error.next_step),
        rules=tuple(RuleLine(id=line.id, sentence=line.sentence) for line in told.rules) if told else (),
        clauses=wording.clause_refs(error.clauses),
        matter=onward.undertaking(request, error) or onward.emergency(request, error) or apply,
        apply=apply,
        matter_text="" if apply else matter,
        entry=error.entry,
        back=Link(
            label=_("返回首页") if sessions.portal(request) else _("返回工作台"), href=sessions.here(request, "desk")
        ),
    )
    return drawn(request, "errors/refused.html", page, 403)


def drawn(request: HttpRequest, template: str, page: object, status: int) -> HttpResponse:
    """The page in its frame, or a bare one when the frame itself cannot be drawn now."""
    try:
        return render(request, template, {"page": page}, status=status)
    except JinguiError:
        return bare(status)


def bare(status: int) -> HttpResponse:
    """A page that needs nothing: no session, no database."""
    name = BARE.get(status, "500.html")
    try:
        return HttpResponse(loader.get_template(name).render(), status=status)
    except TemplateDoesNotExist:
        return HttpResponse(str(status), status=status, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what Django itself could not take; too large is 413."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent):
        return answer(request, TooLarge())
    return bare(400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    if not hasattr(request, "actor"):
        return bare(404)
    return answer(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or the page of our own error when one arose outside of a view."""
    error = sys.exc_info()[1]
    if isinstance(error, JinguiError) and hasattr(request, "actor"):
        return answer(request, error)
    if isinstance(error, Unavailable):
        response = bare(503)
        response["Retry-After"] = str(RETRY)
        return response
    return bare(500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our own page, or that lay too long."""
    if not hasattr(request, "actor"):
        return bare(403)
    error = Refused(
        N_("页面已过期，或这次提交不是从本系统的页面发出的。"), N_("请返回上一页刷新后再提交；没有任何内容被更改。"),
        clauses=("6.1.1",), reason="csrf",
    )  # fmt: skip
    return refused(request, error)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 that did not come from the door (Django's own checks)."""
    return bare(403)

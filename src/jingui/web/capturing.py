"""二（一）1 采集模板: every template with the data element, purpose and necessity of each of its items [2.1.1]"""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jingui.core.capture import TemplatesRequest, TemplatesState
from jingui.core.errors import NotFound
from jingui.core.matters import KINDS
from jingui.core.words import Role, Verb
from jingui.web import answering, asking, capturing_page


def state_of(request: HttpRequest, asked: TemplatesRequest) -> TemplatesState:
    """What the door says of templates."""
    found: TemplatesState = asking.read(request, Verb.READ_TEMPLATES, asked).value
    return found


def may_change(request: HttpRequest) -> bool:
    """Whether this post may ask for a change."""
    return Role(asking.role(request)) in KINDS["template_change"].starters


@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates in force."""
    page = capturing_page.listing(state_of(request, TemplatesRequest()))
    return answering.page(request, "collect/templates.html", page)


@require_safe
def template(request: HttpRequest, template: str) -> HttpResponse:
    """One template: facts, items, the empty form, its versions."""
    asked = request.GET.get("version", "")
    n = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else -1
    if asked and n < 0:
        raise NotFound()
    state = state_of(request, TemplatesRequest(name=template, n=n))
    page = capturing_page.showing(state, asking.now(), may=may_change(request))
    return answering.page(request, "collect/template.html", page, crumbs=capturing_page.crumbs(state.templates[0]))

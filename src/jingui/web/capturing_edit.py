"""二（一）1 采集模板: a change as one fills it in: simulated first, then asked for by a matter [2.1.1]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.capture import Simulation, Template, TemplatesRequest
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters.asking import StartMatter
from jingui.core.words import Verb
from jingui.formats import capture, capture_edit, fhir_json
from jingui.web import answering, asking, capturing, capturing_change, capturing_page, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels.capture import EditPage
from jingui.web.viewmodels.paths import to


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, template: str) -> HttpResponse:
    """The form of changes; what it would touch; and, asked for, the matter that carries it."""
    old = capturing.state_of(request, TemplatesRequest(name=template)).templates[0]
    if not capturing.may_change(request):
        raise NotFound()
    posted, sent = request.POST, request.method == "POST"
    filled = Filled(posted, sent=sent)
    reason = filled.text("reason", _("更改理由"), longest=2000, kind="textarea",
                         required=posted.get("then") != "simulate",
                         hint=_("写明为何需要，以及为何不超出必要范围。"))  # fmt: skip
    lines = [capturing_change.added(posted, n, old) for n in range(capturing_change.NEW)]
    touched = None
    if sent:
        try:
            new = capture_edit.edited(old, capturing_change.wished(posted, old, lines))
            simulation = simulated(request, new)
            if filled.right and posted.get("then") == "submit":
                matter = start(request, old, simulation, reason)
                return answering.said(request, _("已提交更改申请，批准后生效。"), to("matter", matter=matter))
            touched = capturing_change.told(simulation)
        except (Invalid, Conflict) as error:
            capturing_change.said(filled, lines, old, error)
    page = EditPage(
        title=old.label(wording.language()), back=to("template", template=template),
        sections=capturing_change.sections(old, posted),
        added=tuple(tuple(line) for line in lines), form=filled.form(_("提交申请")), touched=touched,
    )  # fmt: skip
    return answering.page(
        request,
        "collect/template_edit.html",
        page,
        status=400 if page.every.wrong else 200,
        crumbs=capturing_page.crumbs(old),
    )


def simulated(request: HttpRequest, new: Template) -> Simulation:
    """What the door says the change would touch; Invalid with each place that is wrong."""
    body = fhir_json.dump(capture.questionnaire(new))
    found = capturing.state_of(request, TemplatesRequest(name=new.name, draft=body)).simulation
    if found is None:
        raise NotFound()
    return found


def start(request: HttpRequest, old: Template, simulation: Simulation, reason: str) -> int:
    """Hand the change in; the number of its matter."""
    answers = (
        ("template", old.name), ("changes", simulation.said), ("reason", reason), ("base", str(old.n)),
        ("body", simulation.body),
    )  # fmt: skip
    data = StartMatter(kind="template_change", answers=answers, submit=True)
    return int(asking.write(request, Verb.START_MATTER, data).value.matter)

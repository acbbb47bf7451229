"""七（一）1 例行工作: what my post must do again and again, and what was found [7.1.1] [1.3.4]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.duties import DUTIES, DoDuty, DutiesRequest, DutyLine
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.viewmodels.matters import DutiesPage, DutyRow
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import PATHS, to


@require_http_methods(["GET", "HEAD", "POST"])
def duties(request: HttpRequest) -> HttpResponse:
    """The runs of my post's duties, or everybody's; a run is done by saying what was found."""
    wrong: tuple[int, str, str] = (0, "", "")
    if request.method == "POST":
        run, result = request.POST.get("run", ""), request.POST.get("result", "")
        try:
            asking.write(request, Verb.DO_DUTY, DoDuty(run=int(run) if run.isdigit() else 0, result=result))
            return answering.said(request, _("已登记完成，并写入存证台账。"), to("duties"))
        except (Invalid, Conflict) as error:
            text = dict(error.places).get("result", error.message) if isinstance(error, Invalid) else error.message
            wrong = (int(run) if run.isdigit() else 0, _(text), result)
    mine = request.GET.get("list") != "all"
    found = asking.read(request, Verb.READ_DUTIES, DutiesRequest(mine=mine, settled=True)).value
    now = asking.now()
    rows = [row(one, one.due <= now, wrong) for one in found]
    page = DutiesPage(
        rows=tuple(one for one in rows if one.open), settled=tuple(one for one in rows if not one.open), mine=mine
    )
    return answering.page(request, "matters/duties.html", page, status=400 if wrong[1] else 200)


def row(one: DutyLine, overdue: bool, wrong: tuple[int, str, str]) -> DutyRow:
    """A run in the list."""
    duty = DUTIES[one.duty]
    tags = {
        "open": Tag(text=_("待完成"), tone="bad" if overdue else "warn"), "done": Tag(text=_("已完成"), tone="ok"),
        "missed": Tag(text=_("未完成"), tone="bad"),
    }  # fmt: skip
    here = wrong[0] == one.id
    return DutyRow(
        id=one.id, title=_(duty.text), evidence=_(duty.evidence), every=_(duty.every.label), department=one.department,
        due=one.due, state=tags[one.state], person=one.person, done=one.done, result=one.result,
        open=one.state == "open" and one.mine, overdue=overdue and one.state == "open",
        href=to(duty.page) if duty.page in PATHS else "", clauses=wording.clause_refs(duty.clauses),
        error=wrong[1] if here else "", typed=wrong[2] if here else "",
    )  # fmt: skip

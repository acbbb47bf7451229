"""一（三）4 责任到人: lending one's power to decide for a time, and taking it back [1.3.4]"""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import Delegate, DelegationLine, DelegationsRequest, EndDelegation
from jingui.core.words import Role, Verb
from jingui.store import lists
from jingui.web import answering, asking, matter_words
from jingui.web.filling import Filled, begins
from jingui.web.matter_forms import crumbs
from jingui.web.viewmodels.matters import DelegationsPage, LentRow
from jingui.web.viewmodels.paths import to

USUAL: Final = timedelta(days=3)


@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest) -> HttpResponse:
    """My delegations, given and received; a new one; the end of one."""
    if request.method == "POST" and request.POST.get("end", "").isdigit():
        asking.write(request, Verb.END_DELEGATION, EndDelegation(delegation=int(request.POST["end"][:18])))
        return answering.said(request, _("委托已终止，立即生效。"), to("delegations"))
    filled = Filled(request.POST, sent=request.method == "POST")
    today = asking.now().date()
    staff = filled.text("to_person", _("受托人工号"), longest=32, hint=_("审批时系统会同时记下您和受托人。"))
    starts = filled.day("starts", _("从"), default=today)
    ends = filled.day("ends", _("到（含当日）"), default=today + USUAL)
    role = Role(asking.role(request))
    mine = [row for row in KINDS.values() if any(role in step.roles for step in (*row.steps, *row.appeal))]
    kinds = (("", _("本岗位可审批的全部事项")), *((row.id, _(row.text)) for row in mine))
    kind = filled.choice("kinds", _("事项范围"), kinds, required=False)
    number = lists.person_of(staff) if staff else 0
    if filled.sent and staff and not number:
        filled.wrong("to_person", _("没有这个工号的在职人员。"))
    if filled.right and starts and ends:
        begin = max(begins(starts), asking.now())
        data = Delegate(
            to_person=number, starts=begin, ends=begins(ends + timedelta(days=1)), kinds=(kind,) if kind else ()
        )
        try:
            asking.write(request, Verb.DELEGATE, data)
            return answering.said(request, _("委托已登记，到期自动终止。"), to("delegations"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    found = asking.read(request, Verb.READ_MATTERS, DelegationsRequest()).value
    page = DelegationsPage(rows=tuple(row(one) for one in found), form=filled.form(_("登记委托")))
    status = 400 if filled.sent and not filled.right else 200
    return answering.page(request, "matters/delegations.html", page, status=status, crumbs=crumbs(_("委托审批")))


def row(one: DelegationLine) -> LentRow:
    """A delegation in the list."""
    return LentRow(
        id=one.id, person=one.person, to_person=one.to_person, role=_(Role(one.role).label),
        kinds=_("、").join(matter_words.title(kind) for kind in one.kinds) or _("全部"), starts=one.starts,
        ends=one.ends, running=not one.ended, mine=one.mine,
    )  # fmt: skip

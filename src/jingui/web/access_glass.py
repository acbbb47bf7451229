"""四（一）1 紧急调阅: one reason, and the chart opens; what a session remembers of it, the banner, its end [4.1.1]"""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.access_operations import EndGrant, Opened
from jingui.core.errors import Conflict, Invalid
from jingui.core.operation import Operation
from jingui.core.words import Purpose, Relation, Verb
from jingui.gate import door
from jingui.web import answering, asking, glass, purposes
from jingui.web.filling import Filled
from jingui.web.viewmodels.access_operations import GlassPage
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link, Notice
from jingui.web.viewmodels.paths import to

CLOSE: Final = frozenset({Relation.TREATING, Relation.TEAM, Relation.CONSULTATION})
LONGEST: Final = 300  # characters of a reason that is typed while somebody is being saved


def banner(request: Any, patient: int, public: str) -> None:
    """Say on a page of this patient that it is open for an emergency, and how long still."""
    found = glass.opened(request, patient)
    if found is None:
        return
    minutes = max(1, int((found[0] - door.now()).total_seconds() // 60))
    left = _("%(hours)d 小时 %(minutes)d 分") % {"hours": minutes // 60, "minutes": minutes % 60}
    text = _("紧急调阅中，剩余 %(left)s。只供当场阅读；已即时告警，由他人复核。") % {"left": left}
    link = Link(label=_("结束紧急调阅"), href=to("break_glass", patient=public))
    request.notices = (*(getattr(request, "notices", None) or ()), Notice(text=text, tone="warn", link=link))


@require_http_methods(["GET", "HEAD", "POST"])
def break_glass(request: HttpRequest, patient: str) -> HttpResponse:
    """The one field of an emergency; once it is open, its end."""
    where = door.locate(patient)
    after = back(request, patient, record=where.record)
    if request.method == "POST" and "end" in request.POST:
        return ended(request, where.patient)
    now_open = glass.opened(request, where.patient)
    filled = Filled(request.POST, sent=request.method == "POST")
    said = filled.text(
        "reason", _("为什么必须现在看"), longest=LONGEST, default=purposes.reason(request.session, Purpose.EMERGENCY),
        hint=_("写一句就够，例如“昏迷，需了解过敏史”。加密留存，供复核。"),
    )  # fmt: skip
    if filled.right:
        try:
            done = door.write(operation(request, where.patient, said))
        except Invalid as error:
            filled.refused(error)
        else:
            made: Opened = done.value
            glass.keep(request, where.patient, made.grant, made.until)
            return redirect(after)
    filled.add(Field(name="next", label="", kind="hidden", value=after))
    page = GlassPage(
        form=filled.form(_("打开病历")), until=now_open[0] if now_open else None, chart=after,
        back=Link(label=_("返回"), href=after),
    )  # fmt: skip
    return answering.page(request, "access/glass.html", page, status=400 if page.form.wrong else 200)


def operation(request: HttpRequest, patient: int, reason: str) -> Operation:
    """紧急调阅 of the patient, with its reason."""
    asked = asking.operation(request, Verb.BREAK_GLASS, target=asking.whole(patient), why=Purpose.EMERGENCY)
    return Operation(
        actor=asked.actor, verb=asked.verb, at=asked.at, purpose=asked.purpose, target=asked.target, reason=reason
    )


def ended(request: HttpRequest, patient: int) -> HttpResponse:
    """Give the grant back: reading stops at once."""
    found = glass.opened(request, patient)
    glass.forget(request, patient)
    if found is not None:
        try:
            asking.write(request, Verb.END_GRANT, EndGrant(patient=patient, grant=found[1], reason=_("本人结束")))
        except Conflict:
            return answering.said(request, _("紧急调阅此前已经结束。"), to("desk"), "info")
    return answering.said(request, _("紧急调阅已结束，病历已关闭。"), to("desk"))


def back(request: HttpRequest, public: str, *, record: int) -> str:
    """The page one came from, if it is ours; else the chart or the record itself."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        return wanted
    return to("record", record=public) if record else to("chart", patient=public)


def settle(request: HttpRequest, patient: int, public: str, relation: str) -> None:
    """After a chart was opened: the banner, or, once a treating relation exists, an emergency that is no longer one."""
    if relation in CLOSE:
        glass.forget(request, patient)
    else:
        banner(request, patient, public)

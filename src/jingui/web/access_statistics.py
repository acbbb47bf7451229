"""四（一）3 防统方: the one run of an approved count, part by part, and its result [4.1.3]"""

from datetime import datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.access_operations import Counted, CountLine, CountPrescriptions, Per, Scope, Subject
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.viewmodels.access_operations import CountRow, StatisticsPage
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

SECONDS: Final = 2.0  # how long one answer counts before it shows how far it is


@require_http_methods(["GET", "HEAD", "POST"])
def statistics(request: HttpRequest, matter: int) -> HttpResponse:
    """Before it is run: what the button does. Then parts, until it is done or the reader has to press on."""
    here = to("matter", matter=matter)
    if request.method != "POST":
        page = StatisticsPage(scope=(), matter_href=here)
        return answered(request, page)
    began = asking.now()
    cursor = request.POST.get("cursor", "")
    while True:
        data = CountPrescriptions(cursor=cursor)
        result = asking.write(request, Verb.PRESCRIBER_STATISTICS, data, matter=matter)
        found: Counted = result.value
        cursor = result.more
        if found.done or long(began):
            break
    page = StatisticsPage(
        scope=words(found.scope), matter_href=here, cursor=cursor, begun=True, done=found.done, read=found.read,
        total=max(found.total, found.read), share=100 if found.done else 100 * found.read // max(found.total, 1),
        unreadable=found.unreadable, rows=tuple(row(one) for one in found.lines), entry=result.trace.entry,
    )  # fmt: skip
    return answered(request, page)


def answered(request: HttpRequest, page: StatisticsPage) -> HttpResponse:
    """The page with where one stands."""
    crumbs = (Link(label=_("事项"), href=page.matter_href), Link(label=_("统方"), href=""))
    return answering.page(request, "access/statistics.html", page, crumbs=crumbs)


def long(began: datetime) -> bool:
    """Whether this answer has counted long enough."""
    return (asking.now() - began).total_seconds() > SECONDS


def words(scope: Scope) -> tuple[tuple[str, str], ...]:
    """What was approved, in words."""
    return (
        (_("统计对象"), _(Subject(scope.subject).label)),
        (_("统计方式"), _(Per(scope.per).label)),
        (_("期间"), _("%(first)s 至 %(last)s") % {"first": scope.first, "last": scope.last}),
    )


def row(one: CountLine) -> CountRow:
    """One line of the result."""
    amount = f"{one.quantity:g} {one.unit}".strip() if one.quantity else "—"
    return CountRow(
        who=wording.department(one.name) or _("未注明"),
        what=one.text or "—",
        code=one.code,
        orders=one.orders,
        quantity=amount,
    )

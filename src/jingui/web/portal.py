"""一（三）2 患者门户: my record: the list and one record in plain words [1.3.2] [4.2.1]"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.access import Chart, ChartRequest, RecordLine
from jingui.core.errors import NotFound
from jingui.core.operation import Target
from jingui.core.portal import Charted
from jingui.core.words import Category, Relation, Verb
from jingui.formats import display, fhir_json
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.access import CategoryFilter
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.resource import shown
from jingui.web.viewmodels.shell import NavItem

SECTIONS = ("portal_chart", "portal_readers", "portal_shared", "portal_consents", "portal_restrictions")


def charts(request: Any) -> tuple[Charted, ...]:
    """The charts that this account reaches, asked once per request."""
    found: tuple[Charted, ...] | None = getattr(request, "portal_charts", None)
    if found is None:
        found = request.portal_charts = door.portal.charts(asking.actor(request))
    return found


def chosen(request: Any, patient: str) -> Target:
    """The chart that an address names, as the frame's own; the door decides whether it may be seen."""
    request.portal_chart = patient
    return door.locate(patient)


def relation(request: Any, patient: str) -> tuple[Target, Relation]:
    """The chart that an address names and as what this account reaches it; a foreign one is refused and entered."""
    target = chosen(request, patient)
    found = next((one for one in charts(request) if one.id == patient), None)
    if found is None:
        asking.read(request, Verb.OPEN_CHART, ChartRequest(count=1), target=target)
        raise NotFound()
    return target, Relation(found.relation)


def nav(request: Any) -> tuple[NavItem, ...]:
    """The portal's five rooms for the chart at hand, the other charts, and the account."""
    here = getattr(request, "portal_chart", "")
    mine = charts(request)
    current = next((one for one in mine if one.id == here), mine[0] if mine else None)
    labels = (_("我的病历"), _("谁看过我的病历"), _("资料提供给了谁"), _("知情同意"), _("查阅限制"))
    out = []
    if current is not None:
        for name, label in zip(SECTIONS, labels, strict=True):
            href = to(name, patient=current.id)
            exact = name == "portal_chart"
            out.append(
                NavItem(
                    label=label, href=href,
                    current=request.path == href if exact else request.path.startswith(href),
                )
            )  # fmt: skip
    others = [one for one in mine if one is not current]
    for number, one in enumerate(others, 1):
        label = _("本人病历") if one.relation == Relation.SELF else _("被监护人 %(n)d") % {"n": number}
        out.append(NavItem(label=label, href=to("portal_chart", patient=one.id), rule_before=number == 1))
    asked = to("portal_matters")
    out.append(NavItem(label=_("我的申请"), href=asked, current=request.path.startswith(asked)))
    apps = to("portal_apps")
    out.append(NavItem(label=_("我授权的应用"), href=apps, current=request.path == apps))
    account = to("portal_account")
    out.append(NavItem(label=_("账号"), href=account, current=request.path == account))
    return tuple(out)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One's own chart, or the first that one cares for."""
    mine = charts(request)
    if not mine:
        raise NotFound(_("这个门户账号目前没有可以查看的病历。"), _("请到窗口办理。"))
    return redirect(to("portal_chart", patient=mine[0].id))


@require_http_methods(["GET", "HEAD", "POST"])
def chart(request: HttpRequest, patient: str) -> HttpResponse:
    """My record, newest first; the place of an older page is posted, because it holds a clinical date."""
    category = request.GET.get("category", "")
    asked = ChartRequest(
        category=category if category in set(Category) else "", cursor=request.POST.get("after", ""), count=30,
    )  # fmt: skip
    result = asking.read(request, Verb.OPEN_CHART, asked, target=chosen(request, patient))
    found: Chart = result.value
    here = to("portal_chart", patient=patient)
    page = view.ChartPage(
        patient=replace(charting.header(found.patient), href=here, tags=()), days=days(found.records),
        visits=tuple(replace(one, href="") for one in charting.visits(found, "")), filters=filters(found, here, asked),
        withheld=found.hidden, older=result.more, newest_href=here if asked.cursor else "",
    )  # fmt: skip
    return answering.page(request, "portal/chart.html", page)


def days(records: Iterable[RecordLine]) -> tuple[view.Day, ...]:
    """Records by day, each leading to its page of the portal."""
    now = asking.now()
    made = [replace(charting.item(one), href=to("portal_record", record=one.id)) for one in records]
    made.sort(key=lambda one: one.at, reverse=True)
    return tuple(
        view.Day(day=day, items=items)
        for day, group in groupby(made, key=lambda one: one.at.astimezone(now.tzinfo).date())
        if (items := tuple(group))
    )


def filters(found: Chart, here: str, asked: ChartRequest) -> tuple[CategoryFilter, ...]:
    """The kinds of information that this record holds."""
    counts = [(one, found.categories.get(one.value, 0)) for one in Category if found.categories.get(one.value, 0)]
    if len(counts) < 2:
        return ()
    return (
        CategoryFilter(
            category=None, count=sum(count for _one, count in counts), href=here, current=not asked.category
        ),
        *(
            CategoryFilter(
                category=one, count=count, href=f"{here}?category={one.value}", current=asked.category == one.value
            )
            for one, count in counts
        ),
    )


@require_safe
def record(request: Any, record: str) -> HttpResponse:
    """One record in plain words."""
    sheet = asking.sheet(request, door.locate(record))
    request.portal_chart = sheet.patient
    resource = fhir_json.parse(sheet.body)
    line = display.line(resource, wording.language())
    tags = (Tag(text=_("已更正，第 %(n)d 版") % {"n": sheet.version}, tone="info"),) if sheet.version > 1 else ()
    page = view.RecordPage(
        title=charting.title(line, resource), kind=line.kind, at=line.at or sheet.entered, entered=sheet.entered,
        version=sheet.version, shown=shown(resource), tags=(*tags, *wording.labels(sheet.level, sheet.labels)),
        back=to("portal_chart", patient=sheet.patient), correction=to("portal_correction", record=record),
    )  # fmt: skip
    return answering.page(request, "portal/record.html", page)

"""四（二）3 院外查阅: the one page of a person from outside: this patient's record, to look at [4.2.3]

Nothing here prints, exports, copies or searches; the page hides itself from paper, the watermark names reader,
institution and time.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.access import Chart, ChartRequest, RecordLine
from jingui.core.errors import NotFound
from jingui.core.outside import MyOutside
from jingui.core.words import Purpose, Verb
from jingui.formats import display, fhir_json
from jingui.gate import door
from jingui.web import answering, asking, charting, wording
from jingui.web.viewmodels import outside as view
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.portal import Day
from jingui.web.viewmodels.resource import shown

CARE = {"why": Purpose.TREATMENT}


def mine(request: Any) -> MyOutside:
    """What this account reaches, known to the frame's watermark; NotFound when it is over."""
    found = door.outside.mine(asking.actor(request))
    if found is None:
        raise NotFound(_("本次查阅已结束。"), _("如仍需要，请联系开通账号的医院。"))
    request.institution = found.institution
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """The record, newest first; the place of an older page is posted, because it holds a clinical date."""
    own = mine(request)
    asked = ChartRequest(cursor=request.POST.get("after", ""), count=30)
    result = asking.read(request, Verb.OPEN_CHART, asked, target=door.locate(own.patient), **CARE)
    found: Chart = result.value
    page = view.HomePage(
        patient=replace(charting.header(found.patient), href="", tags=()), name=own.name, institution=own.institution,
        until=own.ends, days=days(found.records), withheld=found.hidden, older=result.more,
    )  # fmt: skip
    return answering.page(request, "release/outside_home.html", page)


def days(records: Iterable[RecordLine]) -> tuple[Day, ...]:
    """Records by day, each leading to its own view."""
    zone = asking.now().tzinfo
    made = [replace(charting.item(one), href=to("outside_record", record=one.id)) for one in records]
    made.sort(key=lambda one: one.at, reverse=True)
    return tuple(
        Day(day=day, items=tuple(group)) for day, group in groupby(made, key=lambda one: one.at.astimezone(zone).date())
    )


@require_safe
def record(request: HttpRequest, record: str) -> HttpResponse:
    """One record in plain words."""
    own = mine(request)
    operation = asking.operation(request, Verb.READ, target=door.locate(record), why=Purpose.TREATMENT)
    sheet = door.sheet(operation)
    request.trace = sheet.trace  # type: ignore[attr-defined]  # the frame shows it
    resource = fhir_json.parse(sheet.body)
    line = display.line(resource, wording.language())
    page = view.RecordPage(
        title=charting.title(line, resource), kind=line.kind, at=line.at or sheet.entered, version=sheet.version,
        shown=shown(resource), until=own.ends,
    )  # fmt: skip
    return answering.page(request, "release/outside_record.html", page)

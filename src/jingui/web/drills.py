"""三（一）1, 六（一）3 灾备演练: the register of switch-overs really done, and a new one [6.1.3] [3.1.1]"""

import re
from datetime import date, datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.calendars import CHINA
from jingui.core.drills import LONGEST, DrillKind, DrillLine, Drills, DrillsRequest, RecordDrill
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Role, Verb
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.viewmodels.drills import DrillRow, DrillsPage
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

YEAR: Final = timedelta(days=366)
CLOCK: Final = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)(?:[:：]([0-5]\d))?\Z")
RECORDING: Final = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN})


@require_http_methods(["GET", "HEAD", "POST"])
def drills(request: HttpRequest) -> HttpResponse:
    """Drills, newest first, with what was lost and how long it took; those who may record one have the form."""
    filled = Filled(request.POST, sent=request.method == "POST")
    data = asked(filled)
    if data is not None:
        try:
            asking.write(request, Verb.RECORD_DRILL, data)
            return answering.said(request, _("演练已登记，不再更改。"), to("drills"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    before = request.GET.get("before", "")
    number = int(before) if before.isdigit() and len(before) < 19 else 0
    found: Drills = asking.read(request, Verb.READ_BACKUPS, DrillsRequest(before=number)).value
    newest = max((one.started for one in found.lines if one.genuine), default=None)
    records = Role(asking.role(request)) in RECORDING
    page = DrillsPage(
        rows=tuple(row(one, found) for one in found.lines), form=filled.form(_("登记演练")) if records else None,
        older=f"{to('drills')}?before={found.lines[-1].id}" if found.more else "",
        limit_lost=found.limit_lost, limit_seconds=found.limit_seconds,
        due=not number and (newest is None or asking.now() - newest > YEAR),
    )  # fmt: skip
    status = 400 if filled.sent and not filled.right else 200
    way = (Link(label=_("系统"), href=to("system")), Link(label=_("灾备演练"), href=""))
    return answering.page(request, "protect/drills.html", page, status=status, crumbs=way)


def asked(filled: Filled) -> RecordDrill | None:
    """What the form says; None while it was not sent or something is missing."""
    kinds = tuple((one.value, _(one.label)) for one in DrillKind)
    kind = filled.choice("kind", _("演练内容"), (("", _("请选择")), *kinds))
    day = filled.day("day", _("日期"), default=asking.now().astimezone(CHINA).date())
    started = clock(filled, "started", _("开始时刻"), _("原主机停用或断开的时刻，如 14:05:30"))
    ended = clock(filled, "ended", _("结束时刻"), _("过了零点的，按次日计"))
    seconds = count(filled, "seconds", _("恢复写入用时（秒）"), _("从停用到第一次又能写入"))
    lost = count(filled, "lost", _("丢失的已确认写入（条）"), _("按外部日志逐条核对；没有丢失填 0"))
    text = filled.text("text", _("经过、发现和改进"), longest=LONGEST)
    filled.become("text", kind="textarea")
    if not filled.sent or not filled.right or day is None or started is None or ended is None:
        return None
    if seconds is None or lost is None:
        return None
    start, end = moment(day, started), moment(day, ended)
    if end < start:
        end += timedelta(days=1)
    return RecordDrill(kind=kind, started=start, ended=end, lost=lost, seconds=seconds, text=text)


def clock(filled: Filled, name: str, label: str, hint: str) -> timedelta | None:
    """A time of day."""
    typed = filled.text(name, label, longest=8, hint=hint)
    found = CLOCK.match(typed)
    if found is None:
        if typed:
            filled.wrong(name, _("请写成 14:05 或 14:05:30。"))
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def count(filled: Filled, name: str, label: str, hint: str) -> int | None:
    """A whole number, none below zero."""
    typed = filled.text(name, label, longest=9, hint=hint)
    if typed and not (typed.isascii() and typed.isdigit()):
        filled.wrong(name, _("请填写数字。"))
        return None
    return int(typed) if typed else None


def moment(day: date, of: timedelta) -> datetime:
    """A day's time, as the hospital's clocks show it."""
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + of


def row(one: DrillLine, found: Drills) -> DrillRow:
    """A drill in the list, judged by the goals."""
    return DrillRow(
        id=one.id, kind=_(DrillKind(one.kind).label) if one.kind else "", started=one.started, ended=one.ended,
        lost=one.lost, lost_well=one.lost <= found.limit_lost, seconds=one.seconds,
        seconds_well=one.seconds <= found.limit_seconds, person=one.person, text=one.text, genuine=one.genuine,
    )  # fmt: skip

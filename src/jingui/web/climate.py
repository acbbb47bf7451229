"""三（一）2 库房环境: the board of storerooms, a sensor's course, its registration, uploads [3.1.2]"""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.climate import (
    ALARMS,
    QUANTITIES,
    AlarmLine,
    ClimateBoard,
    ClimateRequest,
    EndSensor,
    RegisterSensor,
    SensorLine,
    Taken,
    TakeReadings,
    milli,
    told,
)
from jingui.core.climate_batches import lines_of
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, climate_plot
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels import climate as view
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

SPANS: Final = (1, 7, 30)
MOST_BYTES: Final = 1024 * 1024
MOST_POINTS: Final = 200  # lines of the table beside the plot; the file has every reading


@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """Every storeroom with its sensors, those with alarms first; what is looked for stands in no address."""
    ended = request.POST.get("ended") == "1"
    found: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, ClimateRequest(ended=ended)).value
    find = " ".join(request.POST.get("find", "").split())[:60]
    now = asking.now()
    rooms: dict[str, list[view.SensorRow]] = {}
    worst: dict[str, bool] = {}
    for one in found.sensors:
        if find.lower() in f"{one.storeroom} {one.name}".lower():
            rooms.setdefault(one.storeroom or _("未指明库房"), []).append(row(one, now))
            worst[one.storeroom] = worst.get(one.storeroom, False) or bool(one.alarms)
    for _number, name in found.storerooms:
        if not find or find.lower() in name.lower():
            rooms.setdefault(name, [])
    shown = sorted(rooms.items(), key=lambda pair: (not worst.get(pair[0], False), pair[0]))
    actions = [Link(label=_("七防巡查"), href=to("rounds"), key="x")]
    if asking.may(request, Verb.REGISTER_SENSOR):
        actions.insert(0, Link(label=_("登记传感器"), href=to("register_sensor"), key="n", primary=True))
    page = view.BoardPage(
        rooms=tuple(
            view.RoomRow(name=name, sensors=tuple(sensors), state=room_state(sensors, worst.get(name, False)))
            for name, sensors in shown
        ),
        alarms=tuple(alarm(one) for one in found.alarms), actions=tuple(actions), find=find, ended=ended,
    )  # fmt: skip
    return answering.page(request, "keep/climate.html", page)


def room_state(sensors: list[view.SensorRow], bad: bool) -> Tag:
    """How a storeroom stands."""
    if not sensors:
        return Tag(text=_("没有传感器"), tone="warn")
    return Tag(text=_("有报警"), tone="bad") if bad else Tag(text=_("正常"), tone="ok")


def shown(quantity: str, value: int | None) -> str:
    """A value with its unit, or its word."""
    kind = QUANTITIES.get(quantity)
    if value is None or kind is None:
        return "—"
    if kind.states[0] and value in (0, 1000):
        return _(kind.states[value // 1000])
    return f"{told(value)} {kind.unit}".strip()


def row(one: SensorLine, now: datetime) -> view.SensorRow:
    """A sensor in the list."""
    if not one.genuine:
        state = Tag(text=_("数据被篡改"), tone="bad")
    elif one.ended is not None:
        state = Tag(text=_("已停用"), tone="none")
    elif one.alarms:
        state = Tag(text="、".join(_(ALARMS[kind]) for kind in one.alarms), tone="bad")
    elif one.last is None:
        state = Tag(text=_("尚无读数"), tone="warn")
    else:
        late = (now - one.last).total_seconds() > 2 * one.every
        state = Tag(text=_("读数迟到"), tone="warn") if late else Tag(text=_("正常"), tone="ok")
    kind = QUANTITIES.get(one.quantity)
    return view.SensorRow(
        name=one.name, href=to("sensor", sensor=one.id), quantity=_(kind.text) if kind else one.quantity,
        limits=f"{shown(one.quantity, one.low)} – {shown(one.quantity, one.high)}",
        value=_("不可信") if one.absurd else shown(one.quantity, one.value), last=one.last, state=state,
        person=one.person,
    )  # fmt: skip


def alarm(one: AlarmLine) -> view.AlarmRow:
    """An alarm in a list."""
    return view.AlarmRow(
        name=one.name, href=to("sensor", sensor=one.sensor), room=one.storeroom,
        kind=Tag(text=_(ALARMS[one.kind]), tone="bad" if one.ends is None else "none"),
        worst="—" if one.kind == "gap" else shown(one.quantity, one.worst), starts=one.starts, ends=one.ends,
        matter=to("matter", matter=one.matter) if one.matter else "",
    )  # fmt: skip


@require_safe
def sensor(request: HttpRequest, sensor: int) -> HttpResponse:
    """One sensor's course: plot, table, alarms."""
    asked = request.GET.get("days", "1")
    days = int(asked) if asked in {str(one) for one in SPANS} else SPANS[0]
    found: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, ClimateRequest(sensor=sensor, days=days)).value
    one, now = found.sensors[0], asking.now()
    since = (found.since or now).astimezone(now.tzinfo)
    named = row(one, now)
    title = _("%(name)s，最近 %(days)d 天：%(count)d 次报警。数据见下表。") % {
        "name": one.name, "days": days, "count": len(found.alarms),
    }  # fmt: skip
    kind = QUANTITIES[one.quantity]
    actions = []
    if one.ended is None and asking.may(request, Verb.END_SENSOR):
        actions = [
            Link(label=_("导入读数"), href=to("upload_readings", sensor=sensor), key="n", primary=True),
            Link(label=_("停用"), href=to("end_sensor", sensor=sensor)),
        ]
    page = view.SensorPage(
        row=named, room=one.storeroom or "—", every=one.every,
        plot=climate_plot.drawn(one, found.points, found.alarms, since, now, title),
        points=tuple(
            view.PointRow(
                at=point.at, low=told(point.low), high=told(point.high), mean=told(point.mean), count=point.count,
                out=point.low < one.low or point.high > one.high,
            )
            for point in reversed(found.points[-MOST_POINTS:])
        ),
        alarms=tuple(alarm(each) for each in found.alarms),
        spans=tuple(
            (_("%(n)d 天") % {"n": each} if each > 1 else _("24 小时"), f"?days={each}", each == days)
            for each in SPANS
        ),
        file=to("sensor_file", sensor=sensor) + f"?days={days}", source=_(kind.source), actions=tuple(actions),
    )  # fmt: skip
    return answering.page(
        request,
        "keep/sensor.html",
        page,
        crumbs=(Link(label=_("库房环境"), href=to("climate")), Link(label=one.name, href="")),
    )


@require_safe
def sensor_file(request: HttpRequest, sensor: int) -> HttpResponse:
    """Every reading of the days, as CSV: time, value, whether it was absurd."""
    asked = request.GET.get("days", "1")
    days = int(asked) if asked in {str(one) for one in SPANS} else SPANS[0]
    data = ClimateRequest(sensor=sensor, days=days, raw=True)
    found: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, data).value
    lines = ["at,value,absurd"]
    lines += [f"{at.isoformat()},{told(value)},{int(odd)}" for at, value, odd in found.readings]
    answer = HttpResponse("\ufeff" + "\r\n".join(lines) + "\r\n", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sensor-{sensor}-{days}d.csv"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
def register_sensor(request: HttpRequest) -> HttpResponse:
    """Register a sensor; its token is shown once, on the page that follows."""
    known: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, ClimateRequest()).value
    filled = Filled(request.POST, sent=request.method == "POST")
    rooms = tuple((str(number), name) for number, name in known.storerooms)
    kinds = tuple((one.name, f"{_(one.text)} {one.unit}".strip()) for one in QUANTITIES.values())
    data: dict[str, Any] = {
        "name": filled.text("name", _("名称"), longest=60, hint=_("例如：一号库 东墙 温度")),
        "storeroom": filled.choice(
            "storeroom", _("库房"), (("", "—"), *rooms), typed=True,
            hint="" if rooms else _("还没有库房：请先登记库房。"),
        ),
        "quantity": filled.choice("quantity", _("监测项目"), (("", "—"), *kinds)),
    }  # fmt: skip
    kind = QUANTITIES.get(data["quantity"])
    source = QUANTITIES["temperature"].source
    hint = _("留空取默认值；温度 14–24 ℃、相对湿度 45–60%%（%(source)s）") % {"source": _(source)}
    low = filled.text("low", _("下限"), longest=12, required=False, hint=hint, inputmode="decimal")
    high = filled.text("high", _("上限"), longest=12, required=False, inputmode="decimal")
    every = filled.text("every", _("读数间隔（秒）"), longest=5, default="300", inputmode="numeric")
    data["staff_no"] = filled.text("person", _("责任人工号"), longest=32, hint=_("报警由他说明原因和措施"))
    if filled.sent and not every.isdecimal():
        filled.wrong("every", _("须为整数"))
    limits = {name: limit(filled, name, text, kind) for name, text in (("low", low), ("high", high))}
    if filled.right:
        token, digest = door.new_token()
        try:
            asked = RegisterSensor(
                **{**data, **limits, "storeroom": int(data["storeroom"])}, every=int(every), token=digest, person=0
            )
            made = asking.write(request, Verb.REGISTER_SENSOR, asked).value
            text = _("传感器已登记。令牌（只显示这一次）：%(token)s") % {"token": token}
            return answering.said(request, text, to("sensor", sensor=made))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记传感器"), lead=_("登记后凭令牌送读数，或在传感器页面导入记录仪的文件。"),
        submit=_("登记"), back=Link(label=_("返回库房环境"), href=to("climate")),
        rules=(
            _("令牌只显示一次，系统只保存其摘要；遗失请停用后重新登记。"),
            _("送数地址：POST /sensors/readings，Authorization: Bearer 令牌，JSON 或 CSV。"),
            _("同一时刻的读数只收一次，迟到的读数照收；明显不可能的数值保留并标记。"),
        ),
    )  # fmt: skip


def limit(filled: Filled, name: str, text: str, kind: Any) -> int:
    """A limit in thousandths; empty takes the quantity's own."""
    if not text:
        return int(getattr(kind, name)) if kind is not None else 0
    try:
        return milli(text)
    except Invalid:
        filled.wrong(name, _("须为数字"))
        return 0


@require_http_methods(["GET", "HEAD", "POST"])
def end_sensor(request: HttpRequest, sensor: int) -> HttpResponse:
    """Retire a sensor, with the reason."""
    found: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, ClimateRequest(sensor=sensor)).value
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text("reason", _("理由"), longest=200)
    if filled.right:
        try:
            asking.write(request, Verb.END_SENSOR, EndSensor(sensor=sensor, reason=reason))
            return answering.said(request, _("传感器已停用，其令牌立即失效。"), to("climate"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("停用传感器"), lead=found.sensors[0].name, submit=_("停用"),
        back=Link(label=_("返回传感器"), href=to("sensor", sensor=sensor)),
        rules=(_("已收的读数和报警记录不受影响。"), _("停用后不能恢复，须重新登记。")),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def upload_readings(request: HttpRequest, sensor: int) -> HttpResponse:
    """Take a logger's file: each line a time with its zone and a number."""
    error = ""
    if request.method == "POST":
        file: Any = request.FILES.get("file")
        if file is None or file.size > MOST_BYTES:
            error = _("请选择不超过 1 MB 的 CSV 文件")
        else:
            try:
                data = TakeReadings(sensor=sensor, readings=lines_of(file.read()))
                taken: Taken = asking.write(request, Verb.TAKE_READINGS, data).value
                text = _("接收 %(new)d 条，已有 %(known)d 条，与已有不同未改 %(other)d 条，不可信 %(absurd)d 条。") % {
                    "new": taken.new, "known": taken.known, "other": taken.other, "absurd": taken.absurd,
                }  # fmt: skip
                return answering.said(request, text, to("sensor", sensor=sensor))
            except (Invalid, Conflict) as problem:
                places = problem.places if isinstance(problem, Invalid) else ()
                error = _(problem.message) + " " + "；".join(f"{where}：{_(what)}" for where, what in places)
    found: ClimateBoard = asking.read(request, Verb.READ_CLIMATE, ClimateRequest(sensor=sensor)).value
    one = found.sensors[0]
    page = view.UploadPage(
        name=one.name, back=Link(label=_("返回传感器"), href=to("sensor", sensor=sensor)), error=error
    )
    return answering.page(request, "keep/upload.html", page, status=400 if error else 200)

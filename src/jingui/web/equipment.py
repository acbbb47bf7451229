"""三（二）3 设备: the register, what is due, a device with its log [3.2.3] [3.1.2]"""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.equipment import (
    KINDS,
    LOGS,
    Condition,
    EquipmentBoard,
    EquipmentLine,
    EquipmentRequest,
    LogEquipment,
    LogLine,
    RegisterEquipment,
)
from jingui.core.errors import Conflict, Invalid
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.viewmodels import equipment as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to

PAGE: Final = 50
TONES: Final = {"running": "ok", "faulty": "bad", "stopped": "none", "scrapped": "none"}


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The register: by kind and state, what is due, page by page."""
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: given.get(name, "")[:80] for name in ("kind", "state", "find")}
    due = request.GET.get("due") == "1"
    after = request.GET.get("after", "0")
    data = EquipmentRequest(
        kind=asked["kind"] if asked["kind"] in KINDS else "", due=due, count=PAGE, find=" ".join(asked["find"].split()),
        state=asked["state"] if asked["state"] in set(Condition) else "",
        after=int(after) if after.isdecimal() and len(after) < 7 else 0,
    )  # fmt: skip
    found: EquipmentBoard = asking.read(request, Verb.READ_EQUIPMENT, data).value
    kept = {name: value for name, value in {**asked, "due": "1" if due else ""}.items() if value}

    def at(**more: object) -> str:
        return "?" + urlencode({**kept, **{name: value for name, value in more.items() if value}})

    overdue = sum(row[3] for row in found.counts)
    chips = [(_("全部"), to("equipment"), not due and not data.state), (_("维护到期"), "?due=1", due)]
    chips += [(_(one.label), f"?state={one.value}", data.state == one.value) for one in Condition]
    actions: tuple[Link, ...] = ()
    if asking.may(request, Verb.REGISTER_EQUIPMENT):
        actions = (Link(label=_("登记设备"), href=to("register_equipment"), key="n", primary=True),)
    page = view.EquipmentPage(
        rows=tuple(row(one) for one in found.rows), due=overdue, chips=tuple(chips), kind=data.kind, find=data.find,
        counts=tuple(
            (_(KINDS[kind].text), a, b, c, f"?kind={kind}") for kind, a, b, c in found.counts if kind in KINDS
        ),
        kinds=tuple(
            Choice(value=value, label=label)
            for value, label in (("", _("全部类别")), *((one.name, _(one.text)) for one in KINDS.values()))
        ),
        pager=Pager(
            page=data.after // PAGE + 1, previous=at(after=max(data.after - PAGE, 0)) if data.after else "",
            next=at(after=found.more) if found.more else "",
        ),
        actions=actions,
    )  # fmt: skip
    return answering.page(request, "keep/equipment.html", page)


def row(one: EquipmentLine) -> view.DeviceRow:
    """A device in the register."""
    state = Condition(one.state)
    tone: Any = "warn" if one.overdue and state is Condition.RUNNING else TONES[one.state]
    return view.DeviceRow(
        id=one.id, href=to("device", equipment=one.id), name=one.name, serial=one.serial,
        kind=_(KINDS[one.kind].text) if one.kind in KINDS else one.kind,
        place=" · ".join(part for part in (one.storeroom, one.place) if part), person=one.person,
        state=Tag(text=_(state.label), tone=tone), next=one.next, overdue=one.overdue, since=one.since,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def register_equipment(request: HttpRequest) -> HttpResponse:
    """Register a device."""
    known: EquipmentBoard = asking.read(request, Verb.READ_EQUIPMENT, EquipmentRequest(count=1)).value
    filled = Filled(request.POST, sent=request.method == "POST")
    kinds = tuple((one.name, _(one.text)) for one in KINDS.values())
    rooms = tuple((str(number), name) for number, name in known.storerooms)
    data: dict[str, Any] = {
        "kind": filled.choice("kind", _("类别"), (("", "—"), *kinds)),
        "name": filled.text("name", _("名称型号"), longest=80),
        "serial": filled.text("serial", _("设备编号"), longest=60, hint=_("出厂编号或资产编号，报废后也不再使用")),
        "place": filled.text(
            "place", _("地点"), longest=120, required=False, hint=_("机房机柜、科室房间；在库房的可只选库房")
        ),
        "storeroom": filled.choice("storeroom", _("库房"), (("", "—"), *rooms), required=False, typed=True),
        "staff_no": filled.text("person", _("责任人工号"), longest=32),
    }  # fmt: skip
    following = filled.day("next", _("下次维护日期"), required=False, hint=_("留空按该类设备的维护周期计算"))
    if filled.right:
        try:
            asked = RegisterEquipment(**{**data, "storeroom": int(data["storeroom"] or 0)}, next=following)
            made = asking.write(request, Verb.REGISTER_EQUIPMENT, asked).value
            return answering.said(request, _("设备已登记。"), to("device", equipment=made))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记设备"), lead=_("存储系统、服务器、消防、监控、空调等设备一台一条。"),
        submit=_("登记"), back=Link(label=_("返回设备"), href=to("equipment")),
        rules=(
            _("到期前请维护并登记，逾期的列在最前。"), _("存有信息的设备报废须两人批准，并有第二人在场。"),
            _("配置的更改和删除须先办理配置变更申请。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest, equipment: int) -> HttpResponse:
    """One device with its log; by POST a new line."""
    found: EquipmentBoard = asking.read(request, Verb.READ_EQUIPMENT, EquipmentRequest(equipment=equipment)).value
    one = found.rows[0]
    filled, form = Filled(request.POST, sent=request.method == "POST"), None
    if asking.may(request, Verb.LOG_EQUIPMENT) and one.state != Condition.SCRAPPED:
        said = logged(request, filled, one)
        if said is not None:
            return said
        form = filled.form(_("登记"))
    starts: tuple[Link, ...] = ()
    if asking.role(request) == "system_admin":
        starts = tuple(
            Link(label=label, href=to("start_matter", kind=kind) + f"?equipment={one.id}")
            for kind, label, fits in (
                ("configuration_change", _("配置变更申请"), True),
                ("media_scrap", _("存储设备报废申请"), KINDS[one.kind].data if one.kind in KINDS else False),
            )
            if fits and one.state != Condition.SCRAPPED
        )
    page = view.DevicePage(row=row(one), log=tuple(log_row(each) for each in found.log), form=form, starts=starts)
    return answering.page(
        request, "keep/device.html", page, status=400 if form is not None and form.wrong else 200,
        crumbs=(Link(label=_("设备"), href=to("equipment")), Link(label=one.name, href="")),
    )  # fmt: skip


def logged(request: HttpRequest, filled: Filled, one: EquipmentLine) -> HttpResponse | None:
    """Ask for a line of the log and keep it; None while there is nothing right to keep."""
    fits = tuple((kind.name, _(kind.text)) for kind in LOGS.values() if Condition(one.state) in kind.before)
    kind = filled.choice("kind", _("事项"), fits, default="check")
    text = filled.text("text", _("情况"), longest=2000, hint=_("看到什么、做了什么、结果如何"))
    matter = filled.text(
        "matter", _("事项编号"), longest=18, required=False, inputmode="numeric",
        hint=_("配置变更和存储设备报废须填写已批准的事项编号"),
    )  # fmt: skip
    witness = filled.text("witness", _("在场人工号"), longest=32, required=False, hint=_("存储设备报废时填写"))
    if matter and not matter.isdecimal():
        filled.wrong("matter", _("须为整数"))
    if not filled.right:
        return None
    data = LogEquipment(equipment=one.id, kind=kind, text=text, matter=int(matter or 0), witness=witness)
    try:
        asking.write(request, Verb.LOG_EQUIPMENT, data)
    except (Invalid, Conflict) as error:
        filled.refused(error)
        return None
    return answering.said(request, _("已登记，并写入存证台账。"), to("device", equipment=one.id))


def log_row(one: LogLine) -> view.LogRow:
    """A line of the log."""
    before, after = (_(Condition(word).label) for word in (one.before, one.after))
    return view.LogRow(
        kind=_(LOGS[one.kind].text) if one.kind in LOGS else one.kind, at=one.at, person=one.person,
        change="" if one.before == one.after else f"{before} → {after}", text=one.text,
        matter=to("matter", matter=one.matter) if one.matter else "", entry=to("entry", entry=one.entry),
    )  # fmt: skip

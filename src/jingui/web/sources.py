"""二（一）2 采集手段: the registered sources and stations by page: listed, registered, ended [2.1.2] [5.1.2]"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.downtime import StationKind
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.sources import (
    CHARSETS,
    TELLABLE,
    EndSource,
    RegisterSource,
    SourceKind,
    SourceLine,
    Sources,
    StationLine,
)
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.posts import drawn
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.sources import SourceRow, SourcesPage, StationRow

STATIONS: Final[dict[str, str]] = {str(one): one.label for one in StationKind}


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Whose data are taken, and which workstations are registered."""
    found: Sources = asking.read(request, Verb.READ_SOURCES).value
    now, ends = asking.now(), asking.may(request, Verb.END_SOURCE)
    offered = tuple(
        link
        for verb, link in (
            (Verb.REGISTER_SOURCE, Link(label=_("登记来源"), href=to("register_source"), key="n", primary=True)),
            (Verb.REGISTER_STATION, Link(label=_("登记应急工作站"), href=to("register_station"))),
        )
        if asking.may(request, verb)
    )
    stops = asking.may(request, Verb.END_STATION)
    page = SourcesPage(
        sources=tuple(row(one, now, ends) for one in found.sources),
        stations=tuple(station(one, stops) for one in found.stations),
        actions=offered,
    )
    return answering.page(request, "collect/sources.html", page)


def row(one: SourceLine, now: datetime, ends: bool) -> SourceRow:
    """A source in the list."""
    kinds = {str(each): each.label for each in SourceKind}
    words = {str(each): each.label for each in TELLABLE}
    print_ = one.certificate
    stands = state(one, now)
    return SourceRow(
        name=one.name, code=one.code, kind=_(kinds.get(one.kind, one.kind)), account=one.account,
        sender=" · ".join(part for part in (one.application, one.facility) if part) or "—",
        certificate=" ".join(print_[i : i + 4] for i in range(0, 16, 4)) + " …" if print_ else _("仅限本机"),
        categories=tuple(_(words.get(each, each)) for each in one.categories), state=stands, messages=one.messages,
        last=one.last, until=one.until, end=to("end_source", source=one.id) if ends and one.state == "active" else "",
    )  # fmt: skip


def state(one: SourceLine, now: datetime) -> Tag:
    """How a source stands."""
    if not one.genuine:
        return Tag(text=_("数据被篡改"), tone="bad")
    if one.state != "active":
        return Tag(text=_("已停用"), tone="none")
    expired = one.until is not None and one.until <= now
    return Tag(text=_("已过期"), tone="none") if expired else Tag(text=_("有效"), tone="ok")


def station(one: StationLine, stops: bool) -> StationRow:
    """A station in the list."""
    stands = Tag(text=_("有效"), tone="ok") if one.state == "active" else Tag(text=_("已停用"), tone="none")
    return StationRow(
        name=one.name, code=one.code, kind=_(STATIONS.get(one.kind, one.kind)),
        department=wording.department(one.department) if one.department else "—", seen=one.seen,
        state=stands if one.genuine else Tag(text=_("数据被篡改"), tone="bad"),
        end=to("end_station", station=one.id) if stops and one.state == "active" else "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def register_source(request: HttpRequest) -> HttpResponse:
    """Register a source of messages."""
    known: Sources = asking.read(request, Verb.READ_SOURCES).value
    filled = Filled(request.POST, sent=request.method == "POST")
    accounts = tuple((one, one) for one in known.accounts)
    data: dict[str, Any] = {
        "name": filled.text("name", _("名称"), hint=_("例如：检验信息系统")),
        "code": filled.text("code", _("代码"), longest=40, hint=_("小写字母、数字和连字符；停用后也不再使用")),
        "account": filled.choice("account", _("接口账号"), (("", "—"), *accounts)),
        "application": filled.text("application", _("发送应用（MSH-3）"), required=False),
        "facility": filled.text("facility", _("发送机构（MSH-4）"), required=False),
        "certificate": filled.text(
            "certificate", _("客户端证书指纹（SHA-256）"), longest=120, required=False,
            hint=_("留空仅限本机回环地址的转发程序"),
        ),
        "charset": filled.choice(
            "charset", _("报文未声明编码时"), tuple((one, one.upper()) for one in CHARSETS), default="utf-8"
        ),
    }  # fmt: skip
    until = filled.day("until", _("有效至"), required=False)
    chosen = []
    for one in TELLABLE:
        name = f"tells_{one.value}"
        if request.POST.get(name):
            chosen.append(one)
        value = request.POST.get(name, "")
        filled.add(Field(name=name, label=_(one.label), value=value, kind="checkbox", required=False))
    if filled.right:
        asked = RegisterSource(
            **data, kind=SourceKind.HL7, categories=tuple(chosen),
            until=begins(until + timedelta(days=1)) if until else None,
        )  # fmt: skip
        try:
            asking.write(request, Verb.REGISTER_SOURCE, asked)
            return answering.said(request, _("来源已登记，其报文现在可以收录。"), to("sources"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("登记来源"), lead=_("未登记的来源一律拒收；勾选准许该来源提供的信息类别。"),
        submit=_("登记"), back=Link(label=_("返回来源"), href=to("sources")),
        rules=(
            _("一个系统一个来源、一张证书，不得共用。"), _("证书、发送应用和发送机构三者一致才受理。"),
            _("挂号和住院系统提供基本信息；检验系统只提供检查检验结果。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def end_source(request: HttpRequest, source: int) -> HttpResponse:
    """End a source at once, with the reason."""
    known: Sources = asking.read(request, Verb.READ_SOURCES).value
    return ended(
        request, next((each for each in known.sources if each.id == source), None), Verb.END_SOURCE,
        lambda reason: EndSource(source=source, reason=reason), title=_("停用来源"), back=_("返回来源"),
        said=_("来源已停用，其后的报文一律拒收。"),
        rules=(_("已收录的记录不受影响。"), _("停用后不能恢复，须重新登记。")),
    )  # fmt: skip


def ended(
    request: HttpRequest, one: SourceLine | StationLine | None, verb: Verb, asked: Callable[[str], object], *,
    title: str, back: str, said: str, rules: tuple[str, ...],
) -> HttpResponse:  # fmt: skip
    """Ask why a source or station ends, and end it; NotFound for none."""
    if one is None:
        raise NotFound()
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text("reason", _("理由"), longest=200)
    if filled.right:
        try:
            asking.write(request, verb, asked(reason))
            return answering.said(request, said, to("sources"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    return drawn(
        request, filled, title=title, lead=f"{one.name} · {one.code}", submit=_("停用"),
        back=Link(label=back, href=to("sources")), rules=rules,
    )  # fmt: skip

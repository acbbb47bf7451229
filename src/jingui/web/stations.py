"""二（二）3 停机应急: stations registered and ended by page, and one's own PIN for them [2.2.3] [6.1.2]"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jingui.core.downtime import EndStation, OfflinePin, RegisterStation
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.sources import Sources
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled
from jingui.web.posts import drawn
from jingui.web.sources import ended
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to


@require_http_methods(["GET", "HEAD", "POST"])
def register_station(request: HttpRequest) -> HttpResponse:
    """Register a ward's station by the line that it printed."""
    known: Sources = asking.read(request, Verb.READ_SOURCES).value
    filled = Filled(request.POST, sent=request.method == "POST")
    accounts = tuple((one, one) for one in known.accounts)
    departments = tuple((str(number), wording.department(name)) for number, name in known.departments)
    data: dict[str, Any] = {
        "name": filled.text("name", _("名称"), hint=_("例如：心内科护士站应急工作站")),
        "code": filled.text("code", _("代码"), longest=40, hint=_("与工作站 init 时所用的代码一致")),
        "department": int(filled.choice("department", _("科室"), (("", "—"), *departments)) or 0),
        "account": filled.choice("account", _("接口账号"), (("", "—"), *accounts)),
        "key": filled.text("key", _("登记串"), longest=400, hint=_("jingui station init 输出的一整行")),
    }
    if filled.right:
        try:
            asking.write(request, Verb.REGISTER_STATION, RegisterStation(**data))
            return answering.said(request, _("工作站已登记，现在可以取摘要。"), to("sources"))
        except (Invalid, Conflict, NotFound) as error:
            if isinstance(error, NotFound):
                filled.wrong("account", _(error.message))
            else:
                filled.refused(error)
    return drawn(
        request, filled, title=_("登记应急工作站"),
        lead=_("系统停机时，病区凭这台工作站查阅本科室在诊患者的加密摘要；每次查阅先写入工作站台账，恢复后补交。"),
        submit=_("登记"), back=Link(label=_("返回来源与工作站"), href=to("sources")),
        rules=(
            _("一台工作站一把密钥、一个接口账号，不得共用。"), _("高度敏感的内容不进入摘要；保密病案只显示化名。"),
            _("能打开摘要的是本科室医师、护士和总值班，各凭本人的应急 PIN。"),
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def end_station(request: HttpRequest, station: int) -> HttpResponse:
    """End a station at once, with the reason."""
    known: Sources = asking.read(request, Verb.READ_SOURCES).value
    return ended(
        request, next((each for each in known.stations if each.id == station), None), Verb.END_STATION,
        lambda reason: EndStation(station=station, reason=reason), title=_("停用工作站"), back=_("返回来源与工作站"),
        said=_("工作站已停用，不再取得摘要。"),
        rules=(
            _("停用前请先让工作站补交停机期间的查阅；停用后不再收取。"),
            _("工作站上已有的摘要到期前仍能打开：请同时收回或清除该机。"),
        ),
    )  # fmt: skip


@sensitive_post_parameters("pin", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def offline_pin(request: HttpRequest) -> HttpResponse:
    """Set or end one's own PIN for wards' stations."""
    sent, has = request.method == "POST", door.offline.since(asking.actor(request).account)
    ends = sent and request.POST.get("end") == "1"
    filled = Filled({}, sent=sent)
    pin, again = request.POST.get("pin", "")[:64], request.POST.get("again", "")[:64]
    for name, label in (("pin", _("应急 PIN")), ("again", _("再输一次"))):
        filled.add(Field(name=name, label=label, kind="password", autocomplete="off", maxlength=12, required=False))
    if has:
        filled.add(Field(name="end", label=_("取消我的应急 PIN"), value="", kind="checkbox", required=False))
    if sent and not ends:
        if not pin:
            filled.wrong("pin", _("请填写。"))
        elif pin != again:
            filled.wrong("again", _("两次输入不一致。"))
    if filled.right:
        try:
            asking.write(request, Verb.ENROL_FACTOR, OfflinePin(pin="" if ends else pin))
            text = _("应急 PIN 已取消。") if ends else _("应急 PIN 已设置，各应急工作站下次取摘要后可用。")
            return answering.said(request, text, to("account"))
        except Invalid as error:
            filled.refused(error)
    return drawn(
        request, filled, title=_("应急 PIN"),
        lead=_("系统停机时，用账号和应急 PIN 在本病区的应急工作站查阅患者摘要。"), submit=_("保存"),
        back=Link(label=_("返回我的账号"), href=to("account")),
        rules=(
            _("6 至 12 位数字，不得为连号、重号，不得与其他密码相同。"), _("只在应急工作站使用，不能登录系统。"),
            _("查阅时须说明理由，全部留痕，事后由医务或审计复核。"),
        ),
    )  # fmt: skip

"""四（二）3 院外查阅: the office: the slip with its start code, the list, the end, telling the patient [4.2.3]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.desk import Desk
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters.asking import CloseMatter
from jingui.core.outside import GROUNDS, OutsideLine, OutsideList, OutsideRequest, TellPatient
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking
from jingui.web.filling import Filled
from jingui.web.viewmodels import outside as view
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

SHOWN: Final = ("now", "overdue", "ended")


@require_http_methods(["GET", "HEAD"])
def listed(request: HttpRequest) -> HttpResponse:
    """Who from outside may look now, whom nobody told yet, and those that are over."""
    which = request.GET.get("which", "now")
    which = which if which in SHOWN else "now"
    asked = OutsideRequest(ended=which == "ended", overdue=which == "overdue")
    found: OutsideList = asking.read(request, Verb.READ_OUTSIDE, asked).value
    words = {"now": _("正在开放或待告知"), "overdue": _("逾期未告知"), "ended": _("全部")}
    page = view.ListPage(
        tabs=tuple(Link(label=words[one], href=f"?which={one}", primary=one == which) for one in SHOWN),
        rows=tuple(row(one) for one in found.rows), overdue=found.overdue,
    )  # fmt: skip
    return answering.page(request, "release/outside_list.html", page)


def wanted(request: HttpRequest) -> OutsideRequest | None:
    """The desk's part: of whom a patient should have been told by now."""
    return OutsideRequest(overdue=True) if asking.may(request, Verb.TELL_PATIENT) else None


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """Patients whom nobody told yet, as one thing that waits."""
    rows = found.outside.rows if found.outside is not None else ()
    dues = [one.tell_by for one in rows if one.tell_by is not None]
    if not dues:
        return ()
    detail = _("%(n)d 次未取得同意的院外查阅没有告知患者") % {"n": len(dues)}
    return (Waiting(title=_("事后告知患者"), detail=detail, href=f"{to('outside_list')}?which=overdue", due=min(dues)),)


def row(one: OutsideLine) -> view.Row:
    """One access in words."""
    return view.Row(
        href=to("outside", matter=one.matter), patient=one.patient_name or _("无名氏"), name=one.name,
        institution=one.institution, starts=one.starts, ends=one.ends, state=state(one), tell_by=one.tell_by,
        told=one.told, overdue=one.overdue,
    )  # fmt: skip


def state(one: OutsideLine) -> Tag:
    """Where an access stands."""
    if one.ended:
        return Tag(text=_("已关闭"), tone="none")
    return Tag(text=_("已启用"), tone="ok") if one.used else Tag(text=_("未首次登录"), tone="info")


@require_http_methods(["GET", "HEAD", "POST"])
def outside(request: HttpRequest, matter: int) -> HttpResponse:
    """One access: its slip until it is used, its end, and what the patient was told."""
    found: OutsideList = asking.read(request, Verb.READ_OUTSIDE, OutsideRequest(matter=matter)).value
    if not found.rows:
        raise NotFound()
    one, do = found.rows[0], request.POST.get("do", "")
    sent = request.method == "POST"
    telling, ending = Filled(request.POST, sent=sent and do == "tell"), Filled(request.POST, sent=sent and do == "end")
    told_to = telling.text("to", _("告知对象"), longest=60, required=False, hint=_("不是患者本人的写明姓名和关系"))
    how = telling.text("how", _("告知经过"), longest=500, hint=_("何时、何种方式、告知了哪些内容"))
    why = ending.text("comment", _("关闭原因"), longest=200)
    here = to("outside", matter=matter)
    try:
        if telling.right:
            data = TellPatient(outside=one.id, how=how, to=told_to)
            asking.write(request, Verb.TELL_PATIENT, data, target=door.locate(one.patient))
            return answering.said(request, _("已登记告知。"), here)
        if ending.right:
            asking.write(request, Verb.CLOSE_MATTER, CloseMatter(matter=matter, comment=why))
            return answering.said(request, _("已关闭，其会话已全部结束。"), here)
    except (Invalid, Conflict) as error:
        (telling if do == "tell" else ending).refused(error)
    page = view.OutsidePage(
        row=row(one), number=one.number, code=one.code, code_until=one.code_until, uscc=one.uscc, licence=one.licence,
        ground=_(GROUNDS[one.ground].text), patient=Link(label=one.patient_name, href=to("chart", patient=one.patient)),
        address=to("outside_sign_in"), matter=to("matter", matter=matter),
        telling=telling.form(_("登记告知")) if one.tell_by and not one.told else None,
        ending=ending.form(_("立即关闭")) if not one.ended else None,
    )  # fmt: skip
    wrong = telling.form("").wrong or ending.form("").wrong
    return answering.page(
        request, "release/outside.html", page, status=400 if wrong else 200,
        crumbs=(Link(label=_("院外查阅"), href=to("outside_list")), Link(label=one.institution, href="")),
    )  # fmt: skip

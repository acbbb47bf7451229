"""四（一）1 审批与范围: grants and who holds them; one button ends one [4.1.1]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from jingui.core.access_operations import EndGrant, GrantLine, Grants, GrantsRequest
from jingui.core.errors import Conflict, Invalid
from jingui.core.operation import Target
from jingui.core.word import N_
from jingui.core.words import Category, Level, Purpose, Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.viewmodels.access_operations import GrantRow, GrantsPage
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to

STATES: Final = {"open": (N_("有效"), "ok"), "ended": (N_("已终止"), "none"), "coming": (N_("尚未开始"), "info")}
LEADS: Final = {
    Grants.MINE: N_("您现在凭哪些授权可以查阅；不再需要的，请随时交回。"),
    Grants.PATIENT: N_("谁凭授权可以查阅这名患者的病历。"),
    Grants.STANDING: N_("岗位凭工作列表长期查阅的授权；到期前须复核，逾期自动终止。"),
    Grants.EMERGENCY: N_("近一个月的紧急调阅：即时告警列在这里，每一次都由他人在三个工作日内复核。"),
}
EMPTY: Final = {
    Grants.MINE: N_("您没有授权。有诊疗关系的患者不需要授权；其他工作需要请提出内部查阅申请。"),
    Grants.PATIENT: N_("没有人凭授权查阅这名患者的病历。"),
    Grants.STANDING: N_("还没有岗位常设授权。编码、质控、院感、医保等岗位由本人提出申请。"),
    Grants.EMERGENCY: N_("近一个月没有紧急调阅。"),
}
WATCHERS: Final = frozenset({Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR,
                             Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE})  # fmt: skip
ENDERS: Final = frozenset({Role.SECURITY_ADMIN, Role.MEDICAL_AFFAIRS, Role.HEAD})


@require_safe
def grants(request: HttpRequest) -> HttpResponse:
    """Mine; for those who watch also the standing ones and the emergency accesses."""
    watcher = Role(asking.role(request)) in WATCHERS
    wanted = request.GET.get("list", "")
    which = Grants(wanted) if watcher and wanted in (Grants.STANDING, Grants.EMERGENCY) else Grants.MINE
    return listed(request, which, Target())


@require_safe
def of_patient(request: HttpRequest, patient: str) -> HttpResponse:
    """Who holds grants on a patient."""
    return listed(request, Grants.PATIENT, asking.whole(door.locate(patient).patient))


def listed(request: HttpRequest, which: Grants, target: Target) -> HttpResponse:
    """One list as a page."""
    over = request.GET.get("ended") == "1"
    asked = GrantsRequest(which=which, mine=which is Grants.MINE, ended=over)
    lines: tuple[GrantLine, ...] = asking.read(request, Verb.READ_GRANTS, asked, target=target).value
    ends = Role(asking.role(request)) in ENDERS
    page = GrantsPage(
        title=_(which.label), lead=_(LEADS[which]), tabs=tabs(request, which),
        rows=tuple(row(one, ends=ends or one.mine) for one in lines), empty=_(EMPTY[which]),
        matter=Link(label=_("申请岗位常设授权"), href=to("start_matter", kind="post_grant"))
        if which in (Grants.MINE, Grants.STANDING) else None,
        ended=Link(label=_("只看有效的") if over else _("也看已终止的"),
                   href=f"?list={which.value}" + ("" if over else "&ended=1")),
    )  # fmt: skip
    return answering.page(request, "access/grants.html", page)


def tabs(request: HttpRequest, which: Grants) -> tuple[Link, ...]:
    """The lists this post may see."""
    if which is Grants.PATIENT or Role(asking.role(request)) not in WATCHERS:
        return ()
    offered = (Grants.EMERGENCY, Grants.STANDING, Grants.MINE)
    return tuple(Link(label=_(one.label), href=f"?list={one.value}", primary=one is which) for one in offered)


def row(one: GrantLine, *, ends: bool) -> GrantRow:
    """A grant as a line."""
    text, tone = STATES[one.state]
    known = wording.purpose(one.purpose)
    title = _(known.label) if known else _("统方")
    return GrantRow(
        title=f"{_('岗位常设授权')} · {title}" if one.standing else title,
        person=wording.person(one.name, one.title, wording.department(one.department)), scope=scope(one),
        starts=one.starts, ends=one.ends, state=Tag(text=_(text), tone=tone),  # type: ignore[arg-type]  # tones of the table
        about=one.patient[:8], about_href=to("chart", patient=one.patient) if one.patient else "",
        matter_href=to("matter", matter=one.matter) if one.matter else "",
        end=(one.patient, 0 if one.standing else one.id, one.id if one.standing else 0)
        if ends and one.state != "ended" else None,
    )  # fmt: skip


def scope(one: GrantLine) -> str:
    """What it opens, in words."""
    comma = "、" if wording.language() == "zh" else ", "
    known = {str(word): _(word.label) for word in Category}
    if one.purpose not in set(Purpose):
        return comma.join(one.categories)
    parts = [comma.join(known.get(word, word) for word in one.categories) or _("全部类别")]
    if one.standing:
        parts.append(comma.join(wording.department(name) for name in one.departments) or _("全院"))
        parts.append(_("最高级别：%(level)s") % {"level": _(Level(one.level).label)})
        parts.append(_("就诊结束后 %(days)d 天内") % {"days": one.days} if one.days else _("仅在诊患者"))
    return " · ".join(parts)


@require_POST
def end_grant(request: HttpRequest) -> HttpResponse:
    """End one grant at once."""
    public = request.POST.get("patient", "")
    try:
        grant, standing = int(request.POST.get("grant", "0")), int(request.POST.get("standing", "0"))
    except ValueError as error:
        raise Invalid(places=(("grant", N_("请指定一项授权")),)) from error
    patient = door.locate(public).patient if public else 0
    try:
        asking.write(request, Verb.END_GRANT, EndGrant(patient=patient, grant=grant, standing=standing))
    except Conflict:
        return answering.said(request, _("该授权此前已经终止。"), to("grants"), "info")
    return answering.said(request, _("授权已终止，立即生效。"), to("grants"))

"""四（一）1 排班与轮转: whose turn it is in which department: listed, added, ended [4.1.1]"""

from datetime import timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from jingui.core.collect import BASES, EndRelation, Roster, RosterBoard, RosterLine, RosterRequest
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.rosters import RostersPage, TurnRow

KINDS: Final = (("roster", N_("排班（一次值班）")), ("rotation", N_("轮转（一段时间）")))


@require_http_methods(["GET", "HEAD", "POST"])
def rosters(request: HttpRequest) -> HttpResponse:
    """The turns that are not over, by department, and a form for one more."""
    asked = request.GET.get("department", "")
    department = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 18 else 0
    filled = Filled(request.POST, sent=request.method == "POST")
    board: RosterBoard = asking.read(request, Verb.LIST, RosterRequest(department=department)).value
    trace = getattr(request, "trace", None)
    names = tuple((str(one), en if en and wording.language() == "en" else name) for one, name, en in board.departments)
    data = typed(filled, names, str(department or ""))
    if data is not None and filled.right:
        try:
            asking.write(request, Verb.RELATE, data)
            return answering.said(request, _("已登记，立即生效。"), to("rosters"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
        except NotFound as error:
            filled.wrong("staff_no", _(error.message))
        request.trace = trace  # type: ignore[attr-defined]  # the strip is the list's own entry
    here = to("rosters")
    filters = (
        (_("全部科室"), here, not department),
        *((name, f"{here}?department={number}", number == str(department)) for number, name in names),
    )
    form = filled.form(_("登记"))
    page = RostersPage(rows=tuple(map(row, board.lines)), filters=filters if len(names) > 1 else (), form=form)
    return answering.page(request, "collect/rosters.html", page, status=400 if form.wrong else 200)


def typed(filled: Filled, departments: tuple[tuple[str, str], ...], department: str) -> Roster | None:
    """The form's questions, and the turn that they ask for."""
    today = asking.now().date()
    staff = filled.text("staff_no", _("工号"), longest=32)
    first = department or (departments[0][0] if len(departments) == 1 else "")
    where = filled.choice("department", _("科室"), departments, default=first)
    kind = filled.choice("kind", _("类别"), tuple((one, _(text)) for one, text in KINDS), default="roster")
    starts = filled.day("starts", _("从哪一天起"), default=today)
    ends = filled.day("ends", _("到哪一天为止（含）"), default=today)
    if starts is None or ends is None or not where:
        return None
    if ends < starts:
        filled.wrong("ends", _("结束日期不能早于开始日期"))
        return None
    return Roster(
        staff_no=staff, department=int(where), starts=begins(starts), ends=begins(ends + timedelta(days=1)),
        rotation=kind == "rotation",
    )  # fmt: skip


def row(one: RosterLine) -> TurnRow:
    """A turn in the list."""
    running = one.starts <= asking.now()
    state = Tag(text=_("进行中"), tone="ok") if running else Tag(text=_("未开始"), tone="none")
    return TurnRow(
        person=wording.person(one.name, one.title), staff_no=one.staff_no,
        department=wording.department(one.department), kind=_(BASES.get(one.basis, one.basis)),
        starts=one.starts, ends=one.ends,
        state=state if one.genuine else Tag(text=_("数据被篡改"), tone="bad"),
        end=to("end_roster", relation=one.relation) if one.may_end else "",
    )  # fmt: skip


@require_POST
def end_roster(request: HttpRequest, relation: int) -> HttpResponse:
    """End a turn now: the department's patients are closed to the person from the next request on."""
    try:
        asking.write(request, Verb.RELATE, EndRelation(relation=relation))
        text = _("已结束，立即生效。")
    except Conflict as error:
        text = _(error.message)
    return answering.said(request, text, to("rosters"))

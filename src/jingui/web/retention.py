"""三（一）3 保存期限: a patient's terms and holds, the calendar with other years for trial, what is due [3.1.3]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.destruction import (
    Calendar,
    ClassLine,
    Clockwork,
    DueLine,
    DueList,
    DueRequest,
    HoldLine,
    PlanDestruction,
    RetentionRequest,
    RetentionView,
)
from jingui.core.errors import Conflict, Invalid
from jingui.core.keep import LiftHold, PlaceHold
from jingui.core.retention import CONTENT, YEARS, Fact
from jingui.core.settings import BY_NAME
from jingui.core.words import Hold, RetentionClass, Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.filling import Filled, begins
from jingui.web.viewmodels import retention as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Column, Link, Pager, Tag
from jingui.web.viewmodels.paths import to

MSGIDS: Final = frozenset({"class", "kind"})  # gaps of a fact that are filled with a word of the tables
KINDS: Final = (Hold.LAWSUIT, Hold.INVESTIGATION, Hold.RESEARCH, Hold.DISPUTE_SEAL)
ASKERS: Final = frozenset({Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DISCIPLINE})
SIZE: Final = 50
ORDERS: Final = ("until", "class", "department")


def sentence(fact: Fact) -> str:
    """A fact in the reader's language."""
    values = {name: _(str(value)) if name in MSGIDS else value for name, value in fact.values}
    if "classes" in values:
        joined = "、" if wording.language() == "zh" else ", "
        values["classes"] = joined.join(_(one) for one in str(values["classes"]).split("、"))
    return _(fact.text) % values


def clock(found: Clockwork) -> view.Clock:
    """The day that terms are judged by, and what to do when it is not confirmed."""
    warning = ""
    if not found.sound:
        said = _("系统时间有跳跃，自 %(day)s 起未经确认：期限只算到这一天，不得销毁。请两人核对时间后在设置中确认。")
        warning = said % {"day": found.today.isoformat()}
    return view.Clock(today=found.today, warning=warning)


def name_of(which: str) -> str:
    """A class in the reader's language."""
    return _(RetentionClass(which).label)


def tabs(request: HttpRequest, here: str) -> tuple[Link, ...]:
    """The pages of keeping that this post may see."""
    offered = (
        ("keeping", _("保存期限日历"), Verb.READ_RETENTION), ("due_records", _("到期病历"), Verb.LIST_DUE),
        ("destructions", _("销毁清册登记"), Verb.READ_DESTRUCTIONS),
    )  # fmt: skip
    return tuple(
        Link(label=label, href="" if name == here else to(name))
        for name, label, verb in offered if name == here or asking.may(request, verb)
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def of_patient(request: HttpRequest, patient: str) -> HttpResponse:
    """A patient's terms and holds; a hold placed or lifted here."""
    target = door.locate(patient)
    filled = Filled(request.POST, sent=request.method == "POST" and "lift" not in request.POST)
    errors: tuple[str, ...] = ()
    try:
        if "lift" in request.POST:
            number = request.POST["lift"]
            if not number.isascii() or not number.isdigit() or len(number) > 18:
                raise Invalid(places=(("lift", _("没有这一项。")),))
            data = LiftHold(hold=int(number), reason=request.POST.get("reason", "").strip())
            asking.write(request, Verb.LIFT_HOLD, data, target=target)
            return answering.said(
                request, _("已提出解除，待另一人确认。"), to("retention", patient=patient), tone="info"
            )
        asked = place(filled)
        if filled.right and asked is not None:
            asking.write(request, Verb.PLACE_HOLD, asked, target=target)
            return answering.said(request, _("保全已设置，解除前不得更改、销毁。"), to("retention", patient=patient))
    except (Invalid, Conflict) as error:
        if filled.sent:
            filled.refused(error)
        else:
            places = error.places if isinstance(error, Invalid) else ()
            errors = tuple(_(what) for _where, what in places) or (f"{_(error.message)} {_(error.next_step)}",)
    found: RetentionView = asking.read(request, Verb.READ_RETENTION, RetentionRequest(), target=target).value
    page = view.PatientPage(
        title=_("保存期限与保全"), clock=clock(found.clock),
        patient=Link(label=found.name or _("无名氏"), href=to("chart", patient=patient)),
        classes=tuple(class_row(one) for one in found.classes),
        holds=tuple(hold_row(one, patient, asking.may(request, Verb.LIFT_HOLD)) for one in found.holds),
        place=filled.form(_("设置保全")) if asking.may(request, Verb.PLACE_HOLD) and not gone(found) else None,
        errors=errors, begin=begin(request, patient, found),
        linked=tuple(Link(label=_("关联号码 %(n)d") % {"n": n}, href=to("retention", patient=one))
                     for n, one in enumerate(found.linked, 1)),
    )  # fmt: skip
    wrong = bool(errors) or (filled.sent and not filled.right)
    return answering.page(request, "keep/retention.html", page, status=400 if wrong else 200)


def gone(found: RetentionView) -> bool:
    """Whether nothing is left of the patient."""
    return bool(found.classes) and all(one.destroyed for one in found.classes)


def begin(request: HttpRequest, patient: str, found: RetentionView) -> tuple[Link, ...]:
    """The way to an extension."""
    if Role(asking.role(request)) not in ASKERS or gone(found):
        return ()
    return (Link(label=_("病历续存申请"), href=f"{to('start_matter', kind='extension')}?patient={patient}"),)


def place(filled: Filled) -> PlaceHold | None:
    """The hold that the form asks for; None while it is not right."""
    kind = filled.choice("kind", _("种类"), tuple((one.value, _(one.label)) for one in KINDS))
    reason = filled.text("reason", _("理由"), longest=400, hint=_("写明来函机关和文号、项目编号或争议事项。"))
    ends = filled.day("ends", _("截止日期"), required=False, hint=_("不填则一直有效，直至两人确认解除。"))
    if not filled.right:
        return None
    return PlaceHold(kind=Hold(kind), reason=reason, ends=begins(ends) if ends else None)


def class_row(one: ClassLine) -> view.ClassRow:
    """A class in words."""
    links: list[Link] = []
    reasons = [sentence(fact) for fact in one.facts]
    if one.destroyed is not None:
        state = Tag(text=_("已销毁"), tone="none")
        reasons = [
            _("%(day)s 销毁，依据事项 %(n)d")
            % {"day": f"{timezone.localtime(one.destroyed):%Y-%m-%d}", "n": one.matter}
        ]
        links.append(Link(label=_("销毁清册"), href=to("destruction", matter=one.matter)))
        if one.certificate:
            links.append(Link(label=_("销毁证明"), href=to("certificate", matter=one.matter)))
    elif one.listed:
        state = Tag(text=_("已列入销毁清册"), tone="warn")
        links.append(Link(label=_("销毁清册"), href=to("destruction", matter=one.matter)))
    elif one.held:
        state = Tag(text=_("保全中"), tone="hold")
    elif one.due:
        state = Tag(text=_("已到期"), tone="warn")
    else:
        state = Tag(text=_("保存中"), tone="ok")
    return view.ClassRow(
        name=name_of(one.retention_class), until=one.until, reasons=tuple(reasons), state=state, records=one.records,
        links=tuple(links),
    )  # fmt: skip


def hold_row(one: HoldLine, patient: str, may_lift: bool) -> view.HoldRow:
    """A hold in words."""
    state = Tag(text=_("已解除"), tone="none") if one.lifted else Tag(text=_("有效"), tone="hold")
    return view.HoldRow(
        kind=_(Hold(one.kind).label), reason=one.reason, starts=one.starts, ends=one.ends, state=state,
        about=_("一份记录") if one.record else _("全部病历"),
        href=to("record", record=one.record) if one.record else "",
        lift=str(one.id) if may_lift and not one.lifted and not one.sealing else "",
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def keeping(request: HttpRequest) -> HttpResponse:
    """How many classes come due in each month; with other years, what would come due. Nothing is saved."""
    given = request.POST if request.method == "POST" else request.GET
    filled = Filled(given, sent=any(name in given for name in YEARS.values()))
    asked = []
    for which, name in YEARS.items():
        text = filled.text(name, _(which.label), default="", longest=3, required=False, kind="number",
                           hint=_("法定不少于 %(n)s 年；留空按现行设置") % {"n": BY_NAME[name].floor})  # fmt: skip
        if text.isascii() and text.isdigit():
            asked.append((name, int(text)))
        elif text:
            filled.wrong(name, _("须为整数"))
    try:
        found: Calendar = asking.read(
            request, Verb.READ_RETENTION, RetentionRequest(calendar=True, years=tuple(asked) if filled.right else ())
        ).value
    except Invalid as error:
        filled.refused(error)
        found = asking.read(request, Verb.READ_RETENTION, RetentionRequest(calendar=True)).value
    which_rows = (*CONTENT, RetentionClass.IDENTITY)
    rows = []
    for one in found.months:
        counts = dict(one.counts)
        rows.append(
            view.MonthRow(
                month=f"{one.month:%Y-%m}" if one.month else "", held=one.held, total=sum(counts.values()),
                counts=tuple(counts.get(which.value, 0) for which in which_rows),
                past=one.month is not None and one.month <= found.clock.today,
            )
        )  # fmt: skip
    page = view.CalendarPage(
        title=_("保存期限日历"), clock=clock(found.clock), names=tuple(_(one.label) for one in which_rows),
        rows=tuple(rows), form=filled.form(_("试算")), due=found.due, due_now=found.due_now,
        trial=found.years != found.present, tabs=tabs(request, "keeping"),
    )  # fmt: skip
    wrong = filled.sent and not filled.right
    return answering.page(request, "keep/calendar.html", page, status=400 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def due(request: HttpRequest) -> HttpResponse:
    """What is due: filtered, sorted, chosen for a list."""
    errors: tuple[str, ...] = ()
    wrong: dict[str, str] = {}
    chosen = tuple(one for one in request.POST.getlist("line") if "|" in one)
    if request.method == "POST":
        lines = tuple((one.partition("|")[0], one.partition("|")[2]) for one in chosen)
        try:
            data = PlanDestruction(lines=lines, reason=request.POST.get("reason", "").strip()[:2000])
            made = asking.write(request, Verb.PLAN_DESTRUCTION, data).value
            return answering.said(
                request, _("销毁清册已提交审批，共 %(n)d 条。") % {"n": made.lines},
                to("destruction", matter=made.matter),
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            places = error.places if isinstance(error, Invalid) else ()
            for where, what in places:
                if where.startswith("lines."):
                    wrong[chosen[int(where[6:])]] = _(what)
            rest = tuple(_(what) for where, what in places if not where.startswith("lines."))
            errors = rest or (f"{_(error.message)} {_(error.next_step)}",)
    request_ = wished(request)
    found: DueList = asking.read(request, Verb.LIST_DUE, request_).value
    pages = max((found.total + SIZE - 1) // SIZE, 1)
    page = view.DuePage(
        title=_("到期病历"), clock=clock(found.clock), columns=columns(request_),
        rows=tuple(due_row(n, one, chosen, wrong) for n, one in enumerate(found.rows)),
        classes=tuple(Choice(value=one.value, label=_(one.label)) for one in (*CONTENT, RetentionClass.IDENTITY)),
        departments=tuple(Choice(value=str(number), label=name) for number, name in found.departments),
        which=request_.retention_class, department=str(request_.department or ""), order=request_.order,
        pager=Pager(
            page=found.page, pages=pages, total=found.total,
            previous=address(request_, page=found.page - 1) if found.page > 1 else "",
            next=address(request_, page=found.page + 1) if found.page < pages else "",
        ),
        reason=request.POST.get("reason", ""), may_plan=asking.may(request, Verb.PLAN_DESTRUCTION), errors=errors,
        tabs=tabs(request, "due_records"),
    )  # fmt: skip
    return answering.page(request, "keep/due.html", page, status=400 if errors else 200)


def wished(request: HttpRequest) -> DueRequest:
    """The filter that the address says; what is unknown is left out."""
    get = request.GET
    which = get.get("class", "")
    number, page = get.get("department", ""), get.get("page", "1")
    plain = [one if one.isascii() and one.isdigit() and len(one) < 10 else "0" for one in (number, page)]
    order = get.get("order", "")
    return DueRequest(
        retention_class=which if which in {one.value for one in RetentionClass} else "", department=int(plain[0]),
        page=max(int(plain[1]), 1), order=order if order in ORDERS else "until", size=SIZE,
    )  # fmt: skip


def address(asked: DueRequest, *, page: int = 1, order: str = "") -> str:
    """The same list at another page or in another order."""
    text = f"?order={order or asked.order}&page={page}"
    text += f"&class={asked.retention_class}" if asked.retention_class else ""
    return text + (f"&department={asked.department}" if asked.department else "")


def columns(asked: DueRequest) -> tuple[Column, ...]:
    """The headings; three of them sort."""

    def one(label: str, order: str) -> Column:
        return Column(label=label, href=address(asked, order=order), sorted="ascending" if asked.order == order else "")

    return (Column(label=_("患者")), one(_("类别"), "class"), one(_("末次就诊科室"), "department"),
            one(_("保存至"), "until"), Column(label=_("依据")), Column(label=_("状态")))  # fmt: skip


def due_row(n: int, one: DueLine, chosen: tuple[str, ...], wrong: dict[str, str]) -> view.DueRow:
    """A line with its reasons; what is held or listed cannot be chosen."""
    value = f"{one.patient}|{one.retention_class}"
    state = None
    if one.listed:
        state = Tag(text=_("已列入销毁清册"), tone="warn")
    elif one.held:
        state = Tag(text=_("保全中"), tone="hold")
    return view.DueRow(
        n=n, value="" if state else value, name=one.name or _("无名氏"), href=to("retention", patient=one.patient),
        which=name_of(one.retention_class), department=one.department, until=one.until,
        reasons=tuple(sentence(fact) for fact in one.facts), state=state, chosen=value in chosen,
        error=wrong.get(value, ""),
    )  # fmt: skip

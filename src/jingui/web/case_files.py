"""三（二）2 病案流转看板: case files by stage, overdue first; deficiencies; 归档率 [3.2.2] [7.2.1]"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.custody import CaseFilesRequest, DeficienciesRequest, RatesRequest, month_span
from jingui.core.custody_shown import CaseFiles, CaseLine, Deficiencies, Rates
from jingui.core.desk import Desk
from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.core.words import Role, Stage, Verb
from jingui.store import lists
from jingui.web import answering, asking, charting, wording
from jingui.web import case_files_words as words
from jingui.web.filling import Filled
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to

COUNT: Final = 40
FILTERS: Final = ("stage", "department", "doctor", "month", "overdue", "number", "order")
STATES: Final = {
    "unsettled": N_("未办结"), "open": N_("待整改"), "overdue": N_("逾期"), "answered": N_("待核销"),
    "mine": N_("我的"),
}  # fmt: skip
PERIODS: Final = {"3": N_("近 3 个月"), "6": N_("近 6 个月"), "12": N_("近 12 个月")}
DASHES: Final = ("none", "6 4", "2 3")
CLINICAL: Final = frozenset({Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE})


@require_http_methods(["GET", "HEAD", "POST"])
def board(request: HttpRequest) -> HttpResponse:
    """The board. Filters stand in the address, but for a case-file number: that comes and goes in the body alone."""
    sent = request.method == "POST"
    asked_by = request.POST if sent else request.GET
    given = {name: " ".join(asked_by.get(name, "").split())[:40] for name in FILTERS}
    if not sent:
        given["number"] = ""
    filled = Filled(given, sent=True)
    department = filled.text("department", _("科室"), required=False)
    doctor = filled.text("doctor", _("主管医师工号"), required=False)
    month = filled.text("month", _("出院月份"), required=False, hint=_("写成 2026-11。"))
    number = filled.text("number", _("病案号"), required=False)
    filled.add(Field(name="overdue", label=_("只看逾期"), kind="checkbox", value=given["overdue"], required=False))
    person = lists.person_of(doctor) if doctor else 0
    if doctor and not person:
        filled.wrong("doctor", _("没有这个工号的在职人员"))
    rows = {str(one.id): one.name for one in lists.departments()}
    asked = CaseFilesRequest(
        stage=given["stage"] if given["stage"] in ("all", *set(Stage)) else "",
        department=int(department) if department in rows else 0, person=person or (-1 if doctor else 0),
        overdue=bool(given["overdue"]), number=number, month=month, newest=given["order"] == "newest",
        cursor=request.GET.get("after", "")[:200], count=COUNT,
    )  # fmt: skip
    if sent and not number and filled.right and right_month(month):
        return redirect(address(given))
    more, status = "", 200
    try:
        answer = asking.read(request, Verb.READ_CASE_FILES, asked)
        found, more = answer.value, answer.more
    except Invalid as error:
        filled.refused(error)
        found, status = CaseFiles(stages=(), rows=()), 400
    form = filled.form(_("筛选"))
    choices = (Choice(value="", label=_("全部科室")),
               *(Choice(value=key, label=wording.department(name)) for key, name in rows.items()))  # fmt: skip
    form = replace_field(form, "department", kind="select", choices=choices)
    page = view.BoardPage(
        columns=tuple(
            view.Column(
                label=_(Stage(one.stage).label), files=one.files, overdue=one.overdue,
                current=one.stage == given["stage"],
                href=address(given, stage="" if one.stage == given["stage"] else one.stage),
            )
            for one in found.stages
        ),
        rows=tuple(map(row, found.rows)), form=form, actions=tuple(actions(request)),
        pager=Pager(page=2 if asked.cursor else 1, next=address(given, after=more) if more else "",
                    previous=address(given) if asked.cursor else ""),
        orders=(Link(label=_("最久的在前"), href=address(given, order=""), primary=given["order"] != "newest"),
                Link(label=_("最近的在前"), href=address(given, order="newest"), primary=given["order"] == "newest")),
        clear=to("case_files") if any(given.values()) else "",
        hidden=tuple((name, given[name]) for name in ("stage", "order") if given[name]),
    )  # fmt: skip
    return answering.page(request, "custody/board.html", page, status=status)


def right_month(month: str) -> bool:
    """Whether it is a month, or none."""
    try:
        return not month or bool(month_span(month))
    except ValueError:
        return False


def replace_field(form: Any, name: str, **changes: Any) -> Any:
    """The form with one field drawn otherwise."""
    fields = tuple(replace(one, **changes) if one.name == name else one for one in form.fields)
    return replace(form, fields=fields)


def address(given: dict[str, str], **change: str) -> str:
    """The board with a filter changed. A case-file number is not carried on: what is found by it is one page."""
    left = {name: value for name, value in {**given, "number": "", **change}.items() if value}
    return f"{to('case_files')}?{urlencode(left)}" if left else to("case_files")


def actions(request: HttpRequest) -> list[Link]:
    """Where one goes on from the board."""
    out = [Link(label=_("缺陷"), href=to("deficiencies"), key="d"), Link(label=_("归档率"), href=to("filing_rates"))]
    if asking.may(request, Verb.READ_MAPPINGS):
        out.append(Link(label=_("首页上报"), href=to("mappings")))
    return out


def row(one: CaseLine) -> view.FileRow:
    """A case file in the list."""
    tags = []
    if one.deficiencies:
        tags.append(Tag(text=_("%(n)d 项缺陷未办结") % {"n": one.deficiencies}, tone="warn"))
    if one.changed:
        tags.append(Tag(text=_("终检后有改动"), tone="bad"))
    if one.grade:
        tags.append(Tag(text=words.grade(one.grade), tone="ok" if one.grade == "a" else "warn"))
    return view.FileRow(
        href=to("case_file", patient=one.patient.id, file=one.id), name=one.patient.name or _("（不便显示）"),
        number=charting.number(one.patient),
        stage=Tag(text=words.stage(one.stage), tone="bad" if one.overdue else "plain"),
        department=wording.department(one.department), attending=wording.person(one.attending),
        discharged=one.discharged, due=None if one.stage in ("filed", "shelved") else one.due, tags=tuple(tags),
    )  # fmt: skip


@require_safe
def deficiencies(request: HttpRequest) -> HttpResponse:
    """Deficiencies that are not settled, the earliest deadline first."""
    clinical = Role(asking.role(request)) in CLINICAL
    state = request.GET.get("state", "mine" if clinical else "unsettled")
    state = state if state in STATES else "unsettled"
    asked = DeficienciesRequest(
        mine=state == "mine", state="unsettled" if state == "mine" else state,
        cursor=request.GET.get("after", "")[:200], count=COUNT,
    )  # fmt: skip
    answer = asking.read(request, Verb.READ_CASE_FILES, asked)
    found: Deficiencies = answer.value
    here = f"{to('deficiencies')}?state={state}"
    page = view.DeficienciesPage(
        rows=tuple(map(words.deficiency, found.rows)), crumb=words.crumb(),
        states=tuple(
            Link(label=_(text), href=f"{to('deficiencies')}?state={value}", primary=value == state)
            for value, text in STATES.items()
        ),
        pager=Pager(page=2 if asked.cursor else 1, previous=here if asked.cursor else "",
                    next=f"{here}&{urlencode({'after': answer.more})}" if answer.more else ""),
    )  # fmt: skip
    return answering.page(request, "custody/deficiencies.html", page, crumbs=(words.crumb(),))


@require_safe
def rates(request: HttpRequest) -> HttpResponse:
    """归档率 by department and month, as a plot and a table; every figure leads to its case files."""
    period = request.GET.get("months", "6")
    period = period if period in PERIODS else "6"
    asked = RatesRequest(until=asking.now().date(), months=int(period))
    found: Rates = asking.read(request, Verb.READ_CASE_FILES, asked).value
    page = view.RatesPage(
        rows=tuple(
            view.RateRow(
                month=one.month, name=wording.department(one.name) or _("未指定"), discharged=one.discharged,
                href=address({}, stage="all", month=one.month, department=str(one.department)),
                shares=tuple((share(done, one.discharged), done) for done in one.within), unfiled=one.unfiled,
            )
            for one in found.rows
        ),
        days=found.days, stage=words.stage(found.stage), crumb=words.crumb(), **plot(found),
        periods=tuple(
            Link(label=_(text), href=f"{to('filing_rates')}?months={value}", primary=value == period)
            for value, text in PERIODS.items()
        ),
    )  # fmt: skip
    return answering.page(request, "custody/rates.html", page, crumbs=(words.crumb(),))


def share(done: int, of: int) -> str:
    """A rate in per cent."""
    return f"{100 * done / of:.1f} %" if of else "—"


def plot(found: Rates) -> dict[str, Any]:
    """The house's rates by month as lines in a drawing of 640 by 220, each with its points."""
    months = sorted({one.month for one in found.rows})
    at = {month: 60 + (n * 540 // max(len(months) - 1, 1)) for n, month in enumerate(months)}
    lines = []
    for n, days in enumerate(found.days):
        dots = []
        for month in months:
            rows = [one for one in found.rows if one.month == month]
            of = sum(one.discharged for one in rows)
            rate = 100 * sum(one.within[n] for one in rows) / of if of else 0.0
            dots.append((at[month], round(190 - 1.7 * rate), f"{rate:.0f}"))
        lines.append(
            view.Plotted(
                label=_("%(n)d 个工作日内") % {"n": days}, points=" ".join(f"{x},{y}" for x, y, _text in dots),
                dash=DASHES[n % len(DASHES)], dots=tuple(dots),
            )
        )  # fmt: skip
    return {"lines": tuple(lines), "months": tuple((x, month) for month, x in at.items())}


def wanted(request: HttpRequest) -> DeficienciesRequest | None:
    """The part of a desk whose owner may have deficiencies to mend."""
    return DeficienciesRequest(mine=True, count=8) if Role(asking.role(request)) in CLINICAL else None


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """What the quality office returned to this person, the nearest deadline first."""
    rows = found.deficiencies.rows if found.deficiencies is not None else ()
    return tuple(
        Waiting(
            title=_("病案缺陷：%(item)s") % {"item": words.item(one.item)}, due=one.due,
            detail=one.patient.name or _("（不便显示）"),
            href=to("deficiency", patient=one.patient.id, file=one.file, deficiency=one.id),
        )
        for one in rows
        if one.state == "open"
    )  # fmt: skip

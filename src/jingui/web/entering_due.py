"""二（二）2 书写时限: the board: what is owed, by whom, since when; overdue first [2.2.2]"""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.deadlines import DeadlineBoard, DeadlineCount, DeadlineLine, DeadlinesRequest
from jingui.core.desk import Desk
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.web import answering, asking, charting, wording
from jingui.web.entering_place import Place
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.enter import Count, DueLine, DuePage
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

MOST: Final = 200
STATES: Final = {"open": N_("未完成"), "overdue": N_("逾期"), "late": N_("补记"), "mine": N_("我的")}
ORDERS: Final = {"due": N_("按期限"), "department": N_("按科室"), "person": N_("按人员")}
SHOWN: Final = frozenset({"open", "soon", "overdue", "late"})


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """The board. Filters and order stand in the address: states, departments and people, never a patient."""
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    order = request.GET.get("order", "due")
    order = order if order in ORDERS else "due"
    department, person = request.GET.get("department", "")[:40], request.GET.get("person", "")[:40]
    asked = DeadlinesRequest(mine=state == "mine", state="open" if state == "mine" else state, count=MOST)
    board: DeadlineBoard = asking.read(request, Verb.READ_DEADLINES, asked).value
    found = [one for one in board.lines if one.state in SHOWN]
    found = [one for one in found if (not department or one.department == department)]
    found = [one for one in found if (not person or one.person == person)]
    found.sort(key=lambda one: (key(one, order), one.due))
    query = {"state": state, "order": order, "department": department, "person": person}
    page = DuePage(
        lines=tuple(map(line, found)),
        departments=tuple(count(one, query, "department", department) for one in board.departments),
        people=tuple(count(one, query, "person", person) for one in board.people),
        states=links(STATES, query, "state"), orders=links(ORDERS, query, "order"), current=state, order=order,
        scope=_("由系统按制度推算；写好并录入后自动消失。"), truncated=len(board.lines) >= MOST, mine=state == "mine",
    )  # fmt: skip
    return answering.page(request, "enter/due.html", page)


def key(one: DeadlineLine, order: str) -> str:
    """What a line is sorted by before its deadline."""
    return {"department": one.department, "person": one.person or "\uffff"}.get(order, "")


def address(query: dict[str, str], **change: str) -> str:
    """The board with a filter changed."""
    left = {name: value for name, value in {**query, **change}.items() if value}
    return f"{to('due')}?{urlencode(left)}"


def links(words: dict[str, str], query: dict[str, str], name: str) -> tuple[Link, ...]:
    """One chip per choice; `primary` marks the present one."""
    return tuple(
        Link(label=_(text), href=address(query, **{name: value}), primary=query[name] == value)
        for value, text in words.items()
    )


def count(one: DeadlineCount, query: dict[str, str], name: str, chosen: str) -> Count:
    """A department's or person's numbers; choosing it again takes the filter away."""
    current = one.name == chosen
    return Count(
        label=wording.department(one.name) if name == "department" else one.name or _("未指定"),
        href=address(query, **{name: "" if current else one.name}), overdue=one.overdue, soon=one.soon, open=one.open,
        late=one.late, current=current,
    )  # fmt: skip


def line(one: DeadlineLine) -> DueLine:
    """One document that is owed."""
    header = charting.header(one.patient) if one.patient else None
    write = ""
    if one.record:  # written already: it waits for a signature
        write = to("record", record=one.record)
    elif one.patient and one.met is None:
        write = Place(patient=one.patient.id, template=one.template).at("write")
    return DueLine(
        patient=header.name if header else _("（不便显示）"), mrn=header.mrn if header else "—",
        href=header.href if header else "", write=write, title=_(one.text),
        person=wording.person(one.person or _("未指定"), "", wording.department(one.department)),
        department=wording.department(one.department), since=one.since, due=one.due,
    )  # fmt: skip


def for_desk(found: Desk) -> tuple[Waiting, ...]:
    """What I owe, the nearest first, for the desk's column."""
    lines = found.deadlines.lines if found.deadlines is not None else ()
    return tuple(waiting(one) for one in lines if one.met is None)


def waiting(one: DeadlineLine) -> Waiting:
    """A deadline on the desk."""
    found: Any = line(one)
    return Waiting(title=found.title, detail=found.patient, href=found.write or to("due"), due=one.due)

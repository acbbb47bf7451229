"""一（三）4 申请与审批: what waits for me, what I asked for, one matter and its decision, from the table [1.3.4]"""

from typing import Any, Final
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core import process
from jingui.core.desk import Desk
from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import (
    AppealMatter,
    CloseMatter,
    DecideMatter,
    MatterLine,
    Matters,
    MattersRequest,
    MatterView,
    Moved,
    ReadMatter,
    ReadPaper,
    WithdrawMatter,
)
from jingui.core.matters.row import Move, State
from jingui.core.word import N_
from jingui.core.words import Role, Verb
from jingui.web import (
    answering,
    asking,
    matter_forms,
    matter_words,
    release_parts,
    release_visits,
    release_words,
    wording,
)
from jingui.web.filling import Filled
from jingui.web.matter_page import drawn
from jingui.web.viewmodels.desk import Waiting
from jingui.web.viewmodels.matters import MatterRow, MattersPage
from jingui.web.viewmodels.parts import Link, Pager
from jingui.web.viewmodels.paths import to

COUNT: Final = 40
TABS: Final = (
    ("queue", N_("等我办理")), ("mine", N_("我发起的")), ("done", N_("我办过的")), ("all", N_("我可查看的")),
)  # fmt: skip
EMPTY: Final = {
    "queue": N_("需要您审批、答复或复核的事项会列在这里，按时间先后排列，逾期的标出。"),
    "mine": N_("您发起的申请会列在这里：草稿、办理中和已办结的都在。"),
    "done": N_("您审批过的事项会列在这里，随时可以回看当时的材料和意见。"),
    "all": N_("与您的岗位有关的事项会列在这里。"),
}
SAID: Final = {
    "waiting": N_("意见已记录，事项进入下一步。"), "returned": N_("已退回发起人补充。"),
    "refused": N_("已记录为不通过，发起人会看到意见。"), "executed": N_("已通过并执行。"),
    "approved": N_("已通过。"), "closed": N_("已办结。"), "withdrawn": N_("已撤回。"),
    "appealed": N_("申诉已提交，由另一人复核。"), "expired": N_("已失效。"),
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def matters(request: HttpRequest) -> HttpResponse:
    """The lists of matters, narrowed and paged."""
    narrowed = request.POST or request.GET
    which = narrowed.get("which", "queue")
    which = which if which in EMPTY else "queue"
    filled = Filled(narrowed, sent=True)
    kinds = (("", _("全部事项")), *((row.id, _(row.text)) for row in KINDS.values()))
    kind = filled.choice("kind", _("事项"), kinds, required=False)
    states = (("", _("全部状态")), *((str(one), _(one.label)) for one in State))
    state = filled.choice("state", _("状态"), states, required=False)
    overdue = filled.choice("overdue", _("期限"), (("", _("不限")), ("1", _("已逾期"))), required=False)
    asked = MattersRequest(
        which=which,
        kind=kind,
        state=state,
        overdue=overdue == "1",
        count=COUNT,
        cursor=narrowed.get("after", ""),
        counted=True,
    )
    result = asking.read(request, Verb.READ_MATTERS, asked)
    found: Matters = result.value
    kept = urlencode([("which", which), ("kind", kind), ("state", state), ("overdue", overdue)])
    page = MattersPage(
        tabs=tuple(Link(label=_(text), href=f"?which={word}", primary=word == which) for word, text in TABS),
        which=which, rows=tuple(row(one) for one in found.rows), form=filled.form(_("筛选")), waiting=found.waiting,
        pager=Pager(page=1, next=f"?{kept}&after={quote(result.more)}") if result.more else None,
        empty=_(EMPTY[which]), may_start=any(Role(asking.role(request)) in one.starters for one in KINDS.values()),
    )  # fmt: skip
    return answering.page(request, "matters/matters.html", page)


def row(one: MatterLine) -> MatterRow:
    """A matter in a list."""
    return MatterRow(
        href=to("matter", matter=one.id), title=matter_words.title(one.kind), state=matter_words.state(one.state),
        step=_(one.step) if one.step else "", starter=wording.person(one.starter or "system:matters"),
        patient=one.patient_name, opened=one.opened, due=one.due, overdue=one.overdue,
        outcome=matter_words.outcome(one.kind, one.outcome),
    )  # fmt: skip


QUEUE: Final = MattersRequest(which="queue", count=12)  # the desk's part


def for_me(found: Desk) -> tuple[Waiting, ...]:
    """What waits for this person, for the desk's column; their own returned matters too."""
    return tuple(
        Waiting(
            title=matter_words.title(one.kind), href=to("matter", matter=one.id), due=one.due,
            detail=_("%(step)s · 由 %(who)s 提出")
            % {"step": _(one.step) if one.step else "", "who": wording.person(one.starter or "system:matters").name},
            tag=None if one.due else matter_words.state(one.state),
        )
        for one in (found.matters.rows if found.matters is not None else ())
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, matter: int) -> HttpResponse:
    """One matter: what is asked, on which papers, who said what; and this person's move, if it is theirs."""
    if request.method == "POST":
        return moved(request, matter)
    return shown(request, matter)


def shown(request: HttpRequest, number: int, error: Invalid | Conflict | None = None) -> HttpResponse:
    """The matter's page, with what was wrong about the last move."""
    seen: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=number)).value
    handled = release_words.handled(Role(asking.role(request)), handles=asking.may(request, release_words.HANDLES))
    known = {}
    if "patient" in handled and release_visits.wanted(seen):
        visits = release_visits.offered(request, seen.line.patient)
        known = {release_parts.VISITS: release_visits.named(seen.answers[release_parts.VISITS], visits)}
    page = drawn(
        seen, error, request.POST.get("comment", "") if error else "",
        copies=handled, known=known,
    )  # fmt: skip
    return answering.page(
        request, "matters/matter.html", page, status=400 if error else 200, crumbs=matter_forms.crumbs(page.title)
    )


def moved(request: HttpRequest, number: int) -> HttpResponse:
    """Make the move that was chosen; the act asks once more whether it is theirs."""
    word, comment = request.POST.get("move", ""), request.POST.get("comment", "")
    try:
        if word == "bring":
            matter_forms.bring_all(request, number)
            return answering.said(request, _("材料已附上。"), to("matter", matter=number))
        verb, data = operation(number, word, comment, request.POST)
        result: Moved = asking.write(request, verb, data).value
    except (Invalid, Conflict) as error:
        return shown(request, number, error)
    return answering.said(request, _(SAID.get(result.state, SAID["waiting"])), to("matter", matter=number))


def operation(number: int, word: str, comment: str, posted: Any) -> tuple[Verb, object]:
    """The operation a button stands for; Invalid for none."""
    if word == Move.WITHDRAW:
        return Verb.WITHDRAW_MATTER, WithdrawMatter(matter=number, comment=comment)
    if word == Move.APPEAL:
        return Verb.APPEAL_MATTER, AppealMatter(matter=number, comment=comment)
    if word == Move.CLOSE:
        return Verb.CLOSE_MATTER, CloseMatter(matter=number, comment=comment)
    if word in {str(one) for one in process.SAYS}:
        return Verb.DECIDE_MATTER, DecideMatter(
            matter=number, move=word, basis=posted.get("basis", "")[:64], comment=comment,
            outcome=posted.get("outcome", "")[:20],
        )  # fmt: skip
    raise Invalid(places=(("move", N_("请选择处理意见")),))


@require_safe
def paper(request: HttpRequest, matter: int, paper: int) -> HttpResponse:
    """One paper as a file: never run by the browser in this site's name."""
    found = asking.read(request, Verb.READ_PAPER, ReadPaper(matter=matter, paper=paper)).value
    answer = HttpResponse(found.content, content_type=found.media_type)
    inline = found.media_type.startswith("image/")
    answer["Content-Disposition"] = (
        f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}"
    )
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
    return answer

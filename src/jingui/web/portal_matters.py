"""一（三）2 我的申请: all I asked the hospital for, what comes next; corrections, complaints [1.3.2]"""

from dataclasses import replace
from secrets import token_hex
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters import KINDS
from jingui.core.matters.asking import (
    AppealMatter,
    EventLine,
    MatterLine,
    Matters,
    MattersRequest,
    MatterView,
    ReadMatter,
    StartMatter,
    WithdrawMatter,
)
from jingui.core.matters.portal import TOPICS
from jingui.core.matters.row import MatterKind, Move
from jingui.core.release import CopiesRequest
from jingui.core.word import N_
from jingui.core.words import Relation, Verb
from jingui.gate import door
from jingui.web import (
    answering,
    asking,
    matter_page,
    matter_words,
    portal_words,
    release_parts,
    release_visits,
    release_words,
    wording,
)
from jingui.web.filling import Filled
from jingui.web.portal import charts, relation
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.parts import Link, Pager
from jingui.web.viewmodels.paths import to

#: What only the patient does in a matter of theirs.
MINE: Final = frozenset({str(one) for one in (Move.START, Move.SAVE, Move.SUBMIT, Move.WITHDRAW, Move.APPEAL)})
HIDDEN: Final = frozenset({"entry"})  # answers that stand elsewhere on the page
SAID: Final = {str(Move.WITHDRAW): N_("已撤回。"), str(Move.APPEAL): N_("申诉已提交，由另一人复核。")}


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Everything that this account asked for, newest first."""
    asked = MattersRequest(which="mine", count=30, cursor=request.GET.get("after", ""))
    result = asking.read(request, Verb.READ_MATTERS, asked)
    found: Matters = result.value
    page = view.MattersPage(
        items=tuple(item(one) for one in found.rows), begin=beginnings(request),
        pager=Pager(page=1, next=f"?after={result.more}") if result.more else None,
    )  # fmt: skip
    return answering.page(request, "portal/matters.html", page)


def beginnings(request: Any) -> tuple[Link, ...]:
    """What may be asked for here, for each chart that this account reaches."""
    mine = charts(request)
    out: list[Link] = []
    for number, one in enumerate(mine):
        whose = _("（本人）") if one.relation == Relation.SELF else _("（被监护人 %(n)d）") % {"n": number}
        whose = whose if len(mine) > 1 else ""
        out.append(Link(label=_("申请复制病历") + whose, href=to("portal_copy_ask", patient=one.id), primary=not out))
        out.append(Link(label=_("投诉与建议") + whose, href=to("portal_complaint", patient=one.id)))
    return tuple(out)


def item(one: MatterLine) -> view.MatterItem:
    """One matter in a list."""
    return view.MatterItem(
        title=matter_words.title(one.kind), href=to("portal_matter", matter=one.id), opened=one.opened, due=one.due,
        state=portal_words.state(one.state), outcome=matter_words.outcome(one.kind, one.outcome),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def matter(request: HttpRequest, matter: int) -> HttpResponse:
    """One of them: what I wrote, what was answered, what comes next. Answers name departments and posts, not people."""
    error: Invalid | Conflict | None = None
    word, comment = request.POST.get("move", ""), request.POST.get("comment", "")
    if request.method == "POST":
        try:
            asking.write(request, *moved(matter, word, comment))
            return answering.said(request, _(SAID[word]), to("portal_matter", matter=matter))
        except (Invalid, Conflict) as wrong:
            error = wrong
    found: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    request.portal_chart = found.line.patient  # type: ignore[attr-defined]  # the frame's rooms are this chart's
    row, may = KINDS[found.line.kind], frozenset(found.moves)
    known = {}
    if row.copies and release_visits.wanted(found):
        visits = release_visits.own(request, found.line.patient)
        known = {release_parts.VISITS: release_visits.named(found.answers[release_parts.VISITS], visits)}
    told = matter_page.told(without(row), found.answers, known)
    page = view.MatterPage(
        item=item(found.line), told=told, entry=found.answers.get("entry", ""), next=portal_words.following(found),
        moves=tuple(move(one) for one in found.events), copies=copies(request, row, found),
        edit=to("portal_copy_apply", matter=matter) if row.copies and str(Move.SAVE) in may else "",
        withdraw=str(Move.WITHDRAW) in may, appeal=str(Move.APPEAL) in may,
        comment=comment if error else "", errors=tuple(text for _name, text in matter_page.errors(error)),
    )  # fmt: skip
    return answering.page(request, "portal/matter.html", page, status=400 if error else 200)


def moved(number: int, word: str, comment: str) -> tuple[Verb, object]:
    """The operation of a button; Invalid for none."""
    if word == Move.WITHDRAW:
        return Verb.WITHDRAW_MATTER, WithdrawMatter(matter=number, comment=comment)
    if word == Move.APPEAL:
        return Verb.APPEAL_MATTER, AppealMatter(matter=number, comment=comment)
    raise Invalid(places=(("move", N_("请选择处理意见")),))


def without(row: MatterKind) -> MatterKind:
    """The row without the answers that the page tells in another way."""
    return replace(row, questions=tuple(one for one in row.questions if one.name not in HIDDEN))


def copies(request: HttpRequest, row: MatterKind, found: MatterView) -> tuple[view.CopyItem, ...]:
    """The copies that were made of this application."""
    if not row.copies or not found.line.patient:
        return ()
    trace = getattr(request, "trace", None)
    target = door.locate(found.line.patient)
    made = asking.read(request, Verb.READ_COPIES, CopiesRequest(matter=found.line.id, count=20), target=target).value
    request.trace = trace  # type: ignore[attr-defined]  # the strip is the matter's own entry
    return tuple(
        view.CopyItem(
            href=to("portal_copy", copy=one.id), number=one.number, state=release_words.own_state(one),
            next=release_words.following(one),
        )
        for one in made.rows
    )  # fmt: skip


def move(one: EventLine) -> view.MatterMove:
    """One step of its history."""
    who = " · ".join(part for part in (wording.department(one.department), one.title) if part)
    who = _("您本人") if one.move in MINE else who
    return view.MatterMove(what=matter_words.move(one.move), who=who, at=one.at, comment=one.comment)


@require_http_methods(["GET", "HEAD", "POST"])
def correction(request: HttpRequest, record: str) -> HttpResponse:
    """申请更正: something in a record of mine is wrong. The record is read (and entered) first: it must be mine."""
    target = door.locate(record)
    sheet = asking.sheet(request, target)
    filled = Filled(request.POST, sent=request.method == "POST")
    reason = filled.text(
        "reason", _("哪里写错了"), longest=500, kind="textarea", hint=_("写明原来的文字、正确的内容和依据。")
    )
    if filled.right:
        data = StartMatter(
            kind="patient_correction", answers=(("reason", reason),), submit=True, key=f"correction:{record}:{reason}"
        )
        try:
            asking.write(request, Verb.START_MATTER, data, target=target)
            return answering.said(request, _("已提交，医院会在规定期限内答复。"), to("portal_matters"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    page = view.AskPage(
        title=_("申请更正"), entry="", back=to("portal_record", record=record), form=filled.form(_("提交")),
        note=_("确有错误的由书写人更正，原来的文字保留并划线，看得出谁在什么时候改了什么。"),
    )  # fmt: skip
    request.portal_chart = sheet.patient  # type: ignore[attr-defined]  # the frame's rooms are this chart's
    return answering.page(request, "portal/ask.html", page, status=400 if page.form.wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def complaint(request: HttpRequest, patient: str) -> HttpResponse:
    """投诉与建议: what was not right, answered by 医务 within the promised days."""
    target, _as_what = relation(request, patient)
    filled = Filled(request.POST, sent=request.method == "POST")
    topics = (("", "—"), *((word, _(text)) for word, text in TOPICS))
    topic = filled.choice("topic", _("关于什么"), topics)
    reason = filled.text(
        "reason", _("具体情况"), longest=2000, kind="textarea", hint=_("什么时候、在哪里、发生了什么；您希望怎样处理。")
    )
    phone = filled.text(
        "phone", _("联系电话"), longest=20, required=False, inputmode="tel", hint=_("不填则只在门户中答复")
    )
    key = filled.text("key", "", longest=32, default=token_hex(16), required=False, kind="hidden")
    if filled.right:
        given = (("topic", topic), ("reason", reason), *((("phone", phone),) if phone else ()))
        try:
            data = StartMatter(kind="complaint", answers=given, submit=True, key=f"complaint:{key}")
            asking.write(request, Verb.START_MATTER, data, target=asking.whole(target.patient))
            return answering.said(request, _("已提交，医院会在规定期限内答复。"), to("portal_matters"))
        except (Invalid, Conflict) as error:
            filled.refused(error)
    page = view.AskPage(
        title=_("投诉与建议"), entry="", back=to("portal_matters"), form=filled.form(_("提交")),
        note=_("由医务部门核实后答复，进展在“我的申请”里看。提出意见不影响您的诊疗。"),
    )  # fmt: skip
    return answering.page(request, "portal/ask.html", page, status=400 if page.form.wrong else 200)

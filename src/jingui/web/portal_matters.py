"""一（三）2 患者门户: what I asked the hospital for and what it answered; asking for a correction [1.3.2] [2.2.4]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid
from jingui.core.matters.asking import (
    EventLine,
    MatterLine,
    Matters,
    MattersRequest,
    MatterView,
    ReadMatter,
    StartMatter,
)
from jingui.core.matters.row import Move
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, matter_words, wording
from jingui.web.filling import Filled
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.parts import Pager
from jingui.web.viewmodels.paths import to

#: What only the patient does in a matter of theirs.
MINE: Final = frozenset({str(one) for one in (Move.START, Move.SAVE, Move.SUBMIT, Move.WITHDRAW, Move.APPEAL)})


@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Everything that this account asked for, newest first."""
    asked = MattersRequest(which="mine", count=30, cursor=request.GET.get("after", ""))
    result = asking.read(request, Verb.READ_MATTERS, asked)
    found: Matters = result.value
    page = view.MattersPage(
        items=tuple(item(one) for one in found.rows),
        pager=Pager(page=1, next=f"?after={result.more}") if result.more else None,
    )
    return answering.page(request, "portal/matters.html", page)


def item(one: MatterLine) -> view.MatterItem:
    """One matter in a list."""
    return view.MatterItem(
        title=matter_words.title(one.kind), href=to("portal_matter", matter=one.id), opened=one.opened, due=one.due,
        state=matter_words.state(one.state), outcome=matter_words.outcome(one.kind, one.outcome),
    )  # fmt: skip


@require_safe
def matter(request: HttpRequest, matter: int) -> HttpResponse:
    """One of them: what I wrote, what was answered and when. Answers name departments and posts, not people."""
    found: MatterView = asking.read(request, Verb.READ_MATTER, ReadMatter(matter=matter)).value
    page = view.MatterPage(
        item=item(found.line), reason=found.answers.get("reason", ""), entry=found.answers.get("entry", ""),
        moves=tuple(move(one) for one in found.events),
    )  # fmt: skip
    return answering.page(request, "portal/matter.html", page)


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

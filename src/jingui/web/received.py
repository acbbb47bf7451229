"""五（一）3 接收: what came from partners: what waits first, one with what it says, filed or rejected [5.1.3]"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.operation import Target
from jingui.core.receiving import (
    SEX,
    WRITTEN,
    CandidateLine,
    ReceivedLine,
    ReceivedList,
    ReceivedPage,
    ReceivedRequest,
    ReviewReceived,
    SettleReceived,
    ShownPart,
)
from jingui.core.transmit import DOUBTS, Media, ReceivedState
from jingui.core.words import Verb
from jingui.formats.cda_types import types
from jingui.gate import door
from jingui.web import answering, asking, finding, share_words, wording
from jingui.web.share_words import labelled
from jingui.web.viewmodels import received as view
from jingui.web.viewmodels.form import Choice, Field, Form
from jingui.web.viewmodels.parts import Link, Pager, Tag, Tone
from jingui.web.viewmodels.paths import to

PAGE: Final = 50
TONES: Final[dict[str, Tone]] = {"taken": "ok", "quarantined": "warn", "refused": "bad"}
RECORDS: Final = ("DocumentReference", "Provenance")


@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """What waits for a person first, the longest waiting on top; then the newest."""
    state, partner = request.GET.get("state", ""), request.GET.get("partner", "")
    state = state if state in set(ReceivedState) else ""
    number = int(partner) if partner.isdecimal() and len(partner) < 10 else 0
    asked = ReceivedRequest(state=state, partner=number, cursor=request.GET.get("after", ""), count=PAGE)
    result = asking.read(request, Verb.READ_RECEIVED, asked)
    found: ReceivedList = result.value
    kept = {name: value for name, value in (("state", state), ("partner", str(number or ""))) if value}

    def at(**changed: str) -> str:
        return "?" + urlencode({name: value for name, value in {**kept, **changed}.items() if value})

    chips = [(_("全部"), at(state=""), not state)]
    chips += [(_(one.label), at(state=one.value), state == one.value) for one in ReceivedState]
    page = view.ReceivedPage(
        rows=tuple(row(one) for one in found.lines), waiting=found.waiting, chips=tuple(chips),
        partners=tuple(Choice(value=str(n), label=name) for n, name in found.partners), partner=str(number or ""),
        state=state,
        pager=Pager(page=1, previous=at() if asked.cursor else "", next=at(after=result.more) if result.more else ""),
    )  # fmt: skip
    return answering.page(request, "transmit/received.html", page)


def row(one: ReceivedLine) -> view.ReceivedRow:
    """A message in words; what was doubtful once is told no more when somebody settled it."""
    done = one.reason not in DOUBTS or one.state == ReceivedState.TAKEN
    return view.ReceivedRow(
        href=to("one_received", received=one.id), partner=one.partner,
        purpose=share_words.purpose(one.purpose),
        form=" ".join(part for part in (_(Media(one.media).label), named(one.label)) if part),
        state=Tag(text=_(ReceivedState(one.state).label), tone=TONES[one.state]),
        reason="" if done else _(DOUBTS[one.reason][0]), at=one.at, settled=one.settled,
        overdue=one.overdue,
    )  # fmt: skip


def named(code: str) -> str:
    """A document type's name; its code where it is none of ours."""
    found = types().get(code)
    return labelled(code) if found is None else (found.en if wording.language() == "en" else found.zh)


@require_http_methods(["GET", "HEAD", "POST"])
def one_received(request: HttpRequest, received: int) -> HttpResponse:
    """One message; filed for a patient, or rejected with a reason."""
    wrong: tuple[tuple[str, str], ...] = ()
    if request.method == "POST":
        try:
            return settled(request, received)
        except Invalid as error:
            filing = request.POST.get("act") == "file"
            wrong = tuple(
                ("why" if filing and name == "reason" else name, _(what)) for name, what in error.places
            ) or (("", _(error.message)),)  # fmt: skip
        except (Conflict, NotFound) as error:
            wrong = (("", f"{_(error.message)} {_(error.next_step)}"),)
    found: ReceivedPage = asking.read(request, Verb.REVIEW_RECEIVED, ReviewReceived(received=received)).value
    shown = drawn(request, found, wrong)
    crumbs = (Link(label=_("外来资料"), href=to("received")), Link(label=shown.row.partner, href=""))
    return answering.page(request, "transmit/one_received.html", shown, status=400 if wrong else 200, crumbs=crumbs)


def worded(label: str, text: str) -> str:
    """What a content says, in this reader's words: a sex, a moment; all else as it was sent."""
    if label == SEX:
        return wording.sex(text)
    if label == WRITTEN:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return text
        return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at.tzinfo else text
    return text


def settled(request: HttpRequest, received: int) -> HttpResponse:
    """Do what was chosen and say so."""
    accept = request.POST.get("act") == "file"
    reason = request.POST.get("why" if accept else "reason", "").strip()
    target = chosen(request) if accept else Target()
    data = SettleReceived(received=received, accept=accept, reason=reason)
    asking.write(request, Verb.SETTLE_RECEIVED, data, target=target)
    text = _("已归入患者病历，并已告知发送方。") if accept else _("已退回，并已告知发送方。")
    return answering.said(request, text, to("one_received", received=received))


def chosen(request: HttpRequest) -> Target:
    """The patient that was chosen, or typed by a number that only one has."""
    typed = " ".join(request.POST.get("number", "").split())
    if not typed:
        patient = request.POST.get("patient", "")
        if not patient:
            raise Invalid(places=(("patient", _("请选择患者")),))
        return door.locate(patient)
    lines = asking.read(request, Verb.SEARCH_PATIENT, finding.search(finding.Typed(number=typed))).value
    if len(lines) != 1:
        raise Invalid(places=(("number", _("没有这个号码") if not lines else _("有几位患者用这个号码，请改用病案号")),))
    return door.locate(lines[0].id)


def drawn(request: HttpRequest, found: ReceivedPage, wrong: tuple[tuple[str, str], ...]) -> view.OneReceivedPage:
    """The page of one message."""
    line, posted = found.line, request.POST
    waits = line.state == ReceivedState.QUARANTINED and asking.may(request, Verb.SETTLE_RECEIVED)
    picked = posted.get("patient", found.candidates[0].patient if len(found.candidates) == 1 else "")
    facts = (
        (_("报文编号"), line.message), (_("机构代码"), found.uscc), (_("协议"), found.agreement),
        (_("内容摘要（SHA-256）"), found.digest), (_("大小"), _("%(n)s 字节") % {"n": line.size}),
        *(((_("处理人"), found.settled_by),) if found.settled_by else ()),
    )  # fmt: skip
    fields = (
        Field(name="patient", label=_("患者"), errors=told(wrong, "patient")),
        Field(name="number", label=_("其他患者的号码"), errors=told(wrong, "number")),
        Field(name="reason", label=_("退回的理由"), errors=told(wrong, "reason")),
        Field(name="why", label=_("不一致仍要归入的理由"), errors=told(wrong, "why")),
    )
    return view.OneReceivedPage(
        row=row(line), title=named(found.title) or _(Media(line.media).label), facts=facts,
        said=tuple((_(label), worded(label, text)) for label, text in found.said),
        parts=part_rows(found.parts),
        document=to("received_document", received=line.id) if line.media == Media.CDA and found.parts else "",
        hidden=_(found.hidden) if found.hidden else "", receipt=found.receipt,
        records=tuple(
            Link(label=wording.kind(kind), href=to("record", record=one))
            for kind, one in zip(RECORDS, found.records, strict=False)
        ),
        patient=Link(label=_("打开病历"), href=to("chart", patient=line.patient))
        if line.patient and asking.may(request, Verb.OPEN_CHART) else None,
        candidates=tuple(candidate(one, picked) for one in found.candidates) if waits else (),
        may_file=waits and asking.may(request, Verb.SEARCH_PATIENT), may_reject=waits,
        number=posted.get("number", ""), reason=posted.get("reason", ""), why=posted.get("why", ""),
        errors=Form(fields=fields, submit="", errors=told(wrong, "")),
    )  # fmt: skip


def part_rows(parts: Iterable[ShownPart]) -> tuple[view.PartShown, ...]:
    """The parts of a content as text."""
    return tuple(view.PartShown(title=one.title, lines=one.lines, rows=one.rows, head=one.head) for one in parts)


def told(wrong: tuple[tuple[str, str], ...], name: str) -> tuple[str, ...]:
    """What is wrong at a field; at none of them for ""."""
    known = ("patient", "number", "reason", "why")
    return tuple(what for place, what in wrong if place == name or (not name and place not in known))


def candidate(one: CandidateLine, picked: str) -> view.CandidateRow:
    """Somebody whom it may be about."""
    return view.CandidateRow(
        id=one.patient, name=one.name, sex=wording.sex(one.gender), birth=one.birth, number=one.number,
        why="、".join(_(each) for each in one.why), chosen=one.patient == picked,
    )  # fmt: skip

"""五（一）3, 五（二）1 传输记录: which there are, and one with its life [5.1.3] [5.2.1]"""

from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid, Refused
from jingui.core.receiving import ShownPart
from jingui.core.share import VIEWS
from jingui.core.sharing import (
    HIDDEN,
    RetryTransmission,
    StopTransmission,
    TransmissionLine,
    Transmissions,
    TransmissionsRequest,
    TransmissionView,
)
from jingui.core.transmit import DOUBTS, Media, TransmissionState
from jingui.core.words import Level, Verb
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.received import named, part_rows
from jingui.web.share import ground
from jingui.web.share_words import TONES, purpose, told, why
from jingui.web.viewmodels import share as view
from jingui.web.viewmodels.parts import Link, Pager, Tag
from jingui.web.viewmodels.paths import to

PAGE: Final = 50
STOPPABLE: Final = ("queued", "failed")
RETRIED: Final = ("failed", "stopped")


@require_safe
def transmissions(request: HttpRequest) -> HttpResponse:
    """Everybody's for the offices, one's own for physicians, the newest first."""
    return listed(request, "")


@require_safe
def of_patient(request: HttpRequest, patient: str) -> HttpResponse:
    """共享情况: who received what of this patient."""
    return listed(request, patient)


def listed(request: HttpRequest, patient: str) -> HttpResponse:
    """The list with its filters."""
    state = request.GET.get("state", "")
    state = state if state in set(TransmissionState) else ""
    given = request.GET.get("page", "1")
    number = int(given) if given.isdecimal() and len(given) < 6 else 1
    data = TransmissionsRequest(state=state, page=max(number, 1), count=PAGE)
    target = door.locate(patient) if patient else None
    found: Transmissions = asking.read(request, Verb.READ_TRANSMISSIONS, data, target=target).value

    def at(page: int) -> str:
        return "?" + urlencode({**({"state": state} if state else {}), "page": page})

    chips = [(_("全部"), "?", not state)]
    chips += [(_(one.label), f"?state={one.value}", state == one.value) for one in TransmissionState]
    name = found.patient.name if found.patient is not None else ""
    begin = Link(label=_("对外共享"), href=to("share_patient", patient=patient), key="n") if patient else None
    page = view.TransmissionsPage(
        title=_("共享情况") if patient else _("传输记录"), rows=tuple(row(one) for one in found.lines),
        total=found.total, hidden=found.hidden, chips=tuple(chips),
        pager=Pager(page=number, previous=at(number - 1) if number > 1 else "",
                    next=at(number + 1) if number * PAGE < found.total else ""),
        patient=Link(label=name or _("打开病历"), href=to("chart", patient=patient)) if patient else None,
        begin=begin if begin is not None and asking.may(request, Verb.SHARE) else None,
    )  # fmt: skip
    return answering.page(request, "share/transmissions.html", page)


def row(one: TransmissionLine) -> view.TransmissionRow:
    """A transmission in words."""
    return view.TransmissionRow(
        href=to("transmission", transmission=one.id), name=one.name, partner=one.partner_name,
        purpose=purpose(one.purpose),
        form=f"{_(Media(one.media).label)} {named(one.label)}".strip(),
        state=Tag(text=_(TransmissionState(one.state).label), tone=TONES[one.state]),
        problem=why(one.problem) if one.problem else "", made=one.made, received=one.received, records=one.records,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def transmission(request: HttpRequest, transmission: str) -> HttpResponse:
    """One transmission; stopped before it left, or tried again."""
    target = door.locate(transmission)
    error, reason = "", request.POST.get("reason", "").strip()[:500]
    if request.method == "POST":
        again = request.POST.get("act") == "retry"
        data = RetryTransmission() if again else StopTransmission(reason=reason)
        verb = Verb.RETRY_TRANSMISSION if again else Verb.STOP_TRANSMISSION
        try:
            asking.write(request, verb, data, target=target)
            text = _("已重新列入待传输。") if again else _("已停止。")
            return answering.said(request, text, to("transmission", transmission=transmission))
        except Invalid as wrong:
            error = "；".join(_(what) for _name, what in wrong.places) or _(wrong.message)
        except Conflict as wrong:
            error = f"{_(wrong.message)} {_(wrong.next_step)}"
        except Refused as wrong:
            if wrong.reason == "no_rule" or wrong.rules or not wrong.clauses:
                raise
            error = f"{_(wrong.message)} {_(wrong.next_step)}"
    found: TransmissionView = asking.read(request, Verb.READ_TRANSMISSION, target=target).value
    shown = drawn(request, found, error, reason)
    crumbs = (Link(label=_("传输记录"), href=to("transmissions")), Link(label=shown.row.partner, href=""))
    return answering.page(request, "share/transmission.html", shown, status=400 if error else 200, crumbs=crumbs)


def drawn(request: HttpRequest, found: TransmissionView, error: str, reason: str) -> view.TransmissionPage:
    """The page of one transmission."""
    line = found.line
    facts = (
        (_("报文编号"), found.message), (_("依据"), ground(line.basis)),
        (_("视图"), _(VIEWS[found.view].text) if found.view in VIEWS else found.view),
        (_("协议"), found.agreement), (_("通道"), line.channel), (_("敏感级别"), _(Level(line.level).label)),
        (_("办理人"), found.sharer or _("系统")), (_("尝试次数"), str(line.attempts)),
        *(((_("答复的报文"), found.reply_to),) if found.reply_to else ()),
        *(((_("对方说明"), _(DOUBTS[found.receipt_reason][0])),) if found.receipt_reason in DOUBTS else ()),
        *(((_("对方存证编号"), found.receipt_entry),) if found.receipt_entry else ()),
    )  # fmt: skip
    digests = (
        (_("本院发出"), found.digest),
        *(((_("对方收到"), found.receipt_digest),) if found.receipt_digest else ()),
    )
    return view.TransmissionPage(
        row=row(line),
        patient=Link(label=line.name or _("患者"), href=to("patient_transmissions", patient=line.patient))
        if found.patient is not None else None,
        facts=facts, digests=digests,
        inside=tuple(
            Link(label=wording.kind(one.kind), href=to("record", record=one.record) if one.record else "")
            for one in found.inside
        ),
        life=tuple(
            (to("entry", entry=one.entry), one.at, _(Verb(one.verb).label), one.actor or _("系统"))
            for one in found.life
        ),
        parts=part_rows(noticed(found.parts) if line.media == Media.NOTICE else found.parts),
        document=to("transmission_document", transmission=line.id) if line.media == Media.CDA and found.parts else "",
        hidden=_(HIDDEN[found.hidden]) if found.hidden else "",
        may_stop=line.state in STOPPABLE and asking.may(request, Verb.STOP_TRANSMISSION),
        may_retry=line.state in RETRIED and asking.may(request, Verb.RETRY_TRANSMISSION), reason=reason, error=error,
    )  # fmt: skip


def noticed(parts: tuple[ShownPart, ...]) -> tuple[ShownPart, ...]:
    """A notice's parts with their names in words."""
    return tuple(replace(one, rows=told(tuple((name, value) for name, value in one.rows))) for one in parts)

"""二（一）3 敏感信息: a chart's consents: listed, given, withdrawn, printed; what a ward still owes [2.1.3] [1.3.2]"""

import base64
import binascii
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.consents import KINDS, ConsentLine, Consents, ConsentsRequest, ConsentState, WithdrawConsent
from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.patient import PatientLine
from jingui.core.words import Category, Role, Verb
from jingui.formats import fhir_json
from jingui.gate import door
from jingui.web import answering, asking, charting, consent_paper, wording
from jingui.web.consent_form import Drawn, drawn
from jingui.web.viewmodels import consents as view
from jingui.web.viewmodels.form import Field
from jingui.web.viewmodels.parts import Link, Tag
from jingui.web.viewmodels.paths import to


def listed(request: HttpRequest, patient: str, *, partners: bool = False) -> Consents:
    """The patient's consents, as the door tells them to this reader; `partners`: and who may receive records."""
    asked = ConsentsRequest(partners=partners)
    found: Consents = asking.read(request, Verb.READ_CONSENTS, asked, target=door.locate(patient)).value
    return found


def row(patient: str, line: ConsentLine, now: Any) -> view.ConsentRow:
    """One consent in one line."""
    given = line.state == ConsentState.GIVEN
    ended = given and line.ends is not None and line.ends <= now
    scope = _("、").join(_(Category(one).label) for one in line.categories) or _("全部类别")
    return view.ConsentRow(
        title=_(KINDS[line.kind].label) if line.kind in KINDS else line.kind,
        state=Tag(text=_("已到期"), tone="warn") if ended else consent_paper.state_tag(line.state),
        labels=wording.labels("", line.labels), scope=scope, party=line.party, starts=line.starts, ends=line.ends,
        paper_href=to("consent_paper", record=line.record) if line.record else "",
        withdraw_href=to("withdraw_consent", patient=patient, consent=line.consent) if given and not ended else "",
    )  # fmt: skip


def named(patient: str, line: PatientLine | None) -> view.PatientHeader:
    """Whose consents these are."""
    if line is None:
        raise NotFound()
    return charting.header(line)


@require_safe
def consents(request: HttpRequest, patient: str) -> HttpResponse:
    """What the patient agreed to, and what is still to be asked."""
    found, trace, now = listed(request, patient), getattr(request, "trace", None), asking.now()
    assert trace is not None  # noqa: S101 -- for the type checker: a read that returned has its entry
    here = to("give_consent", patient=patient)
    give = tuple(Link(label=_(kind.label), href=f"{here}?kind={kind.name}") for kind in KINDS.values())
    page = view.ConsentsPage(
        patient=named(patient, found.patient), rows=tuple(row(patient, line, now) for line in found.lines),
        owed=tuple(view.OwedRow(label=_(one.label.label), since=one.since, due=one.due) for one in found.owed),
        hidden=found.hidden, minor=found.minor, why=wording.why(trace),
        give=give if asking.may(request, Verb.GIVE_CONSENT) else (),
    )  # fmt: skip
    return answering.page(request, "collect/consents.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, patient: str) -> HttpResponse:
    """The form that is read to the patient and signed on the pad, or to which a scan of the paper is brought."""
    found = listed(request, patient, partners=True)
    form = Drawn(request, found)
    if form.sent and form.right:
        try:
            asking.write(request, Verb.GIVE_CONSENT, form.data(), target=door.locate(patient))
            text = _("已登记。") if form.agreed else _("已登记患者不同意。")
            return answering.said(request, text, to("consents", patient=patient))
        except (Invalid, Conflict) as error:
            form.refused(error)
    page = drawn(form, named(patient, found.patient), to("consents", patient=patient))
    return answering.page(request, "collect/give.html", page, status=400 if page.wrong or page.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, patient: str, consent: int) -> HttpResponse:
    """Say what a withdrawal does, then do it."""
    back = to("consents", patient=patient)
    if request.method == "POST":
        reason = " ".join(request.POST.get("reason", "").split())[:200]
        try:
            asking.write(
                request, Verb.WITHDRAW_CONSENT, WithdrawConsent(consent=consent, reason=reason),
                target=door.locate(patient),
            )  # fmt: skip
        except Conflict as error:
            return answering.said(request, f"{_(error.message)}", back, tone="warn")
        return answering.said(request, _("已撤回，立即生效。"), back)
    found = listed(request, patient)
    line = next((one for one in found.lines if one.consent == consent and one.state == ConsentState.GIVEN), None)
    if line is None:
        raise NotFound()
    why = Field(name="reason", label=_("撤回的理由"), required=False, maxlength=200, hint=_("患者不必说明理由"))
    page = view.WithdrawPage(
        patient=named(patient, found.patient), row=row(patient, line, asking.now()), back=back, reason=why
    )
    return answering.page(request, "collect/withdraw.html", page)


@require_safe
def paper(request: HttpRequest, record: str) -> HttpResponse:
    """The consent as it was signed, to read and to print."""
    sheet = asking.sheet(request, door.locate(record))
    if sheet.kind != "Consent":
        raise NotFound()
    page = consent_paper.page(request, record, sheet)
    return answering.page(request, "collect/paper.html", page)


@require_safe
def scan(request: HttpRequest, record: str) -> HttpResponse:
    """The signature or scan itself: never run by the browser in this site's name."""
    sheet = asking.sheet(request, door.locate(record))
    attachment = fhir_json.parse(sheet.body).get("sourceAttachment") or {} if sheet.kind == "Consent" else {}
    media = attachment.get("contentType", "")
    if media not in consent_paper.TAKEN or "data" not in attachment:
        raise NotFound()
    try:
        body = base64.b64decode(attachment["data"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotFound() from error
    answer = HttpResponse(body, content_type=media)
    shown = "inline" if media.startswith("image/") else "attachment"
    name = quote(f"{_('知情同意书')}.{consent_paper.TAKEN[media]}", safe="")
    answer["Content-Disposition"] = f"{shown}; filename*=UTF-8''{name}"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """待补办同意: whom the department still has to ask, the most urgent first."""
    lines = asking.read(request, Verb.READ_CONSENTS, ConsentsRequest()).value
    page = view.DuePage(
        rows=tuple(
            view.DueRow(
                href=to("consents", patient=one.patient), name=one.name or _("无名氏"), mrn=one.mrn, items=one.items,
                due=one.due,
            )
            for one in lines
        ),
        whole_house=asking.role(request) in (Role.REGISTRAR, Role.MEDICAL_AFFAIRS),
    )  # fmt: skip
    return answering.page(request, "collect/due.html", page)

"""四（二）1 复制件: one copy: what is in it, both sides' yes, the fee, the seal, handing over, revoking [4.2.1]"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.matters import KINDS
from jingui.core.release import (
    PURPOSES,
    ChargeCopy,
    ConfirmCopy,
    CopyCheck,
    CopyFile,
    CopyState,
    CopyView,
    HandCopy,
    Medium,
    Part,
    ReadCopy,
    RevokeCopy,
    Route,
    StampCopy,
)
from jingui.core.word import N_
from jingui.core.words import Purpose, Role, Verb
from jingui.gate import door
from jingui.web import answering, asking, matter_page, release_parts, release_visits, release_words, verify
from jingui.web.filling import Filled
from jingui.web.release_make import told as faults
from jingui.web.viewmodels import release_copies as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

CHARGING: Final = 2  # the place of the fee among a copy's stages
STROKES: Final = 60_000  # characters of a drawing
SAID: Final[dict[str, str]] = {
    "confirm": N_("双方已确认。"), "charge": N_("收费已登记。"), "stamp": N_("已用印并登记。"),
    "hand": N_("已登记交付。"), "revoke": N_("已作废；从现在起任何人核验都会看到。"),
}  # fmt: skip
VERBS: Final[dict[str, Verb]] = {
    "confirm": Verb.CONFIRM_COPY, "charge": Verb.CHARGE_COPY, "stamp": Verb.STAMP_COPY, "hand": Verb.HAND_COPY,
    "revoke": Verb.REVOKE_COPY,
}  # fmt: skip
#: What the door calls a place, by form, where the page's field has another name.
PLACES: Final[dict[str, dict[str, str]]] = {
    "confirm": {"document": "seen", "strokes": "signed", "by": "by"}, "charge": {}, "stamp": {},
    "hand": {"document": "paper"}, "revoke": {},
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, copy: str) -> HttpResponse:
    """One copy; what is done with it is asked of the door again, about exactly what stands on the page."""
    target = door.locate(copy)
    do = request.POST.get("do", "")
    if request.method == "POST" and do not in VERBS:
        raise NotFound()
    role = Role(asking.role(request))
    found: CopyView = asking.read(
        request, Verb.READ_COPY, ReadCopy(), target=target, why=release_words.purpose(role)
    ).value  # fmt: skip
    why = release_words.purpose(role, KINDS[found.line.kind].copies)
    forms = Forms(request, found, do)
    if do and forms.data is not None:
        try:
            asking.write(request, VERBS[do], forms.data, target=target, why=why)
            return answering.said(request, _(SAID[do]), to("copy", copy=copy))
        except (Invalid, Conflict) as error:
            forms.refused(error)
    named = found.answers.get(release_parts.VISITS, "")
    visits = release_visits.offered(request, found.line.patient) if named else ()
    page = drawn(request, copy, found, forms, {release_parts.VISITS: release_visits.named(named, visits)})
    wrong = bool(page.errors or page.wrong or forms.signing.errors)
    crumbs = (Link(label=_("病历复制件"), href=to("copies")), Link(label=page.number, href=""))
    return answering.page(request, "release/copy.html", page, status=400 if wrong else 200, crumbs=crumbs)


class Forms:
    """The forms of a copy's page: each is asked for where its move makes sense, the one that was sent is read."""

    def __init__(self, request: HttpRequest, found: CopyView, do: str) -> None:
        """Ask every form's questions; `data` is what the sent one asks the door for, None where it must be mended."""
        self.do, self.found, self.posted = do, found, request.POST
        self.may = frozenset(found.moves)
        self.errors: tuple[str, ...] = ()
        strokes = self.posted.get("strokes", "")[:STROKES]
        self.signing = view.Signing(strokes=strokes, drawing=self.posted.get("drawing", "") if strokes else "")
        free = not found.line.fee and found.paid is None
        self.filled = {
            name: Filled(self.posted, sent=do == name)
            for name in VERBS
            if str(VERBS[name]) in self.may
            and not (name == "charge" and (free or found.paid is not None))
            and not (name == "stamp" and found.lacking)
            and not (name == "hand" and found.line.route == Route.PORTAL)
        }
        asked = {
            name: getattr(self, name)(filled) for name, filled in self.filled.items()
        }  # every form asks its questions, also those that were not sent
        if do and do not in self.filled:  # an old page, a button pressed twice
            self.errors = (_("复制件目前的状态不能办理此项。请看下面的进度。"),)
        self.data = asked.get(do) if do in self.filled and self.filled[do].right and not self.signing.errors else None

    def confirm(self, filled: Filled) -> ConfirmCopy:
        """The applicant signs on the pad, or the clerk looked at the paper."""
        seen = filled.text(
            "seen", _("或所核对证件的号码"), longest=40, required=False, hint=_("申请人不便签名时，核对证件后填写"),
        )  # fmt: skip
        by = filled.text(
            "by", _("签名人姓名"), longest=60, required=False, hint=_("不是申请人本人签名时填写"),
        )  # fmt: skip
        if filled.sent and not seen and not self.signing.strokes:
            self.signing = view.Signing(errors=(_("请申请人在签名板上签名，或填写所核对证件的号码。"),))
        return ConfirmCopy(
            basis=self.posted.get("basis", "")[:128], strokes=self.signing.strokes, document=seen.upper(), by=by
        )

    def charge(self, filled: Filled) -> ChargeCopy:
        """What was paid, or why nothing is."""
        invoice = filled.text("invoice", _("票据号码"), longest=40, required=False, inputmode="numeric")
        postage = 0
        if self.found.line.route == Route.POST:
            default = f"{self.found.postage // 100}.{self.found.postage % 100:02d}"
            typed = filled.text("postage", _("邮费"), longest=12, default=default, unit=_("元"), inputmode="decimal")
            amount = release_words.fen(typed)
            if filled.sent and typed and amount is None:
                filled.wrong("postage", _("请写成 12.50 这样的金额。"))
            postage = amount or 0
        waived = filled.text(
            "waived", _("免收的理由"), longest=200, required=False, hint=_("免收时填写，例如：低保、本院职工、差错补发")
        )
        if filled.sent and not (invoice or waived):
            filled.wrong("invoice", _("请填写票据号码，或免收的理由。"))
        return ChargeCopy(invoice=invoice, postage=postage, waived=waived)

    def stamp(self, filled: Filled) -> StampCopy:
        """The seal, electronic or wet."""
        kinds = tuple((str(one), _(one.label)) for one in Medium)
        medium = filled.choice(
            "medium", _("用印方式"), kinds, default=str(Medium.ELECTRONIC),
            hint=_("实物印章：用印登记后下载这份文件，打印并逐页盖章"),
        )  # fmt: skip
        known = Medium(medium) if medium in set(Medium) else Medium.ELECTRONIC
        return StampCopy(basis=self.posted.get("basis", "")[:128], medium=known)

    def hand(self, filled: Filled) -> HandCopy:
        """Who received it, as the route asks."""
        if self.found.line.route == Route.POST:
            return HandCopy(
                courier=filled.text("courier", _("快递公司"), longest=40),
                number=filled.text("number", _("快递单号"), longest=40),
            )
        name = filled.text("receiver", _("领取人姓名"), longest=60, default=self.found.line.applicant)
        paper = filled.text("paper", _("领取人证件号码"), longest=40, hint=_("核对原件后填写；加密保存"))
        return HandCopy(receiver=name, document=paper.upper())

    def revoke(self, filled: Filled) -> RevokeCopy:
        """Why it must no longer be relied upon."""
        return RevokeCopy(
            reason=filled.text("reason", _("作废的理由"), longest=200, hint=_("例如：内容有误、申请人要求换发、误寄"))
        )

    def refused(self, error: Invalid | Conflict) -> None:
        """Take over what the door found wrong, each at its place in the form that was sent."""
        names = PLACES[self.do]
        places = error.places if isinstance(error, Invalid) else ()
        rest = []
        for where, text in places:
            name = names.get(where, where)
            if name == "signed":
                self.signing = view.Signing(
                    errors=(_(text),), strokes=self.signing.strokes, drawing=self.signing.drawing
                )
            else:
                rest.append((name, text))
        if rest:
            self.filled[self.do].refused(Invalid(error.message, error.next_step, places=tuple(rest)))
        elif not places:
            self.errors = faults(error)

    def form(self, name: str, submit: str) -> Any:
        """One form as it stands, None where its move makes no sense now."""
        found = self.filled.get(name)
        if found is None:
            return None
        form = found.form(submit)
        return replace(form, fields=tuple(replace(one, autofocus=False) for one in form.fields))


def drawn(request: HttpRequest, public: str, found: CopyView, forms: Forms, known: Mapping[str, str]) -> view.CopyPage:
    """The page of a copy."""
    line = found.line
    kind = KINDS[line.kind]
    stamped = found.stamped is not None
    again = f"{to('copy_make', matter=line.matter)}?replaces={quote(public)}"
    alone = tuple(text for form in forms.filled.values() for text in form.form("").errors)
    return view.CopyPage(
        number=line.number, state=release_words.state(line.state), applicant=line.applicant, basis=found.basis,
        patient=Link(label=line.patient_name or "—", href=to("chart", patient=line.patient)),
        matter=Link(label=_(kind.text), href=to("matter", matter=line.matter)), stages=stages(found),
        contents=release_words.contents(found.records), counted=release_words.counted(found.records),
        unfinished=found.unfinished, withheld=found.withheld,
        volumes=release_words.volumes(found.paper), told=matter_page.told(kind, found.answers, known),
        facts=release_words.facts(found),
        preview="" if stamped else f"{to('copy_file', copy=public)}?preview={kind.copies}",
        file=to("copy_file", copy=public) if line.state == CopyState.STAMPED else "",
        side=to("copy_side", copy=public) if line.state == CopyState.STAMPED else "",
        size=filesizeformat(found.size) if found.size else "",
        digest=found.digest, lacking=_(found.lacking) if found.lacking else "", pages=line.pages,
        replaces=Link(label=_("前一份"), href=to("copy", copy=found.replaces)) if found.replaces else None,
        replaced=Link(label=_("换发的新件"), href=to("copy", copy=found.replaced)) if found.replaced else None,
        ended=release_words.ended(found), signing=forms.signing, hand_route=line.route,
        confirm=forms.form("confirm", _("双方已核对，确认")), charge=forms.form("charge", _("登记收费")),
        stamp=forms.form("stamp", _("盖章")), hand=forms.form("hand", _("登记交付")),
        revoke=forms.form("revoke", _("作废")),
        again=again if asking.may(request, release_words.HANDLES) and not found.replaced else "",
        done=forms.do, errors=(*forms.errors, *alone),
    )  # fmt: skip


def stages(found: CopyView) -> tuple[view.Stage, ...]:
    """The copy's way: what is behind, with who and when, and what comes."""
    passed = (
        (_("制作"), found.prepared_by, found.line.prepared), (_("双方确认"), found.confirmed_by, found.confirmed),
        (_("收费"), found.invoice or found.waived, found.paid), (_("盖章"), found.stamped_by, found.stamped),
        (_("交付"), found.handed_to, found.handed),
    )  # fmt: skip
    free = not found.line.fee and found.paid is None
    done = [at is not None or (free and n == CHARGING) for n, (_name, _who, at) in enumerate(passed)]
    first = done.index(False) if False in done and found.ended is None else -1
    return tuple(
        view.Stage(name=name, who=who if at else _("不收费") if done[n] else "", at=at, now=n == first, done=done[n])
        for n, (name, who, at) in enumerate(passed)
    )


@require_safe
def file(request: HttpRequest, copy: str) -> HttpResponse:
    """The stamped file, or the pages before they are stamped; each taking is entered."""
    made_for = request.GET.get("preview", "")
    part = Part.PREVIEW if made_for in PURPOSES else Part.FILE
    made_for = made_for if part is Part.PREVIEW else "patient"
    why = release_words.purpose(Role(asking.role(request)), made_for)
    found: CopyFile = asking.read(
        request, Verb.READ_COPY, ReadCopy(part=part), target=door.locate(copy), why=why
    ).value  # fmt: skip
    return sent(found, inline=part is Part.PREVIEW)


@require_safe
def side(request: HttpRequest, copy: str) -> HttpResponse:
    """The side file: the proof of the stamp's entry, to keep beside the PDF; with both nobody needs the house."""
    role = Role(asking.role(request))
    why = Purpose.PATIENT_REQUEST if role is Role.PATIENT else release_words.purpose(role)
    asked = ReadCopy(part=Part.SIDE)
    found: CopyCheck = asking.read(request, Verb.READ_COPY, asked, target=door.locate(copy), why=why).value
    return verify.kept_beside(found)


def sent(found: CopyFile, *, inline: bool) -> HttpResponse:
    """A file that nothing in this site's name runs in."""
    answer = HttpResponse(found.body, content_type=found.media_type)
    shown = "inline" if inline else "attachment"
    answer["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(found.name, safe='')}"
    answer["Content-Security-Policy"] = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer

"""四（二）1 封存: one sealing: its lists with both signatures, the medium, later parts, settlement [4.2.1]"""

import base64
from typing import Any, Final
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jingui.core.errors import Conflict, Invalid, NotFound
from jingui.core.sealing import (
    Package,
    Present,
    RoundShown,
    SealingLine,
    SealingState,
    SealLater,
    SettleDispute,
    Settlement,
    SignList,
    TakePackage,
    ThingKind,
)
from jingui.core.signatures import OpenSigning
from jingui.core.words import Verb
from jingui.gate import door
from jingui.web import answering, asking, sealing
from jingui.web.consent_form import IDENTITIES, LONGEST, picture
from jingui.web.filling import Filled
from jingui.web.viewmodels import sealing as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

ENDS: Final = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}


@require_http_methods(["GET", "HEAD", "POST"])
def sealing_page(request: HttpRequest, patient: str, sealing: str) -> HttpResponse:
    """The sealing; by POST it is signed, added to or settled."""
    do = request.POST.get("do", "")
    if do == "later" or request.GET.get("later"):
        return later(request, patient, sealing)
    found = sealing_of(request, patient, sealing)
    line, rounds, name = found
    forms = Forms(request, do, line)
    try:
        if forms.sign.right and forms.signed:
            asking.write(request, Verb.OPEN_SIGNING, OpenSigning())
            data = SignList(sealing=sealing, digest=request.POST.get("digest", "")[:64], present=forms.present())
            asking.write(request, Verb.SEAL_RECORDS, data, target=door.locate(patient))
            return answering.said(request, _("双方签字已保存，封存完成。请打印清单一式两份。"), request.path)
        if forms.settle.right and forms.paper:
            asking.write(request, Verb.SETTLE_DISPUTE, forms.settlement(sealing), target=door.locate(patient))
            return answering.said(request, _("已登记纠纷了结；是否启封将询问医务部门和负责人。"), request.path)
    except (Invalid, Conflict) as error:
        forms.refused(error, do)
    page = drawn(line, rounds, patient, name, forms)
    wrong = forms.wrong(do)
    return answering.page(
        request, "release/sealing.html", page, status=400 if wrong else 200,
        crumbs=(Link(label=_("封存"), href=to("patient_sealings", patient=patient)), Link(label=name, href="")),
    )  # fmt: skip


def sealing_of(request: HttpRequest, patient: str, number: str) -> tuple[SealingLine, tuple[RoundShown, ...], str]:
    """The sealing's line and lists, and whose it is."""
    found = sealing.seen(request, patient, number)
    if not found.rows:
        raise NotFound()
    return found.rows[0], found.rounds, found.patient_name or _("无名氏")


def later(request: HttpRequest, patient: str, number: str) -> HttpResponse:
    """A further list of what was finished since."""

    def data(chosen: Any) -> SealLater:
        return SealLater(sealing=number, **chosen)

    return sealing.listed(request, patient, Verb.SEAL_LATER, data, number)


class Forms:
    """The forms of the page: read once, judged field by field."""

    def __init__(self, request: HttpRequest, do: str, line: SealingLine) -> None:
        """Read what was posted to each."""
        posted, files = request.POST, request.FILES
        self.notary = line.sides == "notary"
        sign = self.sign = Filled(posted, sent=do == "sign")
        self.name = sign.text("name", _("公证员姓名") if self.notary else _("患方签字人姓名"), longest=60)
        self.office = sign.text("office", _("公证机构"), longest=120) if self.notary else ""
        self.deed = sign.text("deed", _("公证书编号"), longest=80) if self.notary else ""
        self.relation = "" if self.notary else sign.text("relation", _("与患者的关系"), longest=40)
        kinds = tuple((value, _(text)) for value, text in IDENTITIES)
        self.kind = "other" if self.notary else sign.choice("identity_kind", _("证件类型"), kinds, default="id_card")
        self.identity = "" if self.notary else sign.text("identity", _("证件号码"), longest=40).upper()
        self.drawing, self.strokes = posted.get("drawing", "")[:LONGEST], posted.get("strokes", "")[:60_000]
        self.scan: bytes = files["signed"].read() if "signed" in files else b""  # type: ignore[union-attr]  # one name, one file
        self.signed = self.scan or picture(self.drawing, self.strokes)
        self.signed_error = "" if self.signed or do != "sign" else _("请在签名板上签字，或上传签字的清单")
        settle = self.settle = Filled(posted, sent=do == "settle")
        ways = tuple((one.value, _(one.label)) for one in Settlement)
        self.how = settle.choice("how", _("了结方式"), ways, autofocus=False)  # not what the page is read for
        self.number = settle.text("settled_number", _("文书编号"), longest=80)
        self.note = settle.text("note", _("备注"), longest=400, required=False)
        self.paper: bytes = files["paper"].read() if "paper" in files else b""  # type: ignore[union-attr]  # one name, one file
        self.file = getattr(files.get("paper"), "name", "") or ""
        self.settle_error = "" if self.paper or do != "settle" else _("请上传文书扫描件")

    def present(self) -> Present:
        """Who signed beside the hospital."""
        return Present(
            name=self.name, relation=self.relation, identity_kind=self.kind, identity=self.identity,
            office=self.office, deed=self.deed, signed=self.signed, strokes="" if self.scan else self.strokes,
        )  # fmt: skip

    def settlement(self, number: str) -> SettleDispute:
        """The paper that ends the dispute."""
        return SettleDispute(
            sealing=number, how=self.how, number=self.number, paper=self.paper, name=self.file[:120], note=self.note
        )

    def refused(self, error: Invalid | Conflict, do: str) -> None:
        """Take over what the door found wrong, each at its place."""
        places = dict(error.places) if isinstance(error, Invalid) else {}
        self.signed_error = _(places.pop("signed")) if "signed" in places else self.signed_error
        self.settle_error = _(places.pop("paper")) if "paper" in places else self.settle_error
        if places or not (self.signed_error or self.settle_error):
            again = Invalid(places=tuple(places.items())) if places else error
            (self.sign if do == "sign" else self.settle).refused(again)

    def wrong(self, do: str) -> bool:
        """Whether anything must be mended."""
        form = {"sign": self.sign, "settle": self.settle}.get(do)
        return form is not None and (form.form("").wrong or bool(self.signed_error or self.settle_error))


def drawn(line: SealingLine, rounds: tuple[RoundShown, ...], patient: str, name: str, forms: Forms) -> view.SealingPage:
    """The page as it stands."""
    newest, state = rounds[-1], SealingState(line.state)
    listed, live = state is SealingState.LISTED, state is SealingState.SEALED
    taking = Filled({}, sent=False)
    taking.text("medium", _("介质编号和存放地点"), longest=80, hint=_("例如：光盘 F-2026-001，病案室 3 号柜"))
    if newest.package:
        taking.text("reason", _("重新制作的理由"), longest=200, hint=_("原介质作废，封存码更换"))
    start = to("start_matter", kind="unsealing")
    return view.SealingPage(
        row=sealing.row(line, name), id=line.id, patient=Link(label=name, href=to("chart", patient=patient)),
        matter=to("matter", matter=line.matter), rounds=tuple(round_row(one, patient, line.id) for one in rounds),
        take=taking.form(_("重新下载封存包") if newest.package else _("下载封存包")) if listed else None,
        take_href=to("sealing_package", patient=patient, sealing=line.id),
        sign=forms.sign.form(_("双方签字，完成封存")) if listed and newest.package else None, notary=forms.notary,
        signed_error=forms.signed_error, strokes=forms.strokes if forms.signed and not forms.scan else "",
        drawing=forms.drawing if forms.signed and not forms.scan else "", later=live and line.waiting > 0,
        settle=forms.settle.form(_("登记了结")) if live and line.settled is None else None,
        settle_error=forms.settle_error, unseal=f"{start}?patient={patient}&sealing={line.id}" if live else "",
        digest=newest.digest,
    )  # fmt: skip


def round_row(one: RoundShown, patient: str, number: str) -> view.RoundRow:
    """A list as it is printed."""
    labels = (
        ("name", _("姓名")), ("relation", _("与患者的关系")), ("identity", _("证件号码")), ("office", _("公证机构")),
        ("deed", _("公证书编号")),
    )  # fmt: skip
    where = to("sealing_signature", patient=patient, sealing=number, round=one.n) if one.present else ""
    image = str(one.present.get("media", "")).startswith("image/")
    hospital = (("name", _("姓名")), ("staff_no", _("工号")), ("provider", _("签名方式")))
    said = {**one.hospital, "provider": signing_words().get(one.hospital.get("provider", ""), "")}
    return view.RoundRow(
        n=one.n, title=_("封存清单") if one.part == "first" else _("补充封存清单（第 %(n)d 份）") % {"n": one.n},
        drawn=one.drawn, digest=one.digest,
        items=tuple(
            view.ItemRow(
                n=n, title=sealing.title(item.kind, item.form), href=to("record", record=item.record),
                version=item.version, digest=item.digest,
            )
            for n, item in enumerate(one.items, 1)
        ),
        things=tuple((_(ThingKind(thing.kind).label), thing.name, thing.amount, thing.place) for thing in one.things),
        package=one.package, size=one.size, medium=one.medium, secret=one.secret, signed=one.signed,
        present=tuple((text, one.present[key]) for key, text in labels if one.present.get(key)),
        picture=where if image else "", paper=where if where and not image else "",
        hospital=tuple((text, said[key]) for key, text in hospital if said.get(key)), holds=one.holds,
    )  # fmt: skip


@require_POST
def package(request: HttpRequest, patient: str, sealing: str) -> HttpResponse:
    """The encrypted package as a file, to be written on the disc; its secret stands on the page for the envelope."""
    data = TakePackage(
        sealing=sealing, medium=request.POST.get("medium", "")[:200], reason=request.POST.get("reason", "")[:200]
    )
    try:
        made: Package = asking.write(request, Verb.SEAL_RECORDS, data, target=door.locate(patient)).value
    except (Invalid, Conflict) as error:
        places = error.places if isinstance(error, Invalid) else ()
        words = _("、").join(_(text) for _name, text in places) or f"{_(error.message)} {_(error.next_step)}"
        return answering.said(request, words, to("sealing", patient=patient, sealing=sealing), tone="bad")
    answer = HttpResponse(made.content, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="sealing-{made.digest[:12]}.jgs"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@require_safe
def signature(request: HttpRequest, patient: str, sealing: str, round: int) -> HttpResponse:
    """What the other side signed: never run by the browser in this site's name."""
    _line, rounds, _name = sealing_of(request, patient, sealing)
    chosen = next((one for one in rounds if one.n == round and one.present), None)
    media = str(chosen.present.get("media", "")) if chosen else ""
    if chosen is None or media not in ENDS:
        raise NotFound()
    answer = HttpResponse(base64.b64decode(chosen.present["signed"]), content_type=media)
    shown = "inline" if media.startswith("image/") else "attachment"
    name = quote(f"{_('封存清单')}.{ENDS[media]}", safe="")
    answer["Content-Disposition"] = f"{shown}; filename*=UTF-8''{name}"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def signing_words() -> dict[str, str]:
    """How a signature was made, by the words of the setting `signing_provider`."""
    return {"local": _("本院签名服务"), "ukey": _("UKey 签名"), "phone": _("手机签名")}

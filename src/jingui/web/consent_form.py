"""二（一）3 敏感信息: the consent form: chosen, typed, drawn; nothing is lost by a mistake [2.1.3] [2.2.3]"""

import base64
import binascii
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import orjson
from django.http import HttpRequest
from django.utils.translation import gettext as _

from jingui.core.consents import COLLECTION, KINDS, Consents, GiveConsent, Party, Signed, Signer
from jingui.core.errors import Conflict, Invalid
from jingui.core.settings import BY_NAME
from jingui.core.share import CONSENT, PURPOSES
from jingui.core.telling import RIGHTS, TOLD
from jingui.core.word import N_
from jingui.core.words import Sensitivity
from jingui.web import wording
from jingui.web.bilingual import chinese, english
from jingui.web.filling import Filled, begins
from jingui.web.viewmodels import consents as view
from jingui.web.viewmodels.access import PatientHeader
from jingui.web.viewmodels.form import Choice

PICTURE: Final = "data:image/png;base64,"
LONGEST: Final = 400_000  # characters of a drawing
LONGEST_PARTY: Final = 40
FEWEST: Final = 8  # points that make a signature
IDENTITIES: Final = (("id_card", N_("居民身份证")), ("passport", N_("护照")), ("other", N_("其他证件")))


def picture(drawing: str, strokes: str) -> bytes:
    """What was drawn on a pad, b"" where nobody signed: a click is no signature."""
    try:
        points = sum(len(stroke) for stroke in orjson.loads(strokes))
        if points < FEWEST or not drawing.startswith(PICTURE):
            return b""
        return base64.b64decode(drawing.removeprefix(PICTURE), validate=True)
    except (orjson.JSONDecodeError, TypeError, binascii.Error, ValueError):
        return b""


class Drawn:
    """One form: read once, judged field by field."""

    def __init__(self, request: HttpRequest, found: Consents) -> None:
        """Read what was posted; fresh, it proposes what is still owed."""
        posted: Any = request.POST
        self.sent = request.method == "POST"
        filled = self.filled = Filled(posted, sent=self.sent)
        asked = posted.get("kind") or request.GET.get("kind", COLLECTION)
        self.kind = asked if asked in KINDS else COLLECTION
        row = KINDS[self.kind]
        self.owed = {one.label.value for one in found.owed}
        known = set(Sensitivity)
        fresh = self.owed if row.labelled else set()
        self.labels = tuple(one for one in posted.getlist("labels") if one in known) if self.sent else tuple(fresh)
        party = Party.GUARDIAN.value if found.minor else Party.SELF.value
        parties = tuple((one.value, _(one.label)) for one in Party if not (found.minor and one is Party.SELF))
        default = found.patient.name if found.patient and not found.minor else ""
        self.party = filled.choice("party_kind", _("签署人"), parties, default=party)
        self.name = filled.text("name", _("签署人姓名"), default=default, longest=60, hint=_("与证件一致"))
        near = self.party != Party.SELF
        hint = _("监护人或代理人必填，例如：母亲")
        self.relation = filled.text("relation", _("与患者的关系"), longest=40, required=False, hint=hint)
        identities = tuple((value, _(text)) for value, text in IDENTITIES)
        self.identity_kind = filled.choice("identity_kind", _("证件类型"), identities, default="id_card")
        self.identity = filled.text(
            "identity", _("证件号码"), longest=40, required=False, hint=_("监护人或代理人必填；加密保存")
        ).upper()
        if self.sent and near and not self.relation:
            filled.wrong("relation", _("请写明与患者的关系"))
        self.recipient, self.uses = "", tuple[str, ...]()
        if row.recipient:
            self.recipient = self.received_by(found)
            offered = tuple((name, _(one.text)) for name, one in PURPOSES.items() if one.basis == CONSENT)
            self.uses = filled.several("uses", _("共享目的"), offered, required=False)
        self.ends = filled.day("ends", _("有效至（当日仍有效）"), required=False, hint=_("不填表示直到撤回"))
        self.agreed = posted.get("agreed", "yes") != "no"
        self.told = bool(posted.get("told"))
        self.drawing, self.strokes = posted.get("drawing", "")[:LONGEST], posted.get("strokes", "")[:60_000]
        self.scan: bytes = request.FILES["signed"].read() if "signed" in request.FILES else b""  # type: ignore[union-attr]  # one name, one file
        self.places: dict[str, str] = {}
        if self.sent:
            self.judge(row.labelled)

    def received_by(self, found: Consents) -> str:
        """接收方: one of the registered partners, or somebody else in words; never both."""
        filled = self.filled
        known = tuple((f"{uscc} {name}"[:LONGEST_PARTY], f"{name}（{uscc}）") for uscc, name in found.partners)
        picked = filled.choice(
            "partner", _("接收方"), (("", _("不是登记的合作机构")), *known), required=False,
            hint=_("只有写明登记的合作机构，才能经传输网关向其提供"), typed=True,
        )  # fmt: skip
        typed = filled.text(
            "party", _("其他接收方"), longest=LONGEST_PARTY, required=False, hint=_("不在上面的列表中时填写名称")
        )
        if self.sent and not picked and not typed:
            filled.wrong("partner", _("请选择或写明接收方"))
        if self.sent and picked and typed and typed != picked:
            filled.wrong("party", _("已选择合作机构，请清空此项"))
        return picked or typed

    def judge(self, labelled: bool) -> None:
        """What only the page can see."""
        if labelled and not self.labels:
            self.places["labels"] = _("请至少选择一项敏感信息")
        if not self.told:
            self.places["told"] = _("须先向患者说明采集目的")
        if not self.scan and not self.drawn:
            self.places["signed"] = _("请在签名板上签名，或上传签名后的扫描件")

    @property
    def drawn(self) -> bytes:
        """The drawing, b"" where nobody signed."""
        return picture(self.drawing, self.strokes)

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return self.filled.right and not self.places

    def data(self) -> GiveConsent:
        """What the door is asked."""
        signer = Signer(
            party=Party(self.party), name=self.name, relation=self.relation, identity_kind=self.identity_kind,
            identity=self.identity,
        )  # fmt: skip
        signed = Signed(body=self.scan) if self.scan else Signed(body=self.drawn, strokes=self.strokes)
        return GiveConsent(
            kind=self.kind, signer=signer, signed=signed, labels=self.labels, party=self.recipient, uses=self.uses,
            agreed=self.agreed,
            told=self.told, ends=begins(self.ends + timedelta(days=1)) if self.ends else None,
            language=wording.language(),
        )  # fmt: skip

    def refused(self, error: Invalid | Conflict) -> None:
        """Take over what the door found wrong, each at its place."""
        rest = []
        for where, what in error.places if isinstance(error, Invalid) else ():
            if where in ("labels", "told", "signed"):
                self.places[where] = _(what)
            else:
                rest.append((where, what))
        if rest or not self.places:
            again = Invalid(error.message, error.next_step, places=tuple(rest)) if rest else error
            self.filled.refused(again)


def item(form: Drawn, one: Sensitivity) -> view.Item:
    """A sensitive item with what is told of it."""
    return view.Item(
        value=one.value, label=_(one.label), told=chinese(TOLD[one]), told_en=english(TOLD[one]),
        chosen=one.value in form.labels, owed=one.value in form.owed,
    )  # fmt: skip


def drawn(form: Drawn, patient: PatientHeader, back: str) -> view.GivePage:
    """The form's page as it stands."""
    row = KINDS[form.kind]
    inner = form.filled.form(_("登记"))
    places = {"labels": _("敏感信息"), "told": _("逐项说明"), "signed": _("签名")}
    wrong = [view.Wrong(anchor=f"id_{name}", label=places[name], text=text) for name, text in form.places.items()]
    wrong += [view.Wrong(anchor=one.id, label=one.label, text=text) for one in inner.fields for text in one.errors]
    return view.GivePage(
        patient=patient, title=_(row.label), kind=form.kind,
        kinds=tuple(Choice(value=one.name, label=_(one.label)) for one in KINDS.values()),
        items=tuple(item(form, one) for one in Sensitivity if one.value in (*form.labels, *form.owed)),
        others=tuple(item(form, one) for one in Sensitivity if one.value not in (*form.labels, *form.owed)),
        items_error=form.places.get("labels", ""), rights=tuple((chinese(text), english(text)) for text in RIGHTS),
        fields=tuple(replace(field, autofocus=False) for field in inner.fields),
        agreed="yes" if form.agreed else "no", told=form.told,
        told_error=form.places.get("told", ""), drawing=form.drawing if form.drawn else "",
        strokes=form.strokes if form.drawn else "", signed_error=form.places.get("signed", ""),
        limit=int(BY_NAME["consent_scan_kb"].default), back=back, wrong=tuple(wrong), errors=inner.errors,
    )  # fmt: skip

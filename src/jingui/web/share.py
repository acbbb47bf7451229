"""五（二）共享: a partner and purpose are chosen, what would leave is looked at, then confirmed [5.2.1] [5.2.2]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, Refused, Unprocessable
from jingui.core.share import BASES, CONSENT, LEFT, PURPOSES, VIEWS
from jingui.core.sharing import Option, Options, Share, ShareOptions, SharePreview
from jingui.core.transmit import NETWORKS, Media
from jingui.core.words import EncounterKind, Level, Verb
from jingui.formats import cda_map, fhir_json
from jingui.formats.cda_types import types
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.share_words import why
from jingui.web.viewmodels import share as view
from jingui.web.viewmodels.form import Choice
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.resource import shown

SHOWN = frozenset(form for view in VIEWS.values() for form in view.forms)  # what some purpose shows
FORMS = (
    ("fhir", ""), ("hl7v2", "ORU^R01"), ("hl7v2", "ADT^A08"),
    *(("cda", code) for code, made in cda_map.forms().items() if made & SHOWN),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, patient: str) -> HttpResponse:
    """Choose, look, confirm: three steps of one page; nothing that was chosen is lost on the way."""
    target = door.locate(patient)
    posted, errors = request.POST, []
    preview: SharePreview | None = None
    partner, _bar, purpose = posted.get("to", "").partition(":")
    media, _bar, label = posted.get("form", "fhir:").partition(":")
    reason = posted.get("reason", "").strip()[:500]
    if request.method == "POST":
        data = Share(
            partner=int(partner) if partner.isdecimal() and len(partner) < 18 else 0, purpose=purpose, media=media,
            label=label, visit=posted.get("visit", ""), records=tuple(posted.getlist("record")), reason=reason,
            confirm=posted.get("confirm", ""),
        )  # fmt: skip
        row = PURPOSES.get(purpose)
        if row is None or not data.partner:
            errors.append(_("请选择接收机构和目的。"))
        else:
            try:
                done = asking.write(request, Verb.SHARE, data, target=target, why=row.purpose).value
                if not isinstance(done, SharePreview):
                    return answering.said(
                        request, _("已列入待传输；对方接收后会有签名回执。"),
                        to("transmission", transmission=done.transmission),
                    )  # fmt: skip
                preview = done
            except Unprocessable as error:  # what a type cannot be without and the record does not say
                errors.append(f"{_(error.message)} {_('、').join(name for name, _text in error.places)}")
            except (Invalid, Conflict) as error:
                places = error.places if isinstance(error, Invalid) else ()
                errors += [_(text) for _name, text in places] or [f"{_(error.message)} {_(error.next_step)}"]
            except Refused as error:
                if error.reason == "no_rule" or not error.clauses or error.rules:
                    raise
                errors.append(f"{_(error.message)} {_(error.next_step)}")
    found: Options = asking.read(request, Verb.READ_TRANSMISSIONS, ShareOptions(), target=target).value
    name = found.patient.name if found.patient is not None else ""
    page = view.SharePage(
        patient=Link(label=name or _("打开病历"), href=to("chart", patient=patient)),
        options=tuple(option(one, posted.get("to", "")) for one in found.options),
        visits=tuple(
            Choice(value=one.id, label=f"{_(EncounterKind(one.kind).label)} {one.starts:%Y-%m-%d}")
            for one in found.visits
        ),
        visit=posted.get("visit", ""), media=forms(), form=f"{media}:{label}", reason=reason,
        preview=previewed(preview) if preview is not None else None, errors=tuple(errors),
    )  # fmt: skip
    crumbs = (Link(label=_("共享情况"), href=to("patient_transmissions", patient=patient)),
              Link(label=_("对外共享"), href=""))  # fmt: skip
    return answering.page(request, "share/share.html", page, status=400 if errors else 200, crumbs=crumbs)


def forms() -> tuple[Choice, ...]:
    """The forms of content that can be made here."""
    return tuple(
        Choice(value=f"{media}:{label}", label=f"{_(Media(media).label)} {named(label)}".strip())
        for media, label in FORMS
    )


def named(label: str) -> str:
    """A shared document's name with its number; any other type as it is called."""
    found = types().get(label)
    if found is None:
        return label
    return f"{label} {found.en if wording.language() == 'en' else found.zh}"


def ground(basis: str) -> str:
    """A ground in words."""
    if basis == CONSENT:
        return _("患者书面同意")
    return f"{_(BASES[basis].text)}（{_(BASES[basis].law)}）" if basis in BASES else basis


def option(one: Option, chosen: str) -> view.OptionRow:
    """A choice of partner and purpose."""
    value = f"{one.partner}:{one.purpose}"
    return view.OptionRow(
        value=value, partner=one.partner_name, purpose=_(PURPOSES[one.purpose].text),
        ground=ground(PURPOSES[one.purpose].basis), media=_("、").join(_(Media(x).label) for x in one.media),
        chosen=value == chosen, why=why(one.reason) if one.reason else "",
    )  # fmt: skip


def previewed(found: SharePreview) -> view.Preview:
    """What would leave, for a person to read."""
    facts = (
        (_("接收机构"), f"{found.partner_name}（{found.uscc}）"), (_("目的"), _(PURPOSES[found.purpose].text)),
        (_("依据"), ground(found.basis)), (_("视图"), _(VIEWS[found.view].text)),
        (_("协议"), f"{found.agreement} {_('至')} {found.agreement_ends:%Y-%m-%d}"),
        (_("通道与网络"), f"{found.channel} · {_(NETWORKS[found.network].text)}"),
        (_("去标识化"), found.profile or _("否，按可识别身份提供")),
        (_("最高敏感级别"), _(Level(found.limit).label)),
    )  # fmt: skip
    return view.Preview(
        facts=facts, identity=shown(fhir_json.parse(found.identity)),
        records=tuple(
            view.RecordRow(
                id=one.record, title=one.title, kind=wording.kind(one.kind), at=one.at, chosen=bool(one.body),
                shown=shown(fhir_json.parse(one.body)) if one.body else (),
            )
            for one in found.lines
        ),
        left=tuple((_(LEFT[name]), count) for name, count in found.left), elsewhere=found.elsewhere,
        digest=f"{found.digest}.{found.once}", paused=found.paused,
    )  # fmt: skip

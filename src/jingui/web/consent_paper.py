"""二（一）3 书面同意: the consent as it was signed, in both languages, to read and to print [2.1.3]"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.access import Versions
from jingui.core.consents import KINDS, ConsentState, Party
from jingui.core.errors import Refused
from jingui.core.sheets import Sheet
from jingui.core.telling import RIGHTS, TOLD
from jingui.core.words import Category, Sensitivity, Verb
from jingui.formats import fhir_consent, fhir_json
from jingui.gate import door
from jingui.web import asking, records, wording
from jingui.web.bilingual import chinese, english
from jingui.web.templatetags.numbers import mask_id
from jingui.web.viewmodels import consents as view
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

TAKEN: Final = {"image/png": "png", "image/jpeg": "jpg", "application/pdf": "pdf"}
TONES: Final = {ConsentState.GIVEN: "ok", ConsentState.REFUSED: "warn", ConsentState.WITHDRAWN: "bad"}


def state_tag(state: str) -> Tag:
    """How a consent stands, as a label."""
    known = ConsentState(state)
    return Tag(text=_(known.label), tone=TONES[known])  # type: ignore[arg-type]  # TONES holds tones


def page(request: HttpRequest, record: str, sheet: Sheet) -> view.PaperPage:
    """The paper's page; its reading and that of the name above it are two entries."""
    trace = sheet.trace
    where = door.locate(record)
    try:
        versions: Versions | None = asking.read(request, Verb.HISTORY, target=where).value
    except Refused:
        versions = None  # entered as refused; the paper says itself who signed
    request.trace = trace  # type: ignore[attr-defined]  # the strip is the reading's own entry
    resource = fhir_json.parse(sheet.body)
    told = fhir_consent.outline(resource)
    attachment = resource.get("sourceAttachment") or {}
    media = attachment.get("contentType", "") if "data" in attachment else ""
    file = to("consent_scan", record=record) if media in TAKEN else ""
    return view.PaperPage(
        patient=records.header(versions, sheet.patient),
        title=_(KINDS[told.kind].label) if told else wording.kind("Consent"),
        state=state_tag(told.state) if told else Tag(text=_("未生效")),
        told=tuple((chinese(text), english(text)) for text in texts(told)), facts=tuple(facts(resource, told)),
        image=file if media.startswith("image/") else "", file=file, back=to("consents", patient=sheet.patient),
        why=wording.why(trace),
    )  # fmt: skip


def texts(told: fhir_consent.Told | None) -> tuple[str, ...]:
    """What was told: the items of this consent, then the rights."""
    return (*(TOLD[Sensitivity(label)] for label in (told.labels if told else ())), *RIGHTS)


def facts(resource: Mapping[str, Any], told: fhir_consent.Told | None) -> list[tuple[str, str]]:
    """What stands on the paper besides: items, scope, recipient, period, who signed. Numbers come masked."""
    out: list[tuple[str, str]] = []
    if told is not None:
        items = _("、").join(_(Sensitivity(one).label) for one in told.labels)
        scope = _("、").join(_(Category(one).label) for one in told.categories) or _("全部类别")
        out += [(_("敏感信息"), items or _("未指明")), (_("信息类别"), scope)]
        out += [(_("接收方"), told.party)] * bool(told.party)
        out += [(_("自"), moment(told.starts)), (_("至"), moment(told.ends) or _("撤回为止"))]
    for who in resource.get("contained") or ():
        if who.get("id") != "signer":
            continue
        relation = (who.get("relationship") or [{}])[0]
        code = next((one.get("code", "") for one in relation.get("coding") or ()), "")
        party = _(Party(code).label) if code in set(Party) else ""
        name = (who.get("name") or [{}])[0].get("text", "")
        out.append((_("签署人"), " · ".join(part for part in (name, party, relation.get("text", "")) if part)))
        out += [(_("证件号码"), str(mask_id(one["value"]))) for one in who.get("identifier") or () if one.get("value")]
    return out


def moment(at: datetime | None) -> str:
    """A moment to the minute in the hospital's zone; "" for none."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at is not None else ""

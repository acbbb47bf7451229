"""五（二）2 共享情况: who received what of me, when, on which ground; stopped by withdrawing [5.2.2] [1.3.2]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.consents import ConsentState
from jingui.core.sharing import TransmissionLine, Transmissions, TransmissionsRequest
from jingui.core.transmit import Media, TransmissionState
from jingui.core.words import Verb
from jingui.web import answering, asking, share_words, wording
from jingui.web.portal import chosen
from jingui.web.share import ground
from jingui.web.share_words import TONES
from jingui.web.viewmodels import portal as view
from jingui.web.viewmodels.parts import Pager, Tag
from jingui.web.viewmodels.paths import to

PAGE: Final = 50


@require_safe
def shared(request: HttpRequest, patient: str) -> HttpResponse:
    """Everything that was handed to somebody, newest first, and what they were told afterwards."""
    given = request.GET.get("page", "1")
    number = max(int(given), 1) if given.isdecimal() and len(given) < 6 else 1
    asked = TransmissionsRequest(page=number, count=PAGE)
    found: Transmissions = asking.read(request, Verb.READ_TRANSMISSIONS, asked, target=chosen(request, patient)).value
    more = number * PAGE < found.total
    page = view.SharedPage(
        items=tuple(item(one) for one in found.lines), hidden=found.hidden,
        consents=to("portal_consents", patient=patient),
        pager=Pager(page=number, previous=f"?page={number - 1}" if number > 1 else "",
                    next=f"?page={number + 1}" if more else "") if more or number > 1 else None,
    )  # fmt: skip
    return answering.page(request, "portal/shared.html", page)


def item(one: TransmissionLine) -> view.SharedItem:
    """One of them in words."""
    notice = one.media == Media.NOTICE
    what = _("、").join(dict.fromkeys(wording.kind(kind) for kind in one.kinds))
    return view.SharedItem(
        partner=one.partner_name, purpose=share_words.purpose(one.purpose),
        ground=ground(one.basis), what=what, made=one.made, received=one.received,
        state=Tag(text=_(TransmissionState(one.state).label), tone=TONES[one.state]),
        withdraw=one.consent if one.consent_state == ConsentState.GIVEN and not notice else 0, notice=notice,
    )  # fmt: skip

"""五（一）2 共享文档: one document on its page, come in or left; the 53 types and what we cover of them [5.1.2]"""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from jingui.core.errors import NotFound
from jingui.core.receiving import ReceivedPage, ReviewReceived
from jingui.core.sharing import HIDDEN, TransmissionView
from jingui.core.transmit import Media
from jingui.core.words import Verb
from jingui.formats.cda_types import types
from jingui.gate import door
from jingui.web import answering, asking, wording
from jingui.web.received import named, part_rows
from jingui.web.viewmodels import cda as view
from jingui.web.viewmodels.parts import Link
from jingui.web.viewmodels.paths import to

CHINESE = "zh-CN"  # the language of every type of the standard


@require_safe
def cda_types(request: HttpRequest) -> HttpResponse:
    """All types in their order."""
    return answering.page(request, "transmit/cda_types.html", view.listed(wording.language() == "en"))


@require_safe
def received_document(request: HttpRequest, received: int) -> HttpResponse:
    """A document that came in, alone on its page."""
    found: ReceivedPage = asking.read(request, Verb.REVIEW_RECEIVED, ReviewReceived(received=received)).value
    if found.line.media != Media.CDA:
        raise NotFound()
    back = Link(label=_("外来资料"), href=to("one_received", received=received))
    page = view.DocumentPage(
        title=found.title or named(found.line.label), lang=CHINESE if found.line.label in types() else "",
        partner=found.line.partner, at=found.line.at,
        digest=found.digest, parts=part_rows(found.parts), hidden=_(found.hidden) if found.hidden else "", back=back,
    )  # fmt: skip
    return answering.page(request, "transmit/document.html", page, crumbs=(back, Link(label=page.title, href="")))


@require_safe
def transmission_document(request: HttpRequest, transmission: str) -> HttpResponse:
    """A document that left, as it left."""
    target = door.locate(transmission)
    found: TransmissionView = asking.read(request, Verb.READ_TRANSMISSION, target=target).value
    if found.line.media != Media.CDA:
        raise NotFound()
    back = Link(label=_("传输记录"), href=to("transmission", transmission=transmission))
    page = view.DocumentPage(
        title=named(found.line.label), lang=CHINESE, partner=found.line.partner_name, at=found.line.made,
        digest=found.digest, parts=part_rows(found.parts), hidden=_(HIDDEN[found.hidden]) if found.hidden else "",
        back=back,
    )  # fmt: skip
    return answering.page(request, "transmit/document.html", page, crumbs=(back, Link(label=page.title, href="")))

"""五（一）2 传输网关: each channel's state, queue and last day; paused by one, resumed by two [5.1.2] [5.1.3]"""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.partnering import ChangeChannel
from jingui.core.sending import GatewayBoard, GatewayRequest
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.gateway_cards import card
from jingui.web.viewmodels import gateway as view
from jingui.web.viewmodels.paths import to

ASKS: Final = {"pause": Verb.PAUSE_CHANNEL, "resume": Verb.RESUME_CHANNEL}
LONGEST: Final = 200


@require_http_methods(["GET", "HEAD", "POST"])
def gateway(request: HttpRequest) -> HttpResponse:
    """Every channel, those with trouble first; a pause or a resumption is asked for beside it."""
    wrong: tuple[int, str, str] = (0, "", "")
    if request.method == "POST":
        number, reason = request.POST.get("channel", ""), " ".join(request.POST.get("reason", "").split())[:LONGEST]
        verb = ASKS.get(request.POST.get("act", ""))
        if verb is None or not number.isdecimal() or len(number) > 18:
            wrong = (0, _("请从页面上的按钮操作。"), "")
        elif not reason:
            wrong = (int(number), _("请填写理由"), "")
        else:
            answer = changed(request, verb, int(number), reason)
            if isinstance(answer, HttpResponse):
                return answer
            wrong = (int(number), answer, reason)
    board: GatewayBoard = asking.read(request, Verb.READ_GATEWAY, GatewayRequest()).value
    may = {name: asking.may(request, verb) for name, verb in ASKS.items()}
    cards = tuple(card(one, board.since, may, wrong) for one in board.channels)
    page = view.GatewayPage(
        channels=cards, waiting=sum(one.waiting + one.sending for one in board.channels),
        sent=sum(hour.sent for one in board.channels for hour in one.hours),
        failed=sum(hour.failed for one in board.channels for hour in one.hours), partners=to("partners"),
        matters=to("matters"),
    )  # fmt: skip
    if wrong[1] and wrong[0] not in {one.id for one in board.channels}:
        answering.note(request, wrong[1], "bad")
    return answering.page(request, "transmit/gateway.html", page, status=400 if wrong[1] else 200)


def changed(request: HttpRequest, verb: Verb, channel: int, reason: str) -> HttpResponse | str:
    """Where it goes on, or what was wrong with what was asked."""
    try:
        asking.write(request, verb, ChangeChannel(channel=channel, reason=reason))
    except (Invalid, Conflict, NotFound) as error:
        return _(error.message)
    except Refused as error:
        if error.reason != "party":
            raise
        return _(error.message)
    said = _("通道已暂停，不再传输。") if verb is Verb.PAUSE_CHANNEL else _("已提出恢复，待第二人确认。")
    return answering.said(request, said, to("gateway"))

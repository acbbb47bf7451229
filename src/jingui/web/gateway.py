"""五（一）2 传输网关: each channel's state, queue and last day; paused by one, resumed by two [5.1.2] [5.1.3]"""

from datetime import datetime, timedelta
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from jingui.core.errors import Conflict, Invalid, NotFound, Refused
from jingui.core.partnering import ChangeChannel
from jingui.core.partners import WHY
from jingui.core.sending import PROBLEMS, ChannelHours, ChannelState, GatewayBoard, GatewayRequest
from jingui.core.transmit import CHANNELS, NETWORKS, Direction
from jingui.core.words import Verb
from jingui.web import answering, asking
from jingui.web.viewmodels import gateway as view
from jingui.web.viewmodels.parts import Tag
from jingui.web.viewmodels.paths import to

ASKS: Final = {"pause": Verb.PAUSE_CHANNEL, "resume": Verb.RESUME_CHANNEL}
WIDE, HIGH, FOOT, HOURS = 480, 90, 16, 24
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
        failed=sum(hour.failed for one in board.channels for hour in one.hours), matters=to("matters"),
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


def card(one: ChannelState, since: datetime, may: dict[str, bool], wrong: tuple[int, str, str]) -> view.ChannelCard:
    """A channel on the page."""
    kind, network = CHANNELS.get(one.kind), NETWORKS.get(one.network)
    what = " · ".join((
        _(kind.text) if kind else one.kind, _(network.text) if network else one.network,
        _(Direction(one.direction).label),
    ))  # fmt: skip
    mine = wrong[0] == one.id
    return view.ChannelCard(
        id=one.id, code=one.code, partner=one.name, what=what, state=state(one), waiting=one.waiting,
        sending=one.sending, oldest=one.oldest, failed=one.failed, problem=problem(one.problem),
        plot=plot(one, since) if one.hours else None, pauses=may["pause"] and one.state == "open",
        resumes=may["resume"] and one.state == "paused", error=wrong[1] if mine else "",
        reason=wrong[2] if mine else "",
    )  # fmt: skip


def state(one: ChannelState) -> Tag:
    """How a channel stands."""
    if not one.genuine:
        return Tag(text=_("数据被篡改"), tone="bad")
    if one.state == "paused":
        return Tag(text=_("已暂停"), tone="warn")
    if one.problem:
        return Tag(text=_("有失败"), tone="bad")
    return Tag(text=_("正常"), tone="ok")


def problem(code: str) -> str:
    """A problem in words."""
    row = PROBLEMS.get(code)
    return _(row.text) if row else _(WHY[code][0]) if code in WHY else code


def plot(one: ChannelState, since: datetime) -> view.HourPlot:
    """The bars of 24 hours."""
    known: dict[datetime, ChannelHours] = {hour.hour: hour for hour in one.hours}
    none = ChannelHours(hour=since, sent=0, failed=0, taken=0)
    hours = [known.get(since + timedelta(hours=n), none) for n in range(HOURS)]
    most = max(1, *(hour.sent + hour.failed + hour.taken for hour in hours))
    tall, step = HIGH - FOOT - 4, WIDE / HOURS
    bars = []
    for n, hour in enumerate(hours):
        good, bad = tall * (hour.sent + hour.taken) / most, tall * hour.failed / most
        bars.append(
            view.HourBar(
                x=f"{n * step + 2:.1f}", sent_y=f"{HIGH - FOOT - good:.1f}", sent_height=f"{good:.1f}",
                failed_y=f"{HIGH - FOOT - good - bad:.1f}", failed_height=f"{bad:.1f}",
            )
        )  # fmt: skip
    start = timezone.localtime(since)
    title = _("%(code)s，最近 24 小时：送达 %(sent)d 份，接收 %(taken)d 份，失败 %(failed)d 次。") % {
        "code": one.code, "sent": sum(hour.sent for hour in hours), "taken": sum(hour.taken for hour in hours),
        "failed": sum(hour.failed for hour in hours),
    }  # fmt: skip
    marks = tuple((f"{n * step:.1f}", f"{start + timedelta(hours=n):%H:%M}") for n in range(0, HOURS, 6))
    return view.HourPlot(title=title, bars=tuple(bars), most=most, marks=marks)

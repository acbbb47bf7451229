"""五（一）2 传输网关: a channel as its card shows it: state, queue, bars of its last day [5.1.2] [5.1.3]"""

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.partners import WHY
from jingui.core.sending import PROBLEMS, ChannelHours, ChannelState
from jingui.core.transmit import CHANNELS, NETWORKS, Direction
from jingui.web.viewmodels import gateway as view
from jingui.web.viewmodels.parts import Tag

WIDE: Final = 960
HIGH: Final = 150
FOOT: Final = 20
HOURS: Final = 24


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
        sending=one.sending, oldest=one.oldest, next=one.next, failed=one.failed, problem=problem(one.problem),
        plot=plot(one, since) if one.hours else None, pauses=may["pause"] and one.state == "open",
        resumes=may["resume"] and one.state == "paused", error=wrong[1] if mine else "",
        reason=wrong[2] if mine else "",
    )  # fmt: skip


def state(one: ChannelState) -> Tag:
    """How a channel stands."""
    if not one.genuine:
        return Tag(text=_("数据被篡改"), tone="bad")
    if one.state == "paused":
        return Tag(text=_("已暂停"), tone="hold")
    if one.problem and one.next is not None and not one.failed:
        return Tag(text=_("等待重试"), tone="hold")
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
    tall, step = HIGH - FOOT - 16, WIDE / HOURS
    bars = []
    for n, hour in enumerate(hours):
        good, bad = tall * (hour.sent + hour.taken) / most, tall * hour.failed / most
        bars.append(
            view.HourBar(
                x=f"{n * step + 4:.1f}", sent_y=f"{HIGH - FOOT - good:.1f}", sent_height=f"{good:.1f}",
                failed_y=f"{HIGH - FOOT - good - bad:.1f}", failed_height=f"{bad:.1f}",
            )
        )  # fmt: skip
    start = timezone.localtime(since)
    title = _("最近 24 小时：送达 %(sent)d 份，接收 %(taken)d 份，失败 %(failed)d 次。") % {
        "sent": sum(hour.sent for hour in hours), "taken": sum(hour.taken for hour in hours),
        "failed": sum(hour.failed for hour in hours),
    }  # fmt: skip
    marks = tuple((f"{n * step:.1f}", f"{start + timedelta(hours=n):%H:%M}") for n in range(0, HOURS, 6))
    return view.HourPlot(title=title, bars=tuple(bars), most=most, marks=marks)

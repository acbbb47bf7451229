"""Made-up view models for the preview: the gateway's page."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from jingui.core.sending import ChannelHours, ChannelState
from jingui.web import gateway_cards
from jingui.web.viewmodels import gateway as view
from jingui.web.viewmodels.paths import to
from tools.preview_frame import NOW, T

Samples = dict[str, tuple[str, Any]]
MAY = {"pause": True, "resume": True}


def pages(t: T) -> Samples:
    """A board with a good, a troubled and a paused channel; one whose pause was asked for without a reason; none."""
    since = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    hours = tuple(
        ChannelHours(hour=since + timedelta(hours=n), sent=(n * 7) % 23, failed=n % 5 == 0, taken=n % 3)
        for n in range(24)
    )
    good = ChannelState(
        id=1, partner=1, code="qinghe-line", name=t("清河社区卫生服务中心", "Qinghe Community Health Centre"),
        kind="https", network="line", direction="both", state="open", paused=None, genuine=True, waiting=3, sending=1,
        oldest=NOW - timedelta(minutes=2), next=None, failed=0, problem="", hours=hours,
    )  # fmt: skip
    bad = replace(
        good,
        id=2,
        code="lab-mllp",
        kind="mllp",
        waiting=41,
        failed=2,
        problem="timeout",
        next=NOW + timedelta(seconds=40),
    )
    rest = replace(good, id=3, code="cdc-health", network="health", state="paused", paused=NOW, waiting=7, hours=())
    cards = tuple(gateway_cards.card(one, since, MAY, (0, "", "")) for one in (bad, good, rest))
    full = view.GatewayPage(
        channels=cards, waiting=52, sent=381, failed=9, partners=to("partners"), matters=to("matters")
    )
    wrong = tuple(replace(one, error=t("请填写理由", "State a reason")) if one.id == 1 else one for one in cards)
    return {
        "gateway": ("transmit/gateway.html", full),
        "gateway-wrong": ("transmit/gateway.html", replace(full, channels=wrong)),
        "gateway-empty": ("transmit/gateway.html", replace(full, channels=(), waiting=0, sent=0, failed=0)),
    }

"""Made-up view models for the preview: what waits for a second person, and tokens."""

from datetime import timedelta
from typing import Any

from jingui.web.viewmodels.desk import ProposalPage, Waiting, WaitingPage
from jingui.web.viewmodels.parts import Link, PersonLine, Tag
from jingui.web.viewmodels.paths import to
from jingui.web.viewmodels.people import TokenRow, TokensPage
from jingui.web.viewmodels.resource import Shown
from tools.preview_frame import HASH, NOW, T


def proposal(t: T, **more: Any) -> ProposalPage:
    """A setting that somebody wants to change."""
    return ProposalPage(
        title=t("更改设置", "Change a setting"),
        proposer=PersonLine(name=t("乔远帆", "Qiao Yuanfan"), post=t("工程师", "Engineer")),
        at=NOW - timedelta(hours=1), expires=NOW + timedelta(hours=23),
        state=Tag(text=t("待确认", "Waiting"), tone="warn"), digest=HASH,
        shown=(
            Shown(label=t("项目", "Setting"), texts=("idle_minutes",)),
            Shown(label=t("新值", "New value"), texts=("20",)),
        ),
        **more,
    )  # fmt: skip


def waiting(t: T) -> dict[str, tuple[str, Any]]:
    """The list, empty and not; a proposal for the second person, for the proposer, for others, and when it is over."""
    done = Tag(text=t("已执行", "Done"), tone="ok")
    open_ = Waiting(
        title=t("更改设置", "Change a setting"), detail=t("由 乔远帆 提出", "Proposed by Qiao Yuanfan"),
        href=to("proposal", proposal=7), due=NOW + timedelta(hours=23),
    )  # fmt: skip
    old = Waiting(title=t("解除冻结", "Lift a freeze"), detail=t("我提出的", "Mine"), href="#", tag=done)
    token = TokenRow(
        label=t("检验系统回传", "Laboratory results"), holder=t("医院信息系统", "Hospital system"), href="#",
        scopes=("system/*.rs",), expires=NOW + timedelta(days=80), revoke="#",
        state=Tag(text=t("有效", "Valid"), tone="ok"),
    )  # fmt: skip
    issue = Link(label=t("签发令牌", "Issue a token"), href="#", key="n", primary=True)
    return {
        "waiting": ("desk/waiting.html", WaitingPage(waiting=(open_,), settled=(old,))),
        "waiting-empty": ("desk/waiting.html", WaitingPage(waiting=())),
        "proposal": ("desk/proposal.html", proposal(t, may_decide=True)),
        "proposal-mine": ("desk/proposal.html", proposal(t, mine=True)),
        "proposal-other": ("desk/proposal.html", proposal(t, patient_href="#")),
        "proposal-over": ("desk/proposal.html", proposal(t, open=False)),
        "tokens": ("protect/tokens.html", TokensPage(tokens=(token,), actions=(issue,))),
        "tokens-empty": ("protect/tokens.html", TokensPage(tokens=())),
    }

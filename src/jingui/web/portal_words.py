"""一（三）2 我的申请: where a request stands and what comes next, in the words that patients use [1.3.2]"""

from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from jingui.core.matters import KINDS
from jingui.core.matters.asking import MatterView
from jingui.core.matters.row import MatterKind, Move, State, Step
from jingui.core.word import N_
from jingui.web import matter_words
from jingui.web.viewmodels.parts import Tag

STANDS: Final[dict[State, str]] = {
    State.DRAFT: N_("还没有提交"), State.WAITING: N_("医院正在办理"), State.RETURNED: N_("需要您补充"),
    State.APPROVED: N_("已答复"), State.EXECUTED: N_("医院已同意"), State.REFUSED: N_("未同意"),
    State.APPEALED: N_("申诉复核中"), State.WITHDRAWN: N_("您已撤回"), State.EXPIRED: N_("已失效"),
    State.CLOSED: N_("已办结"),
}  # fmt: skip
NEXT: Final[dict[State, str]] = {
    State.DRAFT: N_("填过的内容都在。请核对后提交，医院收到后才开始办理。"),
    State.RETURNED: N_("请看医院写的说明，补充后重新提交。"),
    State.APPROVED: N_("医院的答复在下面。"),
    State.EXECUTED: N_("医院同意了您的申请。"),
    State.WITHDRAWN: N_("不再办理。需要时可以重新申请。"),
    State.EXPIRED: N_("超过期限没有办理，已失效。需要时可以重新申请。"),
    State.CLOSED: N_("这件事已经办完。"),
}  # fmt: skip


def state(word: str) -> Tag:
    """How a request stands, as its owner would say it."""
    known = State(word)
    return Tag(text=_(STANDS[known]), tone=matter_words.STATE_TONES[known])


def following(seen: MatterView) -> str:
    """What happens next, by whom and until when."""
    line, row = seen.line, KINDS[seen.line.kind]
    known = State(line.state)
    if known in (State.WAITING, State.APPEALED):
        step = present(row, known, line.step)
        who = matter_words.who(step) if step else _("医院")
        if line.due is None:
            return _("由%(who)s办理。") % {"who": who}
        return _("由%(who)s办理，最迟 %(day)s 答复您。") % {"who": who, "day": day(line.due)}
    if known is State.REFUSED:
        if str(Move.APPEAL) in seen.moves and seen.appeal_until is not None:
            until = day(seen.appeal_until)
            return _("理由在下面。不同意的，可以在 %(day)s 以前申诉，由机构负责人另行复核。") % {"day": until}
        return _("理由在下面。")
    return _(NEXT[known])


def day(at: datetime) -> str:
    """A day in the hospital's zone."""
    return f"{timezone.localtime(at):%Y-%m-%d}"


def present(row: MatterKind, state: State, name: str) -> Step | None:
    """The step being taken."""
    steps = row.appeal if state is State.APPEALED else row.steps
    return next((one for one in steps if one.name == name), None)

"""四（二）1 复制件: states, routes, money and contents of copies in the reader's language [4.2.1]"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from jingui.core.release import PURPOSES, CopiedRecord, CopyLine, CopyState, CopyView, Medium, OrderLine, Pages, Route
from jingui.core.word import N_
from jingui.core.words import Purpose, Role, Verb
from jingui.web import matter_words, wording
from jingui.web.viewmodels import release_copies as view
from jingui.web.viewmodels.parts import Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[CopyState, Tone]] = {
    CopyState.PREPARED: "warn", CopyState.CONFIRMED: "warn", CopyState.STAMPED: "info", CopyState.HANDED: "ok",
    CopyState.REVOKED: "bad", CopyState.SUPERSEDED: "none",
}  # fmt: skip
#: The same as its patient would say it; what is stamped, by the way it reaches them.
OWN: Final[dict[CopyState, str]] = {
    CopyState.PREPARED: N_("待您确认"), CopyState.CONFIRMED: N_("医院盖章中"), CopyState.HANDED: N_("已交付"),
    CopyState.REVOKED: N_("已作废"), CopyState.SUPERSEDED: N_("已换发"),
}  # fmt: skip
READY: Final[dict[Route, str]] = {
    Route.WINDOW: N_("可领取"), Route.POST: N_("待寄出"), Route.PORTAL: N_("可下载"), Route.ESCORT: N_("待送交"),
}  # fmt: skip
#: What a patient reads of a state: what happens next.
NEXT: Final[dict[CopyState, str]] = {
    CopyState.PREPARED: N_("复制件已制作好。请核对下面的内容，确认无误后医院再盖章。"),
    CopyState.CONFIRMED: N_("您已确认，医院正在盖章。"),
    CopyState.HANDED: N_("已交付。"),
    CopyState.REVOKED: N_("这份复制件已作废，请不要再使用。"),
    CopyState.SUPERSEDED: N_("这份复制件已换发，请使用新的一份。"),
}  # fmt: skip
ROUTES: Final[dict[Route, str]] = {
    Route.WINDOW: N_("已盖章，请带身份证件到病案窗口领取。"), Route.POST: N_("已盖章，医院即将寄出。"),
    Route.PORTAL: N_("已盖章，可以下载。"), Route.ESCORT: N_("已盖章，由医院送交。"),
}  # fmt: skip
#: What stamps say across, as the register names them.
STAMPS: Final = (N_("病案复印专用章"), N_("证明印记"), N_("公章"))
WAITS: Final = frozenset({CopyState.PREPARED, CopyState.CONFIRMED, CopyState.STAMPED})
HANDLES: Final = Verb.CHARGE_COPY  # what everybody may who handles copies; making them needs an approval besides
HANDLERS: Final = frozenset({Role.ARCHIVIST, Role.MEDICAL_AFFAIRS})  # of both kinds; others of lawful retrievals


def state(word: str) -> Tag:
    """How a copy stands."""
    known = CopyState(word)
    return Tag(text=_(known.label), tone=TONES[known])


def handled(role: Role, *, handles: bool) -> frozenset[str]:
    """For what copies are made that somebody of `role` handles, who `handles` any at all."""
    every = frozenset(PURPOSES)
    return frozenset() if not handles else every if role in HANDLERS else every - {"patient"}


def own_state(one: CopyLine) -> Tag:
    """How a copy stands, as its patient would say it."""
    known = CopyState(one.state)
    text = OWN[known] if known in OWN else READY[Route(one.route)]
    return Tag(text=_(text), tone=TONES[known])


def route(word: str) -> str:
    """How a copy reaches whom it is for."""
    return _(Route(word).label) if word in set(Route) else word


def medium(word: str) -> str:
    """With what it is stamped."""
    return _(Medium(word).label) if word in set(Medium) else ""


def stamp(words: str) -> str:
    """Which stamp it was."""
    return _(words) if words in STAMPS else words


def purpose(role: Role, copies: str = "patient") -> Purpose:
    """What somebody of `role` handles a copy for, which was made for `copies`; nobody needs to choose it first."""
    return PURPOSES[copies] if role in HANDLERS else Purpose.LEGAL


def yuan(fen: int) -> str:
    """An amount as people write it."""
    return _("%(amount)s 元") % {"amount": f"{fen // 100}.{fen % 100:02d}"}


def fen(text: str) -> int | None:
    """An amount that was typed in yuan; None for what is none."""
    found = re.fullmatch(r"[¥￥]?\s*(\d{1,7})(?:\.(\d{1,2}))?\s*元?", text.strip())
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0")) if found else None


def row(one: CopyLine) -> view.CopyRow:
    """A copy in a list."""
    return view.CopyRow(
        href=to("copy", copy=one.id), number=one.number, patient=one.patient_name, applicant=one.applicant,
        kind=matter_words.title(one.kind), route=route(one.route), state=state(one.state), prepared=one.prepared,
        pages=one.pages, due=one.due if one.state in WAITS else None, overdue=one.overdue, paid=one.paid,
    )  # fmt: skip


def order(one: OrderLine) -> view.OrderRow:
    """An approved application without a copy."""
    return view.OrderRow(
        href=to("copy_make", matter=one.matter), matter=one.matter, kind=matter_words.title(one.kind),
        patient=one.patient_name, opened=one.opened, approved=one.approved, due=one.due, overdue=one.overdue,
    )  # fmt: skip


def contents(records: Iterable[CopiedRecord]) -> tuple[view.Content, ...]:
    """What is in a copy, oldest first, as it stands on paper."""
    made = [
        view.Content(title=one.title, kind=wording.kind(one.kind), version=one.version, at=one.at, id=one.id)
        for one in records
    ]
    return tuple(made)


def counted(records: Iterable[CopiedRecord]) -> str:
    """How many records of which kinds, the most frequent first."""
    kinds = Counter(wording.kind(one.kind) for one in records)
    return " · ".join(f"{kind} {count}" for kind, count in kinds.most_common())


def volumes(pages: Iterable[Pages]) -> tuple[str, ...]:
    """Copied pages of paper volumes."""
    return tuple(
        _("%(volume)s：第 %(first)s–%(last)s 页，共 %(count)s 页")
        % {"volume": one.volume, "first": one.first, "last": one.last, "count": one.sheets}
        for one in pages
    )


def ended(found: CopyView) -> str:
    """Why it ended: of a copy that was replaced the system's own words, else what somebody wrote."""
    why = found.ended_why
    return _(why) if why and CopyState(found.line.state) is CopyState.SUPERSEDED else why


def following(one: CopyLine) -> str:
    """What a patient reads of a copy: what happens next. What is posted or fetched is not in the portal."""
    known = CopyState(one.state)
    if known is CopyState.STAMPED:
        return _(ROUTES[Route(one.route)])
    if known is CopyState.HANDED and one.route == Route.PORTAL:
        return _("您已下载过；在期限内可以再次下载。")
    return _(NEXT[known])


def facts(found: CopyView) -> tuple[tuple[str, str], ...]:
    """What else stands about a copy: pages, language, how many, how it is handed over, what it costs."""
    line = found.line
    return (
        (_("页数"), str(line.pages) if line.pages else _("盖章时确定")),
        (_("语言"), _("中英对照") if found.language == "zh+en" else _("中文")),
        (_("份数"), str(found.copies)), (_("领取方式"), route(line.route)), (_("费用"), money(found)),
    )  # fmt: skip


def money(found: CopyView) -> str:
    """What it costs and whether it was paid."""
    if not found.line.fee and found.paid is None:
        return _("不收费")
    if found.waived:
        return _("免收：%(why)s") % {"why": found.waived}
    parts = [_("工本费 %(fee)s") % {"fee": yuan(found.tariff)}]
    if found.postage:
        parts.append(_("邮费 %(fee)s") % {"fee": yuan(found.postage)})
    if found.paid is not None:
        parts.append(_("已付，票据 %(number)s") % {"number": found.invoice} if found.invoice else _("已付"))
    return _("，").join(parts)

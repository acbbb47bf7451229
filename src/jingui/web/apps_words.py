"""五（一）2 接入应用: scopes, states and authorisations in words [5.1.2]"""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext as _

from jingui.core.partners import WHY
from jingui.core.smart import LETTERS, OFFLINE, PATIENT, GrantLine, scope_of
from jingui.core.word import N_
from jingui.web import wording
from jingui.web.viewmodels import apps as view
from jingui.web.viewmodels.parts import Tag

WHOSE: Final = {
    "patient": N_("所选患者的"), "user": N_("您有权查阅的患者的"), "system": N_("按协议范围的"),
}  # fmt: skip
CONTEXT: Final = {
    PATIENT: N_("知道您选择的是哪位患者"), OFFLINE: N_("您不在线时继续使用，直到授权到期或撤回"),
}  # fmt: skip


def scope(text: str) -> str:
    """A scope as a person reads it."""
    found = scope_of(text)
    if found is None:
        return _(CONTEXT[text]) if text in CONTEXT else text
    kind = _("全部类型") if found.kind == "*" else wording.kind(found.kind)
    letters = _("、").join(_(LETTERS[one]) for one in found.letters)
    said = f"{_(WHOSE[found.context])}{' ' if wording.language() == 'en' else ''}{kind}{_('：')}{letters}"
    only = _("、").join(f"{name} = {value}" for name, value in found.params)
    return f"{said}{_('（')}{_('仅限')} {only}{_('）')}" if only else said


def scopes(texts: Iterable[str], chosen: Iterable[str] | None = None) -> tuple[view.ScopeRow, ...]:
    """Scopes as rows with boxes; all are checked where nothing was chosen yet."""
    kept = None if chosen is None else set(chosen)
    return tuple(
        view.ScopeRow(name=one, text=one, words=scope(one), checked=kept is None or one in kept) for one in texts
    )


def state(reason: str) -> Tag:
    """Whether an app stands."""
    return Tag(text=_("已停用"), tone="none") if reason else Tag(text=_("可以使用"), tone="ok")


def why(reason: str) -> str:
    """Why an app does not stand."""
    return _(WHY[reason][0]) if reason in WHY else ""


def grant(one: GrantLine, *, over: bool, revocable: bool) -> view.GrantRow:
    """One authorisation as pages show it."""
    if one.revoked is not None:
        tag = Tag(text=_("已撤回"), tone="none")
    elif over or not one.used:
        tag = Tag(text=_("已到期") if over else _("尚未使用"), tone="plain")
    else:
        tag = Tag(text=_("有效"), tone="ok")
    return view.GrantRow(
        name=one.name, who=one.who, scopes=tuple(scope(text) for text in one.scopes),
        chosen=_("一位患者") if one.chosen else "", at=one.at, until=one.until, state=tag,
        revoke=one.grant if revocable and one.revoked is None and not over else 0,
    )  # fmt: skip

"""一（三）2 事项: rows, states and moves of matters in the reader's language [1.3.1]"""

from collections.abc import Callable
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingui.core import monitor
from jingui.core.matters import KINDS
from jingui.core.matters.asking import numbers_in
from jingui.core.matters.row import Move, Question, State, Step, Who
from jingui.core.words import Role
from jingui.formats import capture
from jingui.web import wording
from jingui.web.viewmodels.parts import Tag, Tone

STATE_TONES: Final[dict[State, Tone]] = {
    State.DRAFT: "none", State.WAITING: "warn", State.RETURNED: "warn", State.APPROVED: "ok", State.EXECUTED: "ok",
    State.REFUSED: "bad", State.APPEALED: "warn", State.WITHDRAWN: "none", State.EXPIRED: "none", State.CLOSED: "ok",
}  # fmt: skip
MOVE_TONES: Final[dict[Move, Tone]] = {
    Move.APPROVE: "ok", Move.REPLY: "info", Move.REFUSE: "bad", Move.RETURN: "warn", Move.APPEAL: "warn",
}  # fmt: skip


def title(kind: str) -> str:
    """What a kind of matter is called."""
    row = KINDS.get(kind)
    return _(row.text) if row else kind


def state(word: str) -> Tag:
    """How a matter stands."""
    known = State(word)
    return Tag(text=_(known.label), tone=STATE_TONES[known])


def move(word: str) -> Tag:
    """What somebody did."""
    known = Move(word)
    return Tag(text=_(known.label), tone=MOVE_TONES.get(known, "plain"))


def outcome(kind: str, word: str) -> str:
    """The outcome of a matter in words, "" for none."""
    row = KINDS.get(kind)
    if row is None or not word:
        return ""
    for step in (*row.steps, *row.appeal):
        for one, text, _passes in step.outcomes:
            if one == word:
                return _(text)
    return word


def who(step: Step) -> str:
    """Who acts in a step."""
    if step.who is not Who.ROLES:
        return _(step.who.label)
    names = _("、").join(_(Role(role).label) for role in step.roles)
    if step.people > 1:
        return ngettext("%(names)s，须 %(count)s 人", "%(names)s，须 %(count)s 人", step.people) % {
            "names": names, "count": step.people,
        }  # fmt: skip
    return names


def findings(value: str) -> str:
    """Findings of the monitor as sentences, one a line, each with why anybody asks."""
    lines = []
    for found in monitor.read(value):
        rule = monitor.RULES.get(found.rule)
        lines.append(f"{_(rule.text) % found.figures} {_(rule.why)}" if rule else found.rule)
    return "\n".join(lines)


def entries(value: str) -> str:
    """How many entries of the ledger it is about."""
    count = len(value.split(",")) if value else 0
    return ngettext("%(count)d 条存证", "%(count)d 条存证", count) % {"count": count}


def template(value: str) -> str:
    """A capture template by its title; its name where there is no such template."""
    found = capture.templates().get(value)
    return found.label(wording.language()) if found else value


def questionnaire(value: str) -> str:
    """That a whole template lies behind the lines above it: they are compared before it takes effect."""
    return _("完整模板，共 %(count)s 字符；生效时与上列更改逐项核对。") % {"count": len(value)}


def patients(value: str) -> str:
    """How many patients a list names, and their numbers."""
    numbers = numbers_in(value)
    count = ngettext("%(count)d 名患者", "%(count)d 名患者", len(numbers)) % {"count": len(numbers)}
    return f"{count}\n{_('、').join(numbers)}"


def visits(value: str) -> str:
    """How many visits an application names, where their days are not at hand."""
    count = len([one for one in value.split(",") if one])
    return ngettext("%(count)d 次就诊", "%(count)d 次就诊", count) % {"count": count}


SHOWN: Final[dict[str, Callable[[str], str]]] = {
    "findings": findings, "entries": entries, "template": template, "questionnaire": questionnaire,
    "patients": patients, "visits": visits,
}  # fmt: skip


def answer(question: Question, value: str) -> str:
    """An answer as people read it."""
    if question.shown in SHOWN:
        return SHOWN[question.shown](value)
    labels = dict(question.choices)
    if labels:
        return _("、").join(_(labels.get(one, one)) for one in value.split(",") if one)
    return value

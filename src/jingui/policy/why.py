"""一 总则: a decision in plain words: the page 为什么我能看？为什么不能？ [1.3.1] [1.3.2]"""

from dataclasses import dataclass
from typing import Literal

from jingui.core.errors import Invalid, Refused
from jingui.core.vector import Decided
from jingui.core.word import N_
from jingui.policy import clauses
from jingui.policy.rulebook import Rule, Rulebook

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One rule that settled it, with the headings of its clauses: ("4.1.1", "四（一）1 审批与范围")."""

    id: str
    sentence: str
    clauses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why, in one sentence; the rules behind it; what to do next; the matter to start ("" if none) and its name."""

    allow: bool
    sentence: str
    rules: tuple[RuleLine, ...]
    clauses: tuple[tuple[str, str], ...]
    obligations: tuple[str, ...]
    next_step: str
    matter: str
    matter_label: str


def why(decided: Decided, lang: Lang, rulebook: Rulebook) -> Explanation:
    """Explain `decided`, which was made under `rulebook`, in `lang`; Invalid for another language."""
    if lang not in ("zh", "en"):
        raise Invalid(N_("没有这种语言。"), places=((str(lang), "zh, en"),))
    by_id = {rule.id: rule for rule in rulebook.rules()}
    lines = tuple(_line(by_id[one], lang) for one in decided.rules if one in by_id)
    words = rulebook.lexicon
    if decided.allow:
        sentence, next_step = lines[0].sentence, ""
    else:
        reason = words.reasons[decided.reason]
        sentence = reason.zh if lang == "zh" else reason.en
        next_step = reason.next_zh if lang == "zh" else reason.next_en
    matter = words.matters.get(decided.matter)
    labels = [words.obligations[one] for one in decided.obligations]
    return Explanation(
        allow=decided.allow,
        sentence=sentence,
        rules=lines,
        clauses=tuple(_clause(one, lang) for one in decided.clauses),
        obligations=tuple(label.zh if lang == "zh" else label.en for label in labels),
        next_step=next_step,
        matter=decided.matter,
        matter_label="" if matter is None else matter.zh if lang == "zh" else matter.en,
    )


def refusal(decided: Decided, rulebook: Rulebook, *, entry: str = "") -> Refused:
    """The error for a refused `decided`, with its Chinese sentence and next step, and its ledger `entry` if known."""
    told = why(decided, "zh", rulebook)
    return Refused(
        told.sentence,
        told.next_step,
        clauses=decided.clauses,
        rules=decided.rules,
        reason=decided.reason,
        matter=decided.matter,
        entry=entry,
    )


def _line(rule: Rule, lang: Lang) -> RuleLine:
    sentence = rule.zh if lang == "zh" else rule.en
    return RuleLine(id=rule.id, sentence=sentence, clauses=tuple(_clause(one, lang) for one in rule.clauses))


def _clause(one: str, lang: Lang) -> tuple[str, str]:
    clause = clauses.get(one)
    return one, f"{clause.heading} {clause.title_zh}" if lang == "zh" else f"{clause.id} {clause.title_en}"

"""一（三）2 公开透明: a decision in plain words for the page that shows it [1.3.2] [1.3.1]"""

from jingui.core.errors import Refused
from jingui.core.vector import Decided
from jingui.gate.runtime import Runtime, current
from jingui.policy import why
from jingui.policy.why import Explanation, Lang, RuleLine

__all__ = ["Explanation", "Lang", "explain", "explain_refusal", "reason", "rules"]


def explain(runtime: Runtime, decided: Decided, lang: Lang) -> Explanation:
    """Why it was allowed or refused, by the rules in force, in `lang`."""
    return why.why(decided, lang, runtime.decider.rulebook)


def explain_refusal(runtime: Runtime, error: Refused, lang: Lang) -> Explanation | None:
    """Why a refused request was refused; None where an act refused by a check of its own."""
    if error.reason not in runtime.decider.rulebook.lexicon.reasons:
        return None
    decided = Decided(
        allow=False, rules=error.rules, clauses=error.clauses, obligations=(), reason=error.reason,
        matter=str(error.data.get("matter", "")),
    )  # fmt: skip
    return explain(runtime, decided, lang)


def rules(ids: tuple[str, ...], lang: Lang) -> tuple[RuleLine, ...]:
    """The sentences of rules in force, by their ids; rules of another version are left out."""
    found = {rule.id: rule for rule in current().decider.rulebook.rules()}
    return tuple(
        RuleLine(id=one, sentence=found[one].zh if lang == "zh" else found[one].en, clauses=())
        for one in ids
        if one in found
    )


def reason(word: str, lang: Lang) -> str:
    """The sentence of a stable reason; the word itself where the rules have none."""
    known = current().decider.rulebook.lexicon.reasons.get(word)
    return word if known is None else known.zh if lang == "zh" else known.en

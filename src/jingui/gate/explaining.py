"""一（三）2 公开透明: a decision in plain words for the page that shows it [1.3.2] [1.3.1]"""

from jingui.core.errors import Refused
from jingui.core.vector import Decided
from jingui.gate.runtime import Runtime
from jingui.policy import why
from jingui.policy.why import Explanation, Lang

__all__ = ["Explanation", "Lang", "explain", "explain_refusal"]


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

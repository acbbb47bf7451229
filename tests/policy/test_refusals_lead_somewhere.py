"""四（一）1: a matter that a refusal offers is one that somebody can start; nothing else is offered [4.1.1] [1.3.2]"""

import ast

from jingui.core.matters import KINDS
from jingui.policy.decide import SHIPPED
from jingui.policy.rulebook import read_rulebook
from tests.house import SOURCES


def startable() -> set[str]:
    return {row.id for row in KINDS.values() if row.starters}


def named_in_code() -> dict[str, set[str]]:
    """The matters that refusals outside of the rules name, by file."""
    found: dict[str, set[str]] = {}
    for path in (SOURCES / "gate").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refused"):
                continue
            named = {
                str(one.value.value) for one in node.keywords
                if one.arg == "matter" and isinstance(one.value, ast.Constant)
            } - {""}  # fmt: skip
            if named:
                found.setdefault(path.name, set()).update(named)
    return found


def test_rules_offer_only_what_can_be_started() -> None:
    offered = {rule.id: rule.matter for rule in read_rulebook(SHIPPED).rules() if rule.matter}
    assert len(offered) > 10
    assert {rule: matter for rule, matter in offered.items() if matter not in startable()} == {}


def test_the_words_of_refusals_name_rows_only() -> None:
    assert set(read_rulebook(SHIPPED).lexicon.matters) <= startable()


def test_refusals_in_the_gate_offer_only_what_can_be_started() -> None:
    named = named_in_code()
    assert named  # the search itself finds something
    assert {file: names - startable() for file, names in named.items() if names - startable()} == {}

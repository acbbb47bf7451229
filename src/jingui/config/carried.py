"""What carries each clause: rules, operations, code and tests, found by their tags [1.3.1] [8.2]"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cedarpy

from jingui.core.duties import DUTIES
from jingui.core.matters import KINDS
from jingui.core.words import Verb
from jingui.policy import clauses
from jingui.policy.rulebook import Rule, Rulebook, read_rulebook
from jingui.policy.text_diff import diff_texts
from jingui.policy.text_import import parse_policy

PACKAGE = Path(__file__).resolve().parents[1]
TESTS = PACKAGE.parents[1] / "tests"
TAG = re.compile(r"\[((?:\d(?:\.\d){0,2})(?:[\s,，、]+\d(?:\.\d){0,2})*)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What carries one clause. `code` and `tests` are paths from the project's root."""

    rules: tuple[Rule, ...]
    operations: tuple[Verb, ...]
    code: tuple[str, ...]
    tests: tuple[str, ...]


@cache
def rulebook() -> Rulebook:
    """The shipped rules."""
    return read_rulebook(PACKAGE / "policy" / "rules")


def _actions(node: Any) -> Iterator[str]:
    """Every action that a part of a policy names."""
    if isinstance(node, dict):
        if node.get("type") == "Action" and "id" in node:
            yield str(node["id"])
        for each in node.values():
            yield from _actions(each)
    elif isinstance(node, list):
        for each in node:
            yield from _actions(each)


@cache
def _speaking() -> Mapping[str, frozenset[str]]:
    """Rule id -> the actions and groups it names; an empty set speaks of every action."""
    book = rulebook()
    static = json.loads(cedarpy.policies_to_json_str(book.text))["staticPolicies"]
    out = {}
    for key, policy in static.items():
        asked = [one["body"] for one in policy.get("conditions", ()) if one.get("kind") == "when"]
        out[book.by_policy[key].id] = frozenset(_actions(policy.get("action"))) or frozenset(_actions(asked))
    return out


def rules_of(verb: Verb) -> tuple[Rule, ...]:
    """The rules that speak of an operation, permits first."""
    names = {verb.value, *rulebook().lexicon.groups_of_verb(verb)}
    found = [rule for rule in rulebook().rules() if not (said := _speaking()[rule.id]) or said & names]
    return tuple(sorted(found, key=lambda rule: rule.effect != "permit"))


def _tagged(folder: Path, root: Path) -> dict[str, list[str]]:
    """Clause or section -> the files below `folder` that carry its tag. A section's tag carries none of its clauses."""
    out: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else ():
        found = {one for inside in TAG.findall(path.read_text("utf-8")) for one in re.split(r"[\s,，、]+", inside)}
        for one in found:
            out.setdefault(one, []).append(str(path.relative_to(root)))
    return out


@cache
def by_clause() -> Mapping[str, Carried]:
    """What carries every clause."""
    root = PACKAGE.parents[1]
    code, tests = _tagged(PACKAGE, root), _tagged(TESTS, root)
    out = {}
    for clause in clauses.all():
        rules = tuple(rule for rule in rulebook().rules() if clause.id in rule.clauses)
        named = {one for rule in rules for one in _speaking()[rule.id]}
        verbs = tuple(verb for verb in Verb if named & {verb.value, *rulebook().lexicon.groups_of_verb(verb)})
        out[clause.id] = Carried(
            rules=rules, operations=verbs, code=tuple(code.get(clause.id, ())), tests=tuple(tests.get(clause.id, ()))
        )
    return out


def rows(evidence: Mapping[str, int]) -> list[dict[str, Any]]:
    """One row per clause for other programs; `evidence` counts entries of the last 30 days by clause.

    state: evident (the ledger shows it), carried (rules or code, and a test), untested, by_hand, open.
    """
    out = []
    for clause in clauses.all():
        found = by_clause()[clause.id]
        count = evidence.get(clause.id, 0)
        if count:
            state = "evident"
        elif found.rules or found.code:
            state = "carried" if found.tests else "untested"
        else:
            state = "by_hand" if clause.by_hand_zh else "open"
        out.append(
            {
                "id": clause.id, "zh": f"{clause.heading} {clause.title_zh}", "en": f"{clause.id} {clause.title_en}",
                "rules": [rule.id for rule in found.rules],
                "matters": [kind.id for kind in KINDS.values() if clause.id in kind.clauses],
                "duties": [duty.id for duty in DUTIES.values() if clause.id in duty.clauses],
                "indicators": [], "tests": list(found.tests), "evidence": count, "state": state,
            }
        )  # fmt: skip
    return out


def structure(path: Path) -> dict[str, int]:
    """How many chapters, sections and clauses a hospital's own text has, and how many lines were left out."""
    text = parse_policy(path)
    return {
        "chapters": len(text.chapters), "sections": len(text.sections()), "clauses": len(text.clauses()),
        "dropped": len(text.dropped),
    }  # fmt: skip


def compared(path: Path) -> list[dict[str, str]]:
    """How a hospital's own text differs from the shipped wording, clause by clause."""
    text = parse_policy(path)
    theirs = text.by_id()
    ours = {clause.id: clause.text_zh for clause in clauses.all()}
    return [
        {"clause": change.id, "heading": clauses.heading(change.id), "change": str(change.change), "was": change.was}
        for change in diff_texts(ours, theirs)
    ]

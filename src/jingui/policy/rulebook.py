"""一 总则: the rules as rows: id, clauses, sentence, and the Cedar text that is evaluated [1.3.1]"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from jingui.core.errors import Misconfigured
from jingui.core.words import Category, Role, Verb
from jingui.policy import clauses
from jingui.policy.lexicon import FIXED_REASONS, Lexicon, read_lexicon
from jingui.policy.schema import CONTEXT, schema_text

KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
NEEDED = frozenset({"id", "clause", "zh", "en"})
ANNOTATIONS = {"permit": NEEDED | {"obligation"}, "forbid": NEEDED | {"reason", "matter"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: `effect` is permit or forbid; a forbid names its reason and the matter to start instead, "" if none."""

    id: str
    effect: str
    clauses: tuple[str, ...]
    zh: str
    en: str
    obligations: tuple[str, ...]
    reason: str
    matter: str
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """All rules of one version: `by_policy` maps Cedar's own policy id to its rule; `text` is what Cedar parses."""

    lexicon: Lexicon
    text: str
    by_policy: Mapping[str, Rule]

    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in file order."""
        return tuple(self.by_policy.values())


def read_rulebook(rules_dir: Path) -> Rulebook:
    """Read every `*.cedar` beside `words.toml`; Misconfigured if one is malformed, unknown to core, or lacks a word."""
    lexicon = read_lexicon(rules_dir / "words.toml")
    schema = schema_text(lexicon)
    texts: list[str] = []
    rules: dict[str, Rule] = {}
    for path in sorted(rules_dir.glob("*.cedar")):
        text = _checked(path, schema)
        static = json.loads(cedarpy.policies_to_json_str(text))
        if static.get("templates"):
            raise Misconfigured(file=path.name, trouble="templates are not used here")
        # Cedar numbers policies by position; over all files that is the running number.
        numbered = sorted(static["staticPolicies"].items(), key=lambda item: int(item[0].removeprefix("policy")))
        for _, policy in numbered:
            _known_words(path, policy, lexicon)
            rules[f"policy{len(rules)}"] = _rule(path, policy, lexicon)
        texts.append(text)
    ids = [rule.id for rule in rules.values()]
    double = next((one for one in ids if ids.count(one) > 1), None)
    if double or not ids:
        raise Misconfigured(file=rules_dir.name, trouble=f"rule id used twice: {double}" if double else "no rules")
    return Rulebook(lexicon=lexicon, text="\n".join(texts), by_policy=rules)


def _checked(path: Path, schema: str) -> str:
    try:
        text = path.read_text(encoding="utf-8")
        cedarpy.policies_to_json_str(text)
    except (OSError, ValueError) as trouble:
        raise Misconfigured(file=path.name, trouble=str(trouble)) from trouble
    result = cedarpy.validate_policies(text, schema)
    if not result.validation_passed:
        raise Misconfigured(file=path.name, trouble="; ".join(str(error) for error in result.errors))
    return text


def _rule(path: Path, policy: Mapping[str, Any], lexicon: Lexicon) -> Rule:
    notes: dict[str, str] = {key: value or "" for key, value in policy.get("annotations", {}).items()}
    effect = str(policy["effect"])
    name = notes.get("id", "?")
    strange = set(notes) - ANNOTATIONS[effect]
    absent = NEEDED - {key for key, value in notes.items() if value}
    rule = Rule(
        id=name,
        effect=effect,
        clauses=tuple(notes.get("clause", "").split()),
        zh=notes.get("zh", ""),
        en=notes.get("en", ""),
        obligations=tuple(notes.get("obligation", "").split()),
        reason=notes.get("reason", ""),
        matter=notes.get("matter", ""),
        file=path.name,
    )
    troubles = [f"annotation not known: {one}" for one in sorted(strange)]
    troubles += [f"annotation missing: {one}" for one in sorted(absent)]
    troubles += [] if KEBAB.fullmatch(name) else ["id is not kebab-case"]
    troubles += _unknown(rule, lexicon)
    if troubles:
        raise Misconfigured(file=path.name, rule=name, trouble="; ".join(troubles))
    return rule


def _unknown(rule: Rule, lexicon: Lexicon) -> list[str]:
    found = [f"unknown clause: {one}" for one in rule.clauses if not clauses.known(one)]
    found += [f"unknown obligation: {one}" for one in rule.obligations if one not in lexicon.obligations]
    if rule.effect == "forbid" and (rule.reason not in lexicon.reasons or rule.reason in FIXED_REASONS):
        found.append(f"not a rule's reason: {rule.reason or '(none)'}")
    if rule.matter and rule.matter not in lexicon.matters:
        found.append(f"unknown matter: {rule.matter}")
    return found


def _known_words(path: Path, policy: Mapping[str, Any], lexicon: Lexicon) -> None:
    """Cedar checks actions and enum words, but takes any id for a role: those are checked here."""
    kinds = [kind for kind in (Role, Category, *CONTEXT.values()) if kind is not bool]
    words = {kind.__name__: {str(word) for word in kind} for kind in kinds}
    words["RoleGroup"] = set(lexicon.roles)
    words["Action"] = {str(verb) for verb in Verb} | set(lexicon.verbs)
    for kind, word in _entities(policy):
        if word not in words.get(kind, ()):
            raise Misconfigured(file=path.name, trouble=f"unknown word: {kind}::{word}")


def _entities(node: Any) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        if set(node) == {"type", "id"}:
            yield node["type"], node["id"]
        for child in node.values():
            yield from _entities(child)
    elif isinstance(node, list):
        for child in node:
            yield from _entities(child)

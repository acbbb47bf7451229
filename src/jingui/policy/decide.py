"""一 总则: pure decisions under one policy version [1.3.1] [4.1.1]"""

import json
from pathlib import Path
from threading import Lock
from typing import Any

import cedarpy

from jingui.core.errors import Misconfigured
from jingui.core.vector import Decided, Vector
from jingui.core.words import Role, Verb
from jingui.policy.rulebook import Rule, Rulebook, read_rulebook
from jingui.policy.schema import CONTEXT, entities_json, schema_text

SHIPPED = Path(__file__).parent / "rules"
MEMORY = 65_536  # distinct vectors kept; a hospital's month of reads needed 2,603


class Decider:
    """Decides vectors under one policy version, from rules parsed once; equal vectors get the very same answer."""

    __slots__ = ("_entities", "_limit", "_lock", "_memo", "_policies", "_schema", "rulebook", "version")

    def __init__(self, version: int, rulebook: Rulebook, limit: int = MEMORY) -> None:
        """Hold `rulebook` as policy `version` and remember `limit` vectors; Misconfigured if it does not parse."""
        self.version = version
        self.rulebook = rulebook
        try:
            self._schema = cedarpy.Schema.from_str(schema_text(rulebook.lexicon))
            self._policies = cedarpy.PolicySet.from_str(rulebook.text)
            self._entities = cedarpy.Entities.from_json_str(entities_json(rulebook.lexicon), self._schema)
        except ValueError as trouble:
            raise Misconfigured(file="rules", trouble=str(trouble)) from trouble
        if len(self._policies) != len(rulebook.by_policy):
            raise Misconfigured(file="rules", trouble="the rules do not add up")
        self._limit = limit
        self._lock = Lock()
        self._memo: dict[Vector, Decided] = {}

    @classmethod
    def load(cls, version: int, rules_dir: Path = SHIPPED) -> "Decider":
        """Read and check the rules in `rules_dir`; Misconfigured names the file and what is wrong in it."""
        return cls(version, read_rulebook(rules_dir))

    def decide(self, vector: Vector) -> Decided:
        """What the rules say of `vector`; anything but a clean Allow is a refusal."""
        try:
            return self._memo[vector]
        except KeyError:
            decided = self.evaluate(vector)
        with self._lock:
            if len(self._memo) >= self._limit:
                del self._memo[next(iter(self._memo))]
            self._memo[vector] = decided
        return decided

    def two_person(self) -> frozenset[Verb]:
        """The operations that need a second person's confirmation [6.1.2]."""
        return frozenset(Verb(one) for one in self.rulebook.lexicon.second)

    def may_confirm(self, role: Role, verb: Verb) -> bool:
        """Whether a holder of `role` may be the second person of `verb`; never for one that needs none [6.1.2]."""
        return role in self.rulebook.lexicon.second.get(verb, ())

    def evaluate(self, vector: Vector) -> Decided:
        """Ask Cedar anew, past the memory."""
        answer = cedarpy.is_authorized(_request(vector), self._policies, self._entities, self._schema)
        found = answer.diagnostics
        rules = [self.rulebook.by_policy.get(one) for one in found.reasons]
        known = sorted((rule for rule in rules if rule is not None), key=lambda rule: rule.id)
        if (
            found.errors
            or len(known) != len(rules)
            or answer.decision
            not in (
                cedarpy.Decision.Allow,
                cedarpy.Decision.Deny,
            )
        ):
            return _refused("policy_error", known)
        if answer.decision == cedarpy.Decision.Allow and known:
            return Decided(True, _ids(known), _clauses(known), _obligations(known), "", "")
        if not known:
            return _refused("no_rule", known)
        return self._forbidden(known)

    def _forbidden(self, known: list[Rule]) -> Decided:
        ranks = self.rulebook.lexicon.reasons
        ranked = sorted(known, key=lambda rule: (ranks[rule.reason].rank, rule.id))
        return Decided(False, _ids(ranked), _clauses(ranked), (), ranked[0].reason, ranked[0].matter)


def _refused(reason: str, known: list[Rule]) -> Decided:
    return Decided(False, _ids(known), _clauses(known) or ("1.3.1",), (), reason, "")


def _ids(rules: list[Rule]) -> tuple[str, ...]:
    return tuple(rule.id for rule in rules)


def _clauses(rules: list[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for rule in rules for one in rule.clauses))


def _obligations(rules: list[Rule]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for rule in rules for one in rule.obligations))


def _fragments() -> dict[str, dict[Any, str]]:
    """Each context attribute's JSON text, made once: a request is then a join of ready pieces."""
    made: dict[str, dict[Any, str]] = {}
    for name, kind in CONTEXT.items():
        if kind is bool:
            made[name] = {value: f'"{name}":{json.dumps(value)}' for value in (False, True)}
        else:
            made[name] = {word: f'"{name}":{{"type":"{kind.__name__}","id":"{word}"}}' for word in kind}
    return made


_FRAGMENTS = _fragments()
_NAMES = tuple(_FRAGMENTS)
_PLACES = tuple(Vector._fields.index(name) for name in _NAMES)


def _request(vector: Vector) -> dict[str, Any]:
    pieces = [_FRAGMENTS[name][vector[place]] for name, place in zip(_NAMES, _PLACES, strict=True)]
    return {
        "principal": {"type": "Role", "id": str(vector.role)},
        "action": {"type": "Action", "id": str(vector.verb)},
        "resource": {"type": "Category", "id": str(vector.category)},
        "context": "{" + ",".join(pieces) + "}",
    }

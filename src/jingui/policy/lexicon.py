"""一 总则: the words that one version's rules may use, read from its `words.toml` [1.3.1] [8.2]"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jingui.core.errors import Misconfigured
from jingui.core.words import Role, Verb

FIXED_REASONS = ("no_rule", "policy_error")  # given by the decider itself, never by a rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why something was refused, and what to do next, in both languages; `rank` 0 is told first."""

    word: str
    rank: int
    zh: str
    en: str
    next_zh: str
    next_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What people call it."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Groups of roles and verbs, obligations, matters and reasons that the rules beside it may name."""

    roles: Mapping[str, tuple[str, ...]]
    verbs: Mapping[str, tuple[str, ...]]
    second: Mapping[str, tuple[str, ...]]  # two-person operation: the roles that may confirm it
    obligations: Mapping[str, Label]
    matters: Mapping[str, Label]
    reasons: Mapping[str, Reason]

    def groups_of_role(self, role: str) -> tuple[str, ...]:
        """The role groups that `role` belongs to, in file order."""
        return tuple(group for group, members in self.roles.items() if role in members)

    def groups_of_verb(self, verb: str) -> tuple[str, ...]:
        """The verb groups that `verb` belongs to, in file order."""
        return tuple(group for group, members in self.verbs.items() if verb in members)


def read_lexicon(path: Path) -> Lexicon:
    """Read `words.toml`; Misconfigured if it is missing, malformed or names a role or verb that core lacks."""
    try:
        data: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        lexicon = Lexicon(
            roles=_groups(data["roles"]),
            verbs=_groups(data["verbs"]),
            second=_groups(data["second"]),
            obligations={word: Label(**row) for word, row in data["obligations"].items()},
            matters={word: Label(**row) for word, row in data["matters"].items()},
            reasons={row["word"]: Reason(rank=rank, **row) for rank, row in enumerate(data["reason"])},
        )
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, TypeError) as trouble:
        raise Misconfigured(file=path.name, trouble=str(trouble)) from trouble
    _known(path, lexicon.roles, {str(role) for role in Role})
    _known(path, lexicon.second, {str(role) for role in Role})
    _known(path, lexicon.verbs, {str(verb) for verb in Verb})
    if set(lexicon.second) != set(lexicon.verbs.get("two_person", ())):
        raise Misconfigured(file=path.name, trouble="[second] and the group two_person name different operations")
    clash = set(lexicon.verbs) & {str(verb) for verb in Verb}
    if clash:
        raise Misconfigured(file=path.name, trouble=f"group named like an operation: {sorted(clash)[0]}")
    missing = [word for word in FIXED_REASONS if word not in lexicon.reasons]
    if missing:
        raise Misconfigured(file=path.name, trouble=f"reason missing: {missing[0]}")
    return lexicon


def _groups(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {group: tuple(members) for group, members in table.items()}


def _known(path: Path, groups: Mapping[str, tuple[str, ...]], words: set[str]) -> None:
    for group, members in groups.items():
        unknown = [member for member in members if member not in words]
        if unknown:
            raise Misconfigured(file=path.name, trouble=f"unknown word in {group}: {unknown[0]}")

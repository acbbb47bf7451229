"""一 总则: the Cedar schema, made from core's closed words so that the two cannot drift apart [1.3.1]"""

import json
from enum import Enum
from typing import Any, get_type_hints

from jingui.core.vector import Vector
from jingui.core.words import Category, Role, Verb
from jingui.policy.lexicon import Lexicon

OUTSIDE_CONTEXT = ("verb", "role", "category")  # these are Cedar's action, principal and resource
CONTEXT: dict[str, Any] = {name: kind for name, kind in get_type_hints(Vector).items() if name not in OUTSIDE_CONTEXT}


def schema_text(lexicon: Lexicon) -> str:
    """The schema in Cedar's own syntax: every word an enum entity, every Vector field a context attribute."""
    lines = ["entity RoleGroup;", "entity Role in [RoleGroup];", _enum(Category)]
    lines += [_enum(kind) for kind in dict.fromkeys(CONTEXT.values()) if kind is not bool]
    fields = ", ".join(f"{name}: {'Bool' if kind is bool else kind.__name__}" for name, kind in CONTEXT.items())
    lines.append(f"type Facts = {{ {fields} }};")
    lines += [f'action "{group}";' for group in lexicon.verbs]
    for verb in Verb:
        groups = lexicon.groups_of_verb(verb)
        within = f" in [{', '.join(json.dumps(group) for group in groups)}]" if groups else ""
        lines.append(f'action "{verb}"{within} appliesTo {{ principal: Role, resource: Category, context: Facts }};')
    return "\n".join(lines) + "\n"


def entities_json(lexicon: Lexicon) -> str:
    """The entities that never change under one version: roles within their groups, as Cedar JSON."""
    rows = []
    for role in Role:
        parents = [_uid("RoleGroup", group) for group in lexicon.groups_of_role(role)]
        rows.append({"uid": _uid("Role", role), "attrs": {}, "parents": parents})
    rows += [{"uid": _uid("RoleGroup", group), "attrs": {}, "parents": []} for group in lexicon.roles]
    for verb in Verb:
        parents = [_uid("Action", group) for group in lexicon.groups_of_verb(verb)]
        rows.append({"uid": _uid("Action", verb), "attrs": {}, "parents": parents})
    rows += [{"uid": _uid("Action", group), "attrs": {}, "parents": []} for group in lexicon.verbs]
    return json.dumps(rows)


def _enum(kind: type[Enum]) -> str:
    return f"entity {kind.__name__} enum [{', '.join(json.dumps(str(word)) for word in kind)}];"


def _uid(kind: str, word: str) -> dict[str, str]:
    return {"type": kind, "id": str(word)}

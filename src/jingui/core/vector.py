"""一 总则: the id-free facts that a rule may see, and the ids it may not [1.3.1] [4.1.1]"""

from typing import NamedTuple

from jingui.core.words import (
    Category,
    Consent,
    Entrance,
    Grant,
    Hold,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Standing,
    Strength,
    Verb,
)


class Vector(NamedTuple):
    """Everything a decision rests on, in closed words. Equal vectors get equal decisions under one policy version."""

    verb: Verb
    role: Role
    standing: Standing
    strength: Strength
    entrance: Entrance
    purpose: Purpose
    relation: Relation = Relation.NONE
    category: Category = Category.NONE
    level: Level = Level.ORDINARY
    state: RecordState = RecordState.NONE
    hold: Hold = Hold.NONE
    consent: Consent = Consent.NOT_NEEDED
    grant: Grant = Grant.NONE
    restricted: bool = False  # 保密病案
    own: bool = False  # the actor's own record
    colleague: bool = False  # the patient works here
    party: bool = False  # the actor is a party to what is decided
    deceased: bool = False
    licensed: bool = True  # the professional licence is valid now
    author: bool = False  # the actor wrote the version at hand
    objected: bool = False  # the patient placed a restriction that names this actor
    qualified: bool = True  # the training, examination and privilege that this writing needs are valid


class Decided(NamedTuple):
    """What the rules say of one vector."""

    allow: bool
    rules: tuple[str, ...]
    clauses: tuple[str, ...]
    obligations: tuple[str, ...]
    reason: str  # "" when allowed; else a stable word such as no_rule, frozen, licence, restricted
    matter: str  # the matter to start instead, "" if none

"""四（一）1 审批与范围: from a row of the store to the id-free vector that the rules see [4.1.1] [1.3.1]"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from jingui.core.operation import Operation
from jingui.core.vector import Vector
from jingui.core.words import Category, Grant, Hold, Level, RecordState, Relation, Standing
from jingui.gate.actors import ActorFacts
from jingui.store.seals import Sealer
from jingui.store.statements import FACTS

AT = FACTS.at
GROUPS = FACTS.groups
P, C, G, H = (GROUPS[a] for a in ("p", "c", "g", "h"))
RELATIONS = {str(r): r for r in Relation}
CATEGORIES = {str(c): c for c in Category}
LEVELS = {str(x): x for x in Level}
STATES = {str(s): s for s in RecordState}
HOLDS = {str(h): h for h in Hold}
# positions used on the hot path, looked up once
ORD, PATIENT, RECORD, VERSION, PERSON = (AT[f"q.{n}"] for n in ("ord", "patient", "record", "version", "person"))
EPOCH, POLICY, LOCKDOWN = AT["e.n"], AT["e.policy"], AT["e.lockdown"]
P_ID, P_RESTRICTED, P_DECEASED, P_PERSON, P_DESTROYED = (
    AT[f"p.{n}"] for n in ("patient_id", "restricted", "deceased", "person_id", "destroyed")
)
P_LINKED = AT["p.linked_to"]
C_KIND, G_ID, G_CATEGORIES, G_STARTS, G_ENDS, H_KIND = (
    AT[n] for n in ("c.kind", "g.grant_id", "g.categories", "g.starts", "g.ends", "h.kind")
)
R_KIND, R_CATEGORY, R_LEVEL, R_STATE, R_AUTHOR, R_VERSION, R_CLASS = (
    AT[f"r.{n}"] for n in ("kind", "category", "level", "state", "author_id", "version", "retention_class")
)
R_DEPARTMENT, R_ENCOUNTER, R_STATUS, R_LABELS = (
    AT[f"r.{n}"] for n in ("department_id", "encounter_id", "status", "labels")
)
V_VERSION, V_SEAL, V_PAYLOAD, V_ENTERED, V_AUTHOR = (
    AT[f"v.{n}"] for n in ("version", "seal", "payload", "entered", "author_id")
)
K_WRAPPED, KI_WRAPPED, P_FACE = AT["k.wrapped"], AT["ki.wrapped"], AT["p.face"]


class PatientFacts(NamedTuple):
    """What one row says of the patient and of the actor's standing to them."""

    patient: int
    epoch: int
    policy: int
    lockdown: bool
    restricted: bool
    deceased: bool
    destroyed: bool
    staff_person: int
    linked_to: int
    relation: Relation
    hold: Hold
    tampered: str
    row: Sequence[Any]


def patient_facts(row: Sequence[Any], sealer: Sealer) -> PatientFacts | None:
    """Read the patient's side of a FACTS row, None when there is no such patient; each present row's MAC is checked."""
    if row[P_ID] is None:
        return None
    tampered = ""
    for group in (P, C, G, H):
        mac = row[group.stop]
        if mac is None:
            if row[group.start] is not None:
                tampered = f"{group.table}:{row[group.start]}"
            continue
        if not sealer.holds(group.table, group.values(row), mac):
            tampered = f"{group.table}:{row[group.start]}.{row[group.start + 1]}"
            break
    kind = row[C_KIND]
    return PatientFacts(
        row[P_ID], row[EPOCH], row[POLICY], row[LOCKDOWN], row[P_RESTRICTED], row[P_DECEASED], row[P_DESTROYED],
        row[P_PERSON] or 0, row[P_LINKED] or 0,
        Relation.NONE if kind is None else RELATIONS.get(kind, Relation.NONE),
        Hold.NONE if row[H_KIND] is None else HOLDS.get(row[H_KIND], Hold.INVESTIGATION),
        tampered, row,
    )  # fmt: skip


def grant_for(row: Sequence[Any], category: Category, at: datetime) -> Grant:
    """What the grant of a FACTS row says of one category at `at`: a grant for one category opens no other."""
    if row[G_ID] is None or (row[G_CATEGORIES] and category not in row[G_CATEGORIES]):
        return Grant.NONE
    return Grant.COVERS if row[G_STARTS] <= at < row[G_ENDS] else Grant.EXPIRED


def vector(
    operation: Operation,
    actor: ActorFacts,
    patient: PatientFacts | None = None,
    *,
    category: Category = Category.NONE,
    level: Level = Level.ORDINARY,
    state: RecordState = RecordState.NONE,
    author: int = 0,
    grant: Grant = Grant.NONE,
    party: bool = False,
) -> Vector:
    """The id-free facts of this operation; a bad MAC anywhere makes the standing TAMPERED, which no rule allows."""
    at = operation.at
    standing = actor.standing_at(at)
    if patient is None:
        return Vector(
            operation.verb, actor.role, standing, operation.actor.strength, operation.actor.entrance, operation.purpose,
            category=category, level=level, state=state, grant=grant, party=party, licensed=actor.licensed_at(at),
        )  # fmt: skip
    if patient.tampered:
        standing = Standing.TAMPERED
    person = actor.person
    granted = grant_for(patient.row, category, at)
    return Vector(
        operation.verb,
        actor.role,
        standing,
        operation.actor.strength,
        operation.actor.entrance,
        operation.purpose,
        patient.relation,
        category,
        level,
        RecordState.DESTROYED if patient.destroyed else state,
        patient.hold,
        grant=granted if granted is not Grant.NONE else grant,
        restricted=patient.restricted,
        own=bool(person) and patient.staff_person == person,
        colleague=bool(patient.staff_person) and patient.staff_person != person,
        party=party,
        deceased=patient.deceased,
        licensed=actor.licensed_at(at),
        author=bool(person) and author == person,
    )

"""四（一）1 审批与范围: from a row of the store to the id-free vector that the rules see [4.1.1] [1.3.1]"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from jingui.core.operation import Operation
from jingui.core.vector import Vector
from jingui.core.words import Category, Consent, Grant, Hold, Level, RecordState, Relation, Standing
from jingui.gate.actors import ActorFacts
from jingui.gate.granted import forged, grant_of
from jingui.gate.wishes import consent_of, objects
from jingui.store.seals import Sealer
from jingui.store.statements import FACTS, index_of

AT = FACTS.at
GROUPS = FACTS.groups
P, C, R = (GROUPS[a] for a in ("p", "c", "r"))
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
P_LINKED, P_MARKS, C_KIND = AT["p.linked_to"], AT["p.marks"], AT["c.kind"]
C_BASIS, C_ENDS = AT["c.basis"], AT["c.ends"]
LISTS = tuple((AT[name], table) for name, table in FACTS.lists.items())
GRANTS, HOLDING, RESTRICTIONS, CONSENTS, VISITS, MARKS = (
    AT[n] for n in ("grants", "holds", "restrictions", "consents", "visits", "marks")
)
HOLD = index_of("hold")
H_PATIENT, H_KIND, H_RECORD = HOLD["patient_id"], HOLD["kind"], HOLD["record_id"]
R_KIND, R_CATEGORY, R_LEVEL, R_STATE, R_AUTHOR, R_VERSION, R_CLASS, R_FORM, R_MEDIUM = (
    AT[f"r.{n}"]
    for n in ("kind", "category", "level", "state", "author_id", "version", "retention_class", "form", "medium")
)
R_MAC = R.stop
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
    marked: bool  # there are grants, holds, restrictions, consents or visits to look at

    def rows(self, column: int) -> Sequence[Sequence[Any]]:
        """The sealed rows of one of the list columns."""
        return self.row[column] or ()


class Narrow(NamedTuple):
    """What depends on the category and level at hand, beside the actor and the patient."""

    grant: Grant
    consent: Consent
    objected: bool


def patient_facts(row: Sequence[Any], sealer: Sealer) -> PatientFacts | None:
    """Read the patient's side of a FACTS row, None when there is no such patient; each present row's MAC is checked."""
    if row[P_ID] is None:
        return None
    tampered = ""
    if not sealer.holds("patient", P.values(row), row[P.stop]):
        tampered = f"patient:{row[P_ID]}"
    if row[C.stop] is not None or row[C.start] is not None:
        tampered = tampered or unsealed_relation(row, sealer)
    marked = False
    for at, table in LISTS:
        if row[at] is not None:
            marked = True
            tampered = tampered or forged(table, row[at], sealer)
    if (row[MARKS] or 0) != row[P_MARKS]:  # a hold, restriction or consent was deleted, or put back to an older state
        tampered = tampered or f"patient.marks:{row[P_ID]}"
    kind = row[C_KIND]
    return PatientFacts(
        row[P_ID], row[EPOCH], row[POLICY], row[LOCKDOWN], row[P_RESTRICTED], row[P_DECEASED], row[P_DESTROYED],
        row[P_PERSON] or 0, row[P_LINKED] or 0,
        Relation.NONE if kind is None else RELATIONS.get(kind, Relation.NONE),
        hold_of(row) if row[HOLDING] is not None else Hold.NONE,
        tampered, row, marked,
    )  # fmt: skip


def unsealed_relation(row: Sequence[Any], sealer: Sealer) -> str:
    """The name of the relation whose MAC does not hold, "" for a good one."""
    good = sealer.holds("care_relation", C.values(row), row[C.stop])
    return "" if good else f"care_relation:{row[C.start]}.{row[C.start + 1]}"


def hold_of(row: Sequence[Any]) -> Hold:
    """The hold that binds what is asked about: of the whole chart, or of this record."""
    about = (0, row[RECORD])
    kinds = [one[H_KIND] for one in row[HOLDING] if one[H_RECORD] in about]
    return HOLDS.get(min(kinds), Hold.INVESTIGATION) if kinds else Hold.NONE


def concerning(patient: PatientFacts, record: int) -> PatientFacts:
    """The same facts about one record of the patient's: what is held or granted of it counts."""
    row = list(patient.row)
    row[RECORD] = record
    return patient._replace(row=row, hold=hold_of(row) if row[HOLDING] is not None else Hold.NONE)


def unsealed_record(row: Sequence[Any], sealer: Sealer) -> str:
    """The name of the record whose deciding columns are not as they were written; "" for a good one or none."""
    if row[R_VERSION] is None or sealer.holds("record", R.values(row), row[R.stop]):
        return ""
    return f"record:{row[PATIENT]}.{row[RECORD]}"


def narrow(operation: Operation, actor: ActorFacts, patient: PatientFacts, category: Category, level: Level) -> Narrow:
    """Grant, consent and objection for one category and level."""
    at, purpose = operation.at, operation.purpose
    return Narrow(
        grant_of(
            patient.rows(GRANTS), actor.grants, patient.rows(VISITS), purpose, category, level, patient.row[RECORD], at
        ),
        consent_of(patient.rows(CONSENTS), actor.needs, purpose, actor.role, category, level, at),
        objects(patient.rows(RESTRICTIONS), category, patient.relation, actor.person, actor.departments),
    )


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
    qualified: bool = True,
) -> Vector:
    """The id-free facts of this operation; a bad MAC anywhere makes the standing TAMPERED, which no rule allows."""
    at = operation.at
    standing = actor.standing_at(at)
    if patient is None:
        return Vector(
            operation.verb, actor.role, standing, operation.actor.strength, operation.actor.entrance, operation.purpose,
            category=category, level=level, state=state, grant=grant, party=party, licensed=actor.licensed_at(at),
            qualified=qualified,
        )  # fmt: skip
    if patient.tampered:
        standing = Standing.TAMPERED
    person = actor.person
    if patient.marked or level is not Level.ORDINARY:
        granted, consent, objected = narrow(operation, actor, patient, category, level)
    else:  # nothing narrows, and what is ordinary needs no consent
        granted, consent, objected = Grant.NONE, Consent.NOT_NEEDED, False
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
        consent,
        granted if granted is not Grant.NONE else grant,
        restricted=patient.restricted,
        own=(bool(person) and patient.staff_person == person) or patient.relation is Relation.SELF,
        colleague=bool(patient.staff_person) and patient.staff_person != person,
        party=party,
        deceased=patient.deceased,
        licensed=actor.licensed_at(at),
        author=bool(person) and author == person,
        objected=objected,
        qualified=qualified,
    )

"""A second reading of copies and the seal's register [4.2.1] [4.2.2]; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Purpose, Relation, Role, Strength, Verb

STEPS = {Verb.CONFIRM_COPY, Verb.CHARGE_COPY, Verb.HAND_COPY, Verb.REVOKE_COPY, Verb.READ_COPIES, Verb.READ_COPY}
APPLICANTS = {Verb.CONFIRM_COPY, Verb.HAND_COPY, Verb.READ_COPIES, Verb.READ_COPY}
TOUCHES = STEPS | {Verb.PREPARE_COPY, Verb.STAMP_COPY}  # patient information: the yearly undertaking must stand
HERE = TOUCHES | {Verb.CHECK_COPY, Verb.READ_SEAL_USES}
#: For whom the records room works, and who works there for it.
DESKS = {
    Purpose.PATIENT_REQUEST: {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS},
    Purpose.LEGAL: {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD},
}
REGISTER = {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.AUDIT_ADMIN, Role.SUPERVISOR, Role.DISCIPLINE}


def here(v: Vector) -> bool:
    """Whether the policy allows `v` (standing apart)."""
    if v.verb is Verb.CHECK_COPY:
        return v.role is Role.PUBLIC and v.entrance is Entrance.PUBLIC
    if v.strength is not Strength.TWO_FACTOR:
        return False
    if v.role is Role.PATIENT:
        theirs = v.own or v.relation is Relation.GUARDIAN
        return theirs and v.purpose is Purpose.PATIENT_REQUEST and v.verb in APPLICANTS
    if v.entrance is not Entrance.PAGE:
        return False
    if v.verb is Verb.READ_SEAL_USES:
        return v.role in REGISTER
    if v.own or v.role not in DESKS.get(v.purpose, set()):
        return False
    if v.verb is Verb.PREPARE_COPY:
        return v.grant is Grant.COVERS
    return v.verb is not Verb.STAMP_COPY or v.role is Role.ARCHIVIST


def lends(v: Vector) -> bool:
    """Medical affairs, who reviewed a patient's application, print for it what the approval covers."""
    asked = v.purpose is Purpose.PATIENT_REQUEST and v.grant is Grant.COVERS
    return v.role is Role.MEDICAL_AFFAIRS and v.verb is Verb.PRINT and asked

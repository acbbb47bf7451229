"""A second reading of sharing, and of who stops, retries and sees transmissions; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Level, Purpose, RecordState, Relation, Role, Strength, Verb

MOVES = {Verb.STOP_TRANSMISSION, Verb.RETRY_TRANSMISSION}
READS = {Verb.READ_TRANSMISSIONS, Verb.READ_TRANSMISSION}
HERE = MOVES | READS | {Verb.SHARE}
CLINICAL = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE}
OFFICES = {
    Role.INFECTION_CONTROL: Purpose.PUBLIC_HEALTH, Role.INSURANCE_OFFICE: Purpose.PAYMENT,
    Role.QUALITY: Purpose.QUALITY,
}  # fmt: skip
ADMINS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
WATCH = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE}
OWNERS = {Relation.TREATING, Relation.TEAM}
CLOSE = OWNERS | {Relation.CONSULTATION}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.role is Role.SYSTEM:
        timer = v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
        return v.verb is Verb.STOP_TRANSMISSION and timer and not v.own
    if v.role is Role.PATIENT:
        mine = (v.own or v.relation is Relation.GUARDIAN) and v.purpose is Purpose.PATIENT_REQUEST
        told = v.level is not Level.SECRET or v.grant is Grant.COVERS
        return v.verb in READS and mine and told and v.strength is Strength.TWO_FACTOR
    if v.own or v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE:
        return False
    if v.role in CLINICAL:
        near = v.relation in CLOSE or v.grant is Grant.COVERS
        if v.objected or (v.restricted and not near) or (v.level is Level.SECRET and v.verb in READS and not near):
            return False
    if v.verb is Verb.SHARE:
        return v.state is not RecordState.DESTROYED and _shares(v)
    if v.verb in MOVES:
        others = {*OFFICES, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
        return v.role in others or (v.role is Role.PHYSICIAN and v.relation in OWNERS)
    if v.role in {*OFFICES} | ADMINS | WATCH:
        return True
    if v.role is Role.PHYSICIAN and v.category is Category.NONE:
        return True
    cares = v.relation is not Relation.NONE and v.purpose in (Purpose.TREATMENT, Purpose.EMERGENCY)
    return v.role in (Role.PHYSICIAN, Role.NURSE) and cares


def _shares(v: Vector) -> bool:
    if v.role is Role.PHYSICIAN:
        fit = v.purpose in (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.PUBLIC_HEALTH)
        return fit and v.relation in OWNERS and v.licensed
    return OFFICES.get(v.role) is v.purpose and v.grant is Grant.COVERS

"""A second reading of storerooms, rounds, devices and configuration; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Role, Strength, Verb

OFFICE = {Verb.REGISTER_SENSOR, Verb.END_SENSOR, Verb.REGISTER_EQUIPMENT, Verb.LOG_EQUIPMENT}
LOOKS = {Verb.READ_CLIMATE, Verb.READ_EQUIPMENT, Verb.READ_EVIDENCE, Verb.READ_STORAGE}
HERE = OFFICE | LOOKS | {Verb.TAKE_READINGS, Verb.ADD_EVIDENCE, Verb.TAKE_FINGERPRINT}
KEEPERS = {Role.ARCHIVIST, Role.SYSTEM_ADMIN}
SEES = KEEPERS | {
    Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.SUPERVISOR,
    Role.DISCIPLINE,
}  # fmt: skip
NO_STAFF = {Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM, Role.PUBLIC}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    person = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    task = v.role is Role.SYSTEM and v.strength is Strength.LOCAL
    if v.verb is Verb.TAKE_FINGERPRINT:
        return task and v.entrance in (Entrance.JOB, Entrance.COMMAND)
    if v.verb is Verb.TAKE_READINGS:
        if v.role is Role.PUBLIC:
            known = v.strength is Strength.TOKEN and v.entrance is Entrance.PUBLIC
            return known and v.grant is Grant.COVERS
        return (person and v.role in KEEPERS) or (task and v.entrance is Entrance.JOB)
    if v.verb is Verb.ADD_EVIDENCE:
        return person and v.role not in NO_STAFF and v.grant is Grant.COVERS
    return person and v.role in (SEES if v.verb in LOOKS else KEEPERS)

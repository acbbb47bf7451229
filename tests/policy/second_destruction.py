"""A second reading of 三（一）3: terms of keeping and destruction; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Role, Strength, Verb

OFFICE = {Role.ARCHIVIST, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.HEAD}
OVERSEES = {Role.SUPERVISOR, Role.DISCIPLINE}
WHO = {
    Verb.READ_RETENTION: OFFICE | OVERSEES | {Role.CODER, Role.DUTY_ADMINISTRATOR},
    Verb.LIST_DUE: OFFICE,
    Verb.PLAN_DESTRUCTION: {Role.ARCHIVIST},
    Verb.DESTROY: {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN},
    Verb.DESTROY_PAPER: {Role.ARCHIVIST},
    Verb.READ_DESTRUCTIONS: OFFICE | OVERSEES | {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
    Verb.READ_CERTIFICATE: OFFICE | OVERSEES | {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN},
}
REGISTER = {Verb.READ_DESTRUCTIONS, Verb.READ_CERTIFICATE}
HERE = set(WHO) | {Verb.ERASE_KEYS}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and the second person apart."""
    if v.verb is Verb.ERASE_KEYS:
        return v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    if v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE:
        return False
    if v.own and v.verb not in REGISTER:
        return False
    return v.role in WHO[v.verb]

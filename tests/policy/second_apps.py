"""A second reading of partners' apps: who authorises, sees and ends them; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Purpose, Relation, Role, Strength, Verb

CLIENT = {Verb.EXCHANGE_CODE, Verb.INTROSPECT}
HERE = CLIENT | {Verb.AUTHORISE_APP, Verb.REVOKE_APP, Verb.READ_APPS}
MACHINES = {Role.INTERFACE, Role.SYSTEM, Role.PUBLIC, Role.PARTNER}
ADMINS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
LEADERS = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.role is Role.PUBLIC:
        return v.verb in CLIENT | {Verb.REVOKE_APP} and v.entrance is Entrance.FHIR and v.purpose is Purpose.OPERATION
    person = v.strength is Strength.TWO_FACTOR and v.entrance in (Entrance.PAGE, Entrance.PORTAL)
    if not person or v.role in MACHINES or v.verb in CLIENT:
        return False
    if v.verb is Verb.READ_APPS:
        return v.own or v.role in ADMINS | LEADERS | {Role.SUPERVISOR, Role.DISCIPLINE}
    if v.verb is Verb.REVOKE_APP:
        return v.grant is Grant.COVERS or v.role in LEADERS | {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    if v.role is Role.PATIENT:
        mine = v.own or v.relation is Relation.GUARDIAN
        return mine and v.purpose is Purpose.PATIENT_REQUEST
    reaches = v.category is Category.NONE or v.relation is not Relation.NONE or v.grant is Grant.COVERS
    return v.entrance is Entrance.PAGE and v.role not in ADMINS and reaches and not v.own

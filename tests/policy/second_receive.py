"""A second reading of what comes in from partners; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Role, Strength, Verb

HERE = {Verb.RECEIVE, Verb.READ_RECEIVED, Verb.REVIEW_RECEIVED, Verb.SETTLE_RECEIVED}
SETTLES = {Role.REGISTRAR, Role.ARCHIVIST, Role.MEDICAL_AFFAIRS}
LISTS = SETTLES | {
    Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
}  # fmt: skip


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing apart."""
    if v.verb is Verb.RECEIVE:
        machine = v.role in (Role.INTERFACE, Role.PARTNER) and v.strength is Strength.TOKEN
        process = v.role is Role.SYSTEM and v.strength is Strength.LOCAL
        return v.entrance is Entrance.GATEWAY and v.grant is Grant.COVERS and (machine or process)
    if v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE:
        return False
    if v.verb is Verb.SETTLE_RECEIVED and v.own:
        return False
    return v.role in (LISTS if v.verb is Verb.READ_RECEIVED else SETTLES)

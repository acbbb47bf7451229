"""A second reading of bulk exports: who begins, makes, collects and stops one; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb

HERE = {Verb.START_BULK, Verb.TAKE_BULK, Verb.END_BULK}
STOPS = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.role is Role.INTERFACE:
        return v.purpose is Purpose.TREATMENT and v.strength is Strength.TOKEN and v.entrance is Entrance.FHIR
    if v.role is Role.SYSTEM:
        return v.verb is not Verb.TAKE_BULK and v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    if v.verb is not Verb.END_BULK or v.role not in STOPS:
        return False
    return v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE

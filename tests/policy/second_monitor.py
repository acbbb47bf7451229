"""A second reading of the privacy monitor; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Role, Strength, Verb

HERE = {Verb.WATCH_ACCESS, Verb.READ_FINDINGS}
SEE = {Role.DISCIPLINE, Role.AUDIT_ADMIN, Role.SUPERVISOR, Role.MEDICAL_AFFAIRS, Role.HEAD}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.verb is Verb.WATCH_ACCESS:
        return v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    return v.role in SEE and v.strength is Strength.TWO_FACTOR

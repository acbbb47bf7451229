"""A second reading of who sees the capture templates [2.1.1]."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Role, Strength, Verb

HERE = {Verb.READ_TEMPLATES}
NOBODY_HERE = {Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM, Role.PUBLIC}


def here(v: Vector) -> bool:
    """Whoever works here, in person."""
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    local = v.strength is Strength.LOCAL and v.entrance in (Entrance.COMMAND, Entrance.JOB)
    return (page or local) and v.role not in NOBODY_HERE

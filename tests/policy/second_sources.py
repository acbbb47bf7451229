"""A second reading of who registers, ends and sees the sources of data."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Role, Strength, Verb

HERE = {Verb.REGISTER_SOURCE, Verb.END_SOURCE, Verb.READ_SOURCES}
MAY = {
    Verb.REGISTER_SOURCE: {Role.SYSTEM_ADMIN},
    Verb.END_SOURCE: {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN},
    Verb.READ_SOURCES: {
        Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD, Role.MEDICAL_AFFAIRS,
    },
}  # fmt: skip


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    local = v.strength is Strength.LOCAL and v.entrance is Entrance.COMMAND
    return (page or local) and v.role in MAY[v.verb]

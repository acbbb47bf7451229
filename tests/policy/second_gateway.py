"""A second reading of the gateway's process and page; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Role, Strength, Verb

HERE = {Verb.SEND, Verb.TAKE_RECEIPT, Verb.READ_GATEWAY}
SEES = {
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR,
    Role.SUPERVISOR, Role.DISCIPLINE,
}  # fmt: skip


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.verb is Verb.READ_GATEWAY:
        return v.role in SEES and v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    return v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.entrance is Entrance.GATEWAY

"""A second reading of who makes, tests and sees backups."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Purpose, Role, Strength, Verb

HERE = {Verb.BACK_UP, Verb.TEST_RESTORE, Verb.READ_BACKUPS, Verb.READ_REPORT, Verb.RECORD_DRILL}
SEES = {
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE,
}  # fmt: skip


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    local = v.strength is Strength.LOCAL and v.entrance in (Entrance.COMMAND, Entrance.JOB)
    if not page and not local:
        return False
    if v.verb in (Verb.READ_BACKUPS, Verb.READ_REPORT):
        return v.role in SEES
    if v.verb is Verb.RECORD_DRILL:
        return v.role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
    job = v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.purpose is Purpose.OPERATION
    return job or (v.verb is Verb.BACK_UP and v.role is Role.SYSTEM_ADMIN)

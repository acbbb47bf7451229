"""A second reading of who may move a matter, lend a power and do a duty; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Relation, Role, Strength, Verb

MOVES = {Verb.SAVE_MATTER, Verb.SUBMIT_MATTER, Verb.ADD_PAPER, Verb.DECIDE_MATTER, Verb.WITHDRAW_MATTER,
         Verb.CLOSE_MATTER, Verb.APPEAL_MATTER}  # fmt: skip
LOOKS = {Verb.READ_MATTERS, Verb.READ_MATTER, Verb.READ_PAPER}
LENDS = {Verb.DELEGATE, Verb.END_DELEGATION}
HERE = MOVES | LOOKS | LENDS | {Verb.START_MATTER, Verb.DO_DUTY, Verb.READ_DUTIES}
MACHINES = {Role.INTERFACE, Role.PARTNER, Role.SYSTEM, Role.PUBLIC}


def about_own(v: Vector) -> bool:
    """Whether a patient speaks of their own record, or of that of the minor in their care."""
    return v.own or v.relation is Relation.GUARDIAN


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    timed = v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    if v.verb in (Verb.CLOSE_MATTER, Verb.DO_DUTY) and timed:
        return True
    if v.role in MACHINES or v.strength is Strength.NONE:
        return False
    staff = v.role is not Role.PATIENT
    if not staff and (v.strength is not Strength.TWO_FACTOR or (v.verb is Verb.START_MATTER and not about_own(v))):
        return False
    if v.verb in LOOKS:
        return True
    if v.verb in LENDS:
        return staff and v.strength is Strength.TWO_FACTOR
    if v.verb is Verb.READ_DUTIES:
        return staff
    theirs = v.grant is Grant.COVERS
    if v.verb is Verb.DO_DUTY:
        return staff and theirs and v.strength is Strength.TWO_FACTOR
    return theirs

"""A second reading of sealings, lawful retrieval and viewing from outside; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Hold, Purpose, RecordState, Role, Strength, Verb

SEALS = {Verb.SEAL_RECORDS, Verb.SEAL_LATER, Verb.SETTLE_DISPUTE}
TELLS = {Verb.TELL_PATIENT, Verb.READ_OUTSIDE}
HERE = SEALS | TELLS | {Verb.READ_SEALINGS, Verb.ASK_UNSEALING}
OFFICE = {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR}
LOOKS = OFFICE | {Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE}


def in_person(v: Vector) -> bool:
    """Somebody at a page with both factors."""
    return v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing apart."""
    if v.verb is Verb.ASK_UNSEALING:
        return v.role is Role.SYSTEM and v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    if v.own or not in_person(v):
        return False
    if v.verb is Verb.READ_SEALINGS:
        return v.role in LOOKS
    if v.verb is Verb.READ_OUTSIDE:
        return v.role in LOOKS | {Role.REGISTRAR}
    if v.verb is Verb.TELL_PATIENT:
        return v.role in OFFICE | {Role.REGISTRAR, Role.HEAD}
    allowed = OFFICE | ({Role.HEAD} if v.verb is Verb.SETTLE_DISPUTE else set())
    return v.role in allowed and v.grant is Grant.COVERS


def reads_elsewhere(v: Vector) -> bool:
    """Reading for the law, or from outside, that does not happen in person: no."""
    bound = v.purpose is Purpose.LEGAL if v.role is not Role.PARTNER else True
    return bound and v.category is not Category.DIRECTORY and not in_person(v)


def breaks_seal(v: Vector) -> bool:
    """An import that would change what is sealed."""
    return v.verb is Verb.IMPORT and v.hold is Hold.DISPUTE_SEAL and v.state is not RecordState.NONE

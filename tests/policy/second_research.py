"""A second reading of 四（二）4: ethics register, cohorts, extracts and the way back, written apart from the rules."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Purpose, Role, Strength, Verb

CAREGIVERS = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
WATCHERS = {
    Role.ETHICS, Role.QUALITY, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR,
    Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE,
}  # fmt: skip
NOBODYS = {Role.PATIENT, Role.PARTNER, Role.INTERFACE, Role.SYSTEM, Role.PUBLIC}
CHECKERS = {Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.ETHICS}
MAKES = {Verb.PLAN_EXTRACT, Verb.BUILD_EXTRACT}
KEEPS = {Verb.TAKE_EXTRACT, Verb.DISPOSE_EXTRACT}
HERE = MAKES | KEEPS | {
    Verb.REGISTER_ETHICS, Verb.END_ETHICS, Verb.COUNT_COHORT, Verb.READ_STUDIES, Verb.READ_STUDY, Verb.CHECK_EXTRACT,
    Verb.SAMPLE_EXTRACT, Verb.REIDENTIFY,
}  # fmt: skip


def here(v: Vector) -> bool:
    """People do all of this at a page with two factors; the system only builds on and erases."""
    if v.role is Role.SYSTEM:
        timed = v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
        return timed and v.verb in (Verb.BUILD_EXTRACT, Verb.DISPOSE_EXTRACT)
    if v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE or v.role in NOBODYS:
        return False
    if v.verb in (Verb.REGISTER_ETHICS, Verb.END_ETHICS):
        return v.role is Role.ETHICS
    if v.verb is Verb.COUNT_COHORT:
        studying = v.purpose in (Purpose.RESEARCH, Purpose.TEACHING)
        return studying and v.role in CAREGIVERS | {Role.RESEARCHER}
    if v.verb in (Verb.READ_STUDIES, Verb.READ_STUDY):
        return v.role in CAREGIVERS | WATCHERS | {Role.RESEARCHER}
    if v.verb in (Verb.CHECK_EXTRACT, Verb.SAMPLE_EXTRACT):
        return v.role in CHECKERS and not (v.party and v.verb is Verb.CHECK_EXTRACT)
    if v.verb is Verb.REIDENTIFY:
        return v.role in (Role.ETHICS, Role.MEDICAL_AFFAIRS) and v.grant is Grant.COVERS and not v.party
    return v.grant is Grant.COVERS

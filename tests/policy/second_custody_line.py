"""A second reading of 三（二）2: the record room's line, its deficiencies and reports, written apart from the rules."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Purpose, Role, Strength, Verb

CARE = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE}
BOSSES = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}
#: What each office works for.
FOR = {
    Role.ARCHIVIST: {Purpose.MANAGEMENT}, Role.CODER: {Purpose.PAYMENT, Purpose.MANAGEMENT},
    Role.QUALITY: {Purpose.QUALITY}, Role.INSURANCE_OFFICE: {Purpose.PAYMENT},
    **{role: {Purpose.MANAGEMENT, Purpose.QUALITY} for role in BOSSES}, **{role: {Purpose.TREATMENT} for role in CARE},
}  # fmt: skip
READS = {Verb.READ_CASE_FILES, Verb.READ_CASE_FILE}
ABOUT = {
    Verb.READ_CASE_FILE, Verb.MOVE_CASE_FILE, Verb.CODE_CASE_FILE, Verb.JUDGE_CASE_FILE, Verb.RETURN_DEFICIENCY,
    Verb.ANSWER_DEFICIENCY, Verb.CLOSE_DEFICIENCY,
}  # fmt: skip
DOES = {
    Verb.MOVE_CASE_FILE: {Role.ARCHIVIST}, Verb.CODE_CASE_FILE: {Role.CODER}, Verb.JUDGE_CASE_FILE: {Role.QUALITY},
    Verb.RETURN_DEFICIENCY: {Role.QUALITY, Role.CODER, Role.ARCHIVIST},
    Verb.CLOSE_DEFICIENCY: {Role.QUALITY, Role.CODER, Role.ARCHIVIST}, Verb.ANSWER_DEFICIENCY: CARE,
    Verb.EXPORT_FRONT_PAGES: {Role.ARCHIVIST, Role.CODER, Role.INSURANCE_OFFICE},
}  # fmt: skip
APART = {Verb.JUDGE_CASE_FILE, Verb.CODE_CASE_FILE, Verb.CLOSE_DEFICIENCY, Verb.CHANGE_MAPPING}
HERE = READS | ABOUT | {Verb.EXPORT_FRONT_PAGES, Verb.READ_MAPPINGS, Verb.CHANGE_MAPPING}


def here(v: Vector) -> bool:
    """Each office in its own work, with two factors at a page; nobody in their own case or both hands of one."""
    if v.role is Role.SYSTEM:
        timed = v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
        return timed and v.verb is Verb.MOVE_CASE_FILE and not v.own
    if v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE:
        return False
    if (v.own and v.verb in ABOUT) or (v.party and v.verb in APART):
        return False
    if v.verb is Verb.READ_MAPPINGS:
        return v.role in BOSSES | {Role.ARCHIVIST, Role.CODER, Role.INSURANCE_OFFICE, Role.QUALITY}
    if v.verb is Verb.CHANGE_MAPPING:
        whose = {Role.ARCHIVIST, Role.CODER, Role.INSURANCE_OFFICE, Role.MEDICAL_AFFAIRS}
        return v.role in whose and v.grant is Grant.COVERS
    if v.purpose not in FOR.get(v.role, set()):
        return False
    if v.verb in (Verb.ANSWER_DEFICIENCY, Verb.EXPORT_FRONT_PAGES) and v.grant is not Grant.COVERS:
        return False
    return v.verb in READS or v.role in DOES[v.verb]

"""The second reading of 四（一）: emergency access, taking away, grants, statistics, documents."""

from jingui.core.vector import Vector
from jingui.core.words import (
    Category,
    Entrance,
    Grant,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Strength,
    Verb,
)
from tests.policy import second_archive, second_release, second_share

TAKES = {Verb.PRINT, Verb.EXPORT, Verb.COPY}
HERE = TAKES | {Verb.BREAK_GLASS, Verb.READ_GRANTS, Verb.END_GRANT, Verb.PRESCRIBER_STATISTICS, Verb.READ_DOCUMENTS,
                Verb.ACKNOWLEDGE, Verb.PUBLISH_DOCUMENT, Verb.RELEASE_RESULT}  # fmt: skip
GLASS = {Role.PHYSICIAN, Role.NURSE, Role.DUTY_ADMINISTRATOR}
LICENSED = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
MANAGERS = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}
WATCH = {Role.SUPERVISOR, Role.DISCIPLINE}
ADMINS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
NO_STAFF = {Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM, Role.PUBLIC}
CLOSE = {Relation.TREATING, Relation.TEAM, Relation.CONSULTATION}
OUTWARD = {Purpose.PATIENT_REQUEST, Purpose.LEGAL}
#: Which purposes a grant lets a post take papers away for.
TAKING = {
    Role.CODER: {Purpose.PAYMENT, Purpose.MANAGEMENT},
    Role.QUALITY: {Purpose.QUALITY},
    Role.INFECTION_CONTROL: {Purpose.PUBLIC_HEALTH, Purpose.QUALITY},
    Role.INSURANCE_OFFICE: {Purpose.PAYMENT},
    Role.ARCHIVIST: {Purpose.MANAGEMENT, *OUTWARD},
    **{role: {Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL} for role in MANAGERS},
    **{role: {Purpose.OVERSIGHT} for role in WATCH},
}


def here(v: Vector) -> bool:
    """Whether the policy allows `v`, one of the operations of this file (standing and strength apart)."""
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    timer = v.strength is Strength.LOCAL and v.entrance is Entrance.JOB
    staff = v.role not in NO_STAFF
    match v.verb:
        case Verb.PRINT | Verb.EXPORT | Verb.COPY:
            return _open(v) and _takes(v)
        case Verb.BREAK_GLASS:
            return _open(v) and v.role in GLASS and v.purpose is Purpose.EMERGENCY
        case Verb.RELEASE_RESULT:
            doctor = v.role is Role.PHYSICIAN and v.relation in {Relation.TREATING, Relation.TEAM} and v.licensed
            caring = v.purpose in {Purpose.TREATMENT, Purpose.EMERGENCY}
            return page and doctor and caring and not v.own and v.state is not RecordState.DESTROYED
        case Verb.READ_GRANTS:
            watching = v.role in MANAGERS | WATCH | {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
            return page and (watching or (v.own and staff))
        case Verb.END_GRANT:
            office = v.role in {Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN, Role.HEAD}
            return (page and (office or (v.party and staff))) or (v.role is Role.SYSTEM and timer)
        case Verb.PRESCRIBER_STATISTICS:
            counts = MANAGERS | WATCH | {Role.PHARMACIST, Role.QUALITY, Role.INSURANCE_OFFICE}
            return page and v.grant is Grant.COVERS and v.role in counts
        case Verb.READ_DOCUMENTS | Verb.ACKNOWLEDGE:
            return page and staff
    return v.role in {Role.MEDICAL_AFFAIRS, Role.QUALITY, Role.SECURITY_ADMIN}


def touches(verb: Verb) -> bool:
    """Whether an operation touches patient information: then the yearly undertaking must stand."""
    chart = {Verb.OPEN_CHART, Verb.READ, Verb.HISTORY, Verb.SEARCH, Verb.EVERYTHING, Verb.READ_LIFE,
             Verb.SEARCH_PATIENT, Verb.LIST, Verb.PRESCRIBER_STATISTICS, Verb.BREAK_GLASS,
             Verb.RELEASE_RESULT}  # fmt: skip
    writing = {Verb.ENTER, Verb.CORRECT, Verb.IMPORT}
    who = {Verb.REGISTER_PATIENT, Verb.MERGE_PATIENT, Verb.SPLIT_PATIENT, Verb.RELATE, Verb.FLAG_PATIENT}
    return verb in chart | writing | who | TAKES | second_release.TOUCHES | second_archive.HERE | second_share.HERE


def _open(v: Vector) -> bool:
    """Not one's own, not destroyed, no foreign draft; what a colleague, a death or a mark closes."""
    covers, take = v.grant is Grant.COVERS, v.verb in TAKES
    if v.own and v.role is not Role.PATIENT:
        return False
    if v.state is RecordState.DESTROYED or (v.state is RecordState.DRAFT and not v.author):
        return False
    if v.role in ADMINS and v.category is not Category.DIRECTORY:
        return False
    if v.deceased and v.relation is Relation.NONE and not covers and v.role is not Role.INTERFACE:
        return False
    if take and v.objected and v.role is not Role.PATIENT and v.purpose is not Purpose.LEGAL:
        return False  # an open emergency access sets it aside, but nothing is taken away under one
    near = v.relation in CLOSE or covers
    return not take or not (v.colleague or v.restricted or v.level is Level.SECRET) or near


def _takes(v: Vector) -> bool:
    """Printing, exporting, copying: by who treats, or under a grant for the work; labels keep it to those who treat."""
    if v.purpose is Purpose.EMERGENCY:
        return False
    covers = v.grant is Grant.COVERS
    if v.level is not Level.ORDINARY and v.relation not in CLOSE and not (covers and v.purpose in OUTWARD):
        return False
    if (covers and v.purpose in TAKING.get(v.role, set())) or second_release.lends(v):
        return True
    if v.purpose is not Purpose.TREATMENT:
        return False
    if v.verb is Verb.EXPORT:
        return v.role is Role.PHYSICIAN and v.relation in (Relation.TREATING, Relation.TEAM)
    return v.role in LICENSED and v.relation is not Relation.NONE

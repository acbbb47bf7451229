"""A second reading of the paper archive: who keeps, moves, lends, counts; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Hold, Relation, Role, Strength, Verb

ROOM = {
    Verb.REGISTER_STOREROOM, Verb.PRINT_LABELS, Verb.ACCEPT_VOLUMES, Verb.SHELVE_VOLUME, Verb.RETURN_VOLUME,
    Verb.SCAN_VOLUME, Verb.START_STOCKTAKING, Verb.COUNT_STOCK, Verb.CLOSE_STOCKTAKING, Verb.HAND_WASTE,
}  # fmt: skip
HERE = ROOM | {
    Verb.REGISTER_VOLUME, Verb.OFFER_VOLUMES, Verb.LEND_VOLUME, Verb.RENEW_LOAN, Verb.REMIND_LOAN, Verb.REPORT_LOST,
    Verb.READ_SCAN, Verb.READ_ARCHIVE, Verb.READ_VOLUME, Verb.READ_STOCKTAKING, Verb.WEIGH_WASTE, Verb.READ_WASTE,
}  # fmt: skip
WARD = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
OFFICE = {Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE}
ABOVE = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SUPERVISOR, Role.DISCIPLINE}
NO_BORROWER = {
    Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM,
    Role.PUBLIC,
}  # fmt: skip


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing apart."""
    timer = v.role is Role.SYSTEM and v.verb is Verb.REMIND_LOAN
    if timer:
        return v.strength is Strength.LOCAL and v.entrance is Entrance.JOB and not v.own
    if v.own or v.strength is not Strength.TWO_FACTOR or v.entrance is not Entrance.PAGE:
        return False
    covers, keeper = v.grant is Grant.COVERS, v.role is Role.ARCHIVIST
    if v.verb in ROOM or v.verb is Verb.REMIND_LOAN:
        return keeper
    if v.verb is Verb.LEND_VOLUME:
        return keeper and covers and v.hold is not Hold.DISPUTE_SEAL
    if v.verb is Verb.OFFER_VOLUMES:
        return v.role in WARD and covers
    if v.verb in (Verb.REGISTER_VOLUME, Verb.WEIGH_WASTE):
        return keeper or (v.role in WARD and covers)
    if v.verb in (Verb.RENEW_LOAN, Verb.REPORT_LOST):
        return keeper or (v.role not in NO_BORROWER and covers)
    if v.verb is Verb.READ_ARCHIVE:
        return v.role in WARD | OFFICE | ABOVE
    if v.verb is Verb.READ_SCAN:
        return v.role in WARD | OFFICE | ABOVE | {Role.TRAINEE}
    if v.verb is Verb.READ_VOLUME:
        near = v.relation is not Relation.NONE or covers
        return v.role in ABOVE | {Role.ARCHIVIST, Role.CODER, Role.QUALITY} or (v.role in WARD and near)
    return v.role in ABOVE | {Role.ARCHIVIST, Role.QUALITY}

"""A second reading of who keeps, ends and sees consents among the staff; see second.py for patients."""

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Level, Purpose, Relation, Role, Strength, Verb

HERE = {Verb.GIVE_CONSENT, Verb.WITHDRAW_CONSENT, Verb.READ_CONSENTS}
WARD = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
CARE = {Purpose.TREATMENT, Purpose.EMERGENCY}


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    if v.strength is not Strength.TWO_FACTOR or v.entrance not in (Entrance.PAGE, Entrance.PORTAL):
        return False
    close = v.relation in (Relation.TREATING, Relation.TEAM, Relation.CONSULTATION) or v.grant is Grant.COVERS
    if v.own or (v.objected and v.grant is not Grant.COVERS) or (v.restricted and not close):
        return False
    window = v.role is Role.REGISTRAR and v.purpose in CARE | {Purpose.OPERATION}
    if v.verb is not Verb.READ_CONSENTS:
        nurse = v.role in WARD and v.relation is not Relation.NONE and v.purpose in CARE
        return v.category not in (Category.NONE, Category.DIRECTORY) and (nurse or window)
    if v.level is Level.SECRET and not close:
        return False
    lists = v.category is Category.NONE
    reads = v.role in WARD | {Role.TRAINEE} and v.purpose in CARE and (lists or v.relation is not Relation.NONE)
    return reads or window or (v.role is Role.MEDICAL_AFFAIRS and v.purpose is Purpose.MANAGEMENT and lists)

"""The second reading of forms, drafts, signatures, filing, deadlines, qualifications [2.2]: no Cedar, no rule files."""

from jingui.core.vector import Vector
from jingui.core.words import Category, Entrance, Grant, Purpose, RecordState, Relation, Role, Strength, Verb

LICENSED = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
CLINICAL = LICENSED | {Role.TRAINEE}
CARE = {Purpose.TREATMENT, Purpose.EMERGENCY}
FORMS = {Verb.OPEN_FORM, Verb.SAVE_DRAFT}
SIGNS = {Verb.SIGN_RECORD, Verb.VERIFY_RECORD, Verb.COUNTERSIGN_RECORD}
ENTERING = FORMS | SIGNS | {Verb.DISCARD_DRAFT, Verb.READ_DRAFTS, Verb.OPEN_SIGNING, Verb.FILE_RECORD,
                            Verb.READ_DEADLINES, Verb.QUALIFY}  # fmt: skip
OVERSEES = {Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.DUTY_ADMINISTRATOR, Role.ARCHIVIST, Role.SYSTEM}


def enters(v: Vector) -> bool:
    """Whether the policy allows one of ENTERING."""
    return _in_person(v) and _fit(v) and _may(v)


def unfit(v: Vector) -> bool:
    """Whether the writer lacks the post or a qualification for what is written."""
    return v.category is not Category.DIRECTORY and not v.qualified


def closed_visit(v: Vector) -> bool:
    """Whether what is to be entered belongs to a visit that is filed, without medical affairs' approval."""
    return v.verb is Verb.ENTER and v.role in CLINICAL and v.state is RecordState.FILED and v.grant is not Grant.COVERS


def _in_person(v: Vector) -> bool:
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    if v.verb in SIGNS | {Verb.OPEN_SIGNING}:
        return page
    local = v.strength is Strength.LOCAL and v.entrance in (Entrance.COMMAND, Entrance.JOB)
    return page or local


def _fit(v: Vector) -> bool:
    """One's own chart, a destroyed one, an expired licence, a missing qualification."""
    touches = FORMS | SIGNS | {Verb.FILE_RECORD}
    if v.verb in touches and (v.own or v.state is RecordState.DESTROYED):
        return False
    signing = SIGNS | {Verb.OPEN_FORM, Verb.OPEN_SIGNING}
    if v.verb in signing and v.role in LICENSED and not v.licensed:
        return False
    needs = {Verb.OPEN_FORM, Verb.SIGN_RECORD, Verb.COUNTERSIGN_RECORD}
    return not (v.verb in needs and unfit(v))


def _may(v: Vector) -> bool:
    care, content, near = v.purpose in CARE, v.category is not Category.DIRECTORY, v.relation is not Relation.NONE
    covers = v.grant is Grant.COVERS
    match v.verb:
        case Verb.OPEN_FORM | Verb.SAVE_DRAFT:
            if v.role is Role.REGISTRAR:
                return v.category is Category.BASIC and v.purpose in CARE | {Purpose.OPERATION}
            if v.role is Role.CODER:
                return content and covers and v.purpose in (Purpose.PAYMENT, Purpose.MANAGEMENT)
            glass = v.role in (Role.PHYSICIAN, Role.NURSE) and v.purpose is Purpose.EMERGENCY and covers
            return v.role in CLINICAL and content and ((near and care) or (glass and not near))
        case Verb.READ_DRAFTS | Verb.DISCARD_DRAFT:
            return v.role in CLINICAL | {Role.REGISTRAR, Role.CODER}
        case Verb.OPEN_SIGNING:  # who seals records for the hospital signs the list
            return v.role in CLINICAL | {Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR}
        case Verb.SIGN_RECORD:
            return v.role in CLINICAL and content and care and (v.author or v.state is RecordState.NONE)
        case Verb.VERIFY_RECORD:
            return v.role in LICENSED and content and care and near and not v.author
        case Verb.COUNTERSIGN_RECORD:
            team = v.relation in (Relation.TREATING, Relation.TEAM, Relation.DEPARTMENT)
            return v.role in LICENSED and content and care and team and not v.author
        case Verb.FILE_RECORD:
            desk = v.role is Role.ARCHIVIST and v.purpose is Purpose.MANAGEMENT
            own = v.relation in (Relation.TREATING, Relation.TEAM) and v.purpose is Purpose.TREATMENT
            return desk or (v.role is Role.PHYSICIAN and own)
        case Verb.READ_DEADLINES:
            if v.role in OVERSEES:
                return v.category is Category.NONE
            return v.role in CLINICAL and care and (near or v.category is Category.NONE)
        case Verb.QUALIFY:
            return v.role is Role.MEDICAL_AFFAIRS and not v.party
    raise AssertionError(v.verb)

"""A second reading of the policy, written apart from the rules: plain Python, no Cedar, no rule files.

It says only yes or no. Where it and the rules disagree, one of them misread the policy.
"""

from typing import Any

from jingui.core.vector import Vector
from jingui.core.words import (
    Category,
    Consent,
    Entrance,
    Grant,
    Hold,
    Level,
    Purpose,
    RecordState,
    Relation,
    Role,
    Standing,
    Strength,
    Verb,
)
from tests.policy import (
    second_apps,
    second_archive,
    second_backups,
    second_bulk,
    second_climate,
    second_consents,
    second_custody_line,
    second_destruction,
    second_downtime,
    second_gateway,
    second_matters,
    second_monitor,
    second_partners,
    second_receive,
    second_release,
    second_research,
    second_sealing,
    second_share,
    second_sources,
    second_templates,
)
from tests.policy.second_access import GLASS, HERE, TAKES, here, touches
from tests.policy.second_enter import ENTERING, closed_visit, enters, unfit

#: Chapters that were read in files of their own.
PARTS: tuple[Any, ...] = (
    second_archive, second_release, second_custody_line, second_research, second_climate, second_backups,
    second_destruction, second_sources, second_downtime, second_matters, second_monitor, second_sealing,
    second_templates, second_gateway, second_receive, second_partners, second_share, second_apps, second_bulk,
)  # fmt: skip
ADMINS = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
LICENSED = {Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST}
CLINICAL = LICENSED | {Role.TRAINEE}
NO_STAFF = {Role.INTERFACE, Role.PATIENT, Role.PARTNER, Role.SYSTEM, Role.PUBLIC}
STAFF = set(Role) - NO_STAFF
MANAGERS = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}
WATCH = {Role.SUPERVISOR, Role.DISCIPLINE}
OWN_ACCOUNT = {Verb.SIGN_IN, Verb.SIGN_OUT, Verb.ENROL_FACTOR, Verb.CHANGE_PASSWORD}
CHART = {Verb.OPEN_CHART, Verb.READ, Verb.HISTORY, Verb.SEARCH, Verb.EVERYTHING}
READS = CHART | {Verb.READ_LIFE}
WRITES = {Verb.ENTER, Verb.CORRECT, Verb.IMPORT}
IDENTITY = {Verb.REGISTER_PATIENT, Verb.MERGE_PATIENT, Verb.SPLIT_PATIENT, Verb.RELATE, Verb.FLAG_PATIENT}
CARE = {Purpose.TREATMENT, Purpose.EMERGENCY}
INTAKE = CARE | {Purpose.OPERATION}
STUDY = {Purpose.RESEARCH, Purpose.TEACHING}
CLOSE = {Relation.TREATING, Relation.TEAM, Relation.CONSULTATION}
#: What a patient does about their own record in the portal, and what the window does for them.
RESTRICTS = {Verb.PLACE_RESTRICTION, Verb.LIFT_RESTRICTION}
OWN_RIGHTS = RESTRICTS | {Verb.READ_READERS, Verb.READ_CONSENTS, Verb.WITHDRAW_CONSENT}
AT_WINDOW = RESTRICTS | {Verb.OPEN_PORTAL, Verb.END_PORTAL}
PAIRS = {Verb.MERGE_PATIENT, Verb.SPLIT_PATIENT, Verb.UNFREEZE_ACCOUNT, Verb.CHANGE_SETTING, Verb.PUBLISH_POLICY,
         Verb.LIFT_HOLD, Verb.ROTATE_KEYS, Verb.RECOVER, Verb.PUBLISH_DOCUMENT, Verb.REIDENTIFY, Verb.CHANGE_MAPPING,
         Verb.DESTROY, Verb.REGISTER_PARTNER, Verb.TRUST_CERTIFICATE, Verb.RESUME_CHANNEL}  # fmt: skip
PARTY = PAIRS | {Verb.APPROVE, Verb.DECIDE_MATTER, Verb.OPEN_ACCOUNT, Verb.GRANT_POST, Verb.ISSUE_TOKEN}
GOVERNING = PARTY | {
    Verb.READ_PROPOSALS, Verb.READ_LEDGER, Verb.EXPORT_LEDGER, Verb.READ_PEOPLE, Verb.REGISTER_DEPARTMENT,
    Verb.REGISTER_PERSON, Verb.END_POST, Verb.FREEZE_ACCOUNT, Verb.REVOKE_TOKEN}  # fmt: skip
#: Which purposes a standing or single grant can serve, by role (treatment relations apart).
GRANTED = {
    **{role: {Purpose.TREATMENT, Purpose.MANAGEMENT, Purpose.QUALITY} for role in CLINICAL},
    Role.CODER: {Purpose.PAYMENT, Purpose.MANAGEMENT},
    Role.QUALITY: {Purpose.QUALITY},
    Role.INFECTION_CONTROL: {Purpose.PUBLIC_HEALTH, Purpose.QUALITY},
    Role.INSURANCE_OFFICE: {Purpose.PAYMENT},
    Role.ARCHIVIST: {Purpose.MANAGEMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL},
    **{role: {Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL} for role in MANAGERS},
    Role.MEDICAL_AFFAIRS: {Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL, Purpose.PATIENT_REQUEST},
    **{role: {Purpose.OVERSIGHT} for role in WATCH},
}
LISTS = {
    **dict.fromkeys(CLINICAL, CARE),
    **{role: {Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.PAYMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL,
              Purpose.PUBLIC_HEALTH}
       for role in (Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE)},
    **{role: {Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL} for role in MANAGERS},
    Role.REGISTRAR: INTAKE,
}  # fmt: skip
FINDS = {
    **dict.fromkeys(CLINICAL, CARE),
    Role.REGISTRAR: INTAKE,
    Role.ARCHIVIST: {Purpose.MANAGEMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL},
    Role.INTERFACE: {Purpose.TREATMENT},
}


def allowed(v: Vector) -> bool:
    """Whether the policy allows `v`."""
    return _standing(v) and _entrance(v) and _machine(v) and _strong(v) and _apart(v) and _can(v)


def _standing(v: Vector) -> bool:
    if v.standing is Standing.ACTIVE:
        return True
    if v.standing is Standing.NO_UNDERTAKING:
        return not touches(v.verb)
    if v.standing is Standing.NO_POST:
        return v.verb in OWN_ACCOUNT or v.verb is Verb.READ_POLICY
    return v.standing in (Standing.FROZEN, Standing.EXPIRED) and v.verb is Verb.SIGN_OUT


def _entrance(v: Vector) -> bool:
    """Patients come in by the portal and nobody else does; a dead patient's portal only ends."""
    if v.verb is Verb.SIGN_OUT:
        return True
    if v.role is Role.PATIENT and v.deceased and v.verb not in OWN_ACCOUNT:
        return False
    app = v.entrance is Entrance.FHIR and v.strength is Strength.TOKEN  # that the patient authorised
    return (v.entrance is Entrance.PORTAL or app) if v.role is Role.PATIENT else v.entrance is not Entrance.PORTAL


def _self(v: Vector) -> bool:
    """A patient, or the guardian of a minor, in the portal about that very record."""
    mine = v.own or v.relation is Relation.GUARDIAN
    return v.role is Role.PATIENT and mine and v.purpose is Purpose.PATIENT_REQUEST


def _machine(v: Vector) -> bool:
    by_token = v.strength is Strength.TOKEN and v.entrance in (Entrance.FHIR, Entrance.COMMAND)
    sends = v.verb in WRITES | {Verb.REGISTER_PATIENT, Verb.MERGE_PATIENT}
    by_message = v.strength is Strength.TOKEN and v.entrance is Entrance.MESSAGE and sends
    by_station = second_downtime.station(v)
    by_gateway = v.strength is Strength.TOKEN and v.entrance is Entrance.GATEWAY and v.verb is Verb.RECEIVE
    return v.role is not Role.INTERFACE or by_token or by_message or by_station or by_gateway


def _strong(v: Vector) -> bool:
    page = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    portal = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PORTAL
    local = v.strength is Strength.LOCAL and v.entrance in (Entrance.COMMAND, Entrance.JOB)
    token = v.strength is Strength.TOKEN and (
        v.entrance in (Entrance.FHIR, Entrance.COMMAND) or (v.entrance is Entrance.MESSAGE and v.role is Role.INTERFACE)
    )
    others = {Verb.BREAK_GLASS, Verb.SEARCH_PATIENT, Verb.LIST, Verb.PLACE_HOLD}
    content = v.verb in READS | WRITES | IDENTITY | TAKES | others
    if content and not (page or portal or local or token):
        return False
    # merging and splitting identities needs people, unless a registered interface asks for it
    asks = v.verb in IDENTITY and v.role is Role.INTERFACE and v.strength is Strength.TOKEN
    return v.verb not in GOVERNING or page or local or asks


def _apart(v: Vector) -> bool:
    """Nobody decides for themselves, and what needs two persons has them."""
    if v.verb in PARTY and v.party:
        return False
    return v.verb not in PAIRS or v.grant is Grant.COVERS


def _can(v: Vector) -> bool:
    if v.verb in HERE:
        return here(v)
    if v.verb in ENTERING:
        return enters(v)
    if v.verb in second_consents.HERE and v.role is not Role.PATIENT:
        return second_consents.here(v)
    for part in PARTS:
        if v.verb in part.HERE:
            return part.here(v)
    if v.verb in READS:
        return _reads(v)
    if v.verb in WRITES:
        return _writes(v)
    if v.verb in IDENTITY or v.verb in (Verb.SEARCH_PATIENT, Verb.LIST):
        return _finds(v)
    return _governs(v)


def _directory(v: Vector) -> bool:
    looks = v.verb in (Verb.READ, Verb.HISTORY, Verb.SEARCH, Verb.LIST)
    return looks and (v.role in STAFF or v.role in (Role.INTERFACE, Role.PARTNER))


def _reads(v: Vector) -> bool:
    if not _closed(v) and v.category is Category.DIRECTORY and _directory(v):
        return True
    staffed = v.role in STAFF or v.role is Role.PARTNER
    if staffed and v.verb in READS and second_sealing.reads_elsewhere(v):
        return False
    if _closed(v) or (v.role in ADMINS and v.category is not Category.DIRECTORY) or _unauthorised(v):
        return False
    covers = v.grant is Grant.COVERS
    if v.role in CLINICAL:
        related = v.relation is not Relation.NONE and v.purpose in CARE
        glass = v.role in GLASS and v.purpose is Purpose.EMERGENCY and covers
        studies = covers and v.purpose in STUDY and v.level is not Level.SECRET
        return related or (glass and v.verb in CHART) or (covers and v.purpose in GRANTED[v.role]) or studies
    if v.role is Role.RESEARCHER:
        return covers and v.purpose in STUDY and v.level is not Level.SECRET
    if v.role is Role.PATIENT:
        return _self(v) and v.verb in CHART
    if v.role is Role.PARTNER:
        fit = covers and v.purpose is Purpose.TREATMENT and v.level is not Level.SECRET
        return fit and v.verb in (Verb.OPEN_CHART, Verb.READ)
    if v.role is Role.INTERFACE:
        if v.category is Category.DIRECTORY:
            return False
        care = v.purpose is Purpose.TREATMENT and v.level is not Level.SECRET
        shared = {Purpose.TREATMENT, Purpose.PAYMENT, Purpose.PUBLIC_HEALTH, Purpose.QUALITY}
        return care or (covers and v.purpose in shared)
    if v.role is Role.ARCHIVIST and v.verb is Verb.READ_LIFE and v.purpose in GRANTED[v.role]:
        return True
    if v.role in GLASS and v.verb in CHART and v.purpose is Purpose.EMERGENCY and covers:
        return True
    return covers and v.purpose in GRANTED.get(v.role, set())


def objected(v: Vector) -> bool:
    """The patient does not want this reader; an open emergency access and the law are stronger."""
    opened = v.purpose is Purpose.EMERGENCY and v.grant is Grant.COVERS
    return v.objected and v.role is not Role.PATIENT and v.purpose is not Purpose.LEGAL and not opened


def _closed(v: Vector) -> bool:
    """What closes a record to this reader whoever they are: destroyed, a draft, own, colleague, label, death."""
    patient, covers = v.role is Role.PATIENT, v.grant is Grant.COVERS
    known = v.relation in CLOSE or covers
    return (
        (v.state is RecordState.DESTROYED and v.verb is not Verb.READ_LIFE)
        or (v.state is RecordState.DRAFT and not v.author and v.verb is not Verb.OPEN_CHART)
        or (v.own and not patient)
        or objected(v)
        or (v.colleague and not known and v.role not in (Role.PATIENT, Role.INTERFACE))
        or (v.restricted and not known and not (patient and (v.own or v.relation is Relation.GUARDIAN)))
        or (v.level is Level.SECRET and not (covers if patient else known))
        or (v.deceased and v.verb in CHART and v.relation is Relation.NONE and not covers
            and v.role is not Role.INTERFACE)
        or (v.consent in (Consent.MISSING, Consent.WITHDRAWN) and (v.role is Role.PARTNER or v.purpose in STUDY))
    )  # fmt: skip


def _unauthorised(v: Vector) -> bool:
    """An expired grant stops staff in charts, the caring apart; the rest of it follows from who may with a grant."""
    caring = v.relation is not Relation.NONE and v.purpose in CARE
    stopped = v.role in STAFF and v.grant is Grant.EXPIRED and v.verb in CHART and not caring
    return stopped and v.category is not Category.DIRECTORY


def _writes(v: Vector) -> bool:
    directory = v.category is Category.DIRECTORY
    if (v.own and v.role is not Role.PATIENT) or v.state is RecordState.DESTROYED:
        return False
    if (v.verb is Verb.CORRECT and not _correctable(v)) or second_sealing.breaks_seal(v):
        return False
    if (v.verb is not Verb.IMPORT and unfit(v)) or closed_visit(v):
        return False
    if directory and v.purpose is Purpose.OPERATION and v.role in (Role.SYSTEM_ADMIN, Role.INTERFACE):
        return True
    if v.role is Role.SYSTEM:
        return v.verb is Verb.IMPORT and v.purpose is Purpose.OPERATION
    if directory or (v.verb is Verb.IMPORT and v.role is not Role.INTERFACE):
        return False
    if v.role is Role.INTERFACE:
        return v.purpose in INTAKE
    if v.role is Role.REGISTRAR:
        return v.category is Category.BASIC and v.purpose in INTAKE
    if v.role is Role.CODER:
        coded = v.category in (Category.DIAGNOSIS, Category.SURGERY) and v.verb is Verb.ENTER
        return coded and v.grant is Grant.COVERS and v.purpose in GRANTED[Role.CODER]
    if v.role not in CLINICAL or (v.role in LICENSED and not v.licensed):
        return False
    if v.verb is Verb.ENTER:
        opened = v.purpose is Purpose.EMERGENCY and v.grant is Grant.COVERS
        urgent = opened and v.role in (Role.PHYSICIAN, Role.NURSE)
        return v.purpose in CARE and (v.relation is not Relation.NONE or urgent)
    recalled = v.grant is Grant.COVERS and v.purpose in (Purpose.TREATMENT, Purpose.MANAGEMENT)
    senior = v.role is Role.PHYSICIAN and v.relation in (Relation.TREATING, Relation.TEAM)
    return (v.purpose in CARE and (v.author or senior)) or (recalled and v.role in LICENSED)


def _correctable(v: Vector) -> bool:
    kept = v.state is RecordState.FILED or v.hold in (Hold.LAWSUIT, Hold.INVESTIGATION)
    foreign_draft = v.state is RecordState.DRAFT and not v.author
    return v.hold is not Hold.DISPUTE_SEAL and not foreign_draft and (not kept or v.grant is Grant.COVERS)


def _finds(v: Vector) -> bool:
    if v.verb is Verb.LIST and v.category is Category.DIRECTORY and _directory(v):
        return True
    if v.verb in (Verb.MERGE_PATIENT, Verb.SPLIT_PATIENT):
        sent = v.verb is Verb.MERGE_PATIENT and v.role is Role.INTERFACE and v.entrance is Entrance.MESSAGE
        told = sent and v.strength is Strength.TOKEN and v.purpose is Purpose.TREATMENT
        return v.role in (Role.REGISTRAR, Role.ARCHIVIST) or told
    if v.verb is Verb.FLAG_PATIENT:
        desk = v.role in (Role.REGISTRAR, Role.ARCHIVIST, Role.MEDICAL_AFFAIRS)
        close = v.role is Role.PHYSICIAN and v.relation in (Relation.TREATING, Relation.TEAM) and v.purpose in CARE
        return (desk or close) and not v.own and not v.party
    if v.verb in (Verb.REGISTER_PATIENT, Verb.RELATE):
        fit = v.role in (Role.REGISTRAR, Role.PHYSICIAN, Role.NURSE, Role.INTERFACE) and v.purpose in INTAKE
        return fit and not (v.verb is Verb.RELATE and v.party and v.relation is Relation.NONE)
    if v.verb is Verb.LIST:
        if v.role is Role.INTERFACE:
            plain = v.category is not Category.DIRECTORY and v.level is not Level.SECRET
            return v.purpose is Purpose.TREATMENT and plain
        if v.role is Role.PATIENT:
            return _self(v) and v.strength is Strength.TWO_FACTOR
        return v.purpose in LISTS.get(v.role, set())
    known = v.relation in CLOSE or v.grant is Grant.COVERS or v.purpose is Purpose.EMERGENCY
    if v.restricted and not known and v.role is not Role.REGISTRAR:
        return False
    if v.role is Role.INTERFACE and (v.category is Category.DIRECTORY or v.level is Level.SECRET):
        return False
    on_duty = v.role is Role.DUTY_ADMINISTRATOR and v.purpose is Purpose.EMERGENCY
    return on_duty or v.purpose in FINDS.get(v.role, set())


def _governs(v: Vector) -> bool:
    covers = v.grant is Grant.COVERS
    local = v.strength is Strength.LOCAL and v.entrance is Entrance.COMMAND
    first = v.role is Role.SYSTEM and local and covers
    person = v.role in STAFF or v.role in (Role.PATIENT, Role.PARTNER)
    named = person or v.role is Role.PUBLIC
    typed = v.entrance in (Entrance.PAGE, Entrance.PORTAL) and v.strength in (Strength.PASSWORD, Strength.TWO_FACTOR)
    watching = v.purpose in (Purpose.OVERSIGHT, Purpose.OPERATION)
    security, system = v.role is Role.SECURITY_ADMIN, v.role is Role.SYSTEM_ADMIN
    match v.verb:
        case Verb.SIGN_IN:
            known = person or (v.role is Role.PUBLIC and v.standing is Standing.NO_POST)
            if v.role is Role.PATIENT:
                return v.strength in (Strength.PASSWORD, Strength.TWO_FACTOR)
            shown = v.strength is not Strength.NONE and v.entrance in (Entrance.PAGE, Entrance.COMMAND)
            by_token = v.strength is Strength.TOKEN and v.entrance is Entrance.FHIR
            return (known and shown) or ((person or v.role is Role.INTERFACE) and by_token)
        case Verb.SIGN_OUT:
            return v.role is not Role.SYSTEM
        case Verb.ENROL_FACTOR | Verb.CHANGE_PASSWORD:
            return named and typed
        case Verb.READ_POLICY:
            return named and v.strength is not Strength.NONE
        case Verb.READ_LEDGER:
            auditor = v.role in WATCH or v.role is Role.AUDIT_ADMIN
            judge = v.role in (Role.MEDICAL_AFFAIRS, Role.HEAD) and covers and v.purpose is Purpose.MANAGEMENT
            task = v.role is Role.SYSTEM and v.strength is Strength.LOCAL and watching
            own = v.own and v.role in STAFF
            quality = v.role is Role.QUALITY and v.purpose is Purpose.QUALITY
            return (auditor and watching) or quality or judge or task or own
        case Verb.EXPORT_LEDGER:
            return v.role is Role.AUDIT_ADMIN and watching
        case Verb.READ_PEOPLE:
            return v.role in ADMINS or v.role is Role.HEAD
        case Verb.APPROVE | Verb.READ_PROPOSALS:
            desks = {Role.HEAD, Role.MEDICAL_AFFAIRS, Role.REGISTRAR, Role.ARCHIVIST}
            return security or system or v.role in desks
        case Verb.REGISTER_DEPARTMENT | Verb.REGISTER_PERSON | Verb.OPEN_ACCOUNT:
            return system or first
        case Verb.GRANT_POST:
            return security or first
        case Verb.ISSUE_TOKEN | Verb.UNFREEZE_ACCOUNT | Verb.ROTATE_KEYS:
            return security
        case Verb.END_POST | Verb.REVOKE_TOKEN | Verb.FREEZE_ACCOUNT:
            return security or v.role is Role.SYSTEM
        case Verb.CHANGE_SETTING:
            return system or first
        case Verb.PUBLISH_POLICY:
            return v.role in (Role.MEDICAL_AFFAIRS, Role.HEAD) or first
        case Verb.PLACE_HOLD:
            return security or v.role in MANAGERS | {Role.ARCHIVIST, Role.DISCIPLINE}
        case Verb.LIFT_HOLD:
            return v.role in (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.HEAD)
        case Verb.GIVE_CONSENT:
            return False  # a patient's consent is registered by who explained it
        case Verb.START_SYSTEM:
            return v.role is Role.SYSTEM and (local or (v.strength is Strength.LOCAL and v.entrance is Entrance.JOB))
        case Verb.RECOVER:
            return system or (v.role is Role.SYSTEM and local)
    if v.verb in OWN_RIGHTS | AT_WINDOW:
        return _patient_rights(v)
    raise AssertionError(v.verb)


def _patient_rights(v: Vector) -> bool:
    """What patients do for themselves in the portal, and what the window does after it saw their papers."""
    if v.strength is not Strength.TWO_FACTOR:
        return False
    desk = v.role in (Role.REGISTRAR, Role.ARCHIVIST) and v.entrance is Entrance.PAGE and not v.own and not v.party
    window = desk and v.purpose is Purpose.PATIENT_REQUEST and v.verb in AT_WINDOW
    return window or (_self(v) and v.verb in OWN_RIGHTS)

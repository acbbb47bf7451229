"""A second reading of partners, their certificates, agreements, channels and checks; see second.py."""

from jingui.core.vector import Vector
from jingui.core.words import Entrance, Grant, Role, Strength, Verb

SYSTEM = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN}
LEADERS = {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD}
WHO = {
    Verb.REGISTER_PARTNER: SYSTEM | {Role.MEDICAL_AFFAIRS},
    Verb.TRUST_CERTIFICATE: SYSTEM,
    Verb.RESUME_CHANNEL: SYSTEM,
    Verb.OPEN_CHANNEL: {Role.SYSTEM_ADMIN},
    Verb.CHECK_PARTNER: {Role.MEDICAL_AFFAIRS, Role.SUPERVISOR, Role.SECURITY_ADMIN},
    Verb.PROVE_RETURN: SYSTEM | {Role.MEDICAL_AFFAIRS},
    Verb.READ_PARTNERS: SYSTEM | LEADERS | {
        Role.SUPERVISOR, Role.DISCIPLINE, Role.AUDIT_ADMIN, Role.ARCHIVIST, Role.INSURANCE_OFFICE,
        Role.INFECTION_CONTROL,
    },
    **dict.fromkeys(
        (Verb.END_PARTNER, Verb.REVOKE_CERTIFICATE, Verb.END_AGREEMENT, Verb.PAUSE_CHANNEL, Verb.END_CHANNEL,
         Verb.END_APP),
        SYSTEM | LEADERS,
    ),
}  # fmt: skip
PAIRED = {Verb.REGISTER_PARTNER, Verb.TRUST_CERTIFICATE, Verb.RESUME_CHANNEL}
HERE = set(WHO)


def here(v: Vector) -> bool:
    """Whether the policy allows it, standing and entrance apart."""
    person = v.strength is Strength.TWO_FACTOR and v.entrance is Entrance.PAGE
    return person and v.role in WHO[v.verb] and (v.verb not in PAIRED or v.grant is Grant.COVERS)

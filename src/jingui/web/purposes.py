"""四（一）3 查阅与使用: the purposes a post may choose among; one is always said [4.1.3] [5.2.1]"""

from typing import Final

from jingui.core.words import Purpose, Role

KEY: Final = "purpose"  # where the session keeps the choice
_CARE: Final = (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.MANAGEMENT, Purpose.QUALITY)
_OF: Final[dict[Role, tuple[Purpose, ...]]] = {
    Role.PHYSICIAN: _CARE,
    Role.NURSE: _CARE,
    Role.TECHNICIAN: _CARE,
    Role.PHARMACIST: _CARE,
    Role.TRAINEE: (Purpose.TREATMENT,),
    Role.ARCHIVIST: (Purpose.MANAGEMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL),
    Role.CODER: (Purpose.PAYMENT, Purpose.MANAGEMENT),
    Role.QUALITY: (Purpose.QUALITY,),
    Role.INFECTION_CONTROL: (Purpose.PUBLIC_HEALTH, Purpose.QUALITY),
    Role.INSURANCE_OFFICE: (Purpose.PAYMENT,),
    Role.REGISTRAR: (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.OPERATION),
    Role.MEDICAL_AFFAIRS: (Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL),
    Role.DUTY_ADMINISTRATOR: (Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL),
    Role.HEAD: (Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL),
    Role.RESEARCHER: (Purpose.RESEARCH,),
    Role.SUPERVISOR: (Purpose.OVERSIGHT,),
    Role.DISCIPLINE: (Purpose.OVERSIGHT,),
    Role.AUDIT_ADMIN: (Purpose.OVERSIGHT, Purpose.OPERATION),
}


def choices(role: Role) -> tuple[Purpose, ...]:
    """What a post of `role` may choose, its usual purpose first. The rules decide; this only saves hopeless choices."""
    return _OF.get(role, (Purpose.OPERATION,))


def current(chosen: str, role: Role) -> Purpose:
    """The chosen purpose if the role has it, else the usual one: a choice never outlasts a change of post."""
    offered = choices(role)
    return next((one for one in offered if one.value == chosen), offered[0])

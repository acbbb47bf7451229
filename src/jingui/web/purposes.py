"""四（一）3 查阅与使用: the purposes a post may choose among; one is always said [4.1.3] [5.2.1]"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from jingui.core.word import N_
from jingui.core.words import Purpose, Role

KEY: Final = "purpose"  # where the session keeps the choice
REASON: Final = "purpose_reason"  # the reason of an emergency, kept encrypted with each entry
UNTIL: Final = "purpose_until"  # when an emergency's purpose falls back to the usual one
EMERGENCY: Final = timedelta(hours=1)
_CARE: Final = (Purpose.TREATMENT, Purpose.EMERGENCY, Purpose.MANAGEMENT, Purpose.QUALITY)
_MANAGING: Final = (Purpose.MANAGEMENT, Purpose.QUALITY, Purpose.LEGAL)
_OF: Final[dict[Role, tuple[Purpose, ...]]] = {
    Role.PHYSICIAN: _CARE,
    Role.NURSE: _CARE,
    Role.TECHNICIAN: (Purpose.TREATMENT,),
    Role.PHARMACIST: (Purpose.TREATMENT,),
    Role.TRAINEE: (Purpose.TREATMENT,),
    Role.ARCHIVIST: (Purpose.MANAGEMENT, Purpose.PATIENT_REQUEST, Purpose.LEGAL),
    Role.CODER: (Purpose.PAYMENT, Purpose.MANAGEMENT),
    Role.QUALITY: (Purpose.QUALITY,),
    Role.INFECTION_CONTROL: (Purpose.PUBLIC_HEALTH, Purpose.QUALITY),
    Role.INSURANCE_OFFICE: (Purpose.PAYMENT,),
    Role.REGISTRAR: (Purpose.OPERATION, Purpose.TREATMENT, Purpose.PATIENT_REQUEST),
    Role.MEDICAL_AFFAIRS: _MANAGING,
    Role.DUTY_ADMINISTRATOR: (*_MANAGING, Purpose.EMERGENCY),
    Role.HEAD: _MANAGING,
    Role.RESEARCHER: (Purpose.RESEARCH,),
    Role.SUPERVISOR: (Purpose.OVERSIGHT,),
    Role.DISCIPLINE: (Purpose.OVERSIGHT,),
    Role.PATIENT: (Purpose.PATIENT_REQUEST,),
    Role.AUDIT_ADMIN: (Purpose.OVERSIGHT, Purpose.OPERATION),
}
SAYING: Final[dict[Purpose, str]] = {
    Purpose.TREATMENT: N_("诊疗所管患者"),
    Purpose.EMERGENCY: N_("抢救，须写明理由；即时告警，事后复核"),
    Purpose.MANAGEMENT: N_("医疗管理，凭授权"),
    Purpose.QUALITY: N_("病历质控，凭授权"),
    Purpose.PAYMENT: N_("结算和审核，凭授权"),
    Purpose.PATIENT_REQUEST: N_("患者本人或代理人申请"),
    Purpose.LEGAL: N_("依法定文书调取"),
    Purpose.PUBLIC_HEALTH: N_("传染病等公共卫生上报，凭授权"),
    Purpose.RESEARCH: N_("科研，凭批件"),
    Purpose.OVERSIGHT: N_("监督检查"),
    Purpose.OPERATION: N_("系统和岗位管理"),
}


def choices(role: Role) -> tuple[Purpose, ...]:
    """What a post of `role` may choose, its usual purpose first. The rules decide; this only saves hopeless choices."""
    return _OF.get(role, (Purpose.OPERATION,))


def current(session: Mapping[str, Any], role: Role, now: datetime) -> Purpose:
    """The chosen purpose if the role has it, else the usual one: a choice never outlasts a change of post."""
    offered = choices(role)
    found = next((one for one in offered if one.value == session.get(KEY, "")), offered[0])
    over = found is Purpose.EMERGENCY and now.timestamp() > session.get(UNTIL, 0)
    return offered[0] if over else found


def reason(session: Mapping[str, Any], purpose: Purpose) -> str:
    """The reason in words, where the purpose asks for one."""
    return str(session.get(REASON, "")) if purpose is Purpose.EMERGENCY else ""


def choose(session: dict[str, Any], purpose: Purpose, said: str, now: datetime) -> None:
    """Keep a choice in the session; an emergency lasts an hour."""
    session[KEY], session[REASON] = purpose.value, said
    session[UNTIL] = int((now + EMERGENCY).timestamp())

"""六（一）2 三员管理: which roles one person never holds together [6.1.2]"""

from jingui.core.errors import Refused
from jingui.core.word import N_
from jingui.core.words import Role

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
OVERSEERS = frozenset({Role.AUDIT_ADMIN, Role.DISCIPLINE, Role.SUPERVISOR})
CARE = frozenset({Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.TRAINEE})


def clash(a: Role, b: Role) -> bool:
    """Whether the holder of both could act in one and hide or wave it through in the other."""
    if a == b:
        return False
    pair = {a, b}
    if len(pair & ADMINISTRATORS) == 2:
        return True
    # who runs or secures the system neither oversees nor treats with the same hands
    if pair & (ADMINISTRATORS - {Role.AUDIT_ADMIN}) and pair & (OVERSEERS | CARE):
        return True
    return Role.AUDIT_ADMIN in pair and bool(pair & CARE)


def check_separation(wanted: Role, held: tuple[str, ...]) -> None:
    """Raise Refused when `wanted` clashes with a post that is held."""
    for role in held:
        if role in set(Role) and clash(wanted, Role(role)):
            raise Refused(
                N_("系统、安全、审计管理岗位必须由不同的人担任，该岗位与其现有岗位冲突。"),
                N_("请先终止冲突的岗位，或另选人员。"),
                clauses=("6.1.2",),
                reason="separation",
            )

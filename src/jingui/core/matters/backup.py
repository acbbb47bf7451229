"""三（一）1, 六（一）3 备份与恢复: what is asked for and decided there [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Move, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="backup_alarm",
        text=N_("备份告警"),
        purpose=N_("备份过期、失败、缺段或恢复测试未通过时由系统发起，直到查明并恢复正常。"),
        clauses=("3.1.1", "6.1.3"),
        section="protect",
        starters=(),
        system=True,
        questions=(
            Question(name="found", text=N_("发现"), ask=Ask.HIDDEN),
            Question(name="detail", text=N_("技术信息"), ask=Ask.HIDDEN, required=False),
        ),
        steps=(
            Step(
                name=N_("系统管理员处置"), roles=(Role.SYSTEM_ADMIN,), hours="backup_alarm_hours",
                moves=(Move.APPROVE,),
                outcomes=(("mended", N_("已恢复正常"), True), ("accepted", N_("查明原因，另行安排"), True)),
            ),
            Step(
                name=N_("安全管理员核对"), roles=(Role.SECURITY_ADMIN,), hours="backup_alarm_hours",
                moves=(Move.APPROVE, Move.RETURN),
            ),
        ),
        may_read=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.HEAD),
    ),
)  # fmt: skip

"""五（一）传输: its matters [5.1]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Move, Paper, Question, Step, Who
from jingui.core.word import N_
from jingui.core.words import Role

FAILED: Final = "transmission_failed"
ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id=FAILED,
        text=N_("传输失败处理"),
        purpose=N_("传输多次失败、被对方拒收或没有回执时由系统发起，由合作机构的本院负责人说明处理，他人核实。"),
        clauses=("5.1.3",),
        section="transmit",
        starters=(),
        system=True,
        questions=(
            Question(name="message", text=N_("传输编号"), length=60),
            Question(name="partner", text=N_("接收机构"), length=200),
            Question(name="channel", text=N_("传输通道"), length=80),
            Question(name="what", text=N_("情况"), length=400),
            Question(name="transmission", text=N_("传输记录"), ask=Ask.HIDDEN),
        ),
        papers=(Paper(name="proof", text=N_("与对方核对的材料"), required=False),),
        steps=(
            Step(name=N_("负责人说明处理"), who=Who.SUBJECT, hours="send_reply_hours", moves=(Move.REPLY,),
                 after="pass"),
            Step(
                name=N_("核实处理"), roles=(Role.SYSTEM_ADMIN, Role.MEDICAL_AFFAIRS, Role.HEAD),
                hours="send_reply_hours", moves=(Move.APPROVE, Move.RETURN),
                outcomes=(("resent", N_("已重新传输"), True), ("otherwise", N_("已用其他方式送达"), True),
                          ("dropped", N_("不再传输"), True)),
            ),
        ),
        may_read=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.SUPERVISOR),
    ),
)  # fmt: skip

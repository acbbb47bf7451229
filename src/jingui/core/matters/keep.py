"""三（一）3 期限与销毁: what is asked for and decided there [3.1.3]"""

from typing import Final

from jingui.core.matters.row import About, Ask, MatterKind, Move, Question, Step
from jingui.core.word import N_
from jingui.core.words import RetentionClass, Role

APPRAISERS: Final = (Role.QUALITY, Role.ARCHIVIST)
CLASSES: Final = tuple(
    (one.value, one.label) for one in (RetentionClass.INPATIENT, RetentionClass.OUTPATIENT, RetentionClass.PSYCHIATRIC)
)
SAYS: Final = (Move.APPROVE, Move.REFUSE)
ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="destruction",
        text=N_("病历销毁申请"),
        purpose=N_("保存期限已满的病历经鉴定不再续存的，由病案人员在到期清单上选择、列销毁清册后申请。"),
        clauses=("3.1.3",),
        section="keep",
        starters=(Role.ARCHIVIST,),
        questions=(
            Question(name="reason", text=N_("鉴定意见和销毁理由"), ask=Ask.LONG),
            Question(name="count", text=N_("清册条目数"), ask=Ask.HIDDEN, length=8),
            Question(name="classes", text=N_("清册所列类别"), ask=Ask.HIDDEN, length=200),
            Question(name="digest", text=N_("清册摘要"), ask=Ask.HIDDEN, length=64),
        ),
        steps=(
            Step(name=N_("鉴定"), roles=APPRAISERS, days="matter_step_days", moves=SAYS),
            Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days", moves=SAYS),
            Step(name=N_("机构负责人批准"), roles=(Role.HEAD,), days="matter_step_days", moves=SAYS),
        ),
        effect="destruction",
        grants=N_("清册所列病历可以销毁，由两人在各自会话中执行；执行时重新核对保全、期限和新就诊。"),
        obligations=(
            N_("执行人与监销人不是同一人，也不是审批人"), N_("销毁清册和销毁证明永久保存"),
            N_("纸质病案由两名见证人监销、称重"),
        ),
        then=("destruction", N_("查看清册、执行销毁")),
        may_read=(Role.ARCHIVIST, Role.QUALITY, Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN, Role.SUPERVISOR),
        page="due_records",
    ),
    MatterKind(
        id="extension",
        text=N_("病历续存申请"),
        purpose=N_("保存期限将满，经鉴定仍有保存价值（科研、诉讼、重大事件等）的病历，申请延长保存。"),
        clauses=("3.1.3",),
        section="keep",
        about=About.PATIENT,
        starters=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DISCIPLINE),
        questions=(
            Question(name="classes", text=N_("续存类别"), ask=Ask.CHOICES, choices=CLASSES),
            Question(name="until", text=N_("续存至"), ask=Ask.DATE, help=N_("到期后重新鉴定；不能早于法定期限。")),
            Question(name="reason", text=N_("鉴定意见和续存理由"), ask=Ask.LONG),
        ),
        steps=(
            Step(name=N_("鉴定"), roles=APPRAISERS, days="matter_step_days"),
            Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
        ),
        effect="extension",
        grants=N_("所列类别保存至申请的日期，期间不得销毁。"),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
        may_read=(Role.ARCHIVIST, Role.QUALITY, Role.MEDICAL_AFFAIRS),
    ),
)  # fmt: skip

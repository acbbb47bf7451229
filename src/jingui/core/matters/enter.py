"""二（二）录入: recall of what was filed, and the check of a licence [2.2.4] [2.2.1]"""

from typing import Final

from jingui.core.matters.row import CLINICAL, About, Ask, MatterKind, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final = (
    MatterKind(
        id="record_recall",
        text=N_("归档病历召回申请"),
        purpose=N_("病历归档后发现需要更正时，申请召回，经医务管理部门批准后更正，原文保留。"),
        clauses=("2.2.4",),
        section="enter",
        about=About.RECORD,
        starters=(*CLINICAL, Role.ARCHIVIST, Role.CODER, Role.QUALITY),
        questions=(
            Question(name="reason", text=N_("召回理由"), ask=Ask.LONG, help=N_("写明哪里有误、依据是什么。")),
            Question(name="days", text=N_("更正期限（天）"), ask=Ask.NUMBER, least=1, most="record_recall_days"),
        ),
        steps=(Step(name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),),
        effect="record_recall",
        grants=N_("在期限内更正该记录；原文、修改人、时间和理由全部保留。"),
    ),
)

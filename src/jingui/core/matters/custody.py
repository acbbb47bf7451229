"""三（二）2 病案室: what is asked for and decided there [3.2.2]"""

from typing import Final

from jingui.core.custody_reports import REPORTS
from jingui.core.matters.row import CLINICAL, About, Ask, MatterKind, Move, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role

OFFICE: Final = (Role.QUALITY, Role.MEDICAL_AFFAIRS)
ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="deficiency_appeal",
        text=N_("病案缺陷申诉"),
        purpose=N_("对退回的病案缺陷有异议时，由责任人在整改期限内申诉；发现缺陷的人不参与决定。"),
        clauses=("3.2.2", "7.2.3"),
        section="custody",
        about=About.PATIENT,
        starters=CLINICAL,
        questions=(
            Question(name="deficiency", text=N_("缺陷编号"), length=64),
            Question(name="reason", text=N_("申诉理由"), ask=Ask.LONG, help=N_("写明病历中的依据。")),
        ),
        steps=(
            Step(
                name=N_("质控或医务部门复核"), roles=OFFICE, days="matter_step_days",
                moves=(Move.APPROVE, Move.REFUSE),
            ),
        ),
        effect="deficiency_appeal",
        grants=N_("申诉成立的，缺陷撤销，不扣分。"),
        page="case_files",
        may_read=OFFICE,
    ),
    MatterKind(
        id="front_page_export",
        text=N_("首页数据上报申请"),
        purpose=N_("向卫生健康、医保等部门上报一个月的病案首页数据。"),
        clauses=("3.2.2", "5.2.1", "6.1.2"),
        section="custody",
        starters=(Role.ARCHIVIST, Role.CODER, Role.INSURANCE_OFFICE),
        questions=(
            Question(
                name="report", text=N_("上报种类"), ask=Ask.CHOICE,
                choices=tuple((one.id, one.text) for one in REPORTS.values()),
            ),
            Question(name="month", text=N_("出院月份"), length=7, help=N_("写成 2026-11。")),
            Question(name="reason", text=N_("上报依据和用途"), ask=Ask.LONG),
        ),
        steps=(
            Step(
                name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days",
                moves=(Move.APPROVE, Move.REFUSE, Move.RETURN),
            ),
        ),
        effect="front_page_export",
        grants=N_("申请人在授权期限内导出该月首页；不合规则的首页列出原因，不导出。"),
        obligations=(N_("导出文件只交上报部门，上报后删除"), N_("每名患者列入存证")),
        then=("front_page_export", N_("导出首页数据")),
        may_read=OFFICE,
    ),
)  # fmt: skip

"""三（二）2, 六（一）4 纸质病案: what is asked for and decided there [3.2.2] [4.1.2] [6.1.4]"""

from typing import Final

from jingui.core.matters.row import About, Ask, MatterKind, Move, Paper, Question, Step, Who
from jingui.core.word import N_
from jingui.core.words import Role

READERS: Final = (Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.QUALITY, Role.CODER,
                  Role.INFECTION_CONTROL, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR)  # fmt: skip
CODE: Final = Question(name="code", text=N_("病案册条码"), length=24)
SEEN: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS)
ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="volume_request",
        text=N_("纸质病案借阅申请"),
        purpose=N_("需要借阅纸质病案时提出，由病案室备册；已借出的，前一位借阅人不能续借。"),
        clauses=("4.1.2",),
        section="custody",
        about=About.PATIENT,
        starters=READERS,
        questions=(
            CODE,
            Question(name="reason", text=N_("借阅理由"), ask=Ask.LONG, help=N_("写明用途和阅览地点。")),
        ),
        steps=(
            Step(
                name=N_("病案室备册"), roles=(Role.ARCHIVIST,), days="matter_step_days",
                moves=(Move.APPROVE, Move.REFUSE, Move.RETURN),
            ),
        ),
        effect="volume_request",
        grants=N_("病案室已备册，请持工牌到窗口办理借出；借出时仍核对本人的查阅权限。"),
        may_read=SEEN,
    ),
    MatterKind(
        id="loan_overdue",
        text=N_("借阅逾期报告"),
        purpose=N_("纸质病案逾期未还，由借阅人说明，医务部门处理。"),
        clauses=("4.1.2", "6.1.4"),
        section="custody",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=(
            Question(name="code", text=N_("病案册条码"), ask=Ask.HIDDEN, length=24),
            Question(name="due", text=N_("应还日期"), ask=Ask.HIDDEN, length=40),
        ),
        steps=(
            Step(name=N_("借阅人说明"), who=Who.SUBJECT, days="finding_reply_days", moves=(Move.REPLY,), after="pass"),
            Step(
                name=N_("医务部门处理"), roles=(Role.MEDICAL_AFFAIRS,), days="finding_judge_days",
                moves=(Move.APPROVE, Move.RETURN),
                outcomes=(
                    ("explained", N_("说明合理，限期归还"), True), ("warned", N_("已批评教育并责令归还"), True),
                    ("lost", N_("按遗失处理"), True),
                ),
            ),
        ),
        may_read=SEEN,
    ),
    MatterKind(
        id="volume_damage",
        text=N_("归还病案破损缺页处理"),
        purpose=N_("归还的纸质病案破损或缺页，由借阅人说明，医务部门认定并处理。"),
        clauses=("3.2.2", "6.1.4"),
        section="custody",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=(
            Question(name="code", text=N_("病案册条码"), ask=Ask.HIDDEN, length=24),
            Question(name="condition", text=N_("归还状况"), ask=Ask.HIDDEN, length=400),
        ),
        papers=(Paper(name="proof", text=N_("说明材料"), required=False),),
        steps=(
            Step(name=N_("借阅人说明"), who=Who.SUBJECT, days="finding_reply_days", moves=(Move.REPLY,), after="pass"),
            Step(
                name=N_("医务部门认定"), roles=(Role.MEDICAL_AFFAIRS,), days="finding_judge_days",
                moves=(Move.APPROVE, Move.RETURN),
                outcomes=(
                    ("repaired", N_("已修复或补齐"), True), ("copied", N_("缺页已由原件或电子件补制并注明"), True),
                    ("liable", N_("追究借阅人责任"), True),
                ),
            ),
        ),
        may_read=SEEN,
    ),
    MatterKind(
        id="volume_lost",
        text=N_("病案遗失处理"),
        purpose=N_("纸质病案找不到时，查找、报告医务部门并作出结论；找到的随时登记找回。"),
        clauses=("3.2.2", "6.1.4", "6.2.2"),
        section="custody",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=(
            Question(name="code", text=N_("病案册条码"), ask=Ask.HIDDEN, length=24),
            Question(name="circumstances", text=N_("遗失经过"), ask=Ask.HIDDEN, length=2000),
        ),
        papers=(Paper(name="search", text=N_("查找记录"), required=False),),
        steps=(
            Step(
                name=N_("病案室查找并报告"), roles=(Role.ARCHIVIST,), days="matter_step_days", moves=(Move.APPROVE,),
                outcomes=(("found", N_("已经找到"), True), ("not_found", N_("没有找到"), True)),
            ),
            Step(
                name=N_("医务部门处理"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days",
                moves=(Move.APPROVE, Move.RETURN),
                outcomes=(
                    ("found", N_("已经找到，结束"), True), ("rebuilt", N_("依电子病历和存根补制"), True),
                    ("incident", N_("按信息安全事件报告"), True),
                ),
            ),
            Step(name=N_("机构负责人结论"), roles=(Role.HEAD,), days="matter_step_days",
                 moves=(Move.APPROVE, Move.RETURN)),
        ),
        may_read=SEEN,
    ),
    MatterKind(
        id="stock_finding",
        text=N_("盘点差异处理"),
        purpose=N_("盘点中未见的病案册，由病案室查找，医务部门认定。"),
        clauses=("3.2.2",),
        section="custody",
        starters=(),
        system=True,
        questions=(
            Question(name="storeroom", text=N_("库房"), ask=Ask.HIDDEN, length=60),
            Question(name="counts", text=N_("盘点结果"), ask=Ask.HIDDEN, length=400),
            Question(name="codes", text=N_("未见的条码"), ask=Ask.HIDDEN, length=20_000),
            Question(name="explanation", text=N_("说明"), ask=Ask.HIDDEN, length=2000),
        ),
        steps=(
            Step(
                name=N_("病案室查找并报告"), roles=(Role.ARCHIVIST,), days="matter_step_days", moves=(Move.APPROVE,),
                outcomes=(("found", N_("全部找到"), True), ("lost", N_("仍有未见，已逐册报失"), True)),
            ),
            Step(name=N_("医务部门认定"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days",
                 moves=(Move.APPROVE, Move.RETURN)),
        ),
        may_read=SEEN,
    ),
)  # fmt: skip

"""四（一）3 防止滥用: a reading that stood out is a question, answered by its reader, judged by others [4.1.3]"""

from typing import Final

from jingui.core.matters.row import About, Ask, MatterKind, Move, Paper, Question, Step, Who
from jingui.core.word import N_
from jingui.core.words import Role

OUTCOMES: Final = (
    ("explained", N_("说明合理"), True), ("false_alarm", N_("误报"), True), ("violation", N_("违反制度"), True),
)  # fmt: skip
STEPS: Final = (
    Step(name=N_("当事人说明"), who=Who.SUBJECT, days="finding_reply_days", moves=(Move.REPLY,), after="pass"),
    Step(
        name=N_("纪检或医务判定"), roles=(Role.DISCIPLINE, Role.MEDICAL_AFFAIRS), days="finding_judge_days",
        moves=(Move.APPROVE, Move.RETURN), outcomes=OUTCOMES,
    ),
)  # fmt: skip
HIDDEN: Final = (
    Question(name="rules", text=N_("发现"), ask=Ask.HIDDEN, shown="findings"),
    Question(name="day", text=N_("日期"), ask=Ask.HIDDEN),
    Question(name="entries", text=N_("存证条目"), ask=Ask.HIDDEN, length=20_000, shown="entries"),
)
ROWS: Final = (
    MatterKind(
        id="privacy_finding",
        text=N_("隐私监测发现"),
        purpose=N_("系统发现一次查阅值得询问，由查阅人说明，再由他人判定。这是询问，不是处分。"),
        clauses=("4.1.3", "4.1.2"),
        section="access",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=HIDDEN,
        papers=(Paper(name="proof", text=N_("说明材料"), required=False),),
        steps=STEPS,
        may_read=(Role.DISCIPLINE, Role.AUDIT_ADMIN),
    ),
    MatterKind(
        id="conduct_finding",
        text=N_("操作监测发现"),
        purpose=N_("系统发现某人一天的操作值得询问（数量、打印、被拒绝、统方），由本人说明，再由他人判定。"),
        clauses=("4.1.3", "4.1.2"),
        section="access",
        starters=(),
        system=True,
        questions=HIDDEN,
        papers=(Paper(name="proof", text=N_("说明材料"), required=False),),
        steps=STEPS,
        may_read=(Role.DISCIPLINE, Role.AUDIT_ADMIN),
    ),
)

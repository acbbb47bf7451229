"""二（二）3 停机应急: what was read on a ward's station without the house is judged afterwards [2.2.3] [4.1.3]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Move, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final = (
    MatterKind(
        id="downtime_review",
        text=N_("停机查阅复核"),
        purpose=N_("系统停机期间在病区应急工作站的查阅补交之后，复核停机是否属实、查阅是否恰当、台账有无缺漏。"),
        clauses=("2.2.3", "4.1.2", "4.1.3"),
        section="enter",
        starters=(),
        system=True,
        questions=(
            Question(name="station", text=N_("应急工作站"), ask=Ask.HIDDEN),
            Question(name="since", text=N_("最早条目"), ask=Ask.HIDDEN, required=False),
            Question(name="until", text=N_("最晚条目"), ask=Ask.HIDDEN, required=False),
            Question(name="reads", text=N_("查阅次数"), ask=Ask.HIDDEN, required=False),
            Question(name="people", text=N_("查阅人"), ask=Ask.HIDDEN, required=False, length=4_000),
            Question(name="reasons", text=N_("所述理由"), ask=Ask.HIDDEN, required=False, length=4_000),
            Question(name="flaws", text=N_("不符之处"), ask=Ask.HIDDEN, required=False, length=4_000),
            Question(
                name="entries", text=N_("存证条目"), ask=Ask.HIDDEN, required=False, length=20_000, shown="entries"
            ),
        ),
        steps=(
            Step(
                name=N_("医务或审计复核"), roles=(Role.MEDICAL_AFFAIRS, Role.AUDIT_ADMIN), days="downtime_review_days",
                moves=(Move.APPROVE,),
                outcomes=(("justified", N_("停机属实、查阅恰当"), True), ("improper", N_("查阅不当或台账有疑"), True)),
            ),
        ),
        may_read=(Role.DISCIPLINE, Role.SUPERVISOR, Role.SECURITY_ADMIN),
    ),
)  # fmt: skip

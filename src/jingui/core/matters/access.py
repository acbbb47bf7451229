"""四（一）内部查阅: asking to read, and what follows an emergency [4.1.1] [4.1.3]"""

from typing import Final

from jingui.core.matters.row import CLINICAL, About, Ask, MatterKind, Move, Paper, Question, Step
from jingui.core.word import N_
from jingui.core.words import Category, Role

CATEGORIES: Final = tuple(
    (str(word), word.label) for word in Category if word not in (Category.NONE, Category.DIRECTORY)
)
SCOPE: Final = (
    Question(
        name="categories",
        text=N_("查阅范围"),
        ask=Ask.CHOICES,
        choices=CATEGORIES,
        required=False,
        help=N_("只选工作需要的类别，患者基本信息总在其中；不选表示全部类别。"),
    ),
    Question(name="days", text=N_("期限（天）"), ask=Ask.NUMBER, least=1, most="access_grant_days"),
    Question(name="reason", text=N_("理由"), ask=Ask.LONG, help=N_("写明为何需要，以及为何这些范围已经够用。")),
)
ROWS: Final = (
    MatterKind(
        id="internal_access",
        text=N_("内部查阅申请"),
        purpose=N_("没有诊疗关系，但因医疗、管理、教学或科研工作确需查阅病历时申请。"),
        clauses=("4.1.1", "4.1.3"),
        section="access",
        about=About.PATIENT,
        starters=(
            *CLINICAL, Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE,
            Role.RESEARCHER, Role.SUPERVISOR, Role.DISCIPLINE, Role.MEDICAL_AFFAIRS, Role.HEAD,
        ),
        questions=(
            Question(
                name="purpose", text=N_("查阅目的"), ask=Ask.CHOICE,
                choices=(
                    ("treatment", N_("诊疗")), ("management", N_("医疗管理")), ("quality", N_("质量控制")),
                    ("teaching", N_("教学")), ("research", N_("科研")), ("oversight", N_("监督检查")),
                ),
            ),
            *SCOPE,
        ),
        papers=(Paper(name="basis", text=N_("工作依据（任务单、课题批件等）"), required=False),),
        steps=(
            Step(
                name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR), days="matter_step_days"
            ),
        ),
        effect="access_grant",
        grants=N_("按批准的目的、范围和期限查阅该患者的病历，不得超出。"),
        obligations=(N_("查阅全程留痕并加水印"), N_("不得复制外传")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
    ),
    MatterKind(
        id="cohort_access",
        text=N_("成批内部查阅申请"),
        purpose=N_("管理、质控、教学或科研工作需要查阅一批患者的病历时，一次申请，逐名患者授权。"),
        clauses=("4.1.1", "4.1.3", "4.2.4"),
        section="access",
        starters=(
            *CLINICAL, Role.ARCHIVIST, Role.CODER, Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE,
            Role.RESEARCHER, Role.SUPERVISOR, Role.DISCIPLINE, Role.MEDICAL_AFFAIRS, Role.HEAD,
        ),
        questions=(
            Question(
                name="patients", text=N_("病案号"), ask=Ask.PATIENTS, most="cohort_patients", length=20_000,
                shown="patients", help=N_("一行一个，或用逗号、空格隔开；每个号码都须存在，不得多列。"),
            ),
            Question(
                name="purpose", text=N_("查阅目的"), ask=Ask.CHOICE,
                choices=(
                    ("management", N_("医疗管理")), ("quality", N_("质量控制")), ("teaching", N_("教学")),
                    ("research", N_("科研")), ("oversight", N_("监督检查")),
                ),
            ),
            *SCOPE,
        ),
        papers=(Paper(name="basis", text=N_("工作依据（任务单、课题批件等）")),),
        steps=(
            Step(
                name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR), days="matter_step_days"
            ),
        ),
        effect="access_grant",
        grants=N_("按批准的目的、范围和期限查阅所列每一名患者的病历，不得超出；每名患者都能看到这次授权下的查阅。"),
        obligations=(N_("查阅全程留痕并加水印"), N_("不得复制外传")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
    ),
    MatterKind(
        id="emergency_review",
        text=N_("紧急调阅复核"),
        purpose=N_("紧急调阅之后，由另一人复核是否确属紧急、范围是否恰当。"),
        clauses=("4.1.1", "4.1.3"),
        section="access",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=(Question(name="reason", text=N_("调阅理由"), ask=Ask.HIDDEN, required=False),),
        steps=(
            Step(
                name=N_("医务部门复核"), roles=(Role.MEDICAL_AFFAIRS, Role.QUALITY, Role.HEAD),
                days="emergency_review_days", moves=(Move.APPROVE,),
                outcomes=(("justified", N_("确属紧急"), True), ("improper", N_("不当调阅"), True)),
            ),
        ),
        may_read=(Role.DISCIPLINE, Role.SUPERVISOR),
    ),
)  # fmt: skip

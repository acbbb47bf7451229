"""四（一）内部查阅: standing grants of posts, statistics per prescriber, controlled documents [4.1.1] [4.1.3]"""

from typing import Final

from jingui.core.access_operations import Per, Subject
from jingui.core.documents import DocumentKind
from jingui.core.matters.access import CATEGORIES
from jingui.core.matters.row import STAFF, Ask, MatterKind, Paper, Question, Step
from jingui.core.word import N_
from jingui.core.words import Level, Role

COUNTERS: Final = (
    Role.PHARMACIST, Role.QUALITY, Role.INSURANCE_OFFICE, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.SUPERVISOR,
    Role.DISCIPLINE,
)  # fmt: skip
STANDING: Final = (
    Role.CODER, Role.QUALITY, Role.INFECTION_CONTROL, Role.INSURANCE_OFFICE, Role.ARCHIVIST, Role.PHARMACIST,
    Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR,
)  # fmt: skip
ROWS: Final = (
    MatterKind(
        id="post_grant",
        text=N_("岗位常设授权申请"),
        purpose=N_("岗位工作长期需要查阅工作列表内的病历（编码、质控、院感、医保、药师等）时申请，每年复核。"),
        clauses=("4.1.1",),
        section="access",
        starters=STANDING,
        questions=(
            Question(
                name="purpose", text=N_("工作目的"), ask=Ask.CHOICE,
                choices=(
                    ("payment", N_("医疗支付")), ("quality", N_("质量控制")), ("management", N_("医疗管理")),
                    ("public_health", N_("公共卫生")), ("treatment", N_("诊疗")),
                ),
            ),
            Question(
                name="categories", text=N_("查阅范围"), ask=Ask.CHOICES, choices=CATEGORIES, required=False,
                help=N_("只选工作需要的类别，患者基本信息总在其中；不选表示全部类别。"),
            ),
            Question(
                name="level", text=N_("最高敏感级别"), ask=Ask.CHOICE,
                choices=tuple((str(one), one.label) for one in Level),
            ),
            Question(
                name="department", text=N_("工作列表（科室）"), ask=Ask.DEPARTMENT, required=False,
                help=N_("不选表示全院。"),
            ),
            Question(
                name="days", text=N_("就诊结束后保留（天）"), ask=Ask.NUMBER, least=0, most="post_grant_reach_days",
                required=False, help=N_("不填表示只含在诊患者。"),
            ),
            Question(name="reason", text=N_("理由"), ask=Ask.LONG, help=N_("写明为何需要，以及为何这些范围已经够用。")),
        ),
        steps=(
            Step(name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS, Role.HEAD), days="matter_step_days"),
            Step(name=N_("安全管理员核定"), roles=(Role.SECURITY_ADMIN,), days="matter_step_days"),
        ),
        effect="post_grant",
        grants=N_("该岗位在批准的范围内查阅工作列表中的病历，期满前须复核。"),
        obligations=(N_("查阅全程留痕并加水印"), N_("每年复核，逾期自动终止")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
        may_read=(Role.AUDIT_ADMIN,),
    ),
    MatterKind(
        id="prescriber_statistics",
        text=N_("统方申请"),
        purpose=N_("因工作确需按医师或科室统计药品、耗材用量时申请，由医务和纪检两个部门审批。"),
        clauses=("4.1.3",),
        section="access",
        starters=COUNTERS,
        questions=(
            Question(
                name="subject", text=N_("统计对象"), ask=Ask.CHOICE,
                choices=tuple((str(one), one.label) for one in Subject),
            ),
            Question(
                name="per", text=N_("统计方式"), ask=Ask.CHOICE, choices=tuple((str(one), one.label) for one in Per)
            ),
            Question(name="first", text=N_("开始日期"), ask=Ask.DATE),
            Question(name="last", text=N_("结束日期"), ask=Ask.DATE),
            Question(name="reason", text=N_("用途"), ask=Ask.LONG, help=N_("写明结果用于什么、谁会看到、何时销毁。")),
        ),
        papers=(Paper(name="basis", text=N_("工作依据（任务单、文件等）"), required=False),),
        steps=(
            Step(name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
            Step(name=N_("纪检部门审批"), roles=(Role.DISCIPLINE,), days="matter_step_days"),
        ),
        effect="statistics_right",
        then=("statistics", N_("开始统计")),
        grants=N_("按批准的对象、方式和期间统计一次。"),
        obligations=(N_("结果加水印，不得外传"), N_("用毕销毁")),
        may_read=(Role.SUPERVISOR, Role.AUDIT_ADMIN),
    ),
    MatterKind(
        id="document_change",
        text=N_("受控文件变更申请"),
        purpose=N_("书写规范、操作规程、应急预案或承诺书需要新增或修改时申请。"),
        clauses=("2.2.1", "4.1.3"),
        section="access",
        starters=STAFF,
        questions=(
            Question(name="code", text=N_("文件编号"), length=40),
            Question(
                name="kind", text=N_("文件类别"), ask=Ask.CHOICE,
                choices=tuple((str(one), one.label) for one in DocumentKind),
            ),
            Question(name="title", text=N_("文件名称"), length=120),
            Question(name="body", text=N_("全文"), ask=Ask.LONG, length=50_000),
            Question(name="reason", text=N_("理由"), ask=Ask.LONG),
        ),
        steps=(Step(name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS, Role.HEAD), days="matter_step_days"),),
        effect="document",
        grants=N_("批准后新版本即时发布，原版本停用并保留。"),
    ),
)  # fmt: skip

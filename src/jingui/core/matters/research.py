"""四（二）4 教学科研: asking to use information for research or teaching, and the yearly teaching library [4.2.4]"""

from typing import Final

from jingui.core.matters.row import CLINICAL, Ask, MatterKind, Paper, Question, Step
from jingui.core.research_fields import FIELDS, FileForm
from jingui.core.word import N_
from jingui.core.words import EncounterKind, Role

SEXES: Final = (("male", N_("男")), ("female", N_("女")))
COHORT: Final = (
    Question(
        name="diagnoses", text=N_("诊断编码（开头）"), required=False, length=600,
        help=N_("ICD-10 编码的开头，多个用逗号分开，如 I21,I22.0；不填表示不限。"),
    ),
    Question(
        name="every", text=N_("诊断之间"), ask=Ask.CHOICE, required=False,
        choices=(("any", N_("符合任意一个")), ("every", N_("须全部符合"))),
    ),
    Question(name="first", text=N_("就诊开始日期，从"), ask=Ask.DATE, required=False),
    Question(name="last", text=N_("就诊开始日期，到"), ask=Ask.DATE, required=False),
    Question(name="sex", text=N_("性别"), ask=Ask.CHOICE, required=False, choices=SEXES),
    Question(name="youngest", text=N_("就诊时年龄，从（岁）"), ask=Ask.NUMBER, least=0, required=False),
    Question(name="oldest", text=N_("就诊时年龄，到（岁）"), ask=Ask.NUMBER, least=0, required=False),
    Question(
        name="departments", text=N_("科室代码"), required=False, length=600,
        help=N_("多个用逗号分开；不填表示全院。"),
    ),
    Question(
        name="visits", text=N_("就诊类型"), ask=Ask.CHOICES, required=False,
        choices=tuple((one.value, one.label) for one in EncounterKind),
    ),
)  # fmt: skip
FIELD: Final = Question(
    name="fields", text=N_("字段"), ask=Ask.CHOICES, choices=tuple((one.name, one.text) for one in FIELDS.values()),
    help=N_("只选研究方案需要的字段，不得超出伦理批件。"),
)  # fmt: skip
FORM: Final = Question(
    name="form", text=N_("数据格式"), ask=Ask.CHOICE, choices=tuple((one.value, one.label) for one in FileForm)
)
RECIPIENT: Final = Question(
    name="recipient", text=N_("领取人"), ask=Ask.PERSON, help=N_("只有领取人本人可以领取，每份数据集领取一次。")
)
ETHICS: Final = Question(name="ethics", text=N_("伦理批件号"), length=60)
PATIENTS: Final = Question(
    name="patients", text=N_("患者数上限"), ask=Ask.NUMBER, least=1, most="extract_patients",
    help=N_("先用“统计队列人数”估计，不得超出伦理批件。"),
)  # fmt: skip
DAYS: Final = Question(name="days", text=N_("使用期限（天）"), ask=Ask.NUMBER, least=1, most="extract_days")
PAPERS: Final = (
    Paper(name="ethics", text=N_("伦理批件")),
    Paper(name="integrity", text=N_("科研诚信承诺书（签名）")),
    Paper(name="agreement", text=N_("数据使用协议（签名）")),
)
STEPS: Final = (
    Step(name=N_("伦理委员会核对批件"), roles=(Role.ETHICS,), days="matter_step_days"),
    Step(name=N_("科教（医务）部门授权"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
    Step(name=N_("信息部门授权"), roles=(Role.SYSTEM_ADMIN,), days="matter_step_days"),
)
STARTERS: Final = (Role.RESEARCHER, *CLINICAL)
DUTIES: Final = (
    N_("数据集由两名核查人各自核查后才放行"), N_("每份数据集带领取人标记，不得转交、不得尝试认人"),
    N_("到期销毁并提交销毁证明"),
)  # fmt: skip
APPEAL: Final = (Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),)
ROWS: Final = (
    MatterKind(
        id="research_use",
        text=N_("教学科研使用申请"),
        purpose=N_("课题已有伦理批件，需要使用去标识化的病历数据时，由课题负责人申请。"),
        clauses=("4.2.4",),
        section="release",
        starters=STARTERS,
        questions=(
            ETHICS,
            Question(
                name="kind", text=N_("用途"), ask=Ask.CHOICE,
                choices=(("research", N_("科研")), ("teaching", N_("教学"))),
            ),
            Question(name="title", text=N_("课题名称"), length=200),
            Question(name="protocol", text=N_("研究方案"), ask=Ask.LONG, length=20_000,
                     help=N_("写明目的、方法、为何需要这些字段和人数、结果如何发表。")),
            *COHORT, FIELD,
            Question(
                name="profile", text=N_("去标识方案"), ask=Ask.CHOICE,
                choices=(
                    ("research", N_("受限数据集（科研）")), ("public", N_("公开或汇总")), ("teaching", N_("教学库")),
                ),
            ),
            FORM, RECIPIENT, PATIENTS, DAYS,
        ),
        papers=PAPERS,
        steps=STEPS,
        effect="research_use",
        then=("matter_study", N_("查看课题")),
        grants=N_("建立课题：按批准的队列、字段、方案和期限制作去标识数据集，核查后由领取人领取。"),
        obligations=DUTIES,
        appeal=APPEAL,
        appeal_days="matter_appeal_days",
        may_read=(Role.AUDIT_ADMIN, Role.QUALITY),
    ),
    MatterKind(
        id="teaching_library",
        text=N_("教学库年度申请"),
        purpose=N_("建立或续用去标识化的教学病例库时申请，一次批准不超过一年；床旁带教无需申请。"),
        clauses=("4.2.4",),
        section="release",
        starters=(*CLINICAL, Role.MEDICAL_AFFAIRS),
        questions=(
            ETHICS,
            Question(name="title", text=N_("教学库名称"), length=200),
            Question(name="protocol", text=N_("教学计划"), ask=Ask.LONG, length=20_000),
            *COHORT, FIELD, FORM, RECIPIENT, PATIENTS, DAYS,
        ),
        papers=PAPERS,
        steps=STEPS,
        effect="research_use",
        then=("matter_study", N_("查看课题")),
        grants=N_("建立教学库课题，一年内有效。"),
        obligations=DUTIES,
        appeal=APPEAL,
        appeal_days="matter_appeal_days",
        may_read=(Role.AUDIT_ADMIN, Role.QUALITY),
    ),
)  # fmt: skip

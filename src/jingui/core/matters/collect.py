"""二（一）采集: changes of what is collected [2.1.1] [2.1.3]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Question, Step
from jingui.core.word import N_
from jingui.core.words import Role, Sensitivity

ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="template_change",
        page="templates",
        text=N_("采集模板更改申请"),
        purpose=N_("需要增加、删除或更改病历模板的采集项目时申请，逐项写明采集目的；请从模板页面发起。"),
        clauses=("2.1.1",),
        section="collect",
        starters=(
            Role.PHYSICIAN, Role.NURSE, Role.TECHNICIAN, Role.PHARMACIST, Role.CODER, Role.ARCHIVIST, Role.QUALITY,
            Role.MEDICAL_AFFAIRS,
        ),
        questions=(
            Question(name="template", text=N_("采集模板"), ask=Ask.HIDDEN, length=40, shown="template"),
            Question(
                name="changes", text=N_("更改内容"), ask=Ask.LONG, length=20_000,
                help=N_("由模板页面逐项列出；生效时与模板核对，不一致则不生效。"),
            ),
            Question(
                name="reason", text=N_("更改理由"), ask=Ask.LONG, help=N_("写明为何需要，以及为何不超出必要范围。")
            ),
            Question(name="base", text=N_("所依据的版本"), ask=Ask.HIDDEN, length=9),
            Question(
                name="body", text=N_("更改后的模板"), ask=Ask.HIDDEN, length=400_000, shown="questionnaire"
            ),
        ),
        steps=(
            Step(
                name=N_("病历质控审核"), roles=(Role.QUALITY, Role.ARCHIVIST, Role.INFECTION_CONTROL),
                days="matter_step_days",
            ),
            Step(name=N_("医务部门批准"), roles=(Role.MEDICAL_AFFAIRS, Role.HEAD), days="matter_step_days"),
        ),
        effect="template_change",
        grants=N_("批准后立即成为现行模板；此前按旧版本书写的记录不变。"),
        obligations=(N_("新增项目须有采集目的，旧版本永久保留"),),
        may_read=(Role.QUALITY, Role.MEDICAL_AFFAIRS),
    ),
    MatterKind(
        id="sensitive_codes_change",
        text=N_("敏感疾病编码变更"),
        purpose=N_("本院需要把某些疾病编码另行列为敏感信息，或从中移出时申请。"),
        clauses=("2.1.3",),
        section="collect",
        starters=(Role.MEDICAL_AFFAIRS, Role.INFECTION_CONTROL, Role.QUALITY, Role.PHYSICIAN),
        questions=(
            Question(
                name="label", text=N_("敏感标签"), ask=Ask.CHOICE,
                choices=tuple((one.value, one.label) for one in Sensitivity if one is not Sensitivity.MINOR),
            ),
            Question(
                name="change", text=N_("变更"), ask=Ask.CHOICE, choices=(("add", N_("列入")), ("remove", N_("移出")))
            ),
            Question(
                name="codes", text=N_("ICD-10 编码或范围"), length=200,
                help=N_("例如 Z20.6 或 Q90-Q99，多个以空格分开"),
            ),
            Question(name="reason", text=N_("理由"), ask=Ask.LONG),
        ),
        steps=(
            Step(name=N_("医务部门审批"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
            Step(name=N_("机构负责人批准"), roles=(Role.HEAD,), days="matter_step_days"),
        ),
        effect="sensitive_codes",
        grants=N_("自批准起，新录入的记录按变更后的编码标记；已有标签不因此取消。"),
    ),
)  # fmt: skip

"""四（二）3 院外查阅: other institutions view one patient's record, with consent or where life is at risk [4.2.3]"""

from typing import Final

from jingui.core.matters.access import CATEGORIES
from jingui.core.matters.row import About, Ask, MatterKind, Paper, Question, Step
from jingui.core.outside import GROUNDS
from jingui.core.word import N_
from jingui.core.words import Role

STARTERS: Final = (Role.MEDICAL_AFFAIRS, Role.REGISTRAR, Role.ARCHIVIST)
ROWS: Final = (
    MatterKind(
        id="outside_view",
        text=N_("院外医疗机构查阅申请"),
        purpose=N_("其他医疗机构因诊疗需要查阅本院病历时，为其具名人员开通只读账号，到期自动关闭。"),
        clauses=("4.2.3",),
        section="release",
        about=About.PATIENT,
        starters=STARTERS,
        questions=(
            Question(name="institution", text=N_("医疗机构名称"), length=120),
            Question(name="uscc", text=N_("统一社会信用代码"), length=18),
            Question(name="name", text=N_("查阅人姓名"), length=60),
            Question(name="identity", text=N_("查阅人身份证号"), length=18),
            Question(name="licence", text=N_("医师执业证书编号"), length=40),
            Question(name="phone", text=N_("查阅人电话"), length=20),
            Question(name="ground", text=N_("依据"), ask=Ask.CHOICE,
                     choices=tuple((word, row.text) for word, row in GROUNDS.items()),
                     help=N_("生命危急且无法取得同意的，由总值班或负责人批准，事后告知患者。")),
            Question(name="categories", text=N_("查阅范围"), ask=Ask.CHOICES, choices=CATEGORIES, required=False,
                     help=N_("只选诊疗需要的类别，患者基本信息总在其中；不选表示全部类别。")),
            Question(name="hours", text=N_("期限（小时）"), ask=Ask.NUMBER, least=1, most="outside_hours"),
            Question(name="reason", text=N_("诊疗需要"), ask=Ask.LONG),
        ),
        papers=(
            Paper(name="proof", text=N_("医疗证明（转诊单、会诊邀请或病情说明）")),
            Paper(name="identity", text=N_("查阅人身份证件")),
            Paper(name="licence", text=N_("查阅人执业证书")),
            Paper(name="consent", text=N_("患者书面同意书"), required=False, help=N_("以患者同意为依据的必须提供。")),
        ),
        steps=(
            Step(name=N_("审批"), roles=(Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD),
                 hours="outside_step_hours"),
        ),
        effect="outside_access",
        grants=N_("查阅人凭本人账号和第二因素，在期限内只读查阅所批范围；不能打印、导出、复制、检索。"),
        obligations=(
            N_("页面带姓名、机构和时间水印"), N_("到期、办结或撤回即时关闭"), N_("未取得同意的须按时告知患者"),
        ),
        then=("outside", N_("打印起始码，查看和关闭")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
        may_read=(*STARTERS, Role.DUTY_ADMINISTRATOR, Role.HEAD),
    ),
)  # fmt: skip

"""四（二）1 封存与启封: asking to seal, asking to unseal, and being asked whether to [4.2.1]"""

from typing import Final

from jingui.core.matters.row import About, Ask, MatterKind, Move, Paper, Question, Step
from jingui.core.sealing import GROUNDS, SIDES
from jingui.core.word import N_
from jingui.core.words import Role

WINDOW: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR)
DOCUMENTS: Final = (
    ("id_card", N_("居民身份证")), ("passport", N_("护照")), ("other", N_("其他法定身份证件")),
)  # fmt: skip
ROWS: Final = (
    MatterKind(
        id="sealing",
        text=N_("病历封存申请"),
        purpose=N_("发生医疗纠纷，患者或其近亲属要求封存病历、实物时，由窗口或总值班受理。"),
        clauses=("4.2.1",),
        section="release",
        about=About.PATIENT,
        starters=WINDOW,
        questions=(
            Question(name="applicant", text=N_("申请人姓名"), length=60),
            Question(
                name="relation", text=N_("与患者的关系"), ask=Ask.CHOICE,
                choices=(("self", N_("患者本人")), ("relative", N_("近亲属")), ("agent", N_("委托代理人"))),
            ),
            Question(name="document", text=N_("证件种类"), ask=Ask.CHOICE, choices=DOCUMENTS),
            Question(name="number", text=N_("证件号码"), length=32),
            Question(name="phone", text=N_("联系电话"), length=20),
            Question(
                name="sides", text=N_("在场人员"), ask=Ask.CHOICE, choices=tuple(SIDES.items()),
                help=N_("对方拒绝到场或放弃签字的，由公证机构在场封存。"),
            ),
            Question(name="reason", text=N_("争议事项"), ask=Ask.LONG, help=N_("写明涉及的就诊和时间。")),
        ),
        papers=(
            Paper(name="request", text=N_("书面申请")),
            Paper(name="identity", text=N_("申请人身份证件")),
            Paper(name="kinship", text=N_("近亲属关系证明或授权委托书"), required=False,
                  help=N_("申请人不是患者本人的必须提供")),
            Paper(name="notary", text=N_("公证机构受理文书"), required=False, help=N_("由公证机构在场封存的必须提供")),
        ),
        steps=(
            Step(
                name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR), hours="sealing_hours",
                moves=(Move.APPROVE, Move.REFUSE, Move.RETURN),
            ),
        ),
        effect="sealing",
        grants=N_("在双方或公证机构在场时列出清单、锁定记录、制作独立介质；原件仍可用于诊疗和复制。"),
        obligations=(
            N_("清单一式两份，双方签字"), N_("未完成的部分完成后补充封存"),
            N_("封存件由医院保管，期限内不得更改、销毁"),
        ),
        then=("sealing_draw", N_("列清单并封存")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), hours="sealing_hours"),),
        appeal_days="matter_appeal_days",
        may_read=WINDOW,
    ),
    MatterKind(
        id="unsealing",
        text=N_("病历启封申请"),
        purpose=N_("医患双方在场，或纠纷已经解决、封存满期限未主张时，启封已封存的病历。"),
        clauses=("4.2.1",),
        section="release",
        about=About.PATIENT,
        starters=WINDOW,
        questions=(
            Question(name="sealing", text=N_("封存编号"), length=64, required=False,
                     help=N_("只有一次封存的可以不填。")),
            Question(name="ground", text=N_("启封依据"), ask=Ask.CHOICE, choices=tuple(GROUNDS.items())),
            Question(name="patient_side", text=N_("患方在场人姓名"), length=60, required=False,
                     help=N_("双方在场启封的必须填写")),
            Question(name="reason", text=N_("启封理由"), ask=Ask.LONG,
                     help=N_("单方启封的，写明协议、裁判文书号，或封存后未主张的核实情况。")),
        ),
        papers=(
            Paper(name="list", text=N_("启封清单"), help=N_("双方在场的须有双方签字；单方启封的由医院两人签字。")),
            Paper(name="identity", text=N_("患方身份证件"), required=False, help=N_("双方在场启封的必须提供")),
        ),
        steps=(
            Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
            Step(name=N_("机构负责人批准"), roles=(Role.HEAD,), days="matter_step_days"),
        ),
        effect="unsealing",
        grants=N_("解除该次封存的全部锁定，封存件随即启封；清单和签字永久保存。"),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD, Role.DUTY_ADMINISTRATOR), days="matter_step_days"),),
        appeal_days="matter_appeal_days",
        may_read=WINDOW,
    ),
    MatterKind(
        id="unsealing_question",
        text=N_("是否启封的询问"),
        purpose=N_("封存期满或纠纷了结后，询问医务部门和负责人是否启封；答复本身不启封任何病历。"),
        clauses=("4.2.1",),
        section="release",
        about=About.PATIENT,
        starters=(),
        system=True,
        questions=(Question(name="sealing", text=N_("封存编号"), ask=Ask.HIDDEN, length=64),
                   Question(name="why", text=N_("询问原因"), ask=Ask.HIDDEN, length=200)),
        steps=(
            Step(
                name=N_("医务部门提出意见"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days",
                moves=(Move.APPROVE,),
                outcomes=(("unseal", N_("建议启封，另行办理启封事项"), True), ("keep", N_("建议继续封存"), True)),
            ),
            Step(
                name=N_("机构负责人决定"), roles=(Role.HEAD,), days="matter_step_days", moves=(Move.APPROVE,),
                outcomes=(("unseal", N_("同意启封，另行办理启封事项"), True), ("keep", N_("继续封存"), True)),
            ),
        ),
        may_read=WINDOW,
    ),
)  # fmt: skip

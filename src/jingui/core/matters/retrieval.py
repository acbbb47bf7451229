"""四（二）2 依法调取: courts, authorities and whoever the law names, with escort and receipt [4.2.2]"""

from typing import Final

from jingui.core.matters.access import CATEGORIES
from jingui.core.matters.row import About, Ask, MatterKind, Move, Paper, Question, Step
from jingui.core.retrieval import BODIES, DOCUMENTS, MOST_OFFICERS, WAYS
from jingui.core.word import N_
from jingui.core.words import Role

STARTERS: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR)
PLACES: Final = (N_("第一名"), N_("第二名"), N_("第三名"))
FIELDS: Final = (
    ("name", N_("姓名"), 60), ("identity", N_("身份证号"), 18), ("card", N_("工作证号或执业证号"), 40),
    ("body", N_("工作证所属单位"), 120),
)  # fmt: skip
OFFICERS: Final = tuple(
    Question(name=f"{field}{n}", text=text, length=length, required=n == 1,
             help=PLACES[n - 1])
    for n in range(1, MOST_OFFICERS + 1)
    for field, text, length in FIELDS
)  # fmt: skip
SIGNED: Final = "signature"  # of an officer, on the pad, when the retrieval is over
ROWS: Final = (
    MatterKind(
        id="judicial_retrieval",
        text=N_("依法调取病历"),
        purpose=N_("司法机关、行政机关、仲裁和鉴定机构等持法定文书调取病历时，由受理人登记并报负责人批准。"),
        clauses=("4.2.2",),
        section="release",
        about=About.PATIENT,
        starters=STARTERS,
        questions=(
            Question(name="body", text=N_("调取机关类别"), ask=Ask.CHOICE,
                     choices=tuple((word, row.text) for word, row in BODIES.items())),
            Question(name="body_name", text=N_("机关名称"), length=120),
            Question(name="document", text=N_("法定文书"), ask=Ask.CHOICE, choices=tuple(DOCUMENTS.items())),
            Question(name="document_number", text=N_("文书编号"), length=80),
            Question(name="document_date", text=N_("文书日期"), ask=Ask.DATE),
            *OFFICERS,
            Question(name="way", text=N_("调取方式"), ask=Ask.CHOICE, choices=tuple(WAYS.items())),
            Question(name="categories", text=N_("调取范围"), ask=Ask.CHOICES, choices=CATEGORIES, required=False,
                     help=N_("按文书所列范围选择；不选表示全部类别。")),
            Question(name="first", text=N_("就诊开始日期"), ask=Ask.DATE, required=False,
                     help=N_("文书限定时间的必须填写；不填表示不限。")),
            Question(name="last", text=N_("就诊结束日期"), ask=Ask.DATE, required=False),
            Question(name="days", text=N_("期限（天）"), ask=Ask.NUMBER, least=1, most="retrieval_days"),
            Question(name="escort", text=N_("陪同人员工号"), ask=Ask.PERSON,
                     help=N_("本院在职人员，全程陪同查阅并核对交付。")),
            Question(name="secrecy", text=N_("依法保密的依据"), ask=Ask.LONG, required=False,
                     help=N_("法律规定调取须对患者保密的，写明法律条文；批准后患者门户不显示此次查阅。")),
        ),
        papers=(
            Paper(name="document", text=N_("法定文书原件扫描")),
            Paper(name="identity", text=N_("每名工作人员的身份证件"), help=N_("每人一份。")),
            Paper(name="card", text=N_("每名工作人员的工作证或执业证"), help=N_("每人一份。")),
            Paper(name=SIGNED, text=N_("调取人员当场签名"), required=False, after=True),
        ),
        steps=(
            Step(
                name=N_("机构负责人批准"), roles=(Role.HEAD,), days="matter_step_days",
                moves=(Move.APPROVE, Move.REFUSE, Move.RETURN),
                outcomes=(
                    ("open", N_("同意调取，患者可查看此次查阅"), True),
                    ("secret", N_("同意调取，依法对患者保密"), True),
                ),
            ),
        ),
        effect="legal_access",
        grants=N_("陪同人员和受理人在批准的范围和期限内查阅、复制；调取人员本人没有账号。"),
        obligations=(N_("陪同人员全程在场"), N_("列交接清单，调取人员签收"), N_("查阅全程留痕并加水印")),
        then=("retrieval", N_("陪同查阅、复制和交接")),
        appeal=(Step(name=N_("医务部门复核"), roles=(Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR),
                     days="matter_step_days"),),
        appeal_days="matter_appeal_days",
        may_read=STARTERS,
        copies="legal",
    ),
)  # fmt: skip

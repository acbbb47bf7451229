"""四（二）1 复制病历: one row for each kind of applicant; questions, refusals and steps are the same for all [4.2.1]"""

from typing import Final

from jingui.core.matters.release_applicants import APPLICANTS, OPINION, Applicant
from jingui.core.matters.row import About, Ask, MatterKind, Question, Step
from jingui.core.release import Route
from jingui.core.word import N_
from jingui.core.words import Category, Role

CATEGORIES: Final = tuple(
    (str(word), word.label) for word in Category if word not in (Category.NONE, Category.DIRECTORY)
)
DOCUMENTS: Final = (
    ("id_card", N_("居民身份证")), ("passport", N_("护照")), ("hk_mo", N_("港澳居民来往内地通行证")),
    ("taiwan", N_("台湾居民来往大陆通行证")), ("military", N_("军官证")), ("other", N_("其他法定证件")),
)  # fmt: skip
SCOPES: Final = (
    ("all", N_("全部病历")), ("statutory", N_("常用法定项目")), ("chosen", N_("自选类别")),
)  # fmt: skip
LANGUAGES: Final = (("zh", N_("中文")), ("zh+en", N_("中英对照")))
ROUTES: Final = tuple((str(one), one.label) for one in (Route.WINDOW, Route.POST, Route.PORTAL))
PRESENT: Final = (
    ("patient", N_("患者本人在场")), ("relative", N_("近亲属在场")), ("applicant", N_("申请人在场")),
    ("remote", N_("不到场（门户或邮寄）")),
)  # fmt: skip
# Lawful refusals: each says its ground. What is refused may be asked of the head again.
REFUSALS: Final = (
    ("harmful", N_("经医师评估，查阅、复制可能对治疗产生不利影响（《精神卫生法》第四十七条）"), False),
    ("not_entitled", N_("申请人不是患者本人，也不是法律规定可以申请的人（《医疗机构病历管理规定》第十七条）"), False),
    ("papers", N_("证明材料不真实、相互矛盾或已失效（《医疗机构病历管理规定》第十八条）"), False),
    ("not_here", N_("所申请的病历不在本机构形成或保管"), False),
    ("beyond", N_("申请范围超出授权、同意或调查令（《医疗机构病历管理规定》第十八条、第二十条）"), False),
    ("not_finished", N_("所申请的部分尚未完成，完成后再复制（《医疗机构病历管理规定》第十九条）"), False),
)  # fmt: skip
RELATION: Final = Question(name="relation", text=N_("与患者的关系"), length=40)
VALID: Final = Question(
    name="valid_until", text=N_("授权、同意或调查令有效期至"), ask=Ask.DATE, help=N_("过期的不予受理。")
)
NAMED: Final = Question(
    name="sensitive", text=N_("授权或同意文件写明包括敏感信息"), ask=Ask.CHOICE,
    choices=(("no", N_("没有写明")), ("yes", N_("已写明"))),
    help=N_("没有写明的，艾滋病、精神障碍等敏感信息不复制。"),
)  # fmt: skip
WHO: Final = (
    Question(name="applicant", text=N_("申请人姓名"), length=60),
    Question(name="document_kind", text=N_("证件类型"), ask=Ask.CHOICE, choices=DOCUMENTS),
    Question(name="document", text=N_("证件号码"), length=32),
    Question(name="phone", text=N_("联系电话"), length=20),
    Question(name="present", text=N_("复制时在场情况"), ask=Ask.CHOICE, choices=PRESENT),
)
WHAT: Final = (
    Question(name="scope", text=N_("复制范围"), ask=Ask.CHOICE, choices=SCOPES),
    Question(
        name="visits", text=N_("就诊"), required=False, length=4_000, shown="visits",
        help=N_("不填表示全部就诊；填写就诊编号，多个以逗号分开。"),
    ),
    Question(
        name="categories", text=N_("类别"), ask=Ask.CHOICES, choices=CATEGORIES, required=False,
        help=N_("选择“自选类别”时填写。"),
    ),
    Question(name="purpose", text=N_("用途"), length=200),
    Question(name="language", text=N_("语言"), ask=Ask.CHOICE, choices=LANGUAGES),
    Question(name="copies", text=N_("份数"), ask=Ask.NUMBER, least=1, most="copy_most"),
    Question(name="route", text=N_("领取方式"), ask=Ask.CHOICE, choices=ROUTES),
    Question(name="recipient", text=N_("收件人"), required=False, length=60),
    Question(
        name="address", text=N_("邮寄地址"), required=False, length=300, help=N_("选择邮寄时填写收件人、地址和电话。")
    ),
)  # fmt: skip
REVIEWERS: Final = (Role.ARCHIVIST, Role.MEDICAL_AFFAIRS)


def row_of(applicant: Applicant) -> MatterKind:
    """The matter of a kind of applicant."""
    questions = (
        *WHO,
        *((RELATION,) if applicant.related else ()),
        *((VALID,) if applicant.agency else ()),
        *((NAMED,) if applicant.named else ()),
        *WHAT,
    )
    return MatterKind(
        id=applicant.id,
        text=applicant.text,
        purpose=applicant.purpose,
        clauses=("4.2.1",),
        section="release",
        about=About.PATIENT,
        starters=applicant.starters,
        questions=questions,
        papers=(*applicant.papers, OPINION),
        steps=(
            Step(
                name=N_("病案室或医务部门审核"), roles=REVIEWERS, days="copy_days", outcomes=REFUSALS,
                grounds=(("harmful", OPINION.name),),
            ),
        ),
        effect="copy_order",
        grants=N_("经办人在期限内按批准的范围查阅并制作复制件。"),
        obligations=(N_("双方核对确认后用印"), N_("每次用印登记"), N_("超出批准范围的不复制")),
        appeal=(Step(name=N_("机构负责人复核"), roles=(Role.HEAD,), days="patient_answer_days"),),
        appeal_days="matter_appeal_days",
        may_read=REVIEWERS,
        copies="patient",
        page="copy_start",
    )  # fmt: skip


ROWS: Final = tuple(row_of(applicant) for applicant in APPLICANTS.values())

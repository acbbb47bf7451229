"""四（二）1 复制申请人: who may ask for a copy, with which papers, of the living or of the dead [4.2.1]

The check-lists are those of 《医疗机构病历管理规定》 17, 18, 20 and of 《医疗纠纷预防和处理条例》 16.
"""

from dataclasses import dataclass
from typing import Final

from jingui.core.matters.row import Paper
from jingui.core.word import N_
from jingui.core.words import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicant:
    """A row: a kind of applicant. `id` is the matter's. `dead` says whether the patient has to be."""

    id: str
    text: str
    purpose: str  # msgid: when to choose it
    papers: tuple[Paper, ...]
    related: bool = True  # somebody else than the patient
    dead: bool = False
    either: bool = False  # the living and the dead alike
    least: str = ""  # name of a setting: the patient's least age in years (younger ones have a guardian)
    below: str = ""  # name of a setting: the patient is younger than that
    agency: bool = False  # under an authorisation or order, which ends
    named: bool = False  # sensitive records only where the authorisation or consent names them
    portal: bool = False  # also from the patient portal, where the second factor is the identity check
    window: tuple[str, ...] = ()  # papers that only the window asks for
    departed: tuple[str, ...] = ()  # papers that only a dead patient's record asks for
    starters: tuple[Role, ...] = (Role.ARCHIVIST,)


def paper(name: str, text: str, *, required: bool = True, help: str = "") -> Paper:
    """A line of a check-list."""
    return Paper(name=name, text=text, required=required, help=help)


PATIENT_ID: Final = paper("patient_id", N_("患者有效身份证明"))
AGENT_ID: Final = paper("agent_id", N_("代理人有效身份证明"))
AGENCY: Final = paper("agency", N_("代理关系的法定证明材料"))
LETTER: Final = paper("letter", N_("授权委托书"), help=N_("写明委托事项、范围和有效期，由委托人签名。"))
DEATH: Final = paper("death", N_("患者死亡证明"))
HEIR_ID: Final = paper("heir_id", N_("近亲属或法定继承人有效身份证明"))
KINSHIP: Final = paper("kinship", N_("近亲属关系或法定继承人关系证明"))
AT_WINDOW: Final = N_("窗口申请须核验并留存；门户申请以双因素登录核验身份，不必再交。")
# Not asked of the applicant: what the reviewer must have before refusing under 精神卫生法 47.
OPINION: Final = paper(
    "opinion", N_("经治医师意见（仅在认为可能对治疗产生不利影响时）"), required=False,
    help=N_("由审核人附上；没有医师书面意见不得以此为由拒绝。"),
)  # fmt: skip
APPLICANTS: Final[dict[str, Applicant]] = {
    row.id: row
    for row in (
        Applicant(
            id="own_copy", text=N_("本人病历复制申请"), purpose=N_("患者本人申请复制自己的病历。"), related=False,
            papers=(paper("patient_id", N_("患者有效身份证明"), required=False, help=AT_WINDOW),),
            least="minor_years", portal=True, window=("patient_id",), starters=(Role.ARCHIVIST, Role.PATIENT),
        ),
        Applicant(
            id="copy_guardian", text=N_("监护人复制申请"),
            purpose=N_("监护人申请复制被监护的未成年人的病历。"),
            papers=(
                paper("guardian_id", N_("监护人有效身份证明"), required=False, help=AT_WINDOW),
                paper(
                    "guardianship", N_("户口簿、出生医学证明或其他监护关系证明"), required=False, help=AT_WINDOW
                ),
            ),
            below="guardian_until_years", portal=True, window=("guardian_id", "guardianship"),
            starters=(Role.ARCHIVIST, Role.PATIENT),
        ),
        Applicant(
            id="copy_agent", text=N_("委托代理人复制申请"), purpose=N_("患者委托他人申请复制病历。"),
            papers=(PATIENT_ID, AGENT_ID, AGENCY, LETTER), least="guardian_until_years", agency=True, named=True,
        ),
        Applicant(
            id="copy_heir", text=N_("死亡患者近亲属、继承人复制申请"),
            purpose=N_("患者已去世，近亲属或法定继承人申请复制病历。"), papers=(DEATH, HEIR_ID, KINSHIP), dead=True,
        ),
        Applicant(
            id="copy_heir_agent", text=N_("死亡患者继承人的代理人复制申请"),
            purpose=N_("患者已去世，近亲属或法定继承人委托他人申请复制病历。"),
            papers=(DEATH, HEIR_ID, KINSHIP, AGENT_ID, AGENCY, LETTER), dead=True, agency=True, named=True,
        ),
        Applicant(
            id="copy_insurer", text=N_("保险机构复制申请"),
            purpose=N_("商业保险审核等需要，保险机构经患者或其继承人同意申请复制病历。"),
            papers=(
                paper("legal", N_("保险机构出具的调取病历法定证明")),
                paper("officer_id", N_("经办人有效身份证明")),
                paper("work_card", N_("经办人有效工作证明")),
                paper("contract", N_("保险合同复印件")),
                paper("consent", N_("患者本人（死亡患者为其继承人）同意的法定证明材料")),
                paper("death", N_("患者死亡证明（患者已去世时）"), required=False),
            ),
            either=True, named=True, agency=True, departed=("death",),
        ),
        Applicant(
            id="copy_lawyer", text=N_("律师持调查令复制申请"), purpose=N_("律师持人民法院签发的调查令申请复制病历。"),
            papers=(
                paper("order", N_("人民法院调查令")),
                paper("lawyer_id", N_("律师有效身份证明")),
                paper("licence", N_("律师执业证")),
            ),
            either=True, named=True, agency=True,
        ),
    )
}  # fmt: skip

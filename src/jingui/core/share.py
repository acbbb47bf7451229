"""五（二）共享: purposes, views, bases: what may leave, for what, on which ground [5.2.1] [5.2.2] [5.2.4]"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from jingui.core.word import N_
from jingui.core.words import Category, Level, Purpose, Sensitivity

LEVELS: Final = tuple(Level)  # from ordinary to secret


def lowest(*levels: Level) -> Level:
    """The strictest of several limits."""
    return min(levels, key=LEVELS.index)


def above(level: Level, limit: Level) -> bool:
    """Whether something of that level is beyond the limit."""
    return LEVELS.index(level) > LEVELS.index(limit)


class View(NamedTuple):
    """A row: what a purpose needs and no more: categories, record types, how far back (days; 0 = the visit alone).

    `forms` are the capture templates whose answers it shows, `labels` what a record must carry one of (empty: any),
    `identity` what of the patient's identity goes along (rows of core.share_fields.IDENTITY).
    """

    text: str
    categories: frozenset[Category]
    types: frozenset[str]  # FHIR types; empty = all of these categories
    days: int
    level: Level = Level.SENSITIVE  # the highest that it ever shows
    forms: frozenset[str] = frozenset()
    labels: frozenset[Sensitivity] = frozenset()
    identity: frozenset[str] = frozenset({"name", "sex", "birth"})


class Basis(NamedTuple):
    """A row: the ground without consent: its words and the law's citation.

    `binding`: the law demands it, so that the patient's own restrictions do not stand against it; `told`: why it is
    needed must be said in words; `agreed`: whether it goes only within a live agreement.
    """

    text: str
    law: str
    binding: bool = False
    told: bool = False
    agreed: bool = True


class SharePurpose(NamedTuple):
    """A row: a lawful purpose, the door's purpose it is judged as, its view, its ground, whether it is assessed."""

    text: str
    purpose: Purpose
    view: str
    basis: str  # "consent", or a row of BASES
    kinds: frozenset[str]  # partners' kinds that may be the receiver
    assessed: bool  # whether an impact assessment is a precondition (PIPL 55)


CONSENT: Final = "consent"
BASES: Final[Mapping[str, Basis]] = {
    "infectious": Basis(N_("传染病报告"), N_("传染病防治法"), binding=True),
    "death": Basis(N_("死因登记"), N_("人口死亡医学证明和信息登记管理规定"), binding=True),
    "life": Basis(N_("生命危急且无法取得同意"), N_("个人信息保护法第十三条第一款第四项"), binding=True, told=True),
    "payment": Basis(N_("医疗保障结算"), N_("社会保险法、医疗保障基金使用监督管理条例")),
    "quality": Basis(N_("医疗质量监管"), N_("医疗质量管理办法")),
    "notice": Basis(
        N_("撤回或退回的通知"), N_("个人信息保护法第十五条、第四十七条"), binding=True, agreed=False
    ),  # tells nothing but which message it is about; whoever received something hears of it, agreement or not
}

CARE: Final = frozenset({
    Category.BASIC, Category.HISTORY, Category.TESTS, Category.DIAGNOSIS, Category.PLAN, Category.MEDICATION,
    Category.SURGERY,
})  # fmt: skip
PROOF: Final = frozenset({"name", "sex", "birth", "id_card"})
REPORT: Final = PROOF | {"phone", "address"}
NOTIFIABLE: Final = frozenset({
    Sensitivity.INFECTIOUS, Sensitivity.HIV, Sensitivity.STD, Sensitivity.HEPATITIS, Sensitivity.TUBERCULOSIS,
})  # fmt: skip

VIEWS: Final[Mapping[str, View]] = {
    "referral": View(
        N_("转诊资料"), CARE,
        frozenset({
            "AllergyIntolerance", "Condition", "DiagnosticReport", "ImagingStudy", "MedicationRequest", "Observation",
            "Procedure", "QuestionnaireResponse", "Composition", "Immunization",
        }),
        days=365, identity=PROOF | {"phone"},
        forms=frozenset({
            "admission_record", "discharge_record", "discharge_summary", "outpatient_record", "operation_record",
            "laboratory_report", "examination_report", "consultation_record", "medication_order",
            "emergency_observation_record", "herbal_prescription", "delivery_record", "caesarean_record",
        }),
    ),
    "mutual_recognition": View(
        N_("检查检验结果"), frozenset({Category.TESTS}),
        frozenset({"DiagnosticReport", "Observation", "ImagingStudy", "QuestionnaireResponse"}), days=180,
        identity=PROOF, forms=frozenset({"laboratory_report", "examination_report"}),
    ),
    "follow_up": View(
        N_("出院随访资料"), frozenset({Category.DIAGNOSIS, Category.MEDICATION, Category.PLAN}),
        frozenset({"Condition", "MedicationRequest", "QuestionnaireResponse"}), days=90,
        identity=frozenset({"name", "sex", "birth", "phone", "address"}),
        forms=frozenset({"discharge_record", "discharge_summary"}),
    ),
    "rescue": View(
        N_("急救资料"), CARE - {Category.PLAN},
        frozenset({
            "AllergyIntolerance", "Condition", "DiagnosticReport", "MedicationRequest", "Observation", "Procedure",
        }),
        days=365, level=Level.SECRET, identity=PROOF,
    ),
    "infectious_report": View(
        N_("传染病报告卡资料"), frozenset({Category.DIAGNOSIS, Category.TESTS}),
        frozenset({"Condition", "Observation"}), days=30, level=Level.SECRET, identity=REPORT, labels=NOTIFIABLE,
    ),
    "death_registration": View(
        N_("死亡医学证明资料"), frozenset({Category.DIAGNOSIS}), frozenset({"QuestionnaireResponse"}), days=30,
        level=Level.SECRET, identity=REPORT, forms=frozenset({"death_record", "short_stay_death_record"}),
    ),
    "insurance_settlement": View(
        N_("医保结算清单资料"),
        frozenset({Category.DIAGNOSIS, Category.SURGERY, Category.MEDICATION}),
        frozenset({"Condition", "Procedure", "MedicationRequest", "QuestionnaireResponse"}), days=0, identity=PROOF,
        forms=frozenset({"front_page", "tcm_front_page"}),
    ),
    "quality_report": View(
        N_("病案首页质量资料"), frozenset({Category.DIAGNOSIS, Category.SURGERY}),
        frozenset({"Condition", "Procedure", "QuestionnaireResponse"}), days=0, level=Level.ORDINARY,
        identity=frozenset({"sex", "birth"}), forms=frozenset({"front_page", "tcm_front_page"}),
    ),
}  # fmt: skip

CLINICS: Final = frozenset({"hospital", "community"})
AUTHORITIES: Final = frozenset({"cdc", "regulator"})
PURPOSES: Final[Mapping[str, SharePurpose]] = {
    "referral": SharePurpose(N_("医联体转诊"), Purpose.TREATMENT, "referral", CONSENT, CLINICS, assessed=True),
    "mutual_recognition": SharePurpose(
        N_("检查检验结果互认"), Purpose.TREATMENT, "mutual_recognition", CONSENT, CLINICS, assessed=True
    ),
    "follow_up": SharePurpose(N_("出院随访"), Purpose.TREATMENT, "follow_up", CONSENT, CLINICS, assessed=True),
    "rescue": SharePurpose(N_("紧急救治"), Purpose.EMERGENCY, "rescue", "life", CLINICS, assessed=False),
    "infectious_report": SharePurpose(
        N_("传染病报告"), Purpose.PUBLIC_HEALTH, "infectious_report", "infectious", AUTHORITIES, assessed=False
    ),
    "death_registration": SharePurpose(
        N_("死因登记"), Purpose.PUBLIC_HEALTH, "death_registration", "death", AUTHORITIES, assessed=False
    ),
    "insurance_settlement": SharePurpose(
        N_("医疗保障结算"), Purpose.PAYMENT, "insurance_settlement", "payment", frozenset({"insurer"}), assessed=True
    ),
    "quality_report": SharePurpose(
        N_("医疗质量监管"), Purpose.QUALITY, "quality_report", "quality", frozenset({"regulator"}), assessed=True
    ),
}

#: Processing that needs an impact assessment before it begins (PIPL 55).
ASSESSED: Final[Mapping[str, str]] = {
    "provide": N_("向其他机构提供敏感个人信息"),
    "entrust": N_("委托处理敏感个人信息"),
    "app": N_("应用接入患者信息"),
    "bulk": N_("批量共享患者信息"),
}

#: Why a record of the view stays here; nobody is told which.
LEFT: Final[Mapping[str, str]] = {
    "right": N_("您无权查阅"),
    "level": N_("敏感级别超出视图、协议或网络的上限"),
    "consent": N_("患者的同意没有涵盖"),
    "restricted": N_("患者限制他人查阅"),
    "sealed": N_("封存"),
    "unfinished": N_("尚未完成签名"),
    "unfit": N_("去标识化后不能提供，或含有不能解释的扩展"),
    "unchosen": N_("未选择"),
}

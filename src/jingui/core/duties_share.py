"""五（二）共享: what is done there again and again [5.2]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="partner_supervision", text=N_("合作机构年度监督检查"), clauses=("5.2.3", "7.1.1"), section="share",
        roles=(Role.MEDICAL_AFFAIRS, Role.SUPERVISOR), every=Every.YEAR,
        evidence=N_("逐家检查合作机构履行保密义务的情况，登记结论、整改要求和期限。"), page="partners",
    ),
    Duty(
        id="agreement_review", text=N_("合作协议到期核对"), clauses=("5.2.3",), section="share",
        roles=(Role.MEDICAL_AFFAIRS,), every=Every.MONTH,
        evidence=N_("核对即将到期和已到期的协议，写明续签、终止的安排。"), page="partners",
    ),
    Duty(
        id="return_proof_review", text=N_("返还或删除证明核对"), clauses=("5.2.3",), section="share",
        roles=(Role.MEDICAL_AFFAIRS,), every=Every.MONTH,
        evidence=N_("核对已终止的协议都取得返还或删除证明，写明逾期的机构和催办情况。"), page="partners",
    ),
    Duty(
        id="assessment_review", text=N_("影响评估复核"), clauses=("5.2.1", "5.2.4"), section="share",
        roles=(Role.SECURITY_ADMIN,), every=Every.YEAR,
        evidence=N_("核对影响评估仍符合实际，处理目的、方式或对象有变化的重新评估。"), page="partners",
    ),
    Duty(
        id="sharing_consent_review", text=N_("共享同意书抽查"), clauses=("5.2.2",), section="share",
        roles=(Role.QUALITY, Role.MEDICAL_AFFAIRS), every=Every.QUARTER,
        evidence=N_("抽查已共享的记录，核对书面同意的范围、用途、接收机构和期限，写明不符的份数和处理。"),
        page="transmissions",
    ),
)  # fmt: skip

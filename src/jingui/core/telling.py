"""二（一）3 说明采集目的: what the patient is told before they sign, item by item [2.1.3]

Our own plain words. Chinese stands here, English in the catalogue; both are printed on the consent.
"""

from collections.abc import Mapping
from typing import Final

from jingui.core.word import N_
from jingui.core.words import Sensitivity

TOLD: Final[Mapping[Sensitivity, str]] = {
    Sensitivity.HIV: N_("艾滋病病毒检测和感染情况：用于诊断、用药和职业防护；仅经治人员可见，依法报告疾控机构。"),
    Sensitivity.STD: N_("性传播疾病情况：用于诊断、治疗和防止传染；仅经治人员可见，依法报告疾控机构。"),
    Sensitivity.HEPATITIS: N_("病毒性肝炎情况：用于诊断、用药和操作防护；不作其他用途，依法报告疾控机构。"),
    Sensitivity.TUBERCULOSIS: N_("结核病情况：用于诊断、治疗和安排隔离；依法报告疾控机构。"),
    Sensitivity.INFECTIOUS: N_("其他法定传染病情况：用于诊断、治疗和安排隔离；依法报告疾控机构。"),
    Sensitivity.PSYCHIATRIC: N_("精神心理健康情况：用于诊断、治疗和保障安全；仅经治人员可见。"),
    Sensitivity.SUBSTANCE: N_("酒精、药物等物质使用情况：用于用药安全和治疗；不作其他用途。"),
    Sensitivity.GENETIC: N_("遗传病史和基因检测结果：用于诊断和评估亲属风险；未经同意不告知亲属。"),
    Sensitivity.REPRODUCTIVE: N_("生育和生殖健康情况：用于诊断和用药安全；不作其他用途。"),
    Sensitivity.SEXUAL: N_("性别和性取向情况：仅在诊疗需要时收集；仅经治人员可见。"),
    Sensitivity.VIOLENCE: N_("遭受暴力或虐待的情况：用于救治和保护；仅经治人员可见，依法报告有关部门。"),
    Sensitivity.DONOR: N_("器官捐献和移植情况：用于匹配和治疗；捐献人与接受人互不知情。"),
    Sensitivity.MINOR: N_("未满十四周岁儿童的个人信息：由监护人同意；按未成年人信息专门保护。"),
}
RIGHTS: Final = (
    N_("您可以不同意。不同意不影响急救和依法必须的报告；如影响诊断治疗，医师会向您说明。"),
    N_("您可以随时在窗口或患者门户撤回同意；撤回立即生效，撤回前已依法进行的处理不受影响。"),
    N_("信息加密保存，每一次查阅都写入存证台账；您可以查看谁看过您的病历。"),
    N_("信息按病历的法定期限保存，期满依程序销毁。"),
)

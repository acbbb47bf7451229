"""一（三）4 责任到人: what each role is for, in a line; second factors by name [1.3.4] [6.1.2]"""

from typing import Final

from jingui.core.word import N_
from jingui.core.words import Role

PURPOSES: Final[dict[Role, str]] = {
    Role.PHYSICIAN: N_("诊疗所管患者，书写、更正本人的记录，按授权会诊"),
    Role.NURSE: N_("护理所管患者，书写护理记录"),
    Role.TECHNICIAN: N_("检查检验，录入结果和报告"),
    Role.PHARMACIST: N_("审方、调剂，查阅用药记录"),
    Role.TRAINEE: N_("在带教下书写，须经上级审阅签名"),
    Role.ARCHIVIST: N_("保管、归档病案，办理查阅和复制"),
    Role.CODER: N_("疾病和手术编码"),
    Role.QUALITY: N_("病历质控，按授权抽查"),
    Role.INFECTION_CONTROL: N_("院感监测和上报"),
    Role.INSURANCE_OFFICE: N_("医保结算和审核"),
    Role.REGISTRAR: N_("登记患者，核对身份，合并重复"),
    Role.MEDICAL_AFFAIRS: N_("审批查阅申请，处置纠纷，发布制度"),
    Role.DUTY_ADMINISTRATOR: N_("夜间和节假日代行审批"),
    Role.HEAD: N_("对制度执行负责，作第二人确认"),
    Role.ETHICS: N_("伦理审查"),
    Role.RESEARCHER: N_("按批件使用去标识化数据"),
    Role.SUPERVISOR: N_("监督检查"),
    Role.DISCIPLINE: N_("受理举报，调查违规"),
    Role.SYSTEM_ADMIN: N_("登记科室和人员、开立账号，维护系统；不授权，不看内容"),
    Role.SECURITY_ADMIN: N_("授予和终止岗位、签发令牌、轮换密钥；不开户，不看内容"),
    Role.AUDIT_ADMIN: N_("查阅、导出存证台账；不改任何设置"),
    Role.INTERFACE: N_("院内系统通过 FHIR 接口写入和读取"),
}
FACTORS: Final[dict[str, str]] = {
    "totp": N_("动态口令"), "webauthn": N_("通行密钥"), "recovery_codes": N_("恢复码"),
}  # fmt: skip
KINDS: Final[tuple[tuple[str, str], ...]] = (("staff", N_("本院职工")), ("contractor", N_("外部人员")))

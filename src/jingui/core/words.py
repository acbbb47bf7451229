"""一 总则: the closed vocabularies that rules, rows and pages share [1.2] [1.3.1]

Identifiers follow the binding glossary. Every member has a Chinese label, which is its gettext msgid.
"""

from jingui.core.verbs import Verb as Verb  # one address for every closed vocabulary
from jingui.core.word import N_, Word


class Role(Word):
    """岗位角色: what a post lets its holder be [1.3.4] [6.1.2]"""

    PHYSICIAN = "physician", N_("医师")
    NURSE = "nurse", N_("护士")
    TECHNICIAN = "technician", N_("医技人员")
    PHARMACIST = "pharmacist", N_("药师")
    TRAINEE = "trainee", N_("实习人员")
    ARCHIVIST = "archivist", N_("病案员")
    CODER = "coder", N_("编码员")
    QUALITY = "quality", N_("质控人员")
    INFECTION_CONTROL = "infection_control", N_("院感人员")
    INSURANCE_OFFICE = "insurance_office", N_("医保办人员")
    REGISTRAR = "registrar", N_("登记处人员")
    MEDICAL_AFFAIRS = "medical_affairs", N_("医务管理人员")
    DUTY_ADMINISTRATOR = "duty_administrator", N_("总值班")
    HEAD = "head", N_("机构负责人")
    ETHICS = "ethics", N_("伦理委员")
    RESEARCHER = "researcher", N_("科研人员")
    SUPERVISOR = "supervisor", N_("监督小组成员")
    DISCIPLINE = "discipline", N_("纪检人员")
    SYSTEM_ADMIN = "system_admin", N_("系统管理员")
    SECURITY_ADMIN = "security_admin", N_("安全管理员")
    AUDIT_ADMIN = "audit_admin", N_("审计管理员")
    INTERFACE = "interface", N_("接口账号")
    PATIENT = "patient", N_("患者")
    PARTNER = "partner", N_("合作机构")
    SYSTEM = "system", N_("系统任务")
    PUBLIC = "public", N_("公众")


class Purpose(Word):
    """目的: why information is asked for; a request without one is refused [5.2.1] [4.1.3]"""

    TREATMENT = "treatment", N_("诊疗")
    EMERGENCY = "emergency", N_("紧急救治")
    MANAGEMENT = "management", N_("医疗管理")
    QUALITY = "quality", N_("质量控制")
    TEACHING = "teaching", N_("教学")
    RESEARCH = "research", N_("科研")
    PAYMENT = "payment", N_("医疗支付")
    PATIENT_REQUEST = "patient_request", N_("患者本人申请")
    LEGAL = "legal", N_("依法调取")
    PUBLIC_HEALTH = "public_health", N_("公共卫生")
    OVERSIGHT = "oversight", N_("监督检查")
    OPERATION = "operation", N_("系统运行")


class Relation(Word):
    """诊疗关系: how the actor stands to the patient, the strongest that holds now [4.1.1]"""

    NONE = "none", N_("无关系")
    DEPARTMENT = "department", N_("本科室在诊患者")
    TEAM = "team", N_("医疗组成员")
    CONSULTATION = "consultation", N_("会诊")
    TREATING = "treating", N_("经治")
    GUARDIAN = "guardian", N_("监护人")
    SELF = "self", N_("患者本人")


class Category(Word):
    """信息类别: the eight kinds of clause 一（二）, and what is no patient's [1.2]"""

    BASIC = "basic", N_("基本信息")
    HISTORY = "history", N_("病史信息")
    TESTS = "tests", N_("检查检验结果")
    DIAGNOSIS = "diagnosis", N_("诊断结论")
    PLAN = "plan", N_("治疗方案")
    MEDICATION = "medication", N_("用药记录")
    SURGERY = "surgery", N_("手术记录")
    NURSING = "nursing", N_("护理记录")
    DIRECTORY = "directory", N_("机构目录")
    NONE = "none", N_("不涉及记录")


class Medium(Word):
    """介质 [1.2]"""

    ELECTRONIC = "electronic", N_("电子")
    PAPER = "paper", N_("纸质")
    FILM = "film", N_("胶片")
    DISC = "disc", N_("光盘")
    SPECIMEN = "specimen", N_("标本")


class Sensitivity(Word):
    """敏感标签: set at entry from code ranges; each narrows who may read [2.1.3]"""

    HIV = "hiv", N_("艾滋病")
    STD = "std", N_("性传播疾病")
    HEPATITIS = "hepatitis", N_("病毒性肝炎")
    TUBERCULOSIS = "tuberculosis", N_("结核病")
    INFECTIOUS = "infectious", N_("法定传染病")
    PSYCHIATRIC = "psychiatric", N_("精神障碍")
    SUBSTANCE = "substance", N_("物质滥用")
    GENETIC = "genetic", N_("遗传病史")
    REPRODUCTIVE = "reproductive", N_("生殖健康")
    SEXUAL = "sexual", N_("性别与性取向")
    VIOLENCE = "violence", N_("暴力与虐待")
    DONOR = "donor", N_("器官捐献")
    MINOR = "minor", N_("未满十四周岁")


class Level(Word):
    """敏感级别: what the labels of a record amount to, for rules (GB/T 39725 levels 3, 4 and 5) [2.1.3]"""

    ORDINARY = "ordinary", N_("一般")
    SENSITIVE = "sensitive", N_("敏感")
    SECRET = "secret", N_("高度敏感")


class RecordState(Word):
    """记录状态 [1.3.3] [2.2.4]"""

    NONE = "none", N_("无")
    DRAFT = "draft", N_("草稿")
    ENTERED = "entered", N_("已录入")
    VERIFIED = "verified", N_("已核对")
    SIGNED = "signed", N_("已签名")
    FILED = "filed", N_("已归档")
    DESTROYED = "destroyed", N_("已销毁")


class Hold(Word):
    """保全: what must not change or vanish, and why [3.1.3] [4.2.1]"""

    NONE = "none", N_("无保全")
    DISPUTE_SEAL = "dispute_seal", N_("封存")
    LAWSUIT = "lawsuit", N_("诉讼保全")
    INVESTIGATION = "investigation", N_("调查保全")
    RESEARCH = "research", N_("科研保全")


class Consent(Word):
    """知情同意 [2.1.3] [5.2.2]"""

    NOT_NEEDED = "not_needed", N_("无需同意")
    GIVEN = "given", N_("已同意")
    MISSING = "missing", N_("未取得同意")
    WITHDRAWN = "withdrawn", N_("已撤回同意")


class Grant(Word):
    """授权: whether a matter's grant covers this request now [4.1.1]"""

    NONE = "none", N_("无授权")
    COVERS = "covers", N_("授权有效")
    EXPIRED = "expired", N_("授权已过期")


class Standing(Word):
    """账号状况: whether the actor may act at all [6.1.2]"""

    ACTIVE = "active", N_("有效")
    FROZEN = "frozen", N_("已冻结")
    EXPIRED = "expired", N_("已过期")
    NO_POST = "no_post", N_("无有效岗位")
    NO_UNDERTAKING = "no_undertaking", N_("未签保密承诺")
    TAMPERED = "tampered", N_("数据被篡改")
    UNKNOWN = "unknown", N_("未知")


class Strength(Word):
    """认证强度 [6.1.2]"""

    NONE = "none", N_("未认证")
    PASSWORD = "password", N_("仅密码")
    TWO_FACTOR = "two_factor", N_("双因素")
    TOKEN = "token", N_("访问令牌")
    LOCAL = "local", N_("本机命令")


class Entrance(Word):
    """入口: where a request came in [4.1.2]"""

    PAGE = "page", N_("页面")
    FHIR = "fhir", N_("FHIR 接口")
    COMMAND = "command", N_("命令行")
    JOB = "job", N_("定时任务")
    MESSAGE = "message", N_("HL7 报文")
    STATION = "station", N_("应急工作站")
    PORTAL = "portal", N_("患者门户")
    PUBLIC = "public", N_("公开入口")
    GATEWAY = "gateway", N_("传输网关")


class Decision(Word):
    """决定 [1.3.1]"""

    ALLOW = "allow", N_("准许")
    DENY = "deny", N_("拒绝")
    FAIL = "fail", N_("失败")


class EncounterKind(Word):
    """就诊类型 (identity, under all clauses)"""

    OUTPATIENT = "outpatient", N_("门诊")
    EMERGENCY = "emergency", N_("急诊")
    OBSERVATION = "observation", N_("留观")
    DAY = "day", N_("日间")
    INPATIENT = "inpatient", N_("住院")
    CHECKUP = "checkup", N_("体检")
    INTERNET = "internet", N_("互联网诊疗")


class RetentionClass(Word):
    """保存类别: one data key per patient and class [3.1.3]"""

    INPATIENT = "inpatient", N_("住院病历")
    OUTPATIENT = "outpatient", N_("门诊病历")
    PSYCHIATRIC = "psychiatric", N_("精神障碍病历")
    DIRECTORY = "directory", N_("机构目录")
    IDENTITY = "identity", N_("患者身份")


class Stage(Word):
    """病案流转环节: where a discharged patient's case file stands in the record room's line, in this order [3.2.2]"""

    WARD = "ward", N_("病区待交")
    COLLECTED = "collected", N_("已回收")
    RECEIVED = "received", N_("已签收")
    SORTED = "sorted", N_("已整理")
    CODED = "coded", N_("已编码")
    FRONT_PAGE = "front_page", N_("首页质控通过")
    FINAL = "final", N_("终末质控通过")
    FILED = "filed", N_("已归档")
    SHELVED = "shelved", N_("已上架")


class Shelf(Word):
    """病案册状态: where a paper volume is [3.2.2] [4.1.2]"""

    DEPARTMENT = "department", N_("科室保管")
    HANDING = "handing", N_("移交途中")
    ROOM = "room", N_("病案室待上架")
    SHELVED = "shelved", N_("在架")
    READING = "reading", N_("阅览中")
    LENT = "lent", N_("借出")
    LOST = "lost", N_("遗失待查")
    DESTROYED = "destroyed", N_("已销毁")

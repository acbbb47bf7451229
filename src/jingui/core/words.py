"""一 总则: the closed vocabularies that rules, rows and pages share [1.2] [1.3.1]

Identifiers follow the binding glossary. Every member has a Chinese label, which is its gettext msgid.
"""

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


class Verb(Word):
    """操作: what can be asked of the door. Each has an act, a Cedar action and a ledger event of its name [1.3.3]"""

    SIGN_IN = "sign_in", N_("登录")
    SIGN_OUT = "sign_out", N_("退出")
    ENROL_FACTOR = "enrol_factor", N_("登记第二因素")
    CHANGE_PASSWORD = "change_password", N_("更换密码")
    SEARCH_PATIENT = "search_patient", N_("查找患者")
    OPEN_CHART = "open_chart", N_("打开病历")
    READ = "read", N_("查阅记录")
    HISTORY = "history", N_("查阅版本")
    SEARCH = "search", N_("病历内检索")
    EVERYTHING = "everything", N_("调取全部记录")
    LIST = "list", N_("查看工作列表")
    READ_LIFE = "read_life", N_("查看记录的一生")
    ENTER = "enter", N_("录入")
    CORRECT = "correct", N_("更正")
    IMPORT = "import", N_("批量导入")
    REGISTER_PATIENT = "register_patient", N_("登记患者")
    MERGE_PATIENT = "merge_patient", N_("合并患者")
    SPLIT_PATIENT = "split_patient", N_("拆分患者")
    RELATE = "relate", N_("建立诊疗关系")
    FLAG_PATIENT = "flag_patient", N_("标记患者")
    READ_LEDGER = "read_ledger", N_("查阅存证台账")
    EXPORT_LEDGER = "export_ledger", N_("导出存证台账")
    READ_POLICY = "read_policy", N_("查阅制度")
    READ_PEOPLE = "read_people", N_("查阅人员与账号")
    REGISTER_DEPARTMENT = "register_department", N_("登记科室")
    REGISTER_PERSON = "register_person", N_("登记人员")
    OPEN_ACCOUNT = "open_account", N_("开立账号")
    GRANT_POST = "grant_post", N_("授予岗位")
    END_POST = "end_post", N_("终止岗位")
    FREEZE_ACCOUNT = "freeze_account", N_("冻结账号")
    UNFREEZE_ACCOUNT = "unfreeze_account", N_("解除冻结")
    ISSUE_TOKEN = "issue_token", N_("签发访问令牌")
    REVOKE_TOKEN = "revoke_token", N_("撤销访问令牌")
    CHANGE_SETTING = "change_setting", N_("更改设置")
    PUBLISH_POLICY = "publish_policy", N_("发布制度")
    PLACE_HOLD = "place_hold", N_("设置保全")
    LIFT_HOLD = "lift_hold", N_("解除保全")
    APPROVE = "approve", N_("第二人确认")
    READ_PROPOSALS = "read_proposals", N_("查看待确认事项")
    ROTATE_KEYS = "rotate_keys", N_("轮换密钥")
    START_MATTER = "start_matter", N_("发起事项")
    SAVE_MATTER = "save_matter", N_("修改事项草稿")
    SUBMIT_MATTER = "submit_matter", N_("提交事项")
    ADD_PAPER = "add_paper", N_("附加材料")
    READ_PAPER = "read_paper", N_("查阅材料")
    DECIDE_MATTER = "decide_matter", N_("审批事项")
    WITHDRAW_MATTER = "withdraw_matter", N_("撤回事项")
    CLOSE_MATTER = "close_matter", N_("办结事项")
    APPEAL_MATTER = "appeal_matter", N_("申诉")
    READ_MATTERS = "read_matters", N_("查看事项列表")
    READ_MATTER = "read_matter", N_("查看事项")
    DELEGATE = "delegate", N_("委托审批")
    END_DELEGATION = "end_delegation", N_("终止委托")
    DO_DUTY = "do_duty", N_("完成例行工作")
    READ_DUTIES = "read_duties", N_("查看例行工作")
    OPEN_FORM = "open_form", N_("打开录入表单")
    SAVE_DRAFT = "save_draft", N_("保存草稿")
    DISCARD_DRAFT = "discard_draft", N_("删除草稿")
    READ_DRAFTS = "read_drafts", N_("查看草稿")
    OPEN_SIGNING = "open_signing", N_("开启签名会话")
    SIGN_RECORD = "sign_record", N_("签名")
    VERIFY_RECORD = "verify_record", N_("核对确认")
    COUNTERSIGN_RECORD = "countersign_record", N_("审阅签名")
    FILE_RECORD = "file_record", N_("归档")
    READ_DEADLINES = "read_deadlines", N_("查看书写时限")
    READ_TEMPLATES = "read_templates", N_("查看采集模板")
    GIVE_CONSENT = "give_consent", N_("登记知情同意")
    WITHDRAW_CONSENT = "withdraw_consent", N_("撤回知情同意")
    READ_CONSENTS = "read_consents", N_("查看知情同意")
    PLACE_RESTRICTION = "place_restriction", N_("设置查阅限制")
    LIFT_RESTRICTION = "lift_restriction", N_("解除查阅限制")
    REGISTER_SOURCE = "register_source", N_("登记数据来源")
    END_SOURCE = "end_source", N_("停用数据来源")
    REGISTER_STATION = "register_station", N_("登记工作站")
    END_STATION = "end_station", N_("停用工作站")
    READ_SOURCES = "read_sources", N_("查看来源与工作站")
    BREAK_GLASS = "break_glass", N_("紧急调阅")
    PRINT = "print", N_("打印")
    EXPORT = "export", N_("导出")
    COPY = "copy", N_("复制")
    END_GRANT = "end_grant", N_("终止授权")
    READ_GRANTS = "read_grants", N_("查看授权")
    PRESCRIBER_STATISTICS = "prescriber_statistics", N_("统方")
    WATCH_ACCESS = "watch_access", N_("隐私监测")
    READ_FINDINGS = "read_findings", N_("查看监测发现")
    QUALIFY = "qualify", N_("登记培训考核")
    PUBLISH_DOCUMENT = "publish_document", N_("发布受控文件")
    READ_DOCUMENTS = "read_documents", N_("查看受控文件")
    ACKNOWLEDGE = "acknowledge", N_("知悉与承诺")
    SUMMARISE = "summarise", N_("生成应急摘要")
    DELIVER_DOWNTIME = "deliver_downtime", N_("补交应急查阅记录")
    OPEN_PORTAL = "open_portal", N_("开通患者门户")
    END_PORTAL = "end_portal", N_("关闭患者门户")
    READ_READERS = "read_readers", N_("查看谁看过病历")
    RELEASE_RESULT = "release_result", N_("告知后放行")
    PREPARE_COPY = "prepare_copy", N_("制作复制件")
    CONFIRM_COPY = "confirm_copy", N_("双方确认复制件")
    CHARGE_COPY = "charge_copy", N_("登记复制收费")
    STAMP_COPY = "stamp_copy", N_("用印")
    HAND_COPY = "hand_copy", N_("交付复制件")
    REVOKE_COPY = "revoke_copy", N_("作废复制件")
    READ_COPIES = "read_copies", N_("查看复制件")
    READ_COPY = "read_copy", N_("取阅复制件")
    CHECK_COPY = "check_copy", N_("核验复制件")
    READ_SEAL_USES = "read_seal_uses", N_("查看用印登记")
    SEAL_RECORDS = "seal_records", N_("封存病历")
    SEAL_LATER = "seal_later", N_("补充封存")
    SETTLE_DISPUTE = "settle_dispute", N_("登记纠纷了结")
    ASK_UNSEALING = "ask_unsealing", N_("询问启封")
    READ_SEALINGS = "read_sealings", N_("查看封存")
    TELL_PATIENT = "tell_patient", N_("事后告知患者")
    READ_OUTSIDE = "read_outside", N_("查看院外查阅")
    REGISTER_ETHICS = "register_ethics", N_("登记伦理批件")
    END_ETHICS = "end_ethics", N_("终止伦理批件")
    COUNT_COHORT = "count_cohort", N_("统计队列人数")
    READ_STUDIES = "read_studies", N_("查看课题列表")
    READ_STUDY = "read_study", N_("查看课题与数据集")
    PLAN_EXTRACT = "plan_extract", N_("申请制作数据集")
    BUILD_EXTRACT = "build_extract", N_("制作数据集")
    CHECK_EXTRACT = "check_extract", N_("核查数据集")
    SAMPLE_EXTRACT = "sample_extract", N_("抽看数据集")
    TAKE_EXTRACT = "take_extract", N_("领取数据集")
    DISPOSE_EXTRACT = "dispose_extract", N_("登记数据集销毁")
    REIDENTIFY = "reidentify", N_("还原身份")
    START_SYSTEM = "start_system", N_("系统启动")
    RECOVER = "recover", N_("恢复处置")


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

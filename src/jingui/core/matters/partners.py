"""五（一）2, 五（二）3 合作机构: agreements, impact assessments, channels and apps are asked for [5.1.2] [5.2.3]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Paper, Question, Step
from jingui.core.partners import Conclusion, Risk
from jingui.core.share import ASSESSED, PURPOSES, VIEWS
from jingui.core.transmit import CHANNELS, NETWORKS, Direction, Media
from jingui.core.word import N_
from jingui.core.words import Level, Role

PARTNER: Final = Question(
    name="partner", text=N_("机构的统一社会信用代码"), length=18, help=N_("须先登记该机构，18 位。")
)
STARTERS: Final = (Role.MEDICAL_AFFAIRS, Role.SYSTEM_ADMIN, Role.INSURANCE_OFFICE, Role.INFECTION_CONTROL)
SEES: Final = (
    Role.MEDICAL_AFFAIRS, Role.HEAD, Role.SUPERVISOR, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN,
)  # fmt: skip
#: Profiles of core.deidentify; none of them: identified, as care needs it.
PROFILES: Final = (
    ("research", N_("受限数据集（科研）")), ("public", N_("公开或汇总")), ("teaching", N_("教学库")),
)  # fmt: skip
MEDIA: Final = tuple((one.value, one.label) for one in Media if one is not Media.NOTICE)
PURPOSE: Final = tuple((name, row.text) for name, row in PURPOSES.items())
HEAD: Final = Step(name=N_("机构负责人批准"), roles=(Role.HEAD,), days="matter_step_days")
INFORMATION: Final = Step(
    name=N_("信息部门审核"), roles=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), days="matter_step_days"
)
SECURITY: Final = Step(name=N_("安全管理员审核"), roles=(Role.SECURITY_ADMIN,), days="matter_step_days")

ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="partner_agreement",
        text=N_("合作与保密协议审批"),
        purpose=N_("与合作机构签订或续签合作与保密协议后，批准按协议共享或接收信息时申请。"),
        clauses=("5.2.3", "5.1.2", "5.2.1"),
        section="share",
        starters=STARTERS,
        questions=(
            PARTNER,
            Question(name="number", text=N_("协议编号"), length=60, help=N_("双方共同使用的编号。")),
            Question(
                name="purposes", text=N_("向对方共享的用途"), ask=Ask.CHOICES, required=False, choices=PURPOSE,
                help=N_("只接收、不提供，或仅委托处理时不选。"),
            ),
            Question(
                name="views", text=N_("可提供的内容"), ask=Ask.CHOICES, required=False,
                choices=tuple((name, row.text) for name, row in VIEWS.items()),
            ),
            Question(name="inbound", text=N_("接收对方资料的用途"), ask=Ask.CHOICES, required=False, choices=PURPOSE),
            Question(name="payloads", text=N_("内容形式"), ask=Ask.CHOICES, required=False, choices=MEDIA),
            Question(
                name="level", text=N_("可提供的最高敏感级别"), ask=Ask.CHOICE,
                choices=tuple((one.value, one.label) for one in Level),
            ),
            Question(
                name="profile", text=N_("去标识方案"), ask=Ask.CHOICE, required=False, choices=PROFILES,
                help=N_("不选表示不去标识，仅限诊疗、法定报告等确需识别患者的用途。"),
            ),
            Question(
                name="assessment", text=N_("影响评估编号"), ask=Ask.NUMBER, required=False, least=1,
                help=N_("用途需要影响评估或委托处理的，填写合作机构页面上列出的评估编号。"),
            ),
            Question(name="starts", text=N_("协议开始日期"), ask=Ask.DATE),
            Question(name="ends", text=N_("协议到期日期"), ask=Ask.DATE, help=N_("含当日；到期后自动停止一切传输。")),
            Question(
                name="duties", text=N_("对方的保密义务"), ask=Ask.LONG, length=4000,
                help=N_("写明用途限制、保密责任、转交限制、安全措施、事件告知和到期返还或删除。"),
            ),
        ),
        papers=(Paper(name="agreement", text=N_("双方签章的协议扫描件")),),
        steps=(
            Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"),
            INFORMATION,
            HEAD,
        ),
        effect="partner_agreement",
        grants=N_("协议在约定的期限内生效，到期自动终止。"),
        obligations=(
            N_("每年监督检查合作机构"), N_("到期或终止后取得返还或删除证明"), N_("违反义务的立即终止协议"),
        ),
        may_read=SEES,
    ),
    MatterKind(
        id="partner_change",
        text=N_("合作机构登记变更"),
        purpose=N_("合作机构的联系人、地址、本院负责人或接口账号有变化时申请；名称或信用代码不同的是另一家机构，须另行登记。"),
        clauses=("5.2.3", "5.1.2"),
        section="share",
        starters=STARTERS,
        questions=(
            PARTNER,
            Question(name="contact", text=N_("联系人"), length=80, required=False, help=N_("留空的项目不变。")),
            Question(name="telephone", text=N_("联系电话"), length=40, required=False),
            Question(name="place", text=N_("地址"), length=200, required=False),
            Question(name="staff_no", text=N_("本院负责人工号"), length=40, required=False),
            Question(
                name="account", text=N_("接口账号"), length=60, required=False,
                help=N_("对方向本院传送资料所用的账号；原账号从获批时起不再代表该机构。"),
            ),
            Question(
                name="receiving", text=N_("接收对方资料"), ask=Ask.CHOICE, required=False,
                choices=(("none", N_("不再接收，取消接口账号")),),
            ),
            Question(name="reason", text=N_("变更原因"), ask=Ask.LONG),
        ),
        papers=(Paper(name="letter", text=N_("对方来函"), required=False),),
        steps=(INFORMATION, Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days")),
        effect="partner_change",
        grants=N_("登记信息自批准时起变更。"),
        may_read=SEES,
    ),
    MatterKind(
        id="impact_assessment",
        text=N_("个人信息保护影响评估"),
        purpose=N_("向其他机构提供、委托处理敏感个人信息，接入应用或批量共享之前，先行评估。"),
        clauses=("5.2.1", "5.2.4"),
        section="share",
        starters=(*STARTERS, Role.SECURITY_ADMIN),
        questions=(
            Question(name="subject", text=N_("评估事项"), length=120),
            Question(name="kind", text=N_("处理活动"), ask=Ask.CHOICE, choices=tuple(ASSESSED.items())),
            Question(
                name="lawful", text=N_("目的、方式是否合法、正当、必要"), ask=Ask.LONG, length=4000,
                help=N_("写明依据、为何需要这些信息，能否更少。"),
            ),
            Question(name="effects", text=N_("对个人权益的影响和安全风险"), ask=Ask.LONG, length=4000),
            Question(name="measures", text=N_("保护措施是否合法、有效并与风险相适应"), ask=Ask.LONG, length=4000),
            Question(
                name="risk", text=N_("风险等级"), ask=Ask.CHOICE,
                choices=tuple((one.value, one.label) for one in Risk),
            ),
            Question(
                name="conclusion", text=N_("评估结论"), ask=Ask.CHOICE,
                choices=tuple((one.value, one.label) for one in Conclusion),
            ),
        ),
        papers=(Paper(name="report", text=N_("影响评估报告")),),
        steps=(SECURITY, HEAD),
        effect="impact_assessment",
        grants=N_("评估登记在册并至少保存三年；到期前重新评估。"),
        may_read=SEES,
    ),
    MatterKind(
        id="open_channel",
        text=N_("开通传输通道申请"),
        purpose=N_("与合作机构之间新开传输通道时申请；批准后由系统管理员开通。"),
        clauses=("5.1.1", "5.1.2"),
        section="transmit",
        starters=(Role.SYSTEM_ADMIN, Role.MEDICAL_AFFAIRS),
        questions=(
            PARTNER,
            Question(name="code", text=N_("通道代码"), length=40, help=N_("小写字母、数字和连字符，以字母开头。")),
            Question(
                name="kind", text=N_("方式"), ask=Ask.CHOICE,
                choices=tuple((name, row.text) for name, row in CHANNELS.items()),
            ),
            Question(
                name="network", text=N_("网络"), ask=Ask.CHOICE,
                choices=tuple((name, row.text) for name, row in NETWORKS.items()),
            ),
            Question(
                name="direction", text=N_("方向"), ask=Ask.CHOICE,
                choices=tuple((one.value, one.label) for one in Direction),
            ),
            Question(
                name="address", text=N_("对方地址"), length=200, required=False,
                help=N_("如 https://gateway.example.cn:8443、hl7.example.cn:2575；一律加密，地址中不得写口令。"),
            ),
            Question(
                name="options", text=N_("参数"), length=400, required=False,
                help=N_("每行一项“名称=值”：DICOM 的 AE 名称、SFTP 的目录和主机密钥。"), ask=Ask.LONG,
            ),
            Question(name="most", text=N_("每分钟最多发送"), ask=Ask.NUMBER, least=1, most="channel_most"),
            Question(name="seconds", text=N_("回执时限（秒）"), ask=Ask.NUMBER, least=1, most="receipt_most_seconds"),
            Question(name="reason", text=N_("用途和安全措施"), ask=Ask.LONG),
        ),
        papers=(Paper(name="plan", text=N_("网络与安全方案"), required=False),),
        steps=(SECURITY, HEAD),
        effect="open_channel",
        grants=N_("准许按批准的参数开通该通道一次。"),
        may_read=SEES,
    ),
    MatterKind(
        id="app_registration",
        text=N_("应用接入申请"),
        purpose=N_("合作机构的应用需要经 SMART on FHIR 接入时申请；应用不能自行注册。"),
        clauses=("5.1.2", "5.2.3", "5.2.1"),
        section="share",
        starters=(Role.SYSTEM_ADMIN, Role.MEDICAL_AFFAIRS),
        questions=(
            PARTNER,
            Question(name="name", text=N_("应用名称"), length=80),
            Question(name="client", text=N_("应用编号"), length=60, help=N_("字母、数字、点和连字符，全院唯一。")),
            Question(
                name="confidential", text=N_("身份证明方式"), ask=Ask.CHOICE,
                choices=(("key", N_("以私钥签名证明（服务器应用）")), ("pkce", N_("仅 PKCE（手机、浏览器应用）"))),
            ),
            Question(
                name="redirects", text=N_("回调地址"), ask=Ask.LONG, required=False,
                help=N_("每行一个 https 地址，须完全一致；本机应用可用 http://127.0.0.1。"),
            ),
            Question(
                name="scopes", text=N_("权限范围"), ask=Ask.LONG,
                help=N_("每行一个，如 patient/Observation.rs；不得超出协议内容。"),
            ),
            Question(
                name="keys", text=N_("公钥（JWK Set）"), ask=Ask.LONG, length=8000, required=False,
                help=N_("以私钥签名证明的应用必填，只能是公钥。"),
            ),
            Question(
                name="account", text=N_("接口账号"), length=60, required=False,
                help=N_("含 system/ 范围的应用以此账号的名义办理。"),
            ),
            Question(name="agreement", text=N_("协议编号"), length=60),
            Question(name="ends", text=N_("到期日期"), ask=Ask.DATE),
            Question(name="reason", text=N_("用途"), ask=Ask.LONG),
        ),
        papers=(Paper(name="review", text=N_("安全检测报告"), required=False),),
        steps=(SECURITY, Step(name=N_("医务部门审核"), roles=(Role.MEDICAL_AFFAIRS,), days="matter_step_days"), HEAD),
        effect="app_registration",
        grants=N_("应用登记在册，在协议有效期内可由本人或患者授权使用。"),
        obligations=(N_("协议终止或到期时应用同时停用"), N_("每次访问都留痕并写明应用")),
        may_read=SEES,
    ),
)  # fmt: skip

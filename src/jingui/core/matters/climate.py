"""三（一）2, 三（二）1 库房与设备: what is asked for and decided there [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.matters.row import Ask, MatterKind, Move, Paper, Question, Step, Who
from jingui.core.storage import PARTS
from jingui.core.word import N_
from jingui.core.words import Role

ADMINISTRATORS: Final = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
PHOTO: Final = Paper(name="proof", text=N_("照片或维修单"), required=False)
DEVICE: Final = Question(name="equipment", text=N_("设备编号"), ask=Ask.NUMBER, least=1, help=N_("设备页面上的编号。"))
ROWS: Final[tuple[MatterKind, ...]] = (
    MatterKind(
        id="climate_alarm",
        text=N_("库房环境报警"),
        purpose=N_("传感器读数超限、中断或不可信时由系统发起，由责任人说明原因和措施，恢复后办结。"),
        clauses=("3.1.2",),
        section="keep",
        starters=(),
        system=True,
        questions=(
            Question(name="alarm", text=N_("报警编号"), ask=Ask.HIDDEN),
            Question(name="sensor", text=N_("传感器"), length=200),
            Question(name="place", text=N_("库房"), length=200),
            Question(name="what", text=N_("情况"), length=400),
        ),
        papers=(PHOTO,),
        steps=(
            Step(name=N_("责任人说明原因和措施"), who=Who.SUBJECT, hours="climate_reply_hours", moves=(Move.REPLY,),
                 after="pass"),
            Step(
                name=N_("核实恢复"), roles=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.HEAD, Role.SYSTEM_ADMIN),
                hours="climate_reply_hours", moves=(Move.APPROVE, Move.RETURN),
                outcomes=(("restored", N_("已采取措施并恢复"), True), ("device", N_("传感器故障"), True),
                          ("harmless", N_("无害（如检修、清洁）"), True)),
            ),
        ),
        effect="climate_alarm",
        grants=N_("报警办结；读数仍超限的不能办结。"),
        may_read=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.SUPERVISOR, *ADMINISTRATORS),
    ),
    MatterKind(
        id="protection_finding",
        text=N_("库房巡查异常"),
        purpose=N_("巡查发现异常时由系统发起，由库房责任人整改，他人核实。"),
        clauses=("3.1.2",),
        section="keep",
        starters=(),
        system=True,
        questions=(
            Question(name="place", text=N_("库房"), length=200),
            Question(name="what", text=N_("巡查项目"), length=200),
            Question(name="found", text=N_("发现的情况"), ask=Ask.LONG, length=4000),
        ),
        papers=(PHOTO,),
        steps=(
            Step(name=N_("库房责任人整改"), who=Who.SUBJECT, days="matter_step_days", moves=(Move.REPLY,),
                 after="pass"),
            Step(
                name=N_("核实整改"), roles=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.HEAD), days="matter_step_days",
                moves=(Move.APPROVE, Move.RETURN),
            ),
        ),
        may_read=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS, Role.SUPERVISOR, *ADMINISTRATORS),
    ),
    MatterKind(
        id="equipment_fault",
        text=N_("设备故障处理"),
        purpose=N_("登记设备故障时由系统发起，由设备责任人说明处理，他人核实。"),
        clauses=("3.2.3", "3.2.1", "3.1.2"),
        section="custody",
        starters=(),
        system=True,
        questions=(
            Question(name="equipment", text=N_("设备编号"), ask=Ask.HIDDEN),
            Question(name="name", text=N_("设备"), length=200),
            Question(name="what", text=N_("故障情况"), ask=Ask.LONG, length=4000),
        ),
        papers=(PHOTO,),
        steps=(
            Step(name=N_("责任人说明处理"), who=Who.SUBJECT, hours="fault_reply_hours", moves=(Move.REPLY,),
                 after="pass"),
            Step(
                name=N_("核实处理"), roles=(Role.SYSTEM_ADMIN, Role.ARCHIVIST, Role.HEAD), days="matter_step_days",
                moves=(Move.APPROVE, Move.RETURN),
            ),
        ),
        may_read=(Role.ARCHIVIST, Role.SUPERVISOR, *ADMINISTRATORS),
    ),
    MatterKind(
        id="configuration_change",
        text=N_("配置变更申请"),
        purpose=N_("更改或删除存储系统、数据库、主机的配置前申请；批准的时间窗内系统据此核对变化。"),
        clauses=("3.2.3",),
        section="custody",
        starters=(Role.SYSTEM_ADMIN,),
        questions=(
            Question(
                name="parts", text=N_("变更的部分"), ask=Ask.CHOICES,
                choices=tuple((one.name, one.text) for one in PARTS.values()),
                help=N_("软件升级请选“软件版本与依赖”，随之变化的表、授权和任务一并视为获批。"),
            ),
            Question(name="equipment", text=N_("设备编号"), ask=Ask.NUMBER, least=1, required=False,
                     help=N_("只变更一台设备的配置时填写。")),
            Question(name="what", text=N_("变更内容"), ask=Ask.LONG, length=10_000),
            Question(name="why", text=N_("变更理由"), ask=Ask.LONG),
            Question(name="risk", text=N_("风险与影响"), ask=Ask.LONG),
            Question(name="rollback", text=N_("回退办法"), ask=Ask.LONG),
            Question(name="first", text=N_("实施日期，从"), ask=Ask.DATE),
            Question(name="last", text=N_("实施日期，到"), ask=Ask.DATE),
        ),
        papers=(Paper(name="plan", text=N_("实施方案"), required=False),),
        steps=(
            Step(name=N_("安全管理员审核"), roles=(Role.SECURITY_ADMIN,), days="matter_step_days"),
            Step(name=N_("信息分管负责人批准"), roles=(Role.HEAD,), days="matter_step_days"),
        ),
        effect="configuration_change",
        grants=N_("在实施日期内，所列部分的变化视为获批；其他变化仍列为未经审批。"),
        obligations=(N_("实施后登记设备运行维护记录"), N_("失败时按回退办法恢复并说明")),
        may_read=(Role.SUPERVISOR, *ADMINISTRATORS),
    ),
    MatterKind(
        id="configuration_drift",
        text=N_("未经审批的配置变化"),
        purpose=N_("配置指纹发现没有审批的变化时由系统发起，由系统管理员说明，安全管理员判定。"),
        clauses=("3.2.3", "6.2.2"),
        section="custody",
        starters=(),
        system=True,
        questions=(
            Question(name="at", text=N_("发现时间"), length=40),
            Question(name="parts", text=N_("变化的部分"), length=400),
            Question(name="items", text=N_("变化的项目"), ask=Ask.LONG, length=8000),
        ),
        papers=(Paper(name="proof", text=N_("说明材料"), required=False),),
        steps=(
            Step(name=N_("系统管理员说明"), roles=(Role.SYSTEM_ADMIN,), hours="drift_reply_hours", moves=(Move.REPLY,),
                 after="pass"),
            Step(
                name=N_("安全管理员判定"), roles=(Role.SECURITY_ADMIN, Role.HEAD), hours="drift_reply_hours",
                moves=(Move.APPROVE, Move.RETURN),
                outcomes=(("reverted", N_("已恢复原配置"), True), ("accepted", N_("事后认可，补办手续"), True),
                          ("incident", N_("安全事件，另行处置"), True)),
            ),
        ),
        may_read=(Role.SUPERVISOR, *ADMINISTRATORS),
    ),
    MatterKind(
        id="media_scrap",
        text=N_("存储设备报废申请"),
        purpose=N_("报废存有信息的设备或介质前申请，写明清除信息的方法；两人批准，报废时两人在场。"),
        clauses=("3.2.3", "3.1.3"),
        section="custody",
        starters=(Role.SYSTEM_ADMIN,),
        questions=(
            DEVICE,
            Question(
                name="method", text=N_("信息清除方法"), ask=Ask.CHOICE,
                choices=(("shred", N_("物理粉碎")), ("degauss", N_("消磁")), ("overwrite", N_("覆写并验证")),
                         ("crypto", N_("销毁加密密钥")), ("none", N_("从未存储信息"))),
            ),
            Question(name="reason", text=N_("报废理由"), ask=Ask.LONG),
        ),
        papers=(PHOTO,),
        steps=(
            Step(name=N_("安全管理员审核"), roles=(Role.SECURITY_ADMIN,), days="matter_step_days"),
            Step(name=N_("负责人批准"), roles=(Role.HEAD,), days="matter_step_days"),
        ),
        effect="media_scrap",
        grants=N_("准许报废该设备一次，报废时须有第二人在场并登记。"),
        obligations=(N_("报废后登记清除方法和在场人"),),
        may_read=(Role.SUPERVISOR, *ADMINISTRATORS),
    ),
)  # fmt: skip

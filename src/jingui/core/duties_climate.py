"""三（一）2, 三（二）1 库房与设备: what is done there again and again [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

KEEPERS: Final = (Role.ARCHIVIST, Role.SYSTEM_ADMIN)
#: 七防: each is a round through every storeroom; the evidence says what to look at.
SEVEN: Final = (
    ("protect_fire", N_("防火巡查"), Every.WEEK,
     N_("灭火器压力和有效期、通道畅通、无明火和违规用电、火灾报警正常；附灭火器压力表照片。")),
    ("protect_damp", N_("防潮巡查"), Every.WEEK,
     N_("墙面地面无渗漏、无霉斑，除湿设备和温湿度读数正常；异常处附照片。")),
    ("protect_insects", N_("防虫巡查"), Every.MONTH, N_("无虫蛀痕迹，药剂或诱捕器在有效期内；附诱捕器照片。")),
    ("protect_theft", N_("防盗巡查"), Every.WEEK,
     N_("门窗、门禁、监控完好，钥匙和出入登记齐全；附门禁或登记照片。")),
    ("protect_rats", N_("防鼠巡查"), Every.MONTH, N_("挡鼠板、孔洞封堵和鼠夹完好，无鼠迹；附照片。")),
    ("protect_heat", N_("防高温巡查"), Every.WEEK, N_("空调运行正常，温度在限值内，远离热源；附温度显示照片。")),
    ("protect_light", N_("防强光巡查"), Every.MONTH, N_("遮光帘和灯具完好，病案不受阳光直射；附照片。")),
)  # fmt: skip
ROUNDS: Final = tuple(name for name, *_ in SEVEN)

ROWS: Final[tuple[Duty, ...]] = (
    *(
        Duty(
            id=name, text=text, clauses=("3.1.2",), section="keep", roles=KEEPERS, every=every, evidence=evidence,
            storerooms=True, page="rounds",
        )
        for name, text, every, evidence in SEVEN
    ),
    Duty(
        id="protection_check", text=N_("存储防护检查"), clauses=("3.2.1", "3.1.1"), section="custody",
        roles=(Role.SYSTEM_ADMIN,), every=Every.MONTH,
        evidence=N_("逐项核对存储系统的加密、备份、访问控制和防病毒，写明结果、问题和整改。"), page="storage",
    ),
    Duty(
        id="equipment_maintenance", text=N_("设备维护核对"), clauses=("3.2.3", "3.1.2"), section="custody",
        roles=(Role.SYSTEM_ADMIN,), every=Every.MONTH,
        evidence=N_("核对到期设备都已维护并登记，写明逾期的设备和原因。"), page="equipment",
    ),
    Duty(
        id="capacity_review", text=N_("存储容量核对"), clauses=("3.2.1", "3.2.3"), section="custody",
        roles=(Role.SYSTEM_ADMIN,), every=Every.MONTH, evidence=N_("核对各处余量和写满预测，写明扩容安排。"),
        page="storage",
    ),
    Duty(
        id="configuration_review", text=N_("配置核对"), clauses=("3.2.3",), section="custody",
        roles=(Role.SECURITY_ADMIN,), every=Every.QUARTER,
        evidence=N_("核对本季度的配置变更都有审批，未经审批的变化都已查明，写明件数。"), page="storage",
    ),
)  # fmt: skip

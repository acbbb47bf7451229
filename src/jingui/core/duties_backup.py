"""三（一）1, 六（一）3 备份与恢复: what is done there again and again [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

ROWS: Final[tuple[Duty, ...]] = (
    Duty(
        id="backup_check", text=N_("备份日检"), clauses=("3.1.1", "6.1.3"), section="protect",
        roles=(Role.SYSTEM_ADMIN,), every=Every.DAY,
        evidence=N_("核对最近备份的时间、位置数和日志归档没有中断，写明异常和处理。"), page="backups",
    ),
    Duty(
        id="restore_test", text=N_("恢复测试"), clauses=("6.1.3", "3.1.1"), section="protect",
        roles=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), every=Every.MONTH,
        evidence=N_("查看本月恢复测试报告：是否启动、核验、比对一致，写明用时和处理。"), page="backups",
    ),
    Duty(
        id="backup_media", text=N_("备份位置与密钥副本核对"), clauses=("3.1.1",), section="protect",
        roles=(Role.SECURITY_ADMIN,), every=Every.QUARTER,
        evidence=N_("核对异地位置可用、密钥文件登记副本齐全且没有未登记的副本，写明处理。"), page="backups",
    ),
    Duty(
        id="recovery_drill", text=N_("灾备切换演练"), clauses=("6.1.3", "3.1.1"), section="protect",
        roles=(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN), every=Every.YEAR,
        evidence=N_("真实切换一次主备或从备份恢复，登记丢失的写入和恢复所用的秒数，写明发现和改进。"), page="drills",
    ),
)  # fmt: skip

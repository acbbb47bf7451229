"""三（一）1, 六（一）3 备份与恢复: what the hospital promises about it [3.1.1] [6.1.3]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, MINUTES, PIECES, SECONDS, Setting, house
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    house("backup_every_hours", 168, HOURS, "3.1.1", N_("基础备份间隔"), 1, 744),
    house("backup_hour", 2, HOURS, "3.1.1", N_("基础备份开始的钟点（0–23）"), 0, 23),
    house("backup_max_hours", 192, HOURS, "3.1.1", N_("最近备份的最长时限，超过即告警"), 2, 800),
    house("backup_wal_minutes", 30, MINUTES, "3.1.1", N_("日志归档的最长中断，超过即告警"), 5, 1440),
    house("backup_alarm_hours", 24, HOURS, "3.1.1", N_("备份告警的处置时限"), 1, 168),
    house("backup_places", 2, PIECES, "3.1.1", N_("每份备份至少保存的位置数"), 1, 5),
    house("backup_keep", 4, PIECES, "3.1.1", N_("保留的基础备份份数"), 2, 60),
    house("restore_test_days", 31, DAYS, "6.1.3", N_("恢复测试间隔"), 1, 92),
    house("restore_test_patients", 20, PIECES, "6.1.3", N_("恢复测试比对的患者数"), 1, 500),
    house("drill_lost", 0, PIECES, "6.1.3", N_("灾备切换允许丢失的已确认写入"), 0, 1000),
    house("drill_seconds", 300, SECONDS, "6.1.3", N_("灾备切换恢复写入的时限"), 5, 86400),
)

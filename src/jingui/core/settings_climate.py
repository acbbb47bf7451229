"""三（一）2, 三（二）1 库房与设备: what the hospital promises about it [3.1.2] [3.2.1] [3.2.3]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, MINUTES, PIECES, TIMES, Setting, house
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    house("climate_hold_minutes", 15, MINUTES, "3.1.2", N_("超限持续多久才报警、恢复多久才解除"), 0, 1440),
    house("climate_again_minutes", 120, MINUTES, "3.1.2", N_("解除后多久内再次超限仍算同一次报警"), 0, 10_080),
    house("climate_reply_hours", 24, HOURS, "3.1.2", N_("环境报警答复期限"), 1, 168),
    house("climate_gap_times", 4, TIMES, "3.1.2", N_("几个间隔没有读数即为中断"), 2, 100),
    house("climate_batch", 5000, PIECES, "3.1.2", N_("一次接收读数上限"), 1, 20_000),
    house("evidence_megabytes", 12, PIECES, "3.1.2", N_("一张巡查照片的大小上限（MB）"), 1, 16),
    house("fault_reply_hours", 24, HOURS, "3.2.3", N_("设备故障答复期限"), 1, 720),
    house("drift_reply_hours", 24, HOURS, "3.2.3", N_("未经审批的配置变化答复期限"), 1, 168),
    house("change_window_days", 30, DAYS, "3.2.3", N_("一次配置变更审批的最长有效期"), 1, 90),
    house("key_rotation_days", 365, DAYS, "3.1.1", N_("密钥轮换周期"), 1, 1096),
)  # fmt: skip

"""三（一）3 期限与销毁: what the hospital promises about it [3.1.3]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, HOUSE, PIECES, YEARS, Setting, house, number
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    house("minor_keep_years", 0, YEARS, "3.1.3", N_("未成年患者病历保存至成年后多少年（0 表示按一般期限）"), 0, 100),
    house("destruction_most", 500, PIECES, "3.1.3", N_("一份销毁清册最多列入的条目"), 1, 2000),
    number("clock_jump_hours", 72, HOURS, "3.1.3", N_("台账时间允许的最大跳跃，超过即不销毁，待两人确认时间"), floor=1,
           ceiling=720, basis=HOUSE),
    Setting(
        name="clock_confirmed", kind="number", default=0, unit="", clause="3.1.3", basis=HOUSE, source="",
        text=N_("两人已核对系统时间的日期（年月日八位数，0 表示没有）"), floor=0, ceiling=99991231,
    ),
    house("clock_leap_days", 60, DAYS, "6.1.3", N_("系统时钟超前台账多少天以上不予采信，待两人确认时间"), 3, 400),
    house("extension_days", 3660, DAYS, "3.1.3", N_("一次鉴定续存的最长天数"), 1, 36600),
)  # fmt: skip

"""四（二）4 教学科研: what the hospital promises about studies and their extracts [4.2.4]"""

from typing import Final

from jingui.core.setting_rows import DAYS, PIECES, TIMES, Setting, house, number
from jingui.core.word import N_

SHARE: Final = "%"

ROWS: Final[tuple[Setting, ...]] = (
    number("extract_k", 5, PIECES, "4.2.4", N_("数据集中最小的组（k）"), floor=3, ceiling=100),
    house("small_cell", 10, PIECES, "4.2.4", N_("人数少于此数不显示"), 5, 100),
    house("extract_held", 10, SHARE, "4.2.4", N_("数据集中可扣留的行的最大比例"), 0, 50),
    house("extract_l", 2, PIECES, "4.2.4", N_("核查参考：每组敏感属性至少有几种取值（l）"), 1, 20),
    house("extract_t", 60, SHARE, "4.2.4", N_("核查参考：每组敏感属性分布与总体的最大差距（t）"), 1, 100),
    house("extract_risk", 20, SHARE, "4.2.4", N_("核查参考：已知其人在内时被认出的最大可能"), 1, 34),
    house("extract_patients", 200_000, PIECES, "4.2.4", N_("一份伦理批件最多允许的患者数"), 1, 1_000_000),
    house("cohort_queries", 20, TIMES, "4.2.4", N_("每人每日可统计的不同队列数"), 1, 200),
    house("extract_days", 366, DAYS, "4.2.4", N_("数据集最长使用期限"), 1, 1830),
)  # fmt: skip

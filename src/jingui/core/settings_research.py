"""四（二）4 教学科研: what the hospital promises about studies and their extracts [4.2.4]"""

from typing import Final

from jingui.core.setting_rows import DAYS, PIECES, Setting, house, number
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    number("extract_k", 5, PIECES, "4.2.4", N_("数据集中最小的组（k）"), floor=3, ceiling=100),
    house("small_cell", 10, PIECES, "4.2.4", N_("人数少于此数不显示"), 5, 100),
    house("extract_days", 366, DAYS, "4.2.4", N_("数据集最长使用期限"), 1, 1830),
)  # fmt: skip

"""四（二）外部查阅: what the hospital promises about copies, seals, courts and outside readers [4.2]"""

from typing import Final

from jingui.core.setting_rows import DAYS, PIECES, YEARS, Setting, house, number
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    number("copy_days", 7, DAYS, "4.2.1", N_("受理复制申请后办结的期限（工作日）"), floor=1, ceiling=15),
    house("copy_grant_days", 15, DAYS, "4.2.1", N_("办理复制期间可查阅病历的期限"), 1, 60),
    house("copy_page_fee", 50, N_("分"), "4.2.1", N_("复制工本费，每页"), 0, 200),
    house("copy_portal_days", 30, DAYS, "4.2.1", N_("门户中可下载复制件的期限"), 1, 366),
    house("copy_megabytes", 40, PIECES, "4.2.1", N_("一份复制件的大小上限（MB）"), 1, 200),
    number("sealing_years", 3, YEARS, "4.2.1", N_("封存多少年后询问是否启封"), floor=3, ceiling=30),
)  # fmt: skip

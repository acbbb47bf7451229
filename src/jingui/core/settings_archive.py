"""三（二）2, 六（一）4 纸质病案: what the hospital promises about it [3.2.2] [6.1.4]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOUSE, PIECES, POLICY, TIMES, Setting, house, number
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    number("handover_days", 3, DAYS, "3.2.2", N_("科室移交纸质病案的期限（工作日）"), floor=1, ceiling=15,
           basis=POLICY),
    number("loan_days", 3, DAYS, "4.1.2", N_("借阅纸质病案的归还期限（工作日）"), floor=1, ceiling=15, basis=POLICY),
    house("loan_renewals", 1, TIMES, "4.1.2", N_("同一次借阅可以续借的次数"), 0, 3),
    house("loan_most", 10, PIECES, "4.1.2", N_("一人同时借出的病案册数上限"), 1, 200),
    house("loan_remind_days", 1, DAYS, "4.1.2", N_("到期前多少天提醒归还"), 0, 5),
    house("loan_escalate_days", 3, DAYS, "4.1.2", N_("逾期多少个工作日后报医务部门"), 1, 15),
    house("scan_megabytes", 20, PIECES, "3.2.2", N_("一份扫描件的大小上限（MB）"), 1, 100),
    Setting(
        name="label_number", kind="word", default="no", unit="", clause="3.2.2", basis=HOUSE, source="",
        text=N_("标签上同时印病案号"), words=("yes", "no"),
    ),
    house("waste_tolerance", 20, N_("千分之"), "6.1.4", N_("废纸袋交出时重量的允许偏差"), 0, 100),
)  # fmt: skip

"""三（二）2 病案室: what the hospital promises about it [3.2.2]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOUSE, LAW, PIECES, Setting, house, number
from jingui.core.word import N_

POINTS: Final = N_("分")
ROWS: Final[tuple[Setting, ...]] = (
    house("case_file_days", 7, DAYS, "3.2.2", N_("出院后病案归档的期限（工作日）"), 1, 30),
    number("outpatient_file_days", 1, DAYS, "3.2.2", N_("医院保管的门诊病历归档的期限（工作日）"), floor=1, ceiling=1,
           basis=LAW, source=N_("《医疗机构病历管理规定（2013年版）》第十一条")),
    Setting(
        name="outpatient_charts_kept", kind="word", default="no", unit="", clause="3.2.2", basis=HOUSE, source="",
        text=N_("门诊病历由医院保管"), words=("yes", "no"),
    ),
    house("case_file_backlog_days", 92, DAYS, "3.2.2", N_("多少天内结束的就诊建立流转病案"), 1, 3660),
    house("filing_rate_first", 2, DAYS, "7.2.1", N_("归档率的第一个期限（工作日）"), 1, 7),
    house("filing_rate_second", 3, DAYS, "7.2.1", N_("归档率的第二个期限（工作日）"), 1, 15),
    house("filing_rate_third", 7, DAYS, "7.2.1", N_("归档率的第三个期限（工作日）"), 1, 30),
    Setting(
        name="filing_rate_stage", kind="word", default="filed", unit="", clause="7.2.1", basis=HOUSE, source="",
        text=N_("归档率以哪一环节为准"), words=("filed", "received"),
    ),
    house("deficiency_days", 3, DAYS, "3.2.2", N_("缺陷整改的期限（工作日）"), 1, 15),
    house("grade_a_points", 90, POINTS, "7.2.1", N_("甲级病案的最低分"), 50, 100),
    house("grade_b_points", 75, POINTS, "7.2.1", N_("乙级病案的最低分"), 0, 99),
    house("front_page_days", 7, DAYS, "3.2.2", N_("首页上报授权的期限"), 1, 31),
    house("front_page_part", 200, PIECES, "3.2.2", N_("一次导出的首页数"), 10, 500),
)  # fmt: skip

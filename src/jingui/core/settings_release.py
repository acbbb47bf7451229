"""四（二）外部查阅: what the hospital promises about copies, seals, courts and outside readers [4.2]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, HOUSE, LAW, PIECES, TIMES, YEARS, Setting, house, number
from jingui.core.word import N_

PEOPLE: Final = N_("人")
ROWS: Final[tuple[Setting, ...]] = (
    number("copy_days", 7, DAYS, "4.2.1", N_("受理复制申请后办结的期限（工作日）"), floor=1, ceiling=15),
    house("copy_grant_days", 15, DAYS, "4.2.1", N_("办理复制期间可查阅病历的期限"), 1, 60),
    house("copy_page_fee", 50, N_("分（人民币）"), "4.2.1", N_("复制工本费，每页"), 0, 200),
    house("copy_portal_days", 30, DAYS, "4.2.1", N_("门户中可下载复制件的期限"), 1, 366),
    house("copy_post_fee", 2000, N_("分（人民币）"), "4.2.1", N_("复制件邮寄费"), 0, 20_000),
    house("copy_most", 5, PIECES, "4.2.1", N_("一次申请的份数上限"), 1, 20),
    house("copy_records", 1000, PIECES, "4.2.1", N_("一份复制件的记录数上限，超过的分次申请"), 100, 2000),
    house("copy_checks", 30, TIMES, "4.2.1", N_("同一地址每分钟核验复制件的次数"), 5, 600),
    Setting(
        name="seal_two_person", kind="word", default="yes", unit="", clause="4.2.1", basis=HOUSE, source="",
        text=N_("复制件由制作人以外的人员用印"), words=("yes", "no"),
    ),
    Setting(
        name="copy_stamp", kind="word", default="copy", unit="", clause="4.2.1", basis=HOUSE, source="",
        text=N_("复制件所用印章"), words=("copy", "proof", "official"),
    ),
    house("copy_megabytes", 40, PIECES, "4.2.1", N_("一份复制件的大小上限（MB）"), 1, 200),
    number("sealing_years", 3, YEARS, "4.2.1", N_("封存多少年后询问是否启封"), floor=3, ceiling=30, basis=LAW,
           source=N_("《医疗纠纷预防和处理条例》第二十四条")),
    house("sealing_hours", 4, HOURS, "4.2.1", N_("封存申请的审核期限"), 1, 48),
    house("sealing_again_days", 366, DAYS, "4.2.1", N_("继续封存的，多少天后再次询问"), 30, 1100),
    house("sealing_megabytes", 200, PIECES, "4.2.1", N_("一份封存包的大小上限（MB）"), 1, 1000),
    house("retrieval_officers", 1, PEOPLE, "4.2.2", N_("依法调取须到场的工作人员人数"), 1, 3),
    number("retrieval_officers_police", 2, PEOPLE, "4.2.2", N_("公安、检察、监察机关须到场的工作人员人数"), floor=2,
           ceiling=3, basis=LAW, source=N_("刑事诉讼法、监察法关于两名以上人员取证的规定")),
    house("retrieval_days", 15, DAYS, "4.2.2", N_("依法调取的授权期限上限"), 1, 90),
    house("outside_hours", 168, HOURS, "4.2.3", N_("院外查阅的期限上限"), 1, 720),
    house("outside_step_hours", 24, HOURS, "4.2.3", N_("院外查阅申请的审批期限"), 1, 72),
    house("outside_tell_hours", 72, HOURS, "4.2.3", N_("未取得同意的，多少小时内告知患者"), 1, 168),
    house("outside_start_hours", 24, HOURS, "4.2.3", N_("院外查阅账号起始码的有效期"), 1, 168),
)  # fmt: skip

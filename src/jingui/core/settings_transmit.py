"""五（一）传输: what the hospital promises about it [5.1]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, HOUSE, NONE, SECONDS, TIMES, Setting, house
from jingui.core.transmit import Media
from jingui.core.word import N_
from jingui.core.words import Category

PERCENT: Final = "%"
MEGABYTES: Final = N_("兆字节")
ROWS: Final[tuple[Setting, ...]] = (
    house("certificate_warn_days", 60, DAYS, "5.1.2", N_("机构证书到期前多久提醒"), 7, 180),
    house("certificate_issued_days", 397, DAYS, "5.1.2", N_("为合作机构签发的证书有效期"), 30, 1096),
    house("channel_opening_days", 30, DAYS, "5.1.2", N_("通道批准后多久内须开通"), 1, 180),
    house("channel_most", 6000, TIMES, "5.1.2", N_("一条通道每分钟最多发送的上限"), 1, 60_000),
    house("receipt_most_seconds", 3600, SECONDS, "5.1.3", N_("通道回执时限的上限"), 10, 86_400),
    house("send_first_seconds", 20, SECONDS, "5.1.3", N_("传输失败后首次重试的间隔（其后逐次加倍）"), 1, 3600),
    house("send_longest_seconds", 3600, SECONDS, "5.1.3", N_("两次重试的最长间隔"), 1, 86_400),
    house("send_spread_percent", 20, PERCENT, "5.1.3", N_("重试间隔的随机浮动"), 0, 50),
    house("send_attempts", 12, TIMES, "5.1.3", N_("传输失败几次后转人工处理"), 1, 100),
    house("send_reply_hours", 24, HOURS, "5.1.3", N_("传输失败的处理期限"), 1, 720),
    house("send_lease_seconds", 15, SECONDS, "5.1.3", N_("回执时限过后多久视为传输进程中断"), 1, 3600),
    house("sent_content_days", 30, DAYS, "5.1.3", N_("传出的内容在本院保留多久，之后只留摘要、回执和经过"), 1, 365),
    house("gateway_clock_seconds", 300, SECONDS, "5.1.3", N_("接收时双方时间的最大相差"), 10, 3600),
    house("gateway_megabytes", 32, MEGABYTES, "5.1.3", N_("接收一份加密内容的最大体积"), 1, 128),
    house("gateway_part_hours", 24, HOURS, "5.1.3", N_("未完成的分段内容保留多久"), 1, 168),
    Setting(
        name="receive_consent_media",
        kind="words",
        default=NONE,
        unit="",
        clause="5.2.2",
        basis=HOUSE,
        source="",
        text=N_("须有患者书面同意才接收的内容形式"),
        words=tuple(one.value for one in Media),
    ),
    Setting(
        name="receive_consent_categories",
        kind="words",
        default=NONE,
        unit="",
        clause="5.2.2",
        basis=HOUSE,
        source="",
        text=N_("须有患者书面同意才接收的信息类别"),
        words=tuple(one.value for one in Category if one not in (Category.NONE, Category.DIRECTORY)),
    ),
    house("received_review_hours", 24, HOURS, "5.1.3", N_("待核外来资料的处理期限"), 1, 720),
)

"""五（二）共享: what the hospital promises about it [5.2]"""

from typing import Final

from jingui.core.setting_rows import DAYS, HOURS, HOUSE, MINUTES, PIECES, SECONDS, TIMES, Setting, house
from jingui.core.transmit import NETWORKS
from jingui.core.word import N_

ROWS: Final[tuple[Setting, ...]] = (
    house("agreement_max_days", 1096, DAYS, "5.2.3", N_("合作协议最长有效期"), 30, 1827),
    house("agreement_warn_days", 60, DAYS, "5.2.3", N_("合作协议到期前多久提醒"), 1, 365),
    house("partner_check_days", 365, DAYS, "5.2.3", N_("合作机构监督检查周期"), 30, 366),
    house("return_proof_days", 30, DAYS, "5.2.3", N_("协议终止后取得返还或删除证明的期限"), 1, 180),
    house("assessment_days", 365, DAYS, "5.2.1", N_("影响评估的有效期，届时重新评估"), 30, 1096),
    house("app_max_days", 365, DAYS, "5.1.2", N_("应用接入的最长有效期"), 1, 1096),
    house("app_code_seconds", 60, SECONDS, "5.1.2", N_("应用授权码的有效时间"), 10, 600),
    house("app_token_minutes", 30, MINUTES, "5.1.2", N_("应用访问令牌的有效时间"), 1, 60),
    house("app_system_minutes", 5, MINUTES, "5.1.2", N_("服务器应用访问令牌的有效时间"), 1, 60),
    house("app_refresh_days", 90, DAYS, "5.1.2", N_("应用离线授权的最长时间"), 1, 365),
    house("share_records", 500, PIECES, "5.2.1", N_("一次对外共享的记录数上限，超过的分次办理"), 10, 2000),
    house("share_megabytes", 16, PIECES, "5.2.1", N_("一次对外共享的内容大小上限（MB）"), 1, 60),
    house("bulk_hours", 72, HOURS, "5.2.4", N_("批量共享的文件保留多久，到期删除"), 1, 168),
    house("bulk_open", 2, PIECES, "5.2.1", N_("一个应用同时未结束的批量共享上限"), 1, 20),
    house("bulk_day", 10, TIMES, "5.2.1", N_("一个应用每天发起批量共享的次数上限"), 1, 100),
    house("bulk_patients", 20_000, PIECES, "5.2.1", N_("一次批量共享的患者人数上限，超过的停止"), 10, 1_000_000),
    house("bulk_poll_seconds", 5, SECONDS, "5.1.2", N_("查询批量共享进度的最短间隔"), 1, 600),
    Setting(
        name="bulk_network", kind="word", default="internet", unit="", clause="5.1.1", basis=HOUSE, source="",
        text=N_("批量共享接口所经的网络，决定可提供的最高敏感级别"), words=tuple(NETWORKS),
    ),
)  # fmt: skip

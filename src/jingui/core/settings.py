"""八 附则: the settings: what the hospital promises, with unit, limits and source of each [8.2] [6.1.2] [3.1.3]

A row is parsed once into a number, a word or a pattern. A value that the law forbids, or that nobody knows, is refused.
"""

from collections.abc import Mapping
from typing import Final

from jingui.core import (
    settings_archive,
    settings_backup,
    settings_climate,
    settings_custody,
    settings_keep,
    settings_release,
    settings_research,
    settings_share,
    settings_transmit,
)
from jingui.core.errors import Invalid, Misconfigured
from jingui.core.setting_rows import (
    CHARACTERS,
    CODES,
    DAYS,
    FORMS,
    GRADED,
    HOURS,
    HOUSE,
    KILOBYTES,
    LABELS,
    LAW,
    MINUTES,
    NONE,
    NUMBER,
    PATTERN,
    PIECES,
    SECONDS,
    TIMES,
    YEARS,
    Setting,
    Value,
    house,
    labels,
    number,
    writing,
)
from jingui.core.word import N_

__all__ = ["BY_NAME", "HOUSE", "LAW", "NONE", "TABLE", "Setting", "Value", "parse", "several", "shaped", "table"]

TABLE: Final[tuple[Setting, ...]] = (
    number("password_length", 12, CHARACTERS, "6.1.2", N_("密码最短长度"), floor=8, ceiling=64, source=GRADED),
    number("password_history", 5, TIMES, "6.1.2", N_("不得重复最近用过的密码"), floor=5, ceiling=24, source=GRADED),
    number("password_days", 90, DAYS, "6.1.2", N_("密码更换期限"), floor=1, ceiling=90),
    number("sign_in_tries", 5, TIMES, "6.1.2", N_("连续登录失败次数上限"), floor=3, ceiling=5, source=GRADED),
    number("lock_minutes", 15, MINUTES, "6.1.2", N_("登录锁定时长"), floor=10, ceiling=1440),
    number("idle_minutes", 30, MINUTES, "6.1.2", N_("无操作自动退出"), floor=1, ceiling=30, source=GRADED),
    number("session_hours", 12, HOURS, "6.1.2", N_("一次登录最长时间"), floor=1, ceiling=12),
    number("token_days", 366, DAYS, "6.1.2", N_("访问令牌最长有效期"), floor=1, ceiling=366, basis=HOUSE),
    number("proposal_hours", 24, HOURS, "6.1.2", N_("等待第二人确认的期限"), floor=1, ceiling=72, basis=HOUSE),
    number("relation_days", 366, DAYS, "4.1.1", N_("手工建立关系的最长期限"), floor=1, ceiling=366, basis=HOUSE),
    number("follow_up_days", 30, DAYS, "4.1.1", N_("就诊后科室关系延续"), floor=0, ceiling=90, basis=HOUSE),
    number("booking_days_before", 7, DAYS, "4.1.1", N_("预约前可查阅"), floor=0, ceiling=30, basis=HOUSE),
    number("booking_days", 1, DAYS, "4.1.1", N_("预约后关系延续"), floor=0, ceiling=30, basis=HOUSE),
    number("consultation_days", 7, DAYS, "4.1.1", N_("会诊后关系延续"), floor=0, ceiling=30, basis=HOUSE),
    number("order_days", 7, DAYS, "4.1.1", N_("医嘱执行后关系延续"), floor=0, ceiling=30, basis=HOUSE),
    number("order_open_days", 90, DAYS, "4.1.1", N_("未结束医嘱的关系最长期限"), floor=1, ceiling=366, basis=HOUSE),
    number("operation_days_before", 7, DAYS, "4.1.1", N_("手术前可查阅"), floor=0, ceiling=30, basis=HOUSE),
    number("operation_days", 30, DAYS, "4.1.1", N_("手术后关系延续"), floor=0, ceiling=90, basis=HOUSE),
    number("roster_days", 31, DAYS, "4.1.1", N_("一次排班的最长期限"), floor=1, ceiling=92, basis=HOUSE),
    number("rotation_days", 366, DAYS, "4.1.1", N_("一次轮转的最长期限"), floor=1, ceiling=366, basis=HOUSE),
    number(
        "inpatient_years", 30, YEARS, "3.1.3", N_("住院病历保存年限"), floor=30, ceiling=200, basis=LAW,
        source=N_("《医疗机构病历管理规定》第二十九条"),
    ),
    number(
        "outpatient_years", 15, YEARS, "3.1.3", N_("门（急）诊病历保存年限"), floor=15, ceiling=200, basis=LAW,
        source=N_("《医疗机构病历管理规定》第二十九条"),
    ),
    number(
        "psychiatric_years", 30, YEARS, "3.1.3", N_("精神障碍病历保存年限"), floor=30, ceiling=200, basis=LAW,
        source=N_("《精神卫生法》第四十七条"),
    ),
    number("matter_step_days", 3, DAYS, "4.1.1", N_("事项每步办理期限（工作日）"), floor=1, ceiling=30, basis=HOUSE),
    number("matter_appeal_days", 10, DAYS, "4.1.1", N_("申诉期限（工作日）"), floor=3, ceiling=60, basis=HOUSE),
    number("emergency_review_days", 3, DAYS, "4.1.1", N_("紧急调阅复核期限（工作日）"), floor=1, ceiling=3),
    house("downtime_hours", 24, HOURS, "2.2.3", N_("应急摘要最长可开启时间"), 1, 72),
    house("downtime_notes", 3, PIECES, "2.2.3", N_("应急摘要所含最近病历文书数"), 0, 10),
    house("downtime_clock_minutes", 10, MINUTES, "2.2.3", N_("应急工作站时钟允许偏差"), 1, 60),
    number("downtime_review_days", 3, DAYS, "2.2.3", N_("停机期间查阅复核期限（工作日）"), floor=1, ceiling=3),
    house("offline_pin_digits", 6, CHARACTERS, "6.1.2", N_("应急 PIN 最少位数"), 6, 12),
    number("access_grant_days", 90, DAYS, "4.1.1", N_("内部查阅授权最长期限"), floor=1, ceiling=366, basis=HOUSE),
    house("cohort_patients", 100, PIECES, "4.1.1", N_("一次成批查阅申请的患者数上限"), 2, 1000),
    number("emergency_hours", 12, HOURS, "4.1.1", N_("一次紧急调阅最长时间"), floor=1, ceiling=12),
    number("post_grant_days", 365, DAYS, "4.1.1", N_("岗位常设授权复核周期"), floor=30, ceiling=366),
    house("post_grant_reach_days", 90, DAYS, "4.1.1", N_("常设授权含就诊结束后的最长天数"), 0, 366),
    number("statistics_days", 7, DAYS, "4.1.3", N_("统方批准后须在此期限内完成"), floor=1, ceiling=30, basis=HOUSE),
    house("statistics_orders", 200_000, PIECES, "4.1.3", N_("一次统方的医嘱数上限"), 1000, 5_000_000),
    number("take_records", 500, PIECES, "4.1.3", N_("一次打印或导出的记录数上限"), floor=50, ceiling=1000, basis=HOUSE),
    number("undertaking_days", 365, DAYS, "4.1.3", N_("保密承诺有效期"), floor=30, ceiling=366),
    number("undertaking_warning_days", 30, DAYS, "4.1.3", N_("保密承诺到期前提醒"), floor=1, ceiling=90, basis=HOUSE),
    number("delegation_days", 30, DAYS, "1.3.4", N_("委托审批最长期限"), floor=1, ceiling=92, basis=HOUSE),
    number("finding_reply_days", 3, DAYS, "4.1.3", N_("监测发现说明期限（工作日）"), floor=1, ceiling=10, basis=HOUSE),
    number("finding_judge_days", 5, DAYS, "4.1.3", N_("监测发现判定期限（工作日）"), floor=1, ceiling=20, basis=HOUSE),
    number("monitor_patients", 40, PIECES, "4.1.3", N_("一天查阅多少名患者起询问"), floor=5, ceiling=500, basis=HOUSE),
    number("monitor_times", 3, TIMES, "4.1.3", N_("超过同岗位多少倍起询问"), floor=2, ceiling=20, basis=HOUSE),
    number("monitor_taken", 20, TIMES, "4.1.3", N_("一天打印导出复制多少次起询问"), floor=3, ceiling=200, basis=HOUSE),
    number("monitor_refused", 5, TIMES, "4.1.2", N_("一天被拒绝多少次起询问"), floor=2, ceiling=50, basis=HOUSE),
    number(
        "monitor_emergencies", 4, TIMES, "4.1.1", N_("三十天内紧急调阅多少次起询问"), floor=2, ceiling=50, basis=HOUSE
    ),
    number("monitor_deceased_days", 30, DAYS, "4.1.3", N_("去世多少天后查阅起询问"), floor=0, ceiling=366, basis=HOUSE),
    number("monitor_night_from", 22, HOURS, "4.1.3", N_("夜间自几时起"), floor=0, ceiling=23, basis=HOUSE),
    number("monitor_night_to", 6, HOURS, "4.1.3", N_("夜间至几时止"), floor=0, ceiling=23, basis=HOUSE),
    number("record_recall_days", 7, DAYS, "2.2.4", N_("归档病历召回更正期限"), floor=1, ceiling=30, basis=HOUSE),
    number("paper_megabytes", 20, PIECES, "2.1.3", N_("单份材料的大小上限（MB）"), floor=1, ceiling=50, basis=HOUSE),
    number("portal_idle_minutes", 15, MINUTES, "1.3.2", N_("患者门户无操作自动退出"), floor=1, ceiling=30, basis=HOUSE),
    number("portal_session_hours", 2, HOURS, "1.3.2", N_("患者门户一次登录最长时间"), floor=1, ceiling=12, basis=HOUSE),
    number("portal_start_days", 7, DAYS, "1.3.2", N_("患者门户起始码有效期"), floor=1, ceiling=30, basis=HOUSE),
    number(
        "patient_answer_days", 15, DAYS, "1.3.2", N_("答复患者异议和申请的期限（工作日）"), floor=1, ceiling=30,
        basis=HOUSE,
    ),
    house("release_days", 3650, DAYS, "1.3.2", N_("告知后放行的结果在患者门户显示的最长时间"), 1, 36500),
    number(
        "portal_watch_minutes", 15, MINUTES, "1.3.2", N_("门户页面自动更新的最长时间"), floor=1, ceiling=60, basis=HOUSE
    ),
    number(
        "guardian_until_years", 18, YEARS, "1.3.2", N_("监护人查阅截至患者年龄"), floor=14, ceiling=18, basis=LAW,
        source=N_("《民法典》第十七条、第二十七条"),
    ),
    number(
        "resuscitation_record_hours", 6, HOURS, "2.2.2", N_("抢救记录补记时限"), floor=1, ceiling=6, basis=LAW,
        source=N_("《医疗纠纷预防和处理条例》第十五条"),
    ),
    writing("first_progress_hours", 8, HOURS, N_("首次病程记录时限")),
    writing("admission_record_hours", 24, HOURS, N_("入院记录时限")),
    writing("ward_round_hours", 48, HOURS, N_("主治医师首次查房时限")),
    writing("operation_record_hours", 24, HOURS, N_("手术记录时限")),
    writing("discharge_record_hours", 24, HOURS, N_("出院记录时限")),
    writing("death_record_hours", 24, HOURS, N_("死亡记录时限")),
    writing("short_stay_hours", 24, HOURS, N_("短于此时长的住院写24小时内入出院记录")),
    writing("short_stay_record_hours", 24, HOURS, N_("24小时内入出院（死亡）记录时限")),
    writing("takeover_hours", 24, HOURS, N_("接班记录时限")),
    writing("transfer_hours", 24, HOURS, N_("转入记录时限")),
    writing("stage_summary_days", 30, DAYS, N_("阶段小结间隔")),
    number(
        "report_record_hours", 24, HOURS, "2.2.2", N_("检查检验结果归入病历时限"), floor=1, ceiling=24, basis=LAW,
        source=N_("《医疗机构病历管理规定》第十一条"),
    ),
    number(
        "postoperative_note_hours", 2, HOURS, "2.2.2", N_("术后首次病程记录时限（即时）"), floor=1, ceiling=2,
        basis=LAW, source=N_("《病历书写基本规范》"),
    ),
    house("discharge_summary_hours", 24, HOURS, "2.2.2", N_("出院小结时限"), 1, 72),
    house("vital_signs_hours", 6, HOURS, "2.2.2", N_("生命体征测量后录入时限"), 1, 24),
    writing("death_discussion_days", 7, DAYS, N_("死亡病例讨论时限")),
    writing("progress_critical_hours", 24, HOURS, N_("病危患者病程记录间隔")),
    writing("progress_serious_hours", 48, HOURS, N_("病重患者病程记录间隔")),
    writing("progress_stable_hours", 72, HOURS, N_("病情稳定患者病程记录间隔")),
    house("consultation_record_hours", 24, HOURS, "2.2.2", N_("普通会诊记录时限"), 1, 48),
    house("critical_value_hours", 6, HOURS, "2.2.2", N_("危急值处置记录时限"), 1, 24),
    house("outpatient_record_hours", 24, HOURS, "2.2.2", N_("门（急）诊病历时限"), 1, 24),
    house("front_page_hours", 24, HOURS, "2.2.2", N_("病案首页时限"), 1, 72),
    house("nursing_special_hours", 4, HOURS, "2.2.2", N_("特级护理记录间隔"), 1, 24),
    house("nursing_first_hours", 24, HOURS, "2.2.2", N_("一级护理记录间隔"), 1, 72),
    house("nursing_second_hours", 72, HOURS, "2.2.2", N_("二级护理记录间隔"), 1, 168),
    house("nursing_third_hours", 168, HOURS, "2.2.2", N_("三级护理记录间隔"), 1, 720),
    house("signature_hours", 24, HOURS, "2.2.1", N_("书写后签名时限"), 1, 72),
    house("countersignature_hours", 24, HOURS, "2.2.1", N_("上级审阅签名时限"), 1, 72),
    house("verification_hours", 24, HOURS, "2.2.3", N_("第二人核对确认时限"), 1, 72),
    house("deadline_warning_minutes", 120, MINUTES, "2.2.2", N_("书写时限到期前提醒"), 5, 1440),
    house("deadline_backlog_hours", 72, HOURS, "2.2.2", N_("导入的就诊补计时限的范围"), 0, 720),
    number("signing_minutes", 240, MINUTES, "2.2.2", N_("一次签名确认的有效时长"), floor=5, ceiling=720),
    house("draft_kilobytes", 256, KILOBYTES, "2.2.3", N_("一份草稿的大小上限"), 64, 1024),
    house("paste_characters", 60, CHARACTERS, "2.2.2", N_("跨患者粘贴比对的最短文字"), 30, 500),
    Setting(
        name="signing_provider", kind="word", default="local", unit="", clause="2.2.2", basis=HOUSE, source="",
        text=N_("电子签名的提供方"), words=("local", "ukey", "phone"),
    ),
    Setting(
        name="second_person_forms", kind="words", default=NONE, unit="", clause="2.2.3", basis=HOUSE, source="",
        text=N_("须第二人核对确认的文书"), words=FORMS,
    ),
    Setting(
        name="paste_from_another_patient", kind="word", default="warn", unit="", clause="2.2.2", basis=HOUSE, source="",
        text=N_("文字与其他患者的记录雷同时"), words=("block", "warn"),
    ),
    number("search_count", 200, PIECES, "4.1.3", N_("一次列出的患者数上限"), floor=20, ceiling=200, basis=HOUSE),
    number("outside_seconds", 10, SECONDS, "1.3.3", N_("外部检查点送出间隔"), floor=1, ceiling=3600, basis=HOUSE),
    number("ledger_lag_seconds", 5, SECONDS, "1.3.3", N_("台账排序延迟上限"), floor=1, ceiling=5, basis=HOUSE),
    Setting(
        name="mrn_format", kind="pattern", default="{n:08}", unit="", clause="2.1.2", basis=HOUSE, source="",
        text=N_("病案号格式"),
    ),
    Setting(
        name="inpatient_no_format", kind="pattern", default="ZY{n:08}", unit="", clause="2.1.2", basis=HOUSE, source="",
        text=N_("住院号格式"),
    ),
    Setting(
        name="outpatient_no_format", kind="pattern", default="MZ{n:08}", unit="", clause="2.1.2", basis=HOUSE,
        source="", text=N_("门诊号格式"),
    ),
    Setting(
        name="assign_numbers", kind="word", default="yes", unit="", clause="2.1.2", basis=HOUSE, source="",
        text=N_("来源没有号码时由本系统编号"), words=("yes", "no"),
    ),
    labels(
        "consent_labels_treatment",
        ("hiv", "std", "hepatitis", "tuberculosis", "infectious", "psychiatric", "genetic", "minor"),
        N_("采集时须取得书面同意的敏感信息"), source=N_("《个人信息保护法》第二十九条、第三十一条"),
    ),
    labels("consent_labels_teaching", LABELS, N_("用于教学须取得书面同意的敏感信息")),
    labels("consent_labels_research", LABELS, N_("用于科研须取得书面同意的敏感信息")),
    labels("consent_labels_sharing", LABELS, N_("对外共享须取得书面同意的敏感信息"), clause="5.2.2"),
    number("consent_due_hours", 72, HOURS, "2.1.3", N_("书面同意补办期限"), floor=1, ceiling=720, basis=HOUSE),
    number("consent_scan_kb", 1024, KILOBYTES, "2.1.3", N_("同意书扫描件上限"), floor=64, ceiling=4096, basis=HOUSE),
    number(
        "minor_years", 14, YEARS, "2.1.3", N_("按未成年人敏感信息对待的年龄（未满）"), floor=14, ceiling=18, basis=LAW,
        source=N_("《个人信息保护法》第二十八条"),
    ),
    Setting(
        name="sensitive_codes", kind="codes", default=NONE, unit="", clause="2.1.3", basis=HOUSE, source="",
        text=N_("本院另行列为敏感的疾病编码"),
    ),
    *settings_custody.ROWS,
    *settings_archive.ROWS,
    *settings_climate.ROWS,
    *settings_keep.ROWS,
    *settings_backup.ROWS,
    *settings_release.ROWS,
    *settings_research.ROWS,
    *settings_transmit.ROWS,
    *settings_share.ROWS,
)  # fmt: skip
BY_NAME: Final[Mapping[str, Setting]] = {row.name: row for row in TABLE}


def parse(name: str, text: str) -> Value:
    """The value of a setting as written; Invalid says which limit it breaks."""
    row = BY_NAME.get(name)
    if row is None:
        raise Invalid(N_("没有这项设置。"), places=((name[:64], N_("未知的设置")),))
    if row.kind == "number":
        if not NUMBER.match(text.strip()):
            raise Invalid(places=((name, N_("须为整数")),))
        value = int(text)
        if row.floor is not None and value < row.floor:
            raise Invalid(N_("低于允许的最低值，不能更改。"), places=((name, str(row.floor)),))
        if row.ceiling is not None and value > row.ceiling:
            raise Invalid(N_("高于允许的最高值，不能更改。"), places=((name, str(row.ceiling)),))
        return value
    if row.kind == "word" and text not in row.words:
        raise Invalid(places=((name, "、".join(row.words)),))
    if row.kind == "words" and text != NONE and (not text.split() or set(text.split()) - set(row.words)):
        raise Invalid(places=((name, "、".join((NONE, *row.words))),))
    if row.kind == "codes" and text != NONE and not (text.split() and all(map(CODES.match, text.split()))):
        raise Invalid(places=((name, "hiv+Z20.6 genetic+Q90-Q99 psychiatric-R44"),))
    if row.kind == "pattern" and not PATTERN.match(text):
        raise Invalid(places=((name, "ZY{n:08}"),))
    return text


def table(rows: Mapping[str, str]) -> dict[str, Value]:
    """Every setting's value, defaults where nothing was said; Misconfigured for an unknown or forbidden one."""
    out: dict[str, Value] = {row.name: row.default for row in TABLE}
    for name, text in rows.items():
        try:
            out[name] = parse(name, text)
        except Invalid as error:
            raise Misconfigured(setting=name, value=text[:80]) from error
    return out


def several(value: Value) -> frozenset[str]:
    """The words of a setting that is a list; none for `none`."""
    return frozenset(str(value).split()) - {NONE}


def shaped(pattern: str, n: int) -> str:
    """A number in its pattern: `ZY{n:08}` and 7 make ZY00000007."""
    letters, _, rest = pattern.partition("{")
    return f"{letters}{n:0{int(rest[2:-1])}d}"

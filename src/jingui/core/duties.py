"""七（一）, 一（三）4: the table of recurring duties: what must be done again and again, by which post [1.3.4] [7.1.1]

A duty is due at the end of each of its periods (China's days); what is not done by then is missed, and says so.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from jingui.core import (
    duties_archive,
    duties_backup,
    duties_climate,
    duties_custody,
    duties_keep,
    duties_share,
    duties_transmit,
)
from jingui.core.calendars import CHINA
from jingui.core.duty_rows import Duty, Every
from jingui.core.word import N_
from jingui.core.words import Role

DUTIES: Final[dict[str, Duty]] = {
    row.id: row
    for row in (
        *duties_custody.ROWS,
        *duties_archive.ROWS,
        *duties_climate.ROWS,
        *duties_keep.ROWS,
        *duties_backup.ROWS,
        *duties_transmit.ROWS,
        *duties_share.ROWS,
        Duty(
            id="template_review", text=N_("采集模板复核"), clauses=("2.1.1",), section="collect",
            roles=(Role.MEDICAL_AFFAIRS, Role.QUALITY), every=Every.YEAR,
            evidence=N_("逐项核对采集字段的目的和必要性，写明删改的字段。"), page="templates",
        ),
        Duty(
            id="source_review", text=N_("数据来源与工作站复核"), clauses=("2.1.2", "2.2.3"), section="collect",
            roles=(Role.SYSTEM_ADMIN,), every=Every.QUARTER,
            evidence=N_("核对每个来源和工作站仍在使用、证书有效，写明停用的项目。"), page="sources",
        ),
        Duty(
            id="consent_review", text=N_("敏感信息同意书抽查"), clauses=("2.1.3",), section="collect",
            roles=(Role.QUALITY, Role.MEDICAL_AFFAIRS), every=Every.MONTH,
            evidence=N_("抽查待补办的书面同意，写明份数和处理。"),
        ),
        Duty(
            id="deadline_review", text=N_("病历书写时限讲评"), clauses=("2.2.2",), section="enter",
            roles=(Role.PHYSICIAN, Role.NURSE), every=Every.WEEK, departments=True,
            evidence=N_("通报本科室逾期和补记的份数、原因和改进。"), page="deadlines",
        ),
        Duty(
            id="qualification_review", text=N_("书写资质核对"), clauses=("2.2.1",), section="enter",
            roles=(Role.MEDICAL_AFFAIRS,), every=Every.QUARTER,
            evidence=N_("核对执业证书、培训和考核，写明到期人员。"),
        ),
        Duty(
            id="correction_review", text=N_("更正与补记抽查"), clauses=("2.2.4",), section="enter",
            roles=(Role.QUALITY,), every=Every.MONTH,
            evidence=N_("抽查更正痕迹是否完整、理由是否充分。"),
        ),
        Duty(
            id="post_grant_review", text=N_("岗位常设授权年度复核"), clauses=("4.1.1",), section="access",
            roles=(Role.MEDICAL_AFFAIRS, Role.SECURITY_ADMIN), every=Every.YEAR,
            evidence=N_("逐项确认仍有必要，不需要的当场终止。"), page="grants",
        ),
        Duty(
            id="access_review", text=N_("查阅记录月度审查"), clauses=("4.1.2", "4.1.3"), section="access",
            roles=(Role.DISCIPLINE, Role.AUDIT_ADMIN), every=Every.MONTH,
            evidence=N_("核对监测发现的处理结果和误报率，提出规则调整。"),
        ),
        Duty(
            id="undertaking_review", text=N_("保密承诺书年度续签"), clauses=("4.1.3",), section="access",
            roles=(Role.MEDICAL_AFFAIRS, Role.HEAD), every=Every.YEAR,
            evidence=N_("列出未续签人员并督促，未续签的停止查阅。"), page="documents",
        ),
        Duty(
            id="sealing_review", text=N_("封存与院外查阅核对"), clauses=("4.2.1", "4.2.3"), section="release",
            roles=(Role.ARCHIVIST, Role.MEDICAL_AFFAIRS), every=Every.WEEK,
            evidence=N_("核对封存介质在位、已完成的部分已补充封存、事后告知无逾期，写明份数和处理。"),
            page="sealings",
        ),
        Duty(
            id="rule_review", text=N_("准许规则合法性复核"), clauses=("1.3.1",), section="bylaws",
            roles=(Role.MEDICAL_AFFAIRS, Role.HEAD), every=Every.YEAR,
            evidence=N_("逐条核对规则的法律依据，写明需要修订的条款。"), page="cockpit",
        ),
        Duty(
            id="patient_voice", text=N_("患者异议与限制讲评"), clauses=("1.3.2",), section="access",
            roles=(Role.MEDICAL_AFFAIRS,), every=Every.MONTH,
            evidence=N_("汇总患者的异议、投诉和查阅限制，写明答复时限是否达到。"),
        ),
        Duty(
            id="life_sample", text=N_("记录全程抽查"), clauses=("1.3.3",), section="oversee",
            roles=(Role.QUALITY, Role.SUPERVISOR), every=Every.MONTH,
            evidence=N_("抽取一份记录，从采集到归档逐环核对存证。"), page="entries",
        ),
        Duty(
            id="seal_use_review", text=N_("用印登记核对"), clauses=("4.2.1",), section="release",
            roles=(Role.MEDICAL_AFFAIRS, Role.SUPERVISOR), every=Every.MONTH,
            evidence=N_("核对用印登记与复制件、申请一一对应，写明份数和异常。"),
        ),
        Duty(
            id="extract_review", text=N_("数据集期限核对"), clauses=("4.2.4",), section="release",
            roles=(Role.MEDICAL_AFFAIRS, Role.QUALITY), every=Every.MONTH,
            evidence=N_("逐份核对已放行的数据集：即将到期的提醒领取人，已到期的催交销毁证明，写明份数。"),
            page="studies",
        ),
        Duty(
            id="teaching_library_review", text=N_("教学库年度核对"), clauses=("4.2.4",), section="release",
            roles=(Role.MEDICAL_AFFAIRS,), every=Every.YEAR,
            evidence=N_("核对教学库仍有必要、期限未过、去标识仍然有效，写明续用或停用。"), page="studies",
        ),
        Duty(
            id="responsibility_review", text=N_("岗位责任矩阵核对"), clauses=("1.3.4",), section="protect",
            roles=(Role.HEAD, Role.SECURITY_ADMIN), every=Every.QUARTER,
            evidence=N_("核对每项操作都有负责岗位，每个账号都对应在岗人员。"), page="roles",
        ),
    )
}  # fmt: skip


def period(every: Every, day: date) -> tuple[date, date]:
    """The first day of the period that holds `day`, and the first day after it."""
    if every is Every.DAY:
        return day, day + timedelta(days=1)
    if every is Every.WEEK:
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    months = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}[every]
    start = (day.month - 1) // months * months
    end = day.year * 12 + start + months
    return date(day.year, start + 1, 1), date(end // 12, end % 12 + 1, 1)


def due(every: Every, at: datetime) -> datetime:
    """When the run of the period that holds `at` must be done: the end of the period."""
    return datetime.combine(period(every, at.astimezone(CHINA).date())[1], time(0), tzinfo=CHINA)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDuties:
    """The system opens the runs of the present periods and marks those that were missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoDuty:
    """A run was done: what was found and done, in words; `abnormal`: a storeroom's round that asks for a remedy."""

    run: int
    result: str
    abnormal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DutiesRequest:
    """Which runs: those of my post that are open, or all of the last periods."""

    mine: bool = True
    settled: bool = False
    count: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyLine:
    """A run as a list shows it."""

    id: int
    duty: str
    department: str
    due: datetime
    state: str
    person: str
    done: datetime | None
    result: str
    mine: bool
    entry: str
    place: int = 0  # of a storeroom's round
    matter: int = 0  # what it led to

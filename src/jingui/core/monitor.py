"""四（一）3 防止滥用: what makes a reading worth a question: explainable rules, one row each [4.1.3] [4.1.2]

A finding is a question, not a verdict: it becomes a matter that its subject answers. Facts are free of content.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from jingui.core.calendars import CHINA
from jingui.core.settings import Value
from jingui.core.word import N_


class Reading(NamedTuple):
    """What one person did on one day, with one patient's information or (patient 0) in all, as the monitor sees it."""

    person: int
    patient: int
    at: datetime  # of the first entry that counts
    entries: tuple[str, ...]  # ids of the day's entries, oldest first
    read: int = 0  # allowed readings
    taken: int = 0  # printed, exported, copied
    refused: int = 0
    emergency: int = 0  # 紧急调阅 opened or read under
    statistics: int = 0  # 统方 refused
    at_night: int = 0  # readings in the house's quiet hours
    related: bool = True  # a treating relation or a grant stood at the time
    self_made: bool = False  # the only relation was entered by hand by the reader themself
    colleague: bool = False
    own: bool = False
    kin: str = ""  # what the reader's own chart shares with this one: phone, address, or ""
    restricted: bool = False
    deceased_days: int = -1  # days between death and reading, -1 for the living
    patients: int = 0  # patients this person read on the day
    usual: int = 0  # the median of the same role in the same department, other people, other days
    glass_month: int = 0  # emergencies this person opened in 30 days


class Found(NamedTuple):
    """A rule that asks, and the figures that its sentence names."""

    rule: str
    figures: Mapping[str, int]


Test = Callable[[Reading, Mapping[str, Value]], bool]
Figures = Callable[[Reading, Mapping[str, Value]], Mapping[str, int]]


def none(_reading: Reading, _settings: Mapping[str, Value]) -> Mapping[str, int]:
    """No figures."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row: its name, its sentence (a msgid with %(name)s for each figure), when it asks."""

    id: str
    text: str
    why: str  # msgid: why anybody asks
    clause: str
    test: Test
    day: bool = False  # about a person's whole day, not about one patient
    figures: Figures = field(default=none)


def number(settings: Mapping[str, Value], name: str) -> int:
    """A setting that is a number."""
    return int(settings[name])


RULES: Final[dict[str, Rule]] = {
    row.id: row
    for row in (
        Rule(
            id="no_relation", clause="4.1.3", text=N_("查阅时没有诊疗关系，也没有授权。"),
            why=N_("诊疗之外的查阅须经批准。"),
            # an emergency access has its own review: it is not asked about twice
            test=lambda r, s: r.read > 0 and not r.related and not r.own and not r.emergency,
        ),
        Rule(
            id="self_made_relation", clause="4.1.1", text=N_("唯一的诊疗关系由查阅人本人手工登记。"),
            why=N_("给自己登记关系后查阅，需要说明缘由。"),
            test=lambda r, s: r.read > 0 and r.self_made,
        ),
        Rule(
            id="own_record", clause="4.1.3", text=N_("以工作账号访问本人病历（%(refused)s 次被拒绝）。"),
            why=N_("本人病历应在患者门户查看。"),
            test=lambda r, s: r.own and (r.read or r.refused) > 0,
            figures=lambda r, s: {"refused": r.refused},
        ),
        Rule(
            id="colleague", clause="4.1.3", text=N_("患者是本院职工。"),
            why=N_("同事的病历最容易因好奇被打开。"),
            test=lambda r, s: r.read > 0 and r.colleague and (not r.related or r.emergency > 0),
        ),
        Rule(
            id="colleague_tried", clause="4.1.3", text=N_("试图打开本院职工的病历，%(refused)s 次被拒绝。"),
            why=N_("被拒绝的尝试也需要说明。"),
            test=lambda r, s: r.refused > 0 and r.colleague and not r.own,
            figures=lambda r, s: {"refused": r.refused},
        ),
        Rule(
            id="relative", clause="4.1.3", text=N_("患者登记的电话或住址与查阅人本人病历相同，可能是亲属。"),
            why=N_("亲属的病历由其他医师处理更为稳妥。"),
            test=lambda r, s: bool(r.kin) and not r.own and (r.read or r.refused) > 0,
        ),
        Rule(
            id="restricted", clause="4.1.3", text=N_("查阅了保密病案，且不是其诊疗人员。"),
            why=N_("保密病案的每次例外查阅都要说明。"),
            test=lambda r, s: r.read > 0 and r.restricted and (not r.related or r.emergency > 0),
        ),
        Rule(
            id="deceased", clause="4.1.3", text=N_("患者去世 %(days)s 天后仍有查阅。"),
            why=N_("去世后的查阅须有医疗或管理上的缘由。"),
            test=lambda r, s: r.read > 0 and r.deceased_days > number(s, "monitor_deceased_days"),
            figures=lambda r, s: {"days": r.deceased_days},
        ),
        Rule(
            id="after_hours", clause="4.1.3", text=N_("夜间查阅 %(read)s 次，当时与患者没有诊疗关系。"),
            why=N_("夜间的查阅应与值班和急诊有关。"),
            test=lambda r, s: r.at_night > 0 and not r.related and not r.own and not r.emergency,
            figures=lambda r, s: {"read": r.at_night},
        ),
        Rule(
            id="volume", clause="4.1.3", text=N_("一天查阅 %(patients)s 名患者，同岗位通常为 %(usual)s 名。"),
            why=N_("数量明显多于同岗位，需要说明。"),
            day=True, test=lambda r, s: r.patients >= number(s, "monitor_patients")
            and r.patients > number(s, "monitor_times") * max(r.usual, 1),
            figures=lambda r, s: {"patients": r.patients, "usual": r.usual},
        ),
        Rule(
            id="taken", clause="4.1.3", text=N_("一天打印、导出或复制 %(taken)s 次。"),
            why=N_("大量带出内容，需要说明用途和去向。"),
            day=True, test=lambda r, s: r.taken >= number(s, "monitor_taken"),
            figures=lambda r, s: {"taken": r.taken},
        ),
        Rule(
            id="refused", clause="4.1.2", text=N_("一天被拒绝 %(refused)s 次。"),
            why=N_("反复尝试被拒绝的查阅，需要说明。"),
            day=True, test=lambda r, s: r.refused >= number(s, "monitor_refused") and not r.colleague and not r.own,
            figures=lambda r, s: {"refused": r.refused},
        ),
        Rule(
            id="emergency_often", clause="4.1.1", text=N_("三十天内紧急调阅 %(glass)s 次。"),
            why=N_("紧急调阅应是例外。"),
            day=True, test=lambda r, s: r.emergency > 0 and r.glass_month >= number(s, "monitor_emergencies"),
            figures=lambda r, s: {"glass": r.glass_month},
        ),
        Rule(
            id="prescriber_statistics", clause="4.1.3", text=N_("试图统方，%(tried)s 次被拒绝。"),
            why=N_("统方须经批准并由两人办理。"),
            day=True, test=lambda r, s: r.statistics > 0,
            figures=lambda r, s: {"tried": r.statistics},
        ),
    )
}  # fmt: skip


def ask(reading: Reading, settings: Mapping[str, Value]) -> tuple[Found, ...]:
    """Every rule that asks about this reading, in the table's order."""
    return tuple(
        Found(rule.id, rule.figures(reading, settings)) for rule in RULES.values() if rule.test(reading, settings)
    )


def night(at: datetime, settings: Mapping[str, Value]) -> bool:
    """Whether `at` lies in the house's quiet hours (China's clock)."""
    hour = at.astimezone(CHINA).hour
    begins, ends = number(settings, "monitor_night_from"), number(settings, "monitor_night_to")
    return begins <= hour or hour < ends if begins > ends else begins <= hour < ends


def written(found: Iterable[Found]) -> str:
    """Findings as one answer of a matter: `rule:name=1+name=2` joined by commas."""
    return ",".join(
        ":".join([one.rule, "+".join(f"{name}={value}" for name, value in sorted(one.figures.items()))])
        for one in found
    )


def read(text: str) -> tuple[Found, ...]:
    """The findings of an answer again; unknown rules (of an older table) are kept by name."""
    out = []
    for part in filter(None, text.split(",")):
        rule, _, figures = part.partition(":")
        pairs = (one.partition("=") for one in figures.split("+") if one)
        out.append(Found(rule, {name: int(value) for name, _, value in pairs}))
    return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchAccess:
    """The timed task reads the entries since its last run and asks about what stands out."""

    most: int = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What a run looked at: entries, the readings they made, the matters opened, and whether there is more."""

    entries: int
    readings: int
    opened: int
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsRequest:
    """How far back the outcomes are counted."""

    days: int = 90


class RuleFigures(NamedTuple):
    """How often a rule asked, and what became of it."""

    rule: str
    asked: int
    waiting: int
    explained: int
    violation: int
    false_alarm: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The monitor's own account: by rule, and how far it has read."""

    rules: tuple[RuleFigures, ...]
    matters: int
    read_to: int  # ledger index
    behind: int  # entries not looked at yet
    at: datetime | None

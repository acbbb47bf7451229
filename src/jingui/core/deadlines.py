"""二（二）2 书写时限: which document must exist how long after what, as rows; a late entry is marked 补记 [2.2.2]

Hours are settings: a row names its setting. A repeating row begins anew with each document that fulfils it, and follows
the patient's condition (病危、病重、一般) or nursing grade; the newest word about it decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from jingui.core.access import PatientLine
from jingui.core.settings import BY_NAME, Value
from jingui.core.word import N_, Word
from jingui.core.words import EncounterKind


class Trigger(Word):
    """起算事件: what a deadline counts from [2.2.2]"""

    ADMISSION = "admission", N_("入院")
    VISIT = "visit", N_("就诊")
    ENTRY = "entry", N_("书写完成")
    OPERATION = "operation", N_("手术结束")
    RESUSCITATION = "resuscitation", N_("抢救结束")
    CONSULTATION = "consultation", N_("会诊申请")
    CRITICAL = "critical", N_("危急值报告")
    DISCHARGE = "discharge", N_("出院")
    DEATH = "death", N_("死亡")
    REPEAT = "repeat", N_("上一次书写")
    TAKEOVER = "takeover", N_("接班")
    TRANSFER = "transfer", N_("转入")
    STATED = "stated", N_("文书所载时间")  # nothing else begins it: the document itself says since when


class Grade(Word):
    """病情与护理级别: how often a repeating document is due [2.2.2]"""

    CRITICAL = "critical", N_("病危")
    SERIOUS = "serious", N_("病重")
    STABLE = "stable", N_("病情稳定")
    NURSING_SPECIAL = "nursing_special", N_("特级护理")
    NURSING_FIRST = "nursing_first", N_("一级护理")
    NURSING_SECOND = "nursing_second", N_("二级护理")
    NURSING_THIRD = "nursing_third", N_("三级护理")


IN: Final = frozenset({EncounterKind.INPATIENT})
STAYS: Final = frozenset({EncounterKind.INPATIENT, EncounterKind.DAY, EncounterKind.OBSERVATION})
SEEN: Final = frozenset({EncounterKind.OUTPATIENT, EncounterKind.EMERGENCY, EncounterKind.INTERNET})
EVERY: Final = frozenset(EncounterKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """A row: `template` names the document that is owed; any of `met_by` fulfils it as well."""

    name: str
    text: str  # msgid
    template: str
    trigger: Trigger
    setting: str  # the settings row that holds how long
    kinds: frozenset[EncounterKind] = IN
    met_by: frozenset[str] = frozenset()
    grade: Grade | None = None  # of a repeating row
    mode: str = "each"  # once: one per visit · one: one open at a time · each: one per event
    link: str = ""  # the form's item that says since when: a deadline that its own document begins
    sweeps: bool = False  # a document fulfils all that are open, not the oldest alone
    by: str = ""  # fulfilled by a signature of this kind instead of a document: sign | countersign | verify
    renews: bool = False  # begins anew with each of its documents while the visit is open, whatever the condition
    short: bool | None = None  # True: only of a stay shorter than `short_stay_hours` · False: only of a longer one

    def after(self, since: datetime, settings: Mapping[str, Value]) -> datetime:
        """When it is due, counted from `since`."""
        return since + span(self.setting, settings)

    @property
    def fulfilled_by(self) -> frozenset[str]:
        """Every template that fulfils it."""
        return self.met_by | {self.template}

    @property
    def again(self) -> bool:
        """Whether it begins anew with each of its documents."""
        return self.renews or self.grade is not None


NOTES: Final = frozenset({"progress_note", "ward_round_note", "first_progress_note", "operation_record"})
CARE: Final = frozenset({"nursing_record", "critical_nursing_record"})


def repeat(name: str, text: str, grade: Grade, template: str, setting: str) -> DeadlineRule:
    """A row that begins anew with each of its documents."""
    met = NOTES if template == "progress_note" else CARE
    return DeadlineRule(
        name=name, text=text, template=template, trigger=Trigger.REPEAT, setting=setting, met_by=met, grade=grade,
        kinds=STAYS, mode="one", sweeps=True,
    )  # fmt: skip


def once(
    name: str, text: str, template: str, trigger: Trigger, setting: str, kinds: frozenset[EncounterKind] = IN, *,
    short: bool | None = None, met_by: frozenset[str] = frozenset(),
) -> DeadlineRule:  # fmt: skip
    """A row that a visit has once."""
    return DeadlineRule(
        name=name, text=text, template=template, trigger=trigger, setting=setting, kinds=kinds, mode="once",
        short=short, met_by=met_by,
    )  # fmt: skip


def each(
    name: str, text: str, template: str, trigger: Trigger, setting: str, *, link: str = "", sweeps: bool = False,
    kinds: frozenset[EncounterKind] = EVERY, met_by: frozenset[str] = frozenset(),
) -> DeadlineRule:  # fmt: skip
    """A row for each event of its kind."""
    return DeadlineRule(
        name=name, text=text, template=template, trigger=trigger, setting=setting, kinds=kinds, link=link,
        sweeps=sweeps, met_by=met_by,
    )  # fmt: skip


def signed(name: str, text: str, by: str, setting: str) -> DeadlineRule:
    """A row that a signature of a record fulfils; `template` is the record's own."""
    return DeadlineRule(
        name=name, text=text, template="", trigger=Trigger.ENTRY, setting=setting, kinds=EVERY, mode="one", by=by
    )


TABLE: Final[tuple[DeadlineRule, ...]] = (
    once("admission_record", N_("入院记录"), "admission_record", Trigger.ADMISSION, "admission_record_hours",
         short=False),
    once("first_progress_note", N_("首次病程记录"), "first_progress_note", Trigger.ADMISSION, "first_progress_hours"),
    once("first_ward_round", N_("主治医师首次查房记录"), "ward_round_note", Trigger.ADMISSION, "ward_round_hours"),
    DeadlineRule(
        name="stage_summary", text=N_("阶段小结"), template="stage_summary", trigger=Trigger.ADMISSION,
        setting="stage_summary_days", met_by=frozenset({"handover_note", "transfer_note"}), mode="one", sweeps=True,
        renews=True,
    ),
    each("handover_note", N_("接班记录"), "handover_note", Trigger.TAKEOVER, "takeover_hours", link="takeover_at",
         sweeps=True, kinds=STAYS),
    each("transfer_note", N_("转入记录"), "transfer_note", Trigger.TRANSFER, "transfer_hours", link="transferred_in_at",
         sweeps=True, kinds=STAYS),
    once("outpatient_record", N_("门（急）诊病历"), "outpatient_record", Trigger.VISIT, "outpatient_record_hours",
         SEEN, met_by=frozenset({"emergency_observation_record"})),
    repeat("progress_critical", N_("病危患者病程记录"), Grade.CRITICAL, "progress_note", "progress_critical_hours"),
    repeat("progress_serious", N_("病重患者病程记录"), Grade.SERIOUS, "progress_note", "progress_serious_hours"),
    repeat("progress_stable", N_("病情稳定患者病程记录"), Grade.STABLE, "progress_note", "progress_stable_hours"),
    repeat("nursing_special", N_("特级护理记录"), Grade.NURSING_SPECIAL, "nursing_record", "nursing_special_hours"),
    repeat("nursing_first", N_("一级护理记录"), Grade.NURSING_FIRST, "nursing_record", "nursing_first_hours"),
    repeat("nursing_second", N_("二级护理记录"), Grade.NURSING_SECOND, "nursing_record", "nursing_second_hours"),
    repeat("nursing_third", N_("三级护理记录"), Grade.NURSING_THIRD, "nursing_record", "nursing_third_hours"),
    each("operation_record", N_("手术记录"), "operation_record", Trigger.OPERATION, "operation_record_hours",
         link="operation_end", met_by=frozenset({"caesarean_record"})),
    each("postoperative_note", N_("术后首次病程记录"), "postoperative_note", Trigger.OPERATION,
         "postoperative_note_hours", link="operation_end", kinds=STAYS),
    each("resuscitation_record", N_("抢救记录"), "resuscitation_record", Trigger.RESUSCITATION,
         "resuscitation_record_hours", link="rescue_end"),
    each("consultation_record", N_("会诊记录"), "consultation_record", Trigger.CONSULTATION,
         "consultation_record_hours"),
    DeadlineRule(
        name="critical_value", text=N_("危急值处置记录"), template="progress_note", trigger=Trigger.CRITICAL,
        setting="critical_value_hours", kinds=EVERY, met_by=NOTES | {"resuscitation_record"}, sweeps=True,
    ),
    once("discharge_record", N_("出院记录"), "discharge_record", Trigger.DISCHARGE, "discharge_record_hours",
         short=False),
    once("short_stay_record", N_("24小时内入出院记录"), "short_stay_record", Trigger.DISCHARGE,
         "short_stay_record_hours", short=True, met_by=frozenset({"discharge_record"})),
    each("discharge_summary", N_("出院小结"), "discharge_summary", Trigger.STATED, "discharge_summary_hours",
         link="discharged_at"),
    each("laboratory_report", N_("检验报告"), "laboratory_report", Trigger.STATED, "report_record_hours",
         link="reported_on"),
    each("examination_report", N_("检查报告"), "examination_report", Trigger.STATED, "report_record_hours",
         link="reported_on"),
    each("vital_signs", N_("生命体征"), "vital_signs", Trigger.STATED, "vital_signs_hours", link="measured_at"),
    once("front_page", N_("病案首页"), "front_page", Trigger.DISCHARGE, "front_page_hours",
         met_by=frozenset({"tcm_front_page"})),
    once("death_record", N_("死亡记录"), "death_record", Trigger.DEATH, "death_record_hours", STAYS, short=False),
    once("short_stay_death_record", N_("24小时内入院死亡记录"), "short_stay_death_record", Trigger.DEATH,
         "short_stay_record_hours", STAYS, short=True, met_by=frozenset({"death_record"})),
    once("death_front_page", N_("病案首页"), "front_page", Trigger.DEATH, "front_page_hours",
         met_by=frozenset({"tcm_front_page"})),
    once("death_discussion", N_("死亡病例讨论记录"), "death_discussion", Trigger.DEATH, "death_discussion_days"),
    signed("signature", N_("书写人签名"), "sign", "signature_hours"),
    signed("countersignature", N_("上级审阅签名"), "countersign", "countersignature_hours"),
    signed("verification", N_("第二人核对确认"), "verify", "verification_hours"),
)  # fmt: skip
BY_RULE: Final[Mapping[str, DeadlineRule]] = {row.name: row for row in TABLE}
UNITS: Final = {N_("分钟"): "minutes", N_("小时"): "hours", N_("天"): "days"}


def span(setting: str, settings: Mapping[str, Value]) -> timedelta:
    """How long a setting's value is, in the setting's own unit."""
    return timedelta(**{UNITS[BY_NAME[setting].unit]: int(settings[setting])})


def opened_by(trigger: Trigger, kind: EncounterKind | None) -> Iterable[DeadlineRule]:
    """The rows that an event opens in a visit of `kind` (None: the visit is not known)."""
    return [row for row in TABLE if row.trigger is trigger and (row.kinds is EVERY or kind in row.kinds)]


def ended_by(
    trigger: Trigger, kind: EncounterKind | None, start: datetime, end: datetime, settings: Mapping[str, Value]
) -> tuple[list[DeadlineRule], list[DeadlineRule]]:
    """What the end of a visit opens, and what it leaves behind: a stay under 24 hours has documents of its own [2.2.2].

    Nobody owes any more what the admission asked for and what was not due yet when the visit ended.
    """
    brief = end - start < span("short_stay_hours", settings)
    found = opened_by(trigger, kind)
    opens = [row for row in found if row.short in (None, brief)]
    past = [row for row in found if row not in opens]
    past += [
        row for row in opened_by(Trigger.ADMISSION, kind)
        if row.after(start, settings) > end or row.short not in (None, brief)
    ]  # fmt: skip
    return opens, past


def fulfilled_by(template: str) -> Iterable[DeadlineRule]:
    """The rows that a document fulfils."""
    return [row for row in TABLE if template in row.fulfilled_by]


def met_by_signature(kind: str) -> DeadlineRule:
    """The row that a signature of this kind fulfils."""
    return next(row for row in TABLE if row.by == kind)


def repeated(grade: Grade) -> DeadlineRule:
    """The repeating row of a grade."""
    return next(row for row in TABLE if row.grade is grade)


def beside(row: DeadlineRule) -> frozenset[str]:
    """The repeating rows of the same document: of these a visit has one at a time."""
    return frozenset(one.name for one in TABLE if one.grade is not None and one.template == row.template)


class DeadlineLine(NamedTuple):
    """A deadline as a page shows it. `state`: open | soon | overdue | met | late | waived."""

    rule: str
    text: str  # msgid
    template: str
    since: datetime
    due: datetime
    state: str
    met: datetime | None = None
    record: str = ""
    patient: PatientLine | None = None  # None on boards where the reader may not learn of the patient
    encounter: str = ""
    department: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlinesRequest:
    """READ_DEADLINES. With a target patient: theirs. Else a department's (0: one's own), of `person` if said."""

    department: int = 0
    person: int = 0
    mine: bool = False
    state: str = "open"  # open (soon and overdue too) | overdue | late | all
    count: int = 100
    cursor: str = ""


class DeadlineCount(NamedTuple):
    """How a department or person keeps its deadlines over the last thirty days."""

    name: str
    open: int
    soon: int
    overdue: int
    met: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineBoard:
    """The lines and the counts by department and by person who owes."""

    lines: tuple[DeadlineLine, ...]
    departments: tuple[DeadlineCount, ...] = ()
    people: tuple[DeadlineCount, ...] = ()


def state_of(due: datetime, now: datetime, warn: timedelta, met: datetime | None, late: bool, waived: bool) -> str:
    """How a deadline stands."""
    if waived:
        return "waived"
    if met is not None:
        return "late" if late else "met"
    if now > due:
        return "overdue"
    return "soon" if due - now <= warn else "open"

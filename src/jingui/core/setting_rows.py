"""八 附则: what a row of the settings says, and the words in which rows are written [8.2] [6.1.2]"""

import re
from dataclasses import dataclass
from typing import Final

from jingui.core.word import N_
from jingui.core.words import Sensitivity

Value = int | str
LAW, POLICY, HOUSE = N_("法律法规"), N_("本制度"), N_("本院约定")
NUMBER: Final = re.compile(r"-?\d{1,9}\Z")
LABELS: Final = tuple(label.value for label in Sensitivity)
CODE: Final = r"[A-Z][0-9][0-9A-Z](\.[0-9A-Zx]{1,6})?"
CODES: Final = re.compile(rf"({'|'.join(LABELS)})[+-]{CODE}(-{CODE})?\Z")
FORMS: Final = (
    "admission_record",
    "anaesthesia_record",
    "caesarean_record",
    "critical_nursing_record",
    "death_record",
    "delivery_record",
    "discharge_record",
    "discharge_summary",
    "emergency_observation_record",
    "examination_report",
    "front_page",
    "herbal_prescription",
    "informed_consent",
    "laboratory_report",
    "medication_order",
    "nursing_record",
    "operation_record",
    "operative_nursing_record",
    "outpatient_record",
    "patient_basics",
    "progress_note",
    "resuscitation_record",
    "tcm_front_page",
    "transfusion_record",
    "vital_signs",
)  # documents of which the hospital may ask that a second person verifies them
NONE: Final = "none"  # a list that names nothing
PATTERN: Final = re.compile(r"[A-Z]{0,4}\{n(:0[4-9]|:010)\}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A row: `floor` and `ceiling` are the limits that law or policy set; `text`, `unit`, `source` are msgids."""

    name: str
    kind: str  # number | word | pattern | words (several of `words`) | codes (ICD-10 ranges + or - a label)
    default: Value
    unit: str
    clause: str
    basis: str  # LAW, POLICY or HOUSE
    source: str  # the very rule
    text: str
    floor: int | None = None
    ceiling: int | None = None
    words: tuple[str, ...] = ()


def labels(name: str, default: tuple[str, ...], text: str, *, clause: str = "2.1.3", source: str = "") -> Setting:
    """A row whose value is a list of sensitive labels, or `none`."""
    return Setting(
        name=name, kind="words", default=" ".join(default), unit="", clause=clause, basis=POLICY, source=source,
        text=text, words=LABELS,
    )  # fmt: skip


def number(
    name: str, default: int, unit: str, clause: str, text: str, *, floor: int, ceiling: int, basis: str = POLICY,
    source: str = "",
) -> Setting:  # fmt: skip
    """A row whose value is a whole number."""
    return Setting(
        name=name, kind="number", default=default, unit=unit, clause=clause, basis=basis, source=source, text=text,
        floor=floor, ceiling=ceiling,
    )  # fmt: skip


def writing(name: str, default: int, unit: str, text: str) -> Setting:
    """A writing deadline of the national rules: the hospital may be stricter, never laxer [2.2.2]."""
    return number(
        name, default, unit, "2.2.2", text, floor=1, ceiling=default, basis=LAW, source=N_("《病历书写基本规范》")
    )


def house(name: str, default: int, unit: str, clause: str, text: str, floor: int, ceiling: int) -> Setting:
    """A number that the hospital agreed on."""
    return number(name, default, unit, clause, text, floor=floor, ceiling=ceiling, basis=HOUSE)


DAYS, HOURS, MINUTES, SECONDS = N_("天"), N_("小时"), N_("分钟"), N_("秒")
KILOBYTES: Final = N_("千字节")
YEARS, TIMES, CHARACTERS, PIECES = N_("年"), N_("次"), N_("位"), N_("条")
GRADED = "GB/T 22239"

"""三（二）2 病案质控: the table of quality items, what each takes off, and the grade that is left [3.2.2] [7.2.1]

The items and points are the house's own, after the national basic rules of writing records (病历书写基本规范).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from jingui.core.word import N_, Word
from jingui.core.words import Stage

FULL: Final = 1000  # tenths of a point


class Veto(Word):
    """单项否决: the best grade that is left beside such a finding."""

    NONE = "", N_("按分扣")
    B = "b", N_("单项否决为乙级")
    C = "c", N_("单项否决为丙级")


class Grade(Word):
    """病案等级"""

    A = "a", N_("甲级")
    B = "b", N_("乙级")
    C = "c", N_("丙级")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A row: what was not done, what it takes off (tenths of a point), where it is usually found."""

    id: str
    text: str
    points: int
    stage: Stage
    clauses: tuple[str, ...] = ("3.2.2",)
    veto: Veto = Veto.NONE
    form: str = ""  # the document it is about, by its template


S, P, T = Stage.SORTED, Stage.FRONT_PAGE, Stage.FINAL
ROWS: Final[tuple[Item, ...]] = (
    Item(id="page_missing", text=N_("缺页、破损，内容不能辨认"), points=20, stage=S),
    Item(id="other_patient", text=N_("混入他人病历"), points=100, stage=S, veto=Veto.C, clauses=("3.2.2", "2.2.3")),
    Item(id="report_missing", text=N_("缺检查检验报告"), points=20, stage=S),
    Item(id="order_wrong", text=N_("排列次序错误"), points=5, stage=S),
    Item(id="front_field", text=N_("首页必填项缺失或错误"), points=10, stage=P, form="front_page"),
    Item(id="main_diagnosis", text=N_("主要诊断选择错误"), points=50, stage=P, form="front_page"),
    Item(id="diagnosis_missing", text=N_("遗漏其他诊断"), points=20, stage=P, form="front_page"),
    Item(id="operation_missing", text=N_("遗漏手术及操作"), points=20, stage=P, form="front_page"),
    Item(id="condition_wrong", text=N_("入院病情填写错误"), points=10, stage=P, form="front_page"),
    Item(id="code_wrong", text=N_("编码错误"), points=20, stage=P),
    Item(id="front_missing", text=N_("缺病案首页"), points=100, stage=P, veto=Veto.C, form="front_page"),
    Item(id="admission_missing", text=N_("缺入院记录"), points=100, stage=T, veto=Veto.C, form="admission_record",
         clauses=("3.2.2", "2.2.2")),
    Item(id="first_note_missing", text=N_("缺首次病程记录"), points=100, stage=T, veto=Veto.B,
         form="first_progress_note", clauses=("3.2.2", "2.2.2")),
    Item(id="chief_complaint", text=N_("主诉不规范，不能导出第一诊断"), points=20, stage=T, form="admission_record"),
    Item(id="history_thin", text=N_("现病史与主诉不符或描述不清"), points=30, stage=T, form="admission_record"),
    Item(id="rounds_missing", text=N_("缺上级医师查房记录"), points=50, stage=T, form="ward_round_note"),
    Item(id="course_gap", text=N_("病程记录间隔超过规定"), points=20, stage=T, form="progress_note",
         clauses=("3.2.2", "2.2.2")),
    Item(id="condition_unrecorded", text=N_("病情变化没有记录和分析"), points=30, stage=T, form="progress_note"),
    Item(id="copied", text=N_("拷贝造成的错误"), points=30, stage=T, clauses=("3.2.2", "2.2.3")),
    Item(id="operation_record_missing", text=N_("手术患者缺手术记录"), points=100, stage=T, veto=Veto.C,
         form="operation_record", clauses=("3.2.2", "2.2.2")),
    Item(id="consent_missing", text=N_("缺手术、特殊检查治疗知情同意书"), points=100, stage=T, veto=Veto.B,
         form="informed_consent", clauses=("3.2.2", "2.1.3")),
    Item(id="consultation_missing", text=N_("缺会诊记录"), points=20, stage=T, form="consultation_record"),
    Item(id="critical_unanswered", text=N_("危急值没有处理记录"), points=30, stage=T),
    Item(id="rescue_missing", text=N_("缺抢救记录"), points=50, stage=T, form="resuscitation_record",
         clauses=("3.2.2", "2.2.2")),
    Item(id="discharge_missing", text=N_("缺出院（死亡）记录"), points=100, stage=T, veto=Veto.B,
         form="discharge_record", clauses=("3.2.2", "2.2.2")),
    Item(id="death_discussion", text=N_("死亡患者缺死亡病例讨论"), points=100, stage=T, veto=Veto.B,
         form="death_discussion", clauses=("3.2.2", "2.2.2")),
    Item(id="signature_missing", text=N_("缺签名或由他人代签"), points=30, stage=T, clauses=("3.2.2", "2.2.1")),
    Item(id="altered", text=N_("违规涂改"), points=100, stage=T, veto=Veto.C, clauses=("3.2.2", "2.2.4")),
    Item(id="contradiction", text=N_("记录前后矛盾"), points=30, stage=T),
    Item(id="late", text=N_("未按时限完成"), points=20, stage=T, clauses=("3.2.2", "2.2.2")),
)  # fmt: skip
ITEMS: Final[Mapping[str, Item]] = {row.id: row for row in ROWS}


def taken_off(items: Iterable[tuple[str, int]]) -> int:
    """Tenths of a point that these findings (item, points) take off together, never more than there are."""
    return min(sum(points for _, points in items), FULL)


def grade(items: Iterable[tuple[str, int]], values: Mapping[str, int | str]) -> Grade:
    """甲、乙、丙 by what is left of a hundred points, no better than the worst veto allows [7.2.1]."""
    found = tuple(items)
    left = FULL - taken_off(found)
    best = (
        Grade.A if left >= int(values["grade_a_points"]) * 10
        else Grade.B if left >= int(values["grade_b_points"]) * 10 else Grade.C
    )  # fmt: skip
    vetoes = (ITEMS[item].veto.value for item, _ in found if item in ITEMS)
    return Grade(max((best.value, *vetoes)))

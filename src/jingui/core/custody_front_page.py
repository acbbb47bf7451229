"""三（二）2 病案首页质控: what a front page must say and what cannot be, as rows; errors block, warnings want a reason

[3.2.2] Fields follow WS 445.10-2014; sex and age ranges are those in which an ICD-10 category can occur at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from jingui.core.word import N_, Word

Facts = Mapping[str, Any]
STANDARD: Final = "WS 445.10-2014"
CODING: Final = "ICD-10"


class Severity(Word):
    """What a finding does."""

    ERROR = "error", N_("错误，不得通过")
    WARNING = "warning", N_("警告，通过须说明理由")


class Found(NamedTuple):
    """A rule that the front page does not satisfy. `fields` say where to look."""

    rule: str
    severity: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontRule:
    """A row. `wrong` says whether these facts go against it, and is asked only when every one of `needs` is there."""

    id: str
    text: str
    severity: Severity
    fields: tuple[str, ...]
    wrong: Callable[[Facts], bool]
    needs: tuple[str, ...] = ()
    source: str = STANDARD


def category(code: str) -> str:
    """The three characters of an ICD-10 category."""
    return code.strip().upper()[:3]


def within(code: str, *ranges: tuple[str, str]) -> bool:
    """Whether a code's category lies in one of these ranges."""
    return any(first <= category(code) <= last for first, last in ranges)


def code_of(value: object) -> str:
    """The code of an answer that was picked."""
    return str(value.get("code", "")) if isinstance(value, Mapping) else str(value or "")


def blank(value: object) -> bool:
    """Whether nothing was said. False and 0 are answers."""
    return value is None or value == "" or value == [] or (isinstance(value, Mapping) and not any(value.values()))


def moment(value: object) -> str:
    """A date or moment as text that can be compared."""
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def days_old(facts: Facts) -> int:
    """Age in days at admission."""
    born, came = date.fromisoformat(str(facts["birth"])[:10]), date.fromisoformat(moment(facts["admitted_at"])[:10])
    return (came - born).days


def required(field: str, text: str, *, severity: Severity = Severity.ERROR) -> FrontRule:
    """A field that every front page has."""
    return FrontRule(
        id=f"has_{field}", text=text, severity=severity, fields=(field,), wrong=lambda facts: blank(facts.get(field))
    )


def codes(facts: Facts) -> tuple[str, ...]:
    """Every diagnosis code that was coded, the main one first."""
    return tuple(facts.get("codes.diagnoses", ()))


def any_code(*ranges: tuple[str, str]) -> Callable[[Facts], bool]:
    """Whether one of the coded diagnoses lies in these ranges."""
    return lambda facts: any(within(one, *ranges) for one in codes(facts))


def sexed(sex: str, *ranges: tuple[str, str]) -> Callable[[Facts], bool]:
    """Whether a code that only the other sex can have was given to this one."""
    return lambda facts: facts["sex"] == sex and any_code(*ranges)(facts)


def operation_outside(facts: Facts) -> bool:
    """Whether an operation lies before the admission or after the discharge (by days)."""
    first, last = moment(facts["admitted_at"])[:10], moment(facts["discharged_at"])[:10]
    dates = [moment(one.get("operation_start", ""))[:10] for one in facts.get("operations", ())]
    return any(day and not first <= day <= last for day in dates)


def fees_differ(facts: Facts) -> bool:
    """Whether the parts do not add up to the total."""
    return sum((Decimal(str(one)) for one in facts["fees"]), Decimal(0)) != Decimal(str(facts["total_cost"]))


FEMALE: Final = (("C51", "C58"), ("D25", "D28"), ("N70", "N98"), ("O00", "O99"), ("Z32", "Z37"))
MALE: Final = (("C60", "C63"), ("D29", "D29"), ("N40", "N51"))
PERINATAL: Final = (("P00", "P96"),)
E, W = Severity.ERROR, Severity.WARNING
ROWS: Final[tuple[FrontRule, ...]] = (
    FrontRule(id="front_page", text=N_("没有住院病案首页"), severity=E, fields=("front_page",),
              wrong=lambda facts: not facts.get("front_page")),
    FrontRule(id="coded", text=N_("还没有编码"), severity=E, fields=("codes",), wrong=lambda facts: not codes(facts)),
    required("main", N_("缺主要诊断")), required("payment", N_("缺医疗付费方式")),
    required("stay_number", N_("缺住院次数")), required("admission_way", N_("缺入院途径")),
    required("admitted_at", N_("缺入院时间")), required("discharged_at", N_("缺出院时间")),
    required("admission_department", N_("缺入院科别")), required("discharge_department", N_("缺出院科别")),
    required("outpatient_diagnosis", N_("缺门（急）诊诊断")), required("main_condition", N_("缺主要诊断的入院病情")),
    required("discharge_way", N_("缺离院方式")), required("total_cost", N_("缺住院总费用")),
    required("sex", N_("缺性别")), required("birth", N_("缺出生日期")),
    required("identity", N_("缺身份证件号码"), severity=W), required("abo", N_("缺血型"), severity=W),
    FrontRule(id="dates_order", text=N_("出院时间早于入院时间"), severity=E, fields=("admitted_at", "discharged_at"),
              needs=("admitted_at", "discharged_at"),
              wrong=lambda facts: moment(facts["discharged_at"])[:16] < moment(facts["admitted_at"])[:16]),
    FrontRule(id="stay_agrees", text=N_("首页的出入院日期与就诊记录不一致"), severity=W,
              fields=("admitted_at", "discharged_at"), needs=("admitted_at", "discharged_at", "stay_from", "stay_to"),
              wrong=lambda facts: moment(facts["admitted_at"])[:10] != moment(facts["stay_from"])[:10]
              or moment(facts["discharged_at"])[:10] != moment(facts["stay_to"])[:10]),
    FrontRule(id="born_before", text=N_("出生日期晚于入院日期"), severity=E, fields=("birth", "admitted_at"),
              needs=("birth", "admitted_at"), wrong=lambda facts: days_old(facts) < 0),
    FrontRule(id="days_agree", text=N_("实际住院天数与出入院日期不符"), severity=W, fields=("days",),
              needs=("days", "admitted_at", "discharged_at"),
              wrong=lambda facts: int(facts["days"]) != stay_days(facts)),
    FrontRule(id="male_codes", text=N_("男性患者有仅女性可有的诊断"), severity=E, fields=("sex", "codes"),
              needs=("sex",), wrong=sexed("male", *FEMALE), source=CODING),
    FrontRule(id="female_codes", text=N_("女性患者有仅男性可有的诊断"), severity=E, fields=("sex", "codes"),
              needs=("sex",), wrong=sexed("female", *MALE), source=CODING),
    FrontRule(id="perinatal_age", text=N_("围生期诊断用于满一岁的患者"), severity=E, fields=("birth", "codes"),
              needs=("birth", "admitted_at"), source=CODING,
              wrong=lambda facts: days_old(facts) > 365 and any_code(*PERINATAL)(facts)),
    FrontRule(id="pregnancy_age", text=N_("妊娠、分娩诊断与年龄不符（10 岁以下或 60 岁以上）"), severity=E,
              fields=("birth", "codes"), needs=("birth", "admitted_at"), source=CODING,
              wrong=lambda facts: not 3650 <= days_old(facts) <= 21_915 and any_code(("O00", "O99"))(facts)),
    FrontRule(id="newborn_weight", text=N_("新生儿缺出生体重"), severity=E, fields=("newborn_weight",),
              needs=("birth", "admitted_at"),
              wrong=lambda facts: 0 <= days_old(facts) <= 28 and blank(facts.get("newborn_weight"))),
    FrontRule(id="main_external", text=N_("损伤、中毒的外部原因不能作主要诊断"), severity=E, fields=("codes",),
              source=CODING, wrong=lambda facts: bool(codes(facts)) and within(codes(facts)[0], ("V01", "Y98"))),
    FrontRule(id="main_symptom", text=N_("主要诊断是症状、体征，请核对是否有更明确的诊断"), severity=W,
              fields=("codes",), source=CODING,
              wrong=lambda facts: bool(codes(facts)) and within(codes(facts)[0], ("R00", "R99"))),
    FrontRule(id="twice", text=N_("同一诊断编码重复"), severity=E, fields=("codes",), source=CODING,
              wrong=lambda facts: len(set(codes(facts))) < len(codes(facts))),
    FrontRule(id="main_agrees", text=N_("编码的主要诊断与医师所填的不在同一类目"), severity=W, fields=("main", "codes"),
              needs=("main",), source=CODING,
              wrong=lambda facts: bool(codes(facts)) and bool(code_of(facts["main"]))
              and category(code_of(facts["main"])) != category(codes(facts)[0])),
    FrontRule(id="injury_cause", text=N_("损伤、中毒缺外部原因"), severity=E, fields=("external_cause", "codes"),
              source=CODING,
              wrong=lambda facts: any_code(("S00", "T98"))(facts) and blank(facts.get("external_cause"))
              and not any_code(("V01", "Y98"))(facts)),
    FrontRule(id="tumour_pathology", text=N_("恶性肿瘤缺病理诊断"), severity=W, fields=("pathology", "codes"),
              source=CODING,
              wrong=lambda facts: any_code(("C00", "C97"))(facts) and blank(facts.get("pathology"))),
    FrontRule(id="operations_coded", text=N_("首页有手术而没有手术编码"), severity=E, fields=("operations", "codes"),
              wrong=lambda facts: bool(facts.get("operations")) and not facts.get("codes.operations")),
    FrontRule(id="operation_dates", text=N_("手术日期不在住院期间"), severity=E, fields=("operations",),
              needs=("admitted_at", "discharged_at"), wrong=operation_outside),
    FrontRule(id="died_autopsy", text=N_("死亡患者没有填写是否尸检"), severity=E, fields=("autopsied",),
              needs=("discharge_way",),
              wrong=lambda facts: str(facts["discharge_way"]) == "5" and facts.get("autopsied") is None),
    FrontRule(id="death_agrees", text=N_("离院方式与患者是否死亡不一致"), severity=W, fields=("discharge_way",),
              needs=("discharge_way",),
              wrong=lambda facts: str(facts["discharge_way"]) == "5" and facts.get("deceased") is False),
    FrontRule(id="return_aim", text=N_("有再住院计划而没有填写目的"), severity=E, fields=("return_aim",),
              wrong=lambda facts: facts.get("return_planned") is True and blank(facts.get("return_aim"))),
    FrontRule(id="cost_positive", text=N_("住院总费用为零"), severity=W, fields=("total_cost",), needs=("total_cost",),
              wrong=lambda facts: Decimal(str(facts["total_cost"])) <= 0),
    FrontRule(id="fees_sum", text=N_("各项费用之和与总费用不等"), severity=E, fields=("fees", "total_cost"),
              needs=("fees", "total_cost"), wrong=fees_differ),
)  # fmt: skip
RULES: Final[Mapping[str, FrontRule]] = {row.id: row for row in ROWS}


def stay_days(facts: Facts) -> int:
    """Days of the stay as the standard counts them: at least one."""
    first, last = (date.fromisoformat(moment(facts[name])[:10]) for name in ("admitted_at", "discharged_at"))
    return max((last - first).days, 1)


def findings(facts: Facts) -> tuple[Found, ...]:
    """Every rule that these facts go against; one that cannot be judged for want of a fact is left to its field's."""
    if not facts.get("front_page"):
        return (Found("front_page", Severity.ERROR.value, ("front_page",)),)
    out = []
    for row in ROWS:
        if any(blank(facts.get(name)) for name in row.needs):
            continue
        try:
            wrong = row.wrong(facts)
        except (ValueError, ArithmeticError, TypeError):  # what is written there is no date, no number
            wrong = True
        if wrong:
            out.append(Found(row.id, row.severity.value, row.fields))
    return tuple(out)


def unexplained(found: tuple[Found, ...], reasons: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What stands against passing: (rule, what is wanted)."""
    out = []
    for one in found:
        if one.severity == Severity.ERROR:
            out.append((f"rule.{one.rule}", RULES[one.rule].text))
        elif not 2 <= len(reasons.get(one.rule, "").strip()) <= 500:
            out.append((f"rule.{one.rule}", N_("请说明为什么可以通过")))
    return tuple(out)

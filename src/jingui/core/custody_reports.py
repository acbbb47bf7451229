"""三（二）2 首页上报: the reports' fields as rows, and the mapping tables that fill them [3.2.2] [5.2.1]

Field names are written down from memory of the public interface descriptions (`verified` False): before its first
report a hospital checks them against the edition in force and changes the mapping, never the program.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from jingui.core.custody_front_page import Facts, blank, code_of, moment
from jingui.core.word import N_, Word


class Form(Word):
    """How a value is written."""

    PLAIN = "plain", N_("原样")
    DATE = "date", N_("日期（2026-11-22）")
    DIGITS = "digits", N_("日期（20261122）")
    MOMENT = "moment", N_("时间（2026-11-22 08:00）")
    NAME = "name", N_("名称")


class ReportField(NamedTuple):
    """A field of a report."""

    name: str
    text: str
    needed: bool = False
    longest: int = 100


class MapRow(NamedTuple):
    """One line of a mapping table: where the field comes from, how it is written, which codes are replaced."""

    field: str
    source: str
    form: str = Form.PLAIN.value
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A row of the table of reports. `mapping` is the one that ships; a hospital's own versions replace it."""

    id: str
    text: str
    to: str
    fields: tuple[ReportField, ...]
    mapping: tuple[MapRow, ...]
    source: str
    verified: bool = False


#: Where a field may come from: a fact of the patient, the stay, the front page or the codes.
SOURCES: Final[Mapping[str, str]] = {
    "name": N_("姓名"), "sex": N_("性别"), "birth": N_("出生日期"), "identity": N_("身份证件号码"),
    "mrn": N_("病案号"), "stay_from": N_("入院时间（就诊记录）"), "stay_to": N_("出院时间（就诊记录）"),
    "department": N_("出院科室"), "attending": N_("主管医师"), "age_days": N_("年龄（天）"),
    "age_years": N_("年龄（岁）"),
    "grade": N_("病案等级"), "stay_number": N_("住院次数"), "payment": N_("医疗付费方式"),
    "admission_way": N_("入院途径"), "admitted_at": N_("入院时间"), "discharged_at": N_("出院时间"),
    "admission_department": N_("入院科别"), "discharge_department": N_("出院科别"), "days": N_("实际住院天数"),
    "occupation": N_("职业"), "marital": N_("婚姻"), "ethnic": N_("民族"), "nationality": N_("国籍"),
    "outpatient_diagnosis": N_("门（急）诊诊断"), "main": N_("主要诊断（医师填写）"), "main_condition": N_("入院病情"),
    "external_cause": N_("损伤、中毒的外部原因"), "pathology": N_("病理诊断"), "abo": N_("ABO 血型"),
    "rh": N_("Rh 血型"),
    "drug_allergy": N_("药物过敏"), "autopsied": N_("死亡患者尸检"), "newborn_weight": N_("新生儿出生体重"),
    "newborn_admission_weight": N_("新生儿入院体重"), "discharge_way": N_("离院方式"),
    "receiver": N_("拟接收医疗机构名称"),
    "return_planned": N_("有出院31天内再住院计划"), "return_aim": N_("再住院目的"),
    "coma_before": N_("颅脑损伤入院前昏迷（分钟）"), "coma_after": N_("颅脑损伤入院后昏迷（分钟）"),
    "quality": N_("病案质量"), "total_cost": N_("住院总费用"), "phone": N_("电话"),
}  # fmt: skip
#: Sources that are one of a list: `diagnosis.1` is the main one.
NUMBERED: Final[Mapping[str, tuple[str, int]]] = {
    "diagnosis": (N_("编码的诊断"), 40), "condition": (N_("编码诊断的入院病情"), 40),
    "operation": (N_("编码的手术及操作"), 40), "operation_start": (N_("手术日期"), 40),
}  # fmt: skip
SEX: Final = (("male", "1"), ("female", "2"), ("unknown", "0"), ("other", "9"))
YES: Final = (("True", "2"), ("False", "1"))
F, M = ReportField, MapRow
BASIS: Final = (
    ("A48", N_("病案号"), True, "mrn", "plain", ()), ("A49", N_("住院次数"), True, "stay_number", "plain", ()),
    ("A46C", N_("医疗付费方式"), True, "payment", "plain", ()), ("A11", N_("姓名"), True, "name", "plain", ()),
    ("A12C", N_("性别"), True, "sex", "plain", SEX), ("A13", N_("出生日期"), True, "birth", "date", ()),
    ("A14", N_("年龄（岁）"), True, "age_years", "plain", ()), ("A15C", N_("国籍"), False, "nationality", "plain", ()),
    ("A19C", N_("民族"), False, "ethnic", "plain", ()), ("A20", N_("身份证件号码"), False, "identity", "plain", ()),
    ("A21C", N_("婚姻"), False, "marital", "plain", ()), ("A38C", N_("职业"), False, "occupation", "plain", ()),
    ("B11C", N_("入院途径"), True, "admission_way", "plain", ()),
    ("B12", N_("入院时间"), True, "admitted_at", "moment", ()),
    ("B13C", N_("入院科别"), True, "admission_department", "plain", ()),
    ("B15", N_("出院时间"), True, "discharged_at", "moment", ()),
    ("B16C", N_("出院科别"), True, "discharge_department", "plain", ()),
    ("B20", N_("实际住院天数"), True, "days", "plain", ()),
    ("C01C", N_("门（急）诊诊断编码"), True, "outpatient_diagnosis", "plain", ()),
    ("C03C", N_("出院主要诊断编码"), True, "diagnosis.1", "plain", ()),
    ("C04N", N_("出院主要诊断名称"), True, "diagnosis.1", "name", ()),
    ("C05C", N_("主要诊断入院病情"), True, "condition.1", "plain", ()),
    ("C12C", N_("损伤、中毒外部原因编码"), False, "external_cause", "plain", ()),
    ("C14x01C", N_("主要手术操作编码"), False, "operation.1", "plain", ()),
    ("C15x01N", N_("主要手术操作名称"), False, "operation.1", "name", ()),
    ("C16x01", N_("主要手术操作日期"), False, "operation_start.1", "moment", ()),
    ("C26C", N_("ABO 血型"), False, "abo", "plain", ()), ("B34C", N_("离院方式"), True, "discharge_way", "plain", ()),
    ("B36C", N_("有出院31天内再住院计划"), False, "return_planned", "plain", YES),
    ("D01", N_("住院总费用"), True, "total_cost", "plain", ()),
)  # fmt: skip
GROUPING: Final = (
    ("visit_id", N_("病案号"), True, "mrn", "plain", ()), ("sex", N_("性别"), True, "sex", "plain", SEX),
    ("age", N_("年龄（岁）"), True, "age_years", "plain", ()),
    ("age_day", N_("年龄（天）"), True, "age_days", "plain", ()),
    ("weight", N_("新生儿出生体重"), False, "newborn_weight", "plain", ()),
    ("inhospital_time", N_("实际住院天数"), True, "days", "plain", ()),
    ("leavetype", N_("离院方式"), True, "discharge_way", "plain", ()),
    ("cost", N_("住院总费用"), True, "total_cost", "plain", ()),
    ("dept", N_("出院科别"), False, "discharge_department", "plain", ()),
)  # fmt: skip
SETTLEMENT: Final = (
    ("medcasno", N_("病案号"), True, "mrn", "plain", ()), ("psn_name", N_("姓名"), True, "name", "plain", ()),
    ("gend", N_("性别"), True, "sex", "plain", SEX), ("brdy", N_("出生日期"), True, "birth", "date", ()),
    ("age", N_("年龄（岁）"), True, "age_years", "plain", ()), ("naty", N_("民族"), False, "ethnic", "plain", ()),
    ("patn_cert_no", N_("身份证件号码"), True, "identity", "plain", ()),
    ("prfs", N_("职业"), False, "occupation", "plain", ()),
    ("hi_type", N_("医疗付费方式"), True, "payment", "plain", ()),
    ("adm_way", N_("入院途径"), True, "admission_way", "plain", ()),
    ("adm_time", N_("入院时间"), True, "admitted_at", "moment", ()),
    ("adm_caty", N_("入院科别"), True, "admission_department", "plain", ()),
    ("dscg_time", N_("出院时间"), True, "discharged_at", "moment", ()),
    ("dscg_caty", N_("出院科别"), True, "discharge_department", "plain", ()),
    ("act_ipt_days", N_("实际住院天数"), True, "days", "plain", ()),
    ("otp_wm_dise_code", N_("门（急）诊诊断编码"), True, "outpatient_diagnosis", "plain", ()),
    ("dscg_way", N_("离院方式"), True, "discharge_way", "plain", ()),
    ("medfee_sumamt", N_("住院总费用"), True, "total_cost", "plain", ()),
)  # fmt: skip


def numbered(first: int, last: int, source: str, name: str, text: str, form: str = "plain") -> tuple[Any, ...]:
    """Columns that repeat: `name` holds the number as {n}, counted from one."""
    return tuple((name.format(n=n - first + 1), text, False, f"{source}.{n}", form, ()) for n in range(first, last + 1))


def report(id: str, text: str, to: str, rows: Iterable[Any], source: str) -> Report:
    """A report from rows of (field, text, needed, source, form, codes)."""
    found = tuple(rows)
    return Report(
        id=id, text=text, to=to, source=source, fields=tuple(F(row[0], row[1], row[2]) for row in found),
        mapping=tuple(M(row[0], row[3], row[4], row[5]) for row in found),
    )  # fmt: skip


OTHER_DX: Final = N_("其他诊断编码")
OTHER_CONDITION: Final = N_("其他诊断入院病情")
OTHER_OPERATION: Final = N_("其他手术操作编码")
DX: Final = N_("诊断编码")
OPERATION: Final = N_("手术操作编码")
REPORTS: Final[Mapping[str, Report]] = {
    row.id: row
    for row in (
        report(
            "hqms", N_("住院病案首页（HQMS）"), N_("卫生健康部门"),
            (*BASIS, *numbered(2, 16, "diagnosis", "C06x{n:02}C", OTHER_DX),
             *numbered(2, 16, "condition", "C08x{n:02}C", OTHER_CONDITION),
             *numbered(2, 8, "operation", "C35x{n:02}C", OTHER_OPERATION)),
            N_("全国住院病案首页数据采集接口"),
        ),
        report(
            "drg", N_("DRG 分组数据"), N_("医疗保障部门"),
            (*GROUPING, *numbered(1, 16, "diagnosis", "zd{n}", DX), *numbered(1, 8, "operation", "ss{n}", OPERATION)),
            N_("CHS-DRG 分组器输入"),
        ),
        report(
            "settlement", N_("医保结算清单"), N_("医疗保障部门"),
            (*SETTLEMENT, *numbered(1, 16, "diagnosis", "diag_code_{n}", DX),
             *numbered(1, 16, "condition", "adm_cond_{n}", OTHER_CONDITION),
             *numbered(1, 8, "operation", "oprn_oprt_code_{n}", OPERATION)),
            N_("《医疗保障基金结算清单填写规范》"),
        ),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMapping:
    """CHANGE_MAPPING, two persons: the whole table anew as text, one field a line (`written`).

    `changes` is what differs from version `basis` (0 ships): the second person sees it, the act makes sure of it.
    """

    report: str
    table: str
    basis: int
    changes: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingsRequest:
    """READ_MAPPINGS: the versions of a report's mapping table; `report` "" for all reports."""

    report: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFrontPages:
    """EXPORT_FRONT_PAGES: the next part of an approved month."""

    matter: int
    cursor: str = ""


class MappingLine(NamedTuple):
    """A version of a mapping table."""

    report: str
    n: int
    state: str
    person: str
    at: Any
    rows: tuple[MapRow, ...]


class Held(NamedTuple):
    """A front page that did not leave, and why: rules and fields by name."""

    mrn: str
    patient: str
    file: str
    rules: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A part of an export: its columns, the rows that left, those that did not."""

    report: str
    month: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    held: tuple[Held, ...]
    total: int


def known_source(source: str) -> bool:
    """Whether a mapping may name this source."""
    name, _, n = source.partition(".")
    if not n:
        return name in SOURCES
    return name in NUMBERED and n.isdecimal() and 1 <= int(n) <= NUMBERED[name][1] and str(int(n)) == n


def wrong_rows(report_id: str, rows: Iterable[MapRow]) -> tuple[tuple[str, str], ...]:
    """What is wrong with a mapping table."""
    found, seen = tuple(rows), set()
    names = {one.name for one in REPORTS[report_id].fields}
    out = []
    for row in found:
        if row.field not in names or row.field in seen:
            out.append((f"row.{row.field}", N_("没有这个字段，或字段重复")))
        seen.add(row.field)
        if row.source and not known_source(row.source):
            out.append((f"row.{row.field}", N_("没有这个来源")))
        if row.form not in set(Form):
            out.append((f"row.{row.field}", N_("没有这种写法")))
        pairs = dict(row.codes)
        if len(pairs) < len(row.codes) or len(row.codes) > 200:
            out.append((f"row.{row.field}", N_("代码转换有重复或过多")))
        texts = (*pairs, *pairs.values())
        if any(len(text) > 60 or not text.isprintable() for text in texts):
            out.append((f"row.{row.field}", N_("内容过长或含有不可用的字符")))
    return tuple(out)


def difference(before: Iterable[MapRow], after: Iterable[MapRow]) -> tuple[tuple[str, str, str], ...]:
    """(field, how it was, how it is) of every line that is not the same; "" for none."""
    old, new = ({row.field: told(row) for row in rows} for rows in (before, after))
    return tuple(
        (field, old.get(field, ""), new.get(field, ""))
        for field in dict.fromkeys((*old, *new))
        if old.get(field, "") != new.get(field, "")
    )


def told(row: MapRow) -> str:
    """A line of a mapping table in one text, as people write it too."""
    return " ".join([row.source or "-", row.form, *(f"{a}={b}" for a, b in row.codes)])


def written(rows: Iterable[MapRow]) -> str:
    """A mapping table as text."""
    return "\n".join(f"{row.field} {told(row)}" for row in rows)


def parsed(text: str) -> tuple[MapRow, ...]:
    """A mapping table from its text; a line that is none has no source and is found wrong. Never raises."""
    out = []
    for line in text.splitlines()[:500]:
        parts = line.split()
        if not parts:
            continue
        field, source, form = (*parts, "", "")[:3]
        pairs = tuple((a, b) for a, _, b in (one.partition("=") for one in parts[3:]))
        out.append(MapRow(field, "" if source == "-" else source, form or Form.PLAIN.value, pairs))
    return tuple(out)


def changes_told(before: Iterable[MapRow], after: Iterable[MapRow]) -> str:
    """What differs, one field a line."""
    return "\n".join(f"{field}: {old or '-'} → {new or '-'}" for field, old, new in difference(before, after))


def value(facts: Facts, row: MapRow) -> str:
    """What a field says; "" for nothing."""
    found = sourced(facts, row.source)
    if blank(found):
        return ""
    if row.form == Form.NAME:
        return str(found.get("text", "")) if isinstance(found, Mapping) else str(found)
    if row.form in (Form.DATE, Form.DIGITS, Form.MOMENT):
        text = moment(found)
        day = text[:10]
        if row.form == Form.MOMENT:
            return f"{day} {text[11:16]}".strip()
        return day.replace("-", "") if row.form == Form.DIGITS else day
    text = code_of(found)
    return dict(row.codes).get(text, text)


def sourced(facts: Facts, source: str) -> Any:
    """What stands at a source; None for nothing."""
    name, _, n = source.partition(".")
    if not n:
        return facts.get(name)
    listed = facts.get(f"list.{name}", ())
    return listed[int(n) - 1] if int(n) <= len(listed) else None


def lacking(report_id: str, columns: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that the report needs and this front page leaves empty, and those that are too long."""
    return tuple(
        one.name
        for one in REPORTS[report_id].fields
        if (one.needed and not columns.get(one.name)) or len(columns.get(one.name, "")) > one.longest
    )

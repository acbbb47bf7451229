"""四（二）4 教学科研: the fields of extracts, as rows; an ethics approval names those it allows [4.2.4]"""

from dataclasses import dataclass
from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_, Word


class FileForm(Word):
    """The form of an extract's file."""

    PARQUET = "parquet", "Parquet"
    CSV = "csv", "CSV"
    FHIR = "fhir", "FHIR NDJSON"


class Tells(Word):
    """What a field tells an outsider about whose row it is (GB/T 37964-2019)."""

    QUASI = "quasi", N_("准标识符")
    SENSITIVE = "sensitive", N_("敏感属性")
    PLAIN = "plain", N_("一般属性")


class Ladder(Word):
    """How a quasi-identifier is generalised, step by step; the last step of each says nothing any more."""

    NONE = "none", N_("不泛化")
    WORD = "word", N_("保留或隐去")
    AGE = "age", N_("年龄：1 岁、5 岁、10 岁、20 岁")
    DAY = "day", N_("日期：日、月、季、年")
    REGION = "region", N_("地区：市、省")
    CODE = "code", N_("编码：细目、类目、章")


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column. `source` is where it stands in FHIR, `element` the row of the de-identification profile."""

    name: str
    text: str
    source: str
    element: str
    tells: Tells
    ladder: Ladder = Ladder.NONE
    items: tuple[str, ...] = ()  # a list: the parts of each item; `after` is in days since the visit
    words: bool = False  # free text, cleaned


FIELDS: Final[dict[str, Field]] = {
    row.name: row
    for row in (
        Field(name="sex", text=N_("性别"), source="Patient.gender", element="Patient.gender", tells=Tells.QUASI,
              ladder=Ladder.WORD),
        Field(name="age", text=N_("就诊时年龄"), source="Patient.birthDate", element="Patient.birthDate",
              tells=Tells.QUASI, ladder=Ladder.AGE),
        Field(name="region", text=N_("居住地区"), source="Patient.address", element="Patient.address",
              tells=Tells.QUASI, ladder=Ladder.REGION),
        Field(name="marital", text=N_("婚姻状况"), source="Patient.maritalStatus", element="Patient.maritalStatus",
              tells=Tells.QUASI, ladder=Ladder.WORD),
        Field(name="visit", text=N_("就诊类型"), source="Encounter.class", element="Encounter.class",
              tells=Tells.QUASI, ladder=Ladder.WORD),
        Field(name="department", text=N_("科室"), source="Encounter.serviceType", element="Encounter.serviceType",
              tells=Tells.QUASI, ladder=Ladder.WORD),
        Field(name="day", text=N_("就诊日期（已平移）"), source="Encounter.period", element="Encounter.period",
              tells=Tells.QUASI, ladder=Ladder.DAY),
        Field(name="diagnosis", text=N_("主要诊断编码"), source="Condition.code", element="Condition.code",
              tells=Tells.QUASI, ladder=Ladder.CODE),
        Field(name="stay", text=N_("住院天数"), source="Encounter.period", element="Encounter.period",
              tells=Tells.PLAIN),
        Field(name="outcome", text=N_("离院方式"), source="Encounter.hospitalization.dischargeDisposition",
              element="Encounter.hospitalization", tells=Tells.SENSITIVE),
        Field(name="diagnoses", text=N_("全部诊断编码"), source="Condition.code", element="Condition.code",
              tells=Tells.SENSITIVE, items=("code",)),
        Field(name="operations", text=N_("手术操作"), source="Procedure.code", element="Procedure.code",
              tells=Tells.SENSITIVE, items=("code", "text", "after")),
        Field(name="drugs", text=N_("用药"), source="MedicationRequest.medicationCodeableConcept",
              element="MedicationRequest.medicationCodeableConcept", tells=Tells.PLAIN,
              items=("code", "text", "after")),
        Field(name="results", text=N_("检查检验结果"), source="Observation.value", element="Observation.value",
              tells=Tells.PLAIN, items=("code", "text", "value", "unit", "after")),
        Field(name="texts", text=N_("病历文本（已去标识）"), source="Composition.section",
              element="Composition.section", tells=Tells.PLAIN, items=("kind", "text", "after"), words=True),
    )
}  # fmt: skip
PERSON: Final = "person"  # the pseudonym: every extract has it
QUASI: Final = tuple(name for name, row in FIELDS.items() if row.tells is Tells.QUASI)
SENSITIVE: Final = tuple(name for name, row in FIELDS.items() if row.tells is Tells.SENSITIVE)


def chosen(names: tuple[str, ...]) -> tuple[str, ...]:
    """These fields, each once, in the table's order; Invalid for one that is no row or for none at all."""
    unknown = [one for one in names if one not in FIELDS]
    if unknown or not names:
        raise Invalid(places=(("fields", N_("请从字段表中选择字段")),))
    return tuple(name for name in FIELDS if name in names)

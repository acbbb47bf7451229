"""二（一）1 采集内容: what a capture template is: which items, why each, how each is checked [2.1.1] [2.1.2] [2.2.2]

A template is data (formats/data/capture/*.toml, or the hospital's own version of it); these are its words and shapes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from jingui.core.word import N_, Word
from jingui.core.words import Category, EncounterKind, Role, Sensitivity


class ItemKind(Word):
    """数据类型: how an item is answered."""

    TEXT = "text", N_("长文本")
    STRING = "string", N_("文本")
    INTEGER = "integer", N_("整数")
    DECIMAL = "decimal", N_("数值")
    DATE = "date", N_("日期")
    DATETIME = "dateTime", N_("日期时间")
    BOOLEAN = "boolean", N_("是或否")
    CHOICE = "choice", N_("选项")
    CODED = "coded", N_("编码")
    GROUP = "group", N_("多行")


class Necessity(Word):
    """必要性 [2.1.1]"""

    REQUIRED = "required", N_("必填")
    CONDITIONAL = "conditional", N_("有条件必填")
    OPTIONAL = "optional", N_("选填")


class Why(Word):
    """采集目的: why an item is collected; an item without one does not stand in a template [2.1.1]"""

    IDENTIFY = "identify", N_("确认身份")
    CONTACT = "contact", N_("联系患者及家属")
    DIAGNOSE = "diagnose", N_("诊断")
    TREAT = "treat", N_("治疗")
    SAFETY = "safety", N_("医疗安全")
    OBSERVE = "observe", N_("病情观察")
    CONTINUITY = "continuity", N_("连续诊疗与交接")
    CONSENT = "consent", N_("告知与同意")
    CODING = "coding", N_("编码与统计")
    PAYMENT = "payment", N_("医疗支付")
    STATUTORY = "statutory", N_("法定报告")


class Way(Word):
    """采集方式: by which lawful means an item was obtained [2.1.2]"""

    ASKED = "asked", N_("问诊")
    EXAMINED = "examined", N_("查体")
    TESTED = "tested", N_("检查检验")
    GIVEN = "given", N_("患者提供")
    TOLD = "told", N_("代述")
    DEVICE = "device", N_("设备或接口")
    JUDGED = "judged", N_("医务人员判断与记录")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One field. Limits are refused beyond `low`/`high`, warned of beyond `usual`; texts are in both languages."""

    link: str  # unique in its template
    zh: str
    en: str
    kind: ItemKind
    why: Why
    necessity: Necessity = Necessity.OPTIONAL
    when: tuple[str, tuple[str, ...]] = ("", ())  # conditional: required when that item holds one of these ("*": any)
    element: str = ""  # WS 363 / WS 445 data element, DE…
    table: str = ""  # code table of a choice or coded item
    open: bool = False  # a coded item may be free text that nobody has coded yet
    unit: str = ""  # UCUM
    shown: str = ""  # the unit as people write it
    low: Decimal | None = None
    high: Decimal | None = None
    usual: tuple[Decimal | None, Decimal | None] = (None, None)
    digits: int = 0  # decimal places
    longest: int = 0  # characters, 0: 4000
    check: str = ""  # a row of formats.capture_digits: id_card, uscc, phone …
    repeats: bool = False
    items: tuple["Item", ...] = ()  # of a group
    way: Way = Way.JUDGED  # the usual means; the writer may name another
    previous: bool = False  # the last value may be offered
    future: bool = False  # a date that may lie ahead (planned)
    sensitive: Sensitivity | None = None
    sex: str = ""  # female | male: asked of these patients only
    boilerplate: str = ""  # set text to be worked on: untouched it is not signed
    hint: str = ""
    hint_en: str = ""
    purpose: str = ""  # in words, what the hospital needs it for: required of every item that it added itself

    def label(self, language: str = "zh") -> str:
        """The item's name in `zh` or `en`."""
        return self.en if language == "en" and self.en else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a form with its heading."""

    name: str
    zh: str
    en: str
    items: tuple[Item, ...]

    def label(self, language: str = "zh") -> str:
        """The heading in `zh` or `en`."""
        return self.en if language == "en" and self.en else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A check across two items: `kind` is a row of formats.capture_rules (not_before, at_least, differs …)."""

    kind: str
    left: str
    right: str = ""
    zh: str = ""
    en: str = ""
    warns: bool = False  # said, not refused

    def label(self, language: str = "zh") -> str:
        """What is wrong when it does not hold, in `zh` or `en`."""
        return self.en if language == "en" and self.en else self.zh


@dataclass(frozen=True, slots=True, kw_only=True)
class Make:
    """A resource taken out of the answers: `kind` FHIR type, `of` the item or group, `parts` what goes where."""

    kind: str
    of: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """采集模板: one kind of document as this hospital writes it. `n` 0 is the shipped form."""

    name: str
    zh: str
    en: str
    n: int = 0
    category: Category
    standard: str = ""  # WS 445 part and data set
    document: str = ""  # WS/T 500 kind, C0001 …
    writers: tuple[Role, ...]
    visits: tuple[EncounterKind, ...] = ()  # (): at every kind of visit, or at none
    retention: str = ""  # a RetentionClass that holds whatever the visit; "": the visit's
    deadline: str = ""  # a row of core.deadlines
    privilege: str = ""  # training or privilege that the writer needs besides the licence
    signed: bool = True
    verified: bool = False  # 核对确认 by a second person
    countersigned: bool = False  # 审阅签名 by a senior, whoever wrote it
    many: bool = True  # a visit may hold several
    sections: tuple[Section, ...]
    rules: tuple[Rule, ...] = ()
    makes: tuple[Make, ...] = ()

    def label(self, language: str = "zh") -> str:
        """The document's name in `zh` or `en`."""
        return self.en if language == "en" and self.en else self.zh

    def items(self) -> tuple[Item, ...]:
        """Every top item in order; those of groups stand inside them."""
        return tuple(item for section in self.sections for item in section.items)

    def every(self) -> tuple[Item, ...]:
        """Every item, those of groups included."""
        return tuple(one for item in self.items() for one in (item, *item.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something wrong with one answer. `path` is `link` or `group.row.link`; `text` a msgid with `data`'s names."""

    path: str
    text: str
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of typed answers: clean values by link, what is wrong, what a person should look at.

    Clean: text str, integer int, decimal Decimal, boolean bool, date and dateTime ISO str (with zone), choice its code,
    coded {"code", "text"} (code "" when nobody coded it), repeated items a list, a group a list of such mappings.
    """

    answers: Mapping[str, Any]
    errors: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()
    completeness: int = 100  # per cent: required items count three, others one

    @property
    def right(self) -> bool:
        """Whether nothing has to be mended."""
        return not self.errors


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesRequest:
    """采集模板: all in force, or one `name` in its version `n` (-1: in force) with its history.

    `draft` is a changed Questionnaire of that name as JSON: what would it touch?
    """

    name: str = ""
    n: int = -1
    draft: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLine:
    """A version that was published."""

    name: str
    n: int
    state: str  # active | retired
    effective: datetime
    entry: str
    matter: int


class Effect(Word):
    """What a change does to an item."""

    ADDED = "added", N_("新增")
    DROPPED = "dropped", N_("删除")
    REQUIRED = "required", N_("改为必填")
    CHANGED = "changed", N_("修改")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What another version of a template does to one item."""

    link: str
    label: str
    label_en: str
    kind: "Effect"
    purpose: str = ""  # of an added item, in words
    parts: tuple[str, ...] = ()  # which attributes of a changed item differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What a change would touch: open drafts, records written with it lately, and how items differ.

    `body` is the Questionnaire that a matter would carry, `said` the same differences as its deciders read them.
    """

    drafts: int
    records: int
    days: int
    differences: tuple[Difference, ...]
    body: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatesState:
    """The templates in force, the published versions, and the simulation that was asked for."""

    templates: tuple[Template, ...]
    lines: tuple[TemplateLine, ...] = ()
    simulation: Simulation | None = None

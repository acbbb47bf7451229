"""一（三）2 公开透明: decisions, people, clauses and codes in the reader's language [1.3.2]"""

import re
from datetime import date
from typing import Final, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from jingui.core.sheets import Trace
from jingui.core.word import N_
from jingui.core.words import Decision, Hold, Level, Purpose, Relation, Sensitivity, Verb
from jingui.formats import fhir_types
from jingui.formats.terms import VALUES
from jingui.gate import door
from jingui.policy import clauses
from jingui.store import lists
from jingui.web.viewmodels.parts import ClauseRef, PersonLine, RuleLine, Tag, Why

PARTED: Final = re.compile(r"(?<=[a-z])[A-Z]")  # where a FHIR type's name begins a further word
#: What the named tasks of the system do, in people's words; a task that nobody named here is told as such.
TASKS: Final = {
    "expiry": N_("到期处理"), "monitor": N_("隐私监测"), "deadlines": N_("书写时限"), "duties": N_("例行工作"),
    "sessions": N_("退出无人会话"), "init": N_("首次设置"), "import": N_("批量导入"), "ledger": N_("台账恢复"),
    "extracts": N_("数据集制作"),
}  # fmt: skip


UNITS: Final = {
    text: text for text in (N_("次/分"), N_("天"), N_("分"), N_("分钟"), N_("元"))
}  # written out in Chinese; all others are the same in every language


def unit(shown: str) -> str:
    """A unit as people read it."""
    return _(UNITS[shown]) if shown in UNITS else shown


def language() -> Literal["zh", "en"]:
    """The reader's language, as formats and policy name it."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def clause_refs(ids: tuple[str, ...] | list[str]) -> tuple[ClauseRef, ...]:
    """Clauses as people cite them; ids of another version's clauses stay as they are."""
    return tuple(clause_ref(one) for one in ids)


def clause_ref(one: str) -> ClauseRef:
    """One clause as people cite it: 四（二）1, or 4.2.1 in English."""
    if not clauses.known(one):
        return ClauseRef(id=one, heading=one)
    found = clauses.get(one)
    english = language() == "en"
    return ClauseRef(
        id=one, heading=one if english else found.heading, title=found.title_en if english else found.title_zh
    )


def why(trace: Trace) -> Why:
    """Why this may be seen: the card beside every governed page."""
    told = door.explain(trace.decided, language())
    also = tuple(_("同时须做到：%(what)s。") % {"what": what} for what in told.obligations)
    return Why(
        sentence=told.sentence,
        rules=tuple(
            RuleLine(id=rule.id, sentence="" if rule.sentence == told.sentence else rule.sentence)
            for rule in told.rules
        ),
        clauses=clause_refs(trace.decided.clauses),
        also=also,
    )


def person(name: str, title: str = "", department: str = "", href: str = "") -> PersonLine:
    """A person with their post; the named tasks of the system in words."""
    shown = name
    if name.startswith("system:"):
        task = TASKS.get(name.removeprefix("system:"), "")
        shown = _("系统任务 · %(name)s") % {"name": _(task)} if task else _("系统任务")
    elif name.startswith("public:"):
        shown = _("公开入口 %(name)s") % {"name": name.removeprefix("public:")}
    return PersonLine(name=shown or "—", post=title, department=department, href=href)


def sex(code: str) -> str:
    """The word for an administrative gender."""
    return str(_(VALUES.get(code, VALUES["unknown"])))


def day(text: str) -> date | None:
    """A whole date of FHIR (which may be a year or a month only: then None)."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def labels(level: str, found: tuple[str, ...]) -> tuple[Tag, ...]:
    """A record's sensitivity as labels; ■ for the highest level."""
    tone: Literal["bad", "warn"] = "bad" if level == Level.SECRET else "warn"
    known = set(Sensitivity)
    return tuple(Tag(text=_(Sensitivity(one).label) if one in known else one, tone=tone) for one in found)


def relation(value: str) -> Tag | None:
    """How the reader stands to the patient; None for no relation."""
    if value not in set(Relation) or value == Relation.NONE:
        return None
    return Tag(text=_(Relation(value).label), tone="info")


def hold(value: str) -> Tag:
    """保全 as a label."""
    return Tag(text=_(Hold(value).label) if value in set(Hold) else value, tone="hold")


def kind(name: str) -> str:
    """A FHIR type as people call it; in English the words of its own name."""
    row = fhir_types.rows().get(name)
    if row is not None and language() == "zh":
        return row.zh
    return PARTED.sub(lambda found: f" {found[0].lower()}", name)


def verb(value: str) -> Verb | None:
    """An entry's verb; None for one of a later version."""
    return Verb(value) if value in set(Verb) else None


def decision(value: str) -> Decision:
    """An entry's decision; an unknown one shows as a failure, never as allowed."""
    return Decision(value) if value in set(Decision) else Decision.FAIL


def purpose(value: str) -> Purpose | None:
    """An entry's purpose; None for none."""
    return Purpose(value) if value in set(Purpose) else None


def departments() -> tuple[lists.DepartmentRow, ...]:
    """Every department in use."""
    return tuple(row for row in lists.departments() if row.active)


def department_names() -> dict[str, str]:
    """Departments by their Chinese name, in the reader's language: {} for Chinese itself."""
    if language() == "zh":
        return {}
    return {row.name: row.name_en for row in lists.departments() if row.name_en}


def department(name: str) -> str:
    """A department named by its Chinese name, in the reader's language where it has a name there."""
    return department_names().get(name, name)

"""三（二）2 病案室: stages, deficiencies, rules and reasons in words [3.2.2]"""

from typing import Final

from django.utils.translation import gettext as _

from jingui.core.custody import LEGS, DeficiencyState
from jingui.core.custody_front_page import RULES
from jingui.core.custody_quality import ITEMS, Grade
from jingui.core.custody_reports import REPORTS
from jingui.core.custody_shown import DeficiencyLine
from jingui.core.word import N_
from jingui.core.words import Stage
from jingui.web import charting, wording
from jingui.web.viewmodels import custody as view
from jingui.web.viewmodels.parts import Link, Tag, Tone
from jingui.web.viewmodels.paths import to

TONES: Final[dict[str, Tone]] = {"open": "warn", "answered": "info", "closed": "ok", "withdrawn": "none"}
WHAT: Final = {
    "found": N_("退回"), "answered": N_("答复"), "again": N_("再次退回"), "closed": N_("核销"),
    "withdrawn": N_("申诉成立"),
}  # fmt: skip
#: Why a front page did not leave, beside the rules themselves.
HELD: Final = {
    "restricted": N_("保密病案，姓名不对外"), "gone": N_("已按程序销毁"), "tampered": N_("数据与写入时不一致"),
}  # fmt: skip


def crumb() -> Link:
    """The way back to the board."""
    return Link(label=_("病案流转"), href=to("case_files"))


def stage(value: str) -> str:
    """A stage's name."""
    return _(Stage(value).label) if value in set(Stage) else value


def doing(value: str) -> str:
    """What leads to a stage."""
    return _(LEGS[Stage(value)].text) if value in set(Stage) and Stage(value) in LEGS else stage(value)


def grade(value: str) -> str:
    """甲级, 乙级, 丙级."""
    return _(Grade(value).label) if value in set(Grade) else ""


def points(tenths: int) -> str:
    """Points as people write them."""
    return f"{tenths // 10}" if tenths % 10 == 0 else f"{tenths / 10:.1f}"


def item(name: str) -> str:
    """What a quality item says."""
    return _(ITEMS[name].text) if name in ITEMS else name


def rule(name: str) -> str:
    """What a rule of the front page says, or another reason why one stays."""
    if name.startswith("stage:"):
        return _("尚在“%(stage)s”，首页质控后才能上报") % {"stage": stage(name.removeprefix("stage:"))}
    if name in RULES:
        return _(RULES[name].text)
    return _(HELD[name]) if name in HELD else name


def fields(report: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Fields that are missing or too long, by their names."""
    known = {one.name: one for one in REPORTS[report].fields}
    return tuple(
        _("%(field)s（%(name)s）缺失或过长") % {"field": _(known[one].text), "name": one}
        for one in names
        if one in known
    )


def deficiency(one: DeficiencyLine) -> view.DeficiencyRow:
    """A deficiency in words."""
    late = one.overdue and one.state == DeficiencyState.OPEN
    state = _("逾期未答复") if late else _(DeficiencyState(one.state).label)
    return view.DeficiencyRow(
        href=to("deficiency", patient=one.patient.id, file=one.file, deficiency=one.id), title=item(one.item),
        points=points(one.points), patient=one.patient.name or _("（不便显示）"), number=charting.number(one.patient),
        author=wording.person(one.author), finder=wording.person(one.finder), due=one.due,
        state=Tag(text=state, tone="bad" if late else TONES[one.state]),
        record_href=to("record", record=one.record) if one.record else "",
        matter_href=to("matter", matter=one.matter) if one.matter else "",
    )  # fmt: skip


def notes(text: str) -> str:
    """A move's note, with the rules in it named in words."""
    out = []
    for line in text.splitlines():
        name, colon, why = line.partition(": ")
        out.append(f"{rule(name)}：{why}" if colon and name in RULES else line)
    return "\n".join(out)

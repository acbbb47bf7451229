"""四（二）4 教学科研: studies, cohorts and risk in the reader's words [4.2.4]"""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from jingui.core.research import ExtractLine, Stage, Stopped, StudyKind
from jingui.core.research_cohort import OLDEST, Cohort
from jingui.core.research_fields import FIELDS, FileForm, Ladder, Tells
from jingui.core.word import N_
from jingui.core.words import EncounterKind
from jingui.store import lists
from jingui.web import wording
from jingui.web.viewmodels.parts import Tag, Tone
from jingui.web.viewmodels.research import Bar, Gauge, QuasiRow

TONES: Final[dict[str, Tone]] = {
    Stage.BUILDING: "info", Stage.CHECKING: "warn", Stage.STOPPED: "bad", Stage.RELEASED: "ok", Stage.DISPOSED: "plain",
}  # fmt: skip
PROFILES: Final = {"research": N_("受限数据集（科研）"), "public": N_("公开或汇总"), "teaching": N_("教学库")}
STEPS: Final[dict[Ladder, tuple[str, ...]]] = {
    Ladder.WORD: (N_("不变"), N_("隐去")),
    Ladder.AGE: (N_("1 岁"), N_("5 岁一组"), N_("10 岁一组"), N_("20 岁一组"), N_("隐去")),
    Ladder.DAY: (N_("按日"), N_("按月"), N_("按季度"), N_("按年"), N_("隐去")),
    Ladder.REGION: (N_("市"), N_("省"), N_("隐去")),
    Ladder.CODE: (N_("细目"), N_("类目"), N_("章"), N_("隐去")),
}
#: Why patients were left out; whatever is not named here was refused by the rules.
LEFT_OUT: Final = {
    "restricted": N_("保密病案"), "objected": N_("患者限制查阅"), "consent": N_("未同意或已撤回同意"),
    "own": N_("领取人本人"), "unreadable": N_("与写入时不一致，已跳过"), "colleague": N_("本院职工"),
}  # fmt: skip
OTHERS: Final = N_("制度不允许使用")


def stage(state: str) -> Tag:
    """Where an extract stands."""
    return Tag(text=_(Stage(state).label), tone=TONES[state])


def profile(name: str) -> str:
    """A de-identification profile in words."""
    return _(PROFILES[name]) if name in PROFILES else name


def kind(name: str) -> str:
    """What a study is for."""
    return _(StudyKind(name).label)


def form(name: str) -> str:
    """A file's form."""
    return FileForm(name).label


def field(name: str) -> str:
    """A field's name."""
    return _(FIELDS[name].text) if name in FIELDS else name


def tells(name: str) -> str:
    """What a field tells."""
    return _(Tells(FIELDS[name].tells).label) if name in FIELDS else ""


def listed(names: tuple[str, ...]) -> str:
    """Fields in one line."""
    return _("、").join(field(one) for one in names)


def cohort(one: Cohort) -> tuple[tuple[str, str], ...]:
    """A cohort's conditions in words."""
    every = _("，须全部符合") if one.every and len(one.diagnoses) > 1 else ""
    days = " – ".join(day.isoformat() if day else "…" for day in (one.first, one.last))
    kinds = _("、").join(_(EncounterKind(word).label) for word in one.visits)
    aged = one.youngest > 0 or one.oldest < OLDEST
    return tuple(
        (label, text)
        for label, text in (
            (_("诊断"), _("、").join(one.diagnoses) + every if one.diagnoses else ""),
            (_("就诊开始日期"), days if one.first or one.last else ""),
            (_("性别"), wording.sex(one.sex) if one.sex else ""),
            (_("年龄"), _("%(low)d 至 %(high)d 岁") % {"low": one.youngest, "high": one.oldest} if aged else ""),
            (_("科室"), _("、").join(departments(one.departments))),
            (_("就诊类型"), kinds),
        )
        if text
    ) or ((_("范围"), _("全部就诊患者")),)


def departments(codes: tuple[str, ...]) -> tuple[str, ...]:
    """Departments by their names; one that was never registered by its code."""
    names = {row.code: row.name for row in lists.departments()} if codes else {}
    return tuple(wording.department(names[code]) if code in names else code for code in codes)


def risk(line: ExtractLine) -> dict[str, Any]:
    """The risk report; {} while there is none."""
    found: dict[str, Any] = json.loads(line.risk) if line.risk else {}
    return found


def stopped(report: Mapping[str, Any]) -> str:
    """Why it was stopped before anybody checked it, "" otherwise."""
    why = report.get("stopped", "")
    return _(Stopped(why).label) if why in set(Stopped) else ""


def share(parts: int) -> str:
    """Parts of 10,000 as per cent."""
    return f"{parts / 100:.2f} %".replace(".00 ", " ")


def gauges(report: Mapping[str, Any], bounds: Mapping[str, int]) -> tuple[Gauge, ...]:
    """The measures with their bounds."""
    if "k" not in report:
        return ()
    rows, held = report["rows"], report["held"]
    part = held * 10_000 // max(rows + held, 1)
    made = [
        least(_("最小的组（k）"), report["k"], report.get("wanted_k", bounds["extract_k"])),
        most(_("扣留的行"), part, bounds["extract_held"] * 100),
        most(_("已知其人在内时被认出的最大可能"), report["prosecutor"], bounds["extract_risk"] * 100),
        Gauge(name=_("平均可能（检察官攻击）"), value=share(report["prosecutor_average"]), bound="—",
              bar=report["prosecutor_average"] // 10, mark=None, good=None),
        Gauge(name=_("不知其人是否在内时的最大可能（记者攻击）"), value=share(report["journalist"]), bound="—",
              bar=report["journalist"] // 10, mark=None, good=None),
        Gauge(name=_("平均能认出的比例（营销者攻击）"), value=share(report["marketer"]), bound="—",
              bar=report["marketer"] // 10, mark=None, good=None),
        Gauge(name=_("泛化前独一无二的行"), value=share(report["unique_before"]), bound="—",
              bar=report["unique_before"] // 10, mark=None, good=None),
        most(_("放行的行中独一无二的"), report["unique"], 0),
    ]  # fmt: skip
    for one in report["attributes"]:
        name = field(one["name"])
        made.append(least(_("%(field)s：每组至少取值数（l）") % {"field": name}, one["l"], bounds["extract_l"]))
        label = _("%(field)s：与总体的最大差距（t）") % {"field": name}
        made.append(most(label, one["t"], bounds["extract_t"] * 100))
    return tuple(made)


def least(name: str, value: int, bound: int) -> Gauge:
    """A measure that must reach its bound; the bar ends at four times the bound."""
    full = max(4 * bound, 1)
    return Gauge(
        name=name, value=str(value), bound=f"≥ {bound}", bar=min(1000 * value // full, 1000), mark=1000 * bound // full,
        good=value >= bound,
    )  # fmt: skip


def most(name: str, value: int, bound: int) -> Gauge:
    """A share that must stay under its bound."""
    return Gauge(
        name=name, value=share(value), bound=f"≤ {share(bound)}", bar=min(value // 10, 1000), mark=bound // 10,
        good=value <= bound,
    )  # fmt: skip


def step(name: str, level: int) -> str:
    """How coarse a field became."""
    word = STEPS[FIELDS[name].ladder][level]
    return _(word)


def quasi(report: Mapping[str, Any]) -> tuple[QuasiRow, ...]:
    """The quasi-identifiers with their steps."""
    return tuple(
        QuasiRow(
            name=field(one["name"]), step=step(one["name"], one["level"]), before=one["before"], after=one["after"],
            adds=share(one["adds"]),
        )
        for one in report.get("quasi", ())
    )  # fmt: skip


def bars(report: Mapping[str, Any]) -> tuple[Bar, ...]:
    """How many groups there are of each size, for the plot."""
    sizes = [(label, count) for label, count in report.get("sizes", ()) if label not in ("1", "2")]
    top = max((count for _label, count in sizes), default=0) or 1
    return tuple(
        Bar(label=label.replace("-", "–"), count=count, height=100 * count // top, x=70 * n + 20)
        for n, (label, count) in enumerate(sizes)
    )


def left_out(report: Mapping[str, Any], small: int) -> tuple[tuple[str, str], ...]:
    """Who was left out (fewer than `small` are not counted), and records that stayed closed."""
    fewer = _("少于 %(n)d 人，不显示") % {"n": small}
    found = [
        (_(LEFT_OUT.get(why, OTHERS)), str(count) if count else fewer)
        for why, count in sorted(report.get("excluded", {}).items())
    ]
    closed, bad = report.get("closed", 0), report.get("unreadable", 0)
    more = [(_("高度敏感或未同意的记录"), closed), (_("无法读取的记录"), bad)]
    return (*found, *((text, str(count)) for text, count in more if count))

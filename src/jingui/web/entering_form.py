"""二（二）3 录入规范: a form drawn from its template with what was typed and found wrong [2.2.2] [2.2.3]"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jingui.core.capture import Fault, Item, ItemKind, Necessity, Section, Template
from jingui.core.entering import Previous
from jingui.web import entering_answers as answers
from jingui.web import entering_codes as codes
from jingui.web import entering_times as times
from jingui.web import wording
from jingui.web.viewmodels import enter as view
from jingui.web.viewmodels.form import Choice

FEW: Final = 7  # choices that are shown side by side
MANY: Final = 40  # choices beyond which one types instead of reading
CONTROLS: Final[Mapping[ItemKind, view.Control]] = {
    ItemKind.TEXT: "area", ItemKind.STRING: "line", ItemKind.INTEGER: "number", ItemKind.DECIMAL: "number",
    ItemKind.DATE: "day", ItemKind.DATETIME: "moment", ItemKind.BOOLEAN: "radio", ItemKind.CODED: "code",
    ItemKind.GROUP: "rows",
}  # fmt: skip
HINTS: Final[Mapping[str, str]] = {"day": times.HINT_DAY, "moment": times.HINT_MOMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What a form is drawn with. `faults` and `cautions` are those of the check, by path."""

    answers: Mapping[str, Any]
    previous: Mapping[str, Previous] = field(default_factory=dict)
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cautions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sex: str = ""
    now: datetime
    language: str = "zh"


def by_path(faults: Sequence[Fault]) -> dict[str, tuple[str, ...]]:
    """Faults in the reader's language, by path."""
    found: dict[str, tuple[str, ...]] = {}
    for fault in faults:
        found[fault.path] = (*found.get(fault.path, ()), said(fault))
    return found


def said(fault: Fault) -> str:
    """A fault in words."""
    text = _(fault.text)
    return text % fault.data if fault.data and "%(" in text else text.format(**fault.data) if fault.data else text


def sections(template: Template, drawing: Drawing) -> tuple[view.Section, ...]:
    """The template's parts with their questions; the first empty required one has the cursor."""
    made = []
    waiting = True
    for section in template.sections:
        questions = []
        for item in section.items:
            if not answers.asked(item, drawing.sex):
                continue
            first = waiting and not drawing.faults and item.kind is not ItemKind.GROUP and empty(item, drawing)
            questions.append(question(item, item.link, drawing.answers.get(item.link), drawing, focus=first))
            waiting = waiting and not first
        if questions:
            name, title = section.name, section.label(drawing.language)
            left = missing(section, drawing.answers, drawing.sex)
            made.append(view.Section(id=name, title=title, questions=tuple(questions), missing=left))
    return tuple(made)


def empty(item: Item, drawing: Drawing) -> bool:
    """Whether a required item waits for its answer."""
    return required(item, drawing.answers) and drawing.answers.get(item.link) in (None, "", [], {})


def required(item: Item, given: Mapping[str, Any]) -> bool:
    """Whether an item must be answered, as the answers stand."""
    if item.necessity is not Necessity.CONDITIONAL:
        return item.necessity is Necessity.REQUIRED
    other, values = item.when
    held = {plain(one) for one in answers.listed(given.get(other))}
    return bool(held) if "*" in values else bool(held & set(values))


def plain(value: Any) -> str:
    """A value as conditions name it."""
    if isinstance(value, Mapping):
        return str(value.get("code") or value.get("text") or "")
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def missing(section: Section, given: Mapping[str, Any], sex: str) -> int:
    """How many required items of a part are still open."""
    return sum(
        1
        for item in section.items
        if answers.asked(item, sex) and required(item, given) and given.get(item.link) in (None, "", [], {})
    )


def question(item: Item, path: str, answer: Any, drawing: Drawing, *, focus: bool = False) -> view.Question:
    """One question with what stands in it."""
    control, choices = shape(item, drawing.language)
    language, now = drawing.language, drawing.now
    values = tuple(answers.written(item, one, now) for one in answers.listed(answer)) if control != "rows" else ()
    if control not in ("rows", "radio", "select") and (item.repeats or not values):
        values = (*values, "")  # one empty box to write in
    old = drawing.previous.get(path)
    before = "\n".join(answers.written(item, one, now) for one in answers.listed(old.value)) if old else ""
    same = before and before in (values[0] if values else "")
    return view.Question(
        id=path, label=item.label(language), control=control, values=values, repeats=item.repeats,
        unit=wording.unit(item.shown),
        required=required(item, drawing.answers),
        conditional=item.necessity is Necessity.CONDITIONAL and not required(item, drawing.answers),
        hint=hint(item, control, language), choices=choices,
        lookup=codes.address(item.table) if control == "code" else "",
        previous="" if same or control == "rows" else before, previous_at=old.at if old else None,
        echo=echo(item, answer, now), errors=drawing.faults.get(path, ()), warnings=drawing.cautions.get(path, ()),
        element=item.element, purpose=_(item.why.label), sensitive=item.sensitive is not None,
        maxlength=0 if control in ("day", "moment", "code") else item.longest, autofocus=focus,
        rows=lines(item, path, answer, drawing) if control == "rows" else (),
    )  # fmt: skip


def lines(group: Item, path: str, answer: Any, drawing: Drawing) -> tuple[tuple[view.Question, ...], ...]:
    """A group's lines, and an empty one to go on with."""
    given = [line for line in answers.listed(answer) if isinstance(line, Mapping)]
    blank: list[Mapping[str, Any]] = [{}] if group.repeats or not given else []
    needed = required(group, drawing.answers) and not given
    return tuple(
        tuple(
            replace(one, required=one.required and bool(line or needed))
            for item in group.items
            for one in (question(item, f"{path}.{number}.{item.link}", line.get(item.link), drawing),)
        )
        for number, line in enumerate([*given, *blank])
    )


def shape(item: Item, language: str) -> tuple[view.Control, tuple[Choice, ...]]:
    """How an item is asked: the control, and its choices where they can all be shown."""
    if item.kind is ItemKind.BOOLEAN:
        return "radio", (Choice(value="true", label=_("是")), Choice(value="false", label=_("否")))
    if item.kind is ItemKind.CHOICE:
        offered = tuple(Choice(value=code, label=words) for code, words in codes.choices(item.table, language))
        return ("radio" if len(offered) <= FEW or item.repeats else "select"), offered
    control = CONTROLS[item.kind]
    return ("area" if control == "line" and item.longest > 200 else control), ()


def hint(item: Item, control: str, language: str) -> str:
    """What helps to answer: the item's own words, the usual range, how days may be written."""
    own = item.hint_en if language == "en" else item.hint
    parts = [own, _(HINTS[control]) if control in HINTS and not own else ""]
    low, high = item.usual
    if low is not None or high is not None:
        parts.append(_("通常 %(low)s–%(high)s") % {"low": bare(low), "high": bare(high)})
    return "；".join(part for part in parts if part) if language == "zh" else "; ".join(part for part in parts if part)


def bare(number: object) -> str:
    """A limit as written; nothing for none."""
    return "" if number is None else f"{number}"


def echo(item: Item, answer: Any, now: datetime) -> str:
    """How a day, a moment or a code was understood; "" where the box itself says it."""
    if item.kind is ItemKind.CODED:
        return codes.echo(item.table, answers.listed(answer), open_text=item.open)
    if item.kind not in (ItemKind.DATE, ItemKind.DATETIME) or not isinstance(answer, str):
        return ""
    at = times.moment(answer, now) if item.kind is ItemKind.DATETIME else times.day(answer, now)
    return times.told(at, now) if at else ""


def echoes(template: Template, given: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Every item's echo, for the script."""
    return {item.link: words for item in template.items() if (words := echo(item, given.get(item.link), now))}


def left(number: int) -> str:
    """How many items are open, in words with a place for the number."""
    return ngettext("还差 {n} 项", "还差 {n} 项", number)

"""二（二）3 录入规范: the page of a form, with its deadline and what is still missing [2.2.3]"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _

from jingui.core.capture import Checked, Template, Way
from jingui.core.deadlines import DeadlineLine
from jingui.core.entering import FormFaults, FormVisit, OpenedForm
from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats import capture
from jingui.web import charting, entering_answers, entering_form, wording
from jingui.web.entering_place import Place
from jingui.web.viewmodels.enter import WritePage
from jingui.web.viewmodels.form import Choice, Field
from jingui.web.viewmodels.parts import Tag

NEAR: Final = timedelta(hours=2)  # the script turns the countdown to ▲; the door's own warning stands on the desk
TOLD: Final = (Way.ASKED, Way.GIVEN, Way.TOLD)  # what patients and those with them say
NEEDS: Final[Mapping[str, str]] = {
    "countersign": N_("写好后须由上级医师审阅签名。"), "verify": N_("录入后须由第二人核对确认。"),
    "consent_due": N_("含敏感信息，须补办书面知情同意。"), "review": N_("紧急调阅，事后须复核。"),
}  # fmt: skip


def page(
    found: OpenedForm, place: Place, given: Mapping[str, Any], *, now: datetime, who: str = "", checked: bool = False,
    error: Invalid | None = None,
) -> WritePage:  # fmt: skip
    """The form as it stands; `checked` says what is wrong with it, `error` what the door said."""
    form: Template = found.template
    judged = check(found, given, now)
    faults = entering_form.by_path(judged.errors) if checked else {}
    general: list[str] = []
    if error is not None:
        known = {item.link for item in form.every()}
        for where, what in said(error):
            if where.rpartition(".")[2] in known:
                faults[where] = (*faults.get(where, ()), what)
            else:
                general.append(what)
        if not error.places:
            general.append(f"{_(error.message)} {_(error.next_step)}".strip())
    drawing = entering_form.Drawing(
        answers=given, previous=found.previous, faults=faults,
        cautions=entering_form.by_path(judged.warnings) if checked else {}, sex=found.patient.sex, now=now,
        language=wording.language(),
    )  # fmt: skip
    owed = deadline(found)
    notes = [Tag(text=_("草稿"), tone="none")] if found.revision else []
    if found.late is not None:
        notes.append(Tag(text=_("已超过书写时限，提交时写明补记原因"), tone="bad"))
    return WritePage(
        patient=charting.header(found.patient), title=form.label(wording.language()),
        sections=entering_form.sections(form, drawing), here=place.at("write"), save=place.at("save"),
        check=place.at("check", draft=found.key), back=place.back, hidden=hidden(found, who), revision=found.revision,
        saved=found.saved, due=owed.due if owed else None, warn_seconds=int(NEAR.total_seconds()),
        last=(*which(found), *means(found)), complete=judged.completeness, errors=tuple(general),
        notes=tuple(notes), needs=needs(found),
        correcting=_("更正第 %(n)s 版") % {"n": found.start} if found.record else "",
    )  # fmt: skip


def said(error: Invalid) -> list[tuple[str, str]]:
    """What the door found wrong, place by place, in the reader's language."""
    if isinstance(error, FormFaults):
        return [(fault.path, entering_form.said(fault)) for fault in error.faults]
    return [(where, _(what)) for where, what in error.places]


def check(found: OpenedForm, given: Mapping[str, Any], now: datetime) -> Checked:
    """What the template says of the answers; the door says the same when they are submitted."""
    born = wording.day(found.patient.birth)
    return capture.check(
        found.template, given, today=now, sex=found.patient.sex,
        age_days=age(born, now.date()),
    )  # fmt: skip


def age(born: date | None, today: date) -> int | None:
    """Days since birth; None where the day is not known."""
    return (today - born).days if born else None


def boilerplate(found: OpenedForm) -> dict[str, Any]:
    """The set texts of a new form, to be worked on."""
    form: Template = found.template
    sex = found.patient.sex
    return {i.link: i.boilerplate for i in form.items() if i.boilerplate and entering_answers.asked(i, sex)}


def deadline(found: OpenedForm) -> DeadlineLine | None:
    """The deadline that this document is to meet; None for none."""
    if found.record:
        return None
    owed = (one for one in found.deadlines if one.template == found.template.name and one.met is None)
    return found.late or min(owed, key=lambda one: one.due, default=None)


def needs(found: OpenedForm) -> tuple[str, ...]:
    """What will be due after it was entered, in words."""
    names = [*found.obligations, *(["verify"] if found.verify else [])]
    return tuple(_(NEEDS[name]) for name in dict.fromkeys(names) if name in NEEDS)


def hidden(found: OpenedForm, who: str) -> tuple[tuple[str, str], ...]:
    """What goes back unseen; no word of a patient. `who` is whose page it is: it is saved for nobody else."""
    visit = found.visit.number if found.visit else 0
    pairs = (
        ("key", found.key), ("template", found.template.name), ("template_n", str(found.template.n)),
        ("start", str(found.start)), ("sex", found.patient.sex), ("who", who),
    )  # fmt: skip
    return pairs if len(found.visits) > 1 else (*pairs, ("visit", str(visit)))


def which(found: OpenedForm) -> tuple[Field, ...]:
    """Which visit, where there are several."""
    if len(found.visits) < 2:
        return ()
    offered = tuple(Choice(value=str(one.number), label=told(one)) for one in found.visits)
    value = str(found.visit.number) if found.visit else ""
    return (Field(name="visit", label=_("归入哪次就诊"), kind="select", value=value, choices=offered),)


def means(found: OpenedForm) -> tuple[Field, ...]:
    """Who told the history, where it was not asked of the patient; nothing where a form holds no history."""
    items = [item for item in found.template.items() if item.way in TOLD]
    if not items:
        return ()
    now = next((found.ways[item.link] for item in items if item.link in found.ways), "")
    offered = tuple(Choice(value=str(word), label=_(word.label)) for word in TOLD)
    return (
        Field(
            name="way", label=_("病史由谁提供"), kind="select", required=False, value=now,
            choices=(Choice(value="", label=_("按各项的通常方式")), *offered),
        ),
    )  # fmt: skip


def ways(form: Template, chosen: str) -> dict[str, str]:
    """The way of each item that was told, where the writer chose another than the usual one."""
    if chosen not in TOLD:
        return {}
    return {item.link: chosen for item in form.items() if item.way in TOLD and item.way != chosen}


def told(visit: FormVisit) -> str:
    """A visit in one line."""
    kind = _(charting.kind(visit.kind).label)
    ends = f" – {visit.ends:%Y-%m-%d}" if visit.ends else ""
    return f"{kind} {visit.starts:%Y-%m-%d}{ends}"

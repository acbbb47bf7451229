"""二（二）1 人员资质: what a person may write about a patient now, with what is due first [2.2.1] [2.2.2]"""

from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from jingui.core.deadlines import DeadlineLine
from jingui.core.entering import FormChoice, OpenedForm
from jingui.core.words import Category
from jingui.web import charting, wording
from jingui.web.entering_place import Place
from jingui.web.viewmodels.enter import ChoosePage, TemplateGroup, TemplateLine

OWED = frozenset({"open", "soon", "overdue"})


def page(found: OpenedForm, patient: str) -> ChoosePage:
    """The templates by category; those with a deadline stand above, the nearest first."""
    owed = sorted((one for one in found.choices if due(one)), key=lambda one: due(one).due)
    rest = [one for one in found.choices if not due(one)]
    rest.sort(key=lambda one: order(one.category))
    groups = tuple(
        TemplateGroup(title=heading(name), lines=tuple(line(one, patient) for one in lines))
        for name, lines in groupby(rest, key=lambda one: one.category)
    )
    return ChoosePage(
        patient=charting.header(found.patient), due=tuple(line(one, patient) for one in owed), groups=groups,
        back=Place(patient=patient).back,
    )  # fmt: skip


def due(one: FormChoice) -> Any:
    """The open deadline that this document fulfils; None for none."""
    found: DeadlineLine | None = one.deadline
    return found if found is not None and found.state in OWED else None


def order(category: str) -> int:
    """Categories in the order of clause 一（二）."""
    return [str(word) for word in Category].index(category) if category in set(Category) else 99


def heading(category: str) -> str:
    """A category's name."""
    return str(_(Category(category).label)) if category in set(Category) else category


def line(one: FormChoice, patient: str) -> TemplateLine:
    """A template in the list."""
    owed = due(one)
    title = one.title_en if wording.language() == "en" and one.title_en else one.title
    return TemplateLine(
        title=title, href=Place(patient=patient, template=one.template).at("write"), due=owed.due if owed else None,
        needs=_("写好后须由上级审阅签名") if one.countersign else "",
    )  # fmt: skip

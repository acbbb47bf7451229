"""四（二）1 复制申请: the parts of its form, what each question needs, who is it for [4.2.1]

Which question stands in which part, and what the script may help with, are rows here; the questions themselves, their
choices and the papers are the rows of the table of matters.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from jingui.core.matters.release_applicants import APPLICANTS, Applicant
from jingui.core.matters.row import MatterKind, Question
from jingui.core.word import N_
from jingui.web import matter_forms
from jingui.web.viewmodels import release as view

VISITS: Final = "visits"
TICKED: Final = "visit"  # the boxes of visits, where the page knows them


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the form; a question that no part names stands in the last one."""

    title: str
    hint: str
    own: str  # the hint for those who ask for themselves
    names: tuple[str, ...]


PARTS: Final = (
    Part(
        title=N_("申请人"), hint=N_("姓名、号码与证件原件逐字核对。"),
        own=N_("填写您本人证件上的姓名和号码。"),
        names=("applicant", "document_kind", "document", "phone", "relation", "present", "valid_until", "sensitive"),
    ),
    Part(
        title=N_("复制什么"), hint=N_("只复制申请需要的部分；批准的范围以外不复制。"),
        own=N_("只选需要的部分；记录越少，泄露的风险越小。"),
        names=("scope", VISITS, "categories", "purpose", "language", "copies"),
    ),
    Part(title=N_("怎样领取"), hint="", own="", names=("route", "recipient", "address")),
)  # fmt: skip
#: Asked only when another question has that answer, and then needed; without a script it always stands there.
NEEDED: Final[Mapping[str, tuple[str, str]]] = {
    "categories": ("scope", "chosen"), "recipient": ("route", "post"), "address": ("route", "post"),
}  # fmt: skip
USUAL: Final[Mapping[str, str]] = {
    "document_kind": "id_card", "scope": "statutory", "language": "zh", "copies": "1", "route": "window",
}  # fmt: skip
CARD: Final = "document"  # the number whose check digit is told at once


def typed(row: MatterKind, posted: Any) -> dict[str, str]:
    """What was typed and ticked, by question."""
    found = matter_forms.typed_in(row, posted)
    if TICKED in posted or "visits_offered" in posted:
        found[VISITS] = ",".join(posted.getlist(TICKED))
    return found


def numbers(text: str) -> tuple[str, ...]:
    """The visits of an answer."""
    return tuple(one for one in re.split(r"[\s,;，；、]+", text) if one)


def needed(question: Question, typed: Mapping[str, str]) -> bool:
    """Whether this must be answered, the other answers being what they are."""
    name, value = NEEDED.get(question.name, ("", ""))
    return question.required or bool(name and typed.get(name) == value)


def left_out(row: MatterKind, typed: Mapping[str, str]) -> tuple[Question, ...]:
    """Questions that must be answered and are not."""
    return tuple(one for one in row.questions if needed(one, typed) and not typed.get(one.name, "").strip())


def divided(row: MatterKind) -> tuple[tuple[Part, tuple[Question, ...]], ...]:
    """The row's questions by part, in the parts' order."""
    named = {name for part in PARTS for name in part.names}
    by_name = {one.name: one for one in row.questions}
    rest = tuple(one for one in row.questions if one.name not in named)
    found = []
    for part in PARTS:
        asked = tuple(by_name[name] for name in part.names if name in by_name)
        found.append((part, (*asked, *(rest if part is PARTS[-1] else ()))))
    return tuple(found)


def sections(
    row: MatterKind, typed: Mapping[str, str], wrong: Mapping[str, str], *, ticks: bool, without: Mapping[str, str],
    own: bool,
) -> tuple[view.Section, ...]:  # fmt: skip
    """The form's parts with what was typed. `ticks`: visits are ticked, not typed; `without`: answered already."""
    fresh = not typed
    found = []
    for part, questions in divided(row):
        asked = []
        for one in questions:
            if one.name in without or (ticks and one.name == VISITS):
                continue
            value = typed.get(one.name, "") or (USUAL.get(one.name, "") if fresh else "")
            drawn = matter_forms.question(one, value, wrong)
            asked.append(view.Ask(asked=drawn, when=" ".join(NEEDED.get(one.name, ())), card=one.name == CARD))
        holds = any(one.name == VISITS for one in questions)
        hint = part.own if own else part.hint
        found.append(view.Section(title=_(part.title), hint=_(hint) if hint else "", asked=tuple(asked), visits=holds))
    return tuple(found)


def fits(applicant: Applicant, *, dead: bool, born: date | None, today: date, ages: Mapping[str, int]) -> bool:
    """Whether somebody of this kind may ask for this patient's copies; the door asks again."""
    if applicant.dead != dead and not applicant.either:
        return False
    if born is None or dead:
        return True
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    old = not applicant.least or age >= ages[applicant.least]
    return old and (not applicant.below or age < ages[applicant.below])


def applicant(row: MatterKind) -> Applicant | None:
    """Who asks by this row, None where it is not an application for copies."""
    return APPLICANTS.get(row.id)

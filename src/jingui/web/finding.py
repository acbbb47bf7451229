"""四（一）3 查阅与使用: from what a person types to look-up values; terms travel by POST only [4.1.3]"""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext as _

from jingui.core.access import PatientSearch
from jingui.web.viewmodels.form import Field, Form

NUMBERS: Final = (
    "mrn", "inpatient_no", "outpatient_no", "encounter_no", "id_card", "passport", "insurance_no", "phone",
)  # fmt: skip
_DATE: Final = re.compile(r"(19|20)\d{2}[-/.年]\d{1,2}[-/.月]\d{1,2}日?")
_NUMBER: Final = re.compile(r"\+?[A-Za-z]{0,3}[\d\-() ]*\d[\dXx]?")
COUNT: Final = 20


class Typed(NamedTuple):
    """What stands in the search form."""

    name: str = ""
    number: str = ""
    birth: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(self)


def typed(posted: Mapping[str, str]) -> Typed:
    """The form's fields, or the top bar's one line taken apart: dates, numbers, and the rest is a name."""
    line = " ".join(posted.get("terms", "").split())
    if not line:
        return Typed(*(" ".join(posted.get(name, "").split()) for name in Typed._fields))
    words, name, number, birth = line.replace("，", " ").replace(",", " ").split(), [], "", ""
    for word in words:
        if _DATE.fullmatch(word):
            birth = word
        elif _NUMBER.fullmatch(word) and not number:
            number = word
        else:
            name.append(word)
    return Typed(" ".join(name), number, birth)


def search(asked: Typed) -> PatientSearch:
    """The look-up: name, and any of the numbers, and the birth date."""
    wanted: list[tuple[tuple[str, str], ...]] = []
    if asked.name:
        wanted.append((("name", asked.name), ("family", asked.name), ("given", asked.name)))
    if asked.number:
        wanted.append(tuple((field, asked.number) for field in NUMBERS))
    if asked.birth:
        wanted.append((("birth_date", asked.birth),))
    return PatientSearch(wanted=tuple(wanted), count=COUNT, words=" ".join(part for part in asked if part))


def form(asked: Typed, *, errors: tuple[str, ...] = ()) -> Form:
    """The search form with what was typed."""
    return Form(
        fields=(
            Field(name="name", label=_("姓名"), value=asked.name, required=False, maxlength=80, autofocus=asked.empty),
            Field(
                name="number", label=_("号码"), value=asked.number, required=False, maxlength=40,
                hint=_("病案号、住院号、门诊号、证件号或电话"),
            ),
            Field(
                name="birth", label=_("出生日期"), value=asked.birth, required=False, maxlength=20,
                hint=_("如 1959-03-04；须与姓名或号码同填"),
            ),
        ),
        submit=_("查找"),
        errors=errors,
    )  # fmt: skip

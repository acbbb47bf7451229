"""二（一）1 采集模板: any template survives being a Questionnaire; a spoilt one is refused [2.1.1]"""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.capture import Item, ItemKind, Necessity, Section, Template, Way, Why
from jingui.core.errors import Invalid
from jingui.core.words import Category, EncounterKind, Role, Sensitivity
from jingui.formats import capture
from jingui.formats.fhir_json import dump, parse
from jingui.formats.validate import validate


def of(name: str) -> Template:
    return capture.templates()[name]


NUMBERS = st.decimals(min_value=-1000, max_value=1000, places=2)
TEXTS = st.text(alphabet="甲乙丙丁abc 12", min_size=1, max_size=12).map(lambda text: text.strip() or "甲")


@st.composite
def items(draw: st.DrawFn, link: str) -> Item:
    kind = draw(st.sampled_from([one for one in ItemKind if one is not ItemKind.GROUP]))
    coded = kind in (ItemKind.CHOICE, ItemKind.CODED)
    low, high = sorted((draw(NUMBERS), draw(NUMBERS)))
    return Item(
        link=link, zh=draw(TEXTS), en=draw(TEXTS), kind=kind, why=draw(st.sampled_from(list(Why))),
        way=draw(st.sampled_from(list(Way))), necessity=draw(st.sampled_from([Necessity.REQUIRED, Necessity.OPTIONAL])),
        element=draw(st.sampled_from(["", "DE02.01.039.00"])),
        table=draw(st.sampled_from(["sex", "icd10"])) if coded else "",
        open=draw(st.booleans()), unit=draw(st.sampled_from(["", "kg"])), shown=draw(TEXTS), low=low, high=high,
        usual=draw(st.tuples(st.none() | NUMBERS, st.none() | NUMBERS)), digits=draw(st.integers(0, 4)),
        longest=draw(st.integers(0, 99)), repeats=draw(st.booleans()), previous=draw(st.booleans()),
        future=draw(st.booleans()), sensitive=draw(st.none() | st.sampled_from(list(Sensitivity))),
        sex=draw(st.sampled_from(["", "female"])), boilerplate=draw(st.just("") | TEXTS),
        hint=draw(st.just("") | TEXTS),
    )  # fmt: skip


@st.composite
def templates(draw: st.DrawFn) -> Template:
    sections = tuple(
        Section(name=f"s{n}", zh=draw(TEXTS), en=draw(TEXTS), items=tuple(draw(items(f"i{n}_{m}")) for m in range(2)))
        for n in range(draw(st.integers(1, 3)))
    )
    group = Item(
        link="rows", zh="行", en="rows", kind=ItemKind.GROUP, why=Why.DIAGNOSE, repeats=True,
        items=(draw(items("inner")),), necessity=Necessity.CONDITIONAL, when=("i0_0", ("1", "2")),
    )  # fmt: skip
    last = replace(sections[-1], items=(*sections[-1].items, group))
    return Template(
        name="tried", zh=draw(TEXTS), en=draw(TEXTS), n=draw(st.integers(0, 99)),
        category=draw(st.sampled_from(list(Category))), document=draw(st.sampled_from(["", "C0001"])),
        writers=tuple(draw(st.lists(st.sampled_from(list(Role)), min_size=1, max_size=3))),
        visits=tuple(draw(st.lists(st.sampled_from(list(EncounterKind)), max_size=2))),
        deadline=draw(st.just("") | TEXTS),
        signed=draw(st.booleans()), verified=draw(st.booleans()), many=draw(st.booleans()),
        sections=(*sections[:-1], last),
    )  # fmt: skip


@settings(deadline=None)
@given(templates())
def test_any_template_survives_being_a_questionnaire(template: Template) -> None:
    made = capture.questionnaire(template)
    validate(parse(dump(made)))
    assert capture.from_questionnaire(parse(dump(made))) == template


@pytest.mark.parametrize(
    "spoil",
    [
        {"item": []}, {"item": None}, {"name": "other"}, {"url": "http://example.org/q"}, {"extension": []},
        {"item": [{"linkId": "section.x", "text": "x", "type": "group"}]}, {"title": None, "name": None},
    ],
)  # fmt: skip
def test_a_spoilt_questionnaire_is_refused(spoil: dict[str, Any]) -> None:
    whole = capture.questionnaire(of("vital_signs"))
    with pytest.raises(Invalid):
        capture.from_questionnaire({**whole, **spoil})


def test_a_template_that_does_not_hang_together_is_refused() -> None:
    vital = of("vital_signs")
    twice = replace(vital, sections=(*vital.sections, vital.sections[0]))
    with pytest.raises(Invalid):
        capture.from_questionnaire(capture.questionnaire(twice))

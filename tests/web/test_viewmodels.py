"""二（二）录入规范 [2.2.4] [1.3.1]: what pages say of times, numbers, corrections and resources"""

import dataclasses
import importlib
import json
import pkgutil
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone as zones
from hypothesis import given
from hypothesis import strategies as st

from jingui.web import viewmodels
from jingui.web.templatetags import numbers, times
from jingui.web.viewmodels import resource
from jingui.web.viewmodels.diff import compare
from jingui.web.viewmodels.form import Field, Form
from jingui.web.viewmodels.paths import ORDER, PATHS, to

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 22, 9, 31, 7, tzinfo=CHINA)
EXAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "fhir" / "examples"
ELEMENTS = st.sampled_from(["status", "code", "text", "value", "valueString", "component", "note", "coding", "display"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ELEMENTS | st.text(max_size=5), inner, max_size=4),
    max_leaves=25,
)


@pytest.fixture(scope="module", autouse=True)
def plain_words() -> Any:
    """Texts stay Chinese without Django's settings: these are pure functions of their arguments."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(times, "gettext", lambda text: text)
        patch.setattr(times, "ngettext", lambda one, many, n: one if n == 1 else many)
        for module in (resource,):
            patch.setattr(module, "_", lambda text: text)
        with zones.override(CHINA):
            yield


def texts(lines: tuple[resource.Shown, ...]) -> list[str]:
    found: list[str] = []
    for line in lines:
        found += [
            line.label,
            *line.texts,
            *line.columns,
            *(cell for row in line.rows for cell in row),
            *texts(line.below),
        ]
    return found


def test_view_models_cannot_be_changed_or_mistaken() -> None:
    seen = 0
    for module in pkgutil.iter_modules(viewmodels.__path__, viewmodels.__name__ + "."):
        for name, kind in vars(importlib.import_module(module.name)).items():
            if dataclasses.is_dataclass(kind) and isinstance(kind, type) and kind.__module__ == module.name:
                seen += 1
                assert kind.__dataclass_params__.frozen, name  # type: ignore[attr-defined]  # dataclasses keep it there
                assert "__slots__" in vars(kind), name
                assert all(field.kw_only for field in dataclasses.fields(kind)), name
                assert kind.__doc__, name
    assert seen > 60


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_diff_loses_no_character(old: str, new: str) -> None:
    parts = compare(old, new)
    assert "".join(part.text for part in parts if part.kind != "new") == old
    assert "".join(part.text for part in parts if part.kind != "old") == new
    assert all(part.text for part in parts)


def test_a_diff_keeps_numbers_whole() -> None:
    parts = [(part.kind, part.text) for part in compare("血钾 5.6，复查", "血钾 6.5，复查")]
    assert parts == [("same", "血钾 "), ("old", "5.6"), ("new", "6.5"), ("same", "，复查")]


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (NOW - timedelta(minutes=17), "今天 09:14"),
        (datetime(2026, 11, 21, 16, 40, tzinfo=UTC), "今天 00:40"),  # the hospital's day, not the server's
        (NOW - timedelta(days=1), "昨天 09:31"),
        (NOW + timedelta(days=1), "明天 09:31"),
        (NOW - timedelta(days=4), "11-18 09:31"),
        (NOW - timedelta(days=400), "2025-10-18"),
    ],
)
def test_times_are_told_from_the_hospitals_day(moment: datetime, words: str) -> None:
    phrase = times.told(moment, NOW)
    for key in ("今天", "昨天", "明天"):
        phrase = phrase.replace(f"{key} %(time)s", key)
    assert phrase == words


@pytest.mark.parametrize(
    ("birth", "words"),
    [
        (date(2026, 11, 20), "2 日龄"),
        (date(2026, 1, 31), "9 个月"),
        (date(1959, 11, 22), "67 岁"),
        (date(1959, 11, 23), "66 岁"),
        (date(2024, 2, 29), "2 岁"),
        (date(2027, 1, 1), ""),
    ],
)
def test_age_is_days_then_months_then_years(birth: date, words: str) -> None:
    assert times.years(birth, NOW.date()) == words


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9999)))
def test_a_span_is_never_empty_nor_negative(length: timedelta) -> None:
    assert times.span(length)
    assert "-" not in times.span(-length)


def test_numbers_are_grouped_and_identities_masked() -> None:
    assert numbers.grouped(1203442) == "1\u202f203\u202f442"
    assert numbers.spaced("00832217") == "0083\u202f2217"
    assert numbers.spaced("王-12") == "王-12"
    assert numbers.mask_id("11010519491231002X") == "110105********002X"
    assert numbers.mask_id("G1234567") == "G1******"
    assert numbers.mask_phone("13800138000") == "138****8000"
    assert numbers.mask_name("顾明远") == "顾**"


def test_addresses_are_filled_encoded_and_tried_in_a_safe_order() -> None:
    assert to("chart", patient="a/b?c") == "/patients/a%2Fb%3Fc/"
    assert to("record_version", record="x", version=3) == "/records/x/versions/3/"
    assert to("desk") == "/"
    with pytest.raises(KeyError):
        to("chart")
    assert sorted(ORDER) == sorted(PATHS)
    assert ORDER.index("register_person") < ORDER.index("person")
    assert ORDER.index("roles") < ORDER.index("person")


def test_forms_know_what_is_wrong_and_say_it_to_screen_readers() -> None:
    field = Field(name="until", label="有效至", hint="最长一年", errors=("须填写期限。",))
    assert field.described_by == "id_until_hint id_until_error"
    assert Form(fields=(field,), submit="x").wrong
    assert not Form(fields=(Field(name="a", label="a"),), submit="x").wrong


@given(st.dictionaries(ELEMENTS | st.text(max_size=8), JSON, max_size=6))
def test_any_json_object_is_shown_without_falling_over(data: dict[str, Any]) -> None:
    assert all(isinstance(text, str) for text in texts(resource.shown(data)))


def test_bare_codes_are_explained_only_where_they_are_codes() -> None:
    blood = {"code": {"text": "血型"}, "valueCodeableConcept": {"text": "A"}, "valueString": "H", "status": "final"}
    flagged = {"interpretation": [{"coding": [{"code": "H"}]}]}
    assert texts(resource.shown(blood)) == ["项目", "血型", "结果", "A", "结果", "H", "状态", "最终"]
    assert texts(resource.shown(flagged)) == ["判断", "偏高"]


def test_a_dosage_shows_its_text_and_its_numbers() -> None:
    dose = {"text": "每日一次", "doseAndRate": [{"doseQuantity": {"value": 100, "unit": "mg"}}]}
    said = texts(
        resource.shown({"dosageInstruction": [dose], "contained": [{"resourceType": "Medication", "id": "m"}]})
    )
    assert "每日一次" in said
    assert "100 mg" in said
    assert "Medication" in said


def test_extensions_are_shown_and_files_are_not_spilled() -> None:
    more = {"url": "http://example.org/StructureDefinition/ethnic-group", "valueString": "汉族"}
    said = texts(resource.shown({"modifierExtension": [more], "content": [{"attachment": {"data": "Q" * 9000}}]}))
    assert said[:3] == ["ethnic-group", "结果", "汉族"]
    assert max(map(len, said)) < 64


def test_narrative_markup_becomes_plain_words() -> None:
    div = "<div><p>胸闷</p><script>alert(1)</script><b>减轻</b>&lt;b&gt;</div>"
    shown = resource.shown({"section": [{"title": "主诉", "text": {"div": div}}]})
    assert shown[0].label == "主诉"
    assert shown[0].texts == ("胸闷\nalert(1)减轻<b>",)  # escaped again by the template


def test_instants_are_in_the_hospitals_zone_and_impossible_days_stay() -> None:
    said = texts(
        resource.shown({"issued": "2026-11-21T20:00:00Z", "date": "2026-02-30T00:00:00Z", "birthDate": "1959-03"})
    )
    assert said == ["报告时间", "2026-11-22 04:00", "日期", "2026-02-30T00:00:00Z", "出生日期", "1959-03"]


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the shared FHIR examples are not beside the project")
def test_published_examples_lose_no_coded_text() -> None:
    for path in sorted(EXAMPLES.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        said = " ".join(texts(resource.shown(data)))
        code = data.get("code")
        if isinstance(code, dict) and isinstance(code.get("text"), str):
            assert code["text"] in said, path.name

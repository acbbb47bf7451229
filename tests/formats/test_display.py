"""四（一）内部查阅: one line per record; code tables; check digits; narratives [4.1.1] [2.2.2] [2.2.3] [6.1.3]"""

from decimal import Decimal
from typing import Any

import pytest

from jingui.core.errors import Unprocessable
from jingui.core.words import EncounterKind
from jingui.formats.codes import by_system, code_tables
from jingui.formats.display import MAX_TEXT, clinical_time, code_text, concept_text, line, quantity_text
from jingui.formats.identifiers import ID_CARD, INSTITUTION, id_card_ok, warnings
from jingui.formats.narrative import unsafe
from jingui.formats.validate import validate
from tests.formats.shared import resources

GLUCOSE: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2339-0", "display": "Glucose"}]},
    "valueQuantity": {"value": Decimal("5.60"), "unit": "mmol/L", "comparator": "<"},
    "effectiveDateTime": "2024-01-01T08:00:00+08:00",
}


def test_a_line_in_both_languages() -> None:
    assert str(line(GLUCOSE)) == "观察与检验结果 · 葡萄糖 <5.60 mmol/L · 已完成"
    assert str(line(GLUCOSE, "en")) == "Observation · Glucose <5.60 mmol/L · final"
    assert line(GLUCOSE).at == clinical_time(GLUCOSE)
    assert str(line({"resourceType": "Nonsense"})) == "Nonsense"
    assert line({"resourceType": "Patient", "name": [{"family": "欧阳", "given": ["修"]}]}).title == "欧阳修"
    assert line({"resourceType": "Patient", "name": [{"family": "Smith", "given": ["Jo"]}]}).title == "Jo Smith"
    assert (
        line({"resourceType": "Condition", "code": {"text": "高血压\n2级", "coding": [{"code": "x"}]}}).title
        == "高血压 2级"
    )
    assert len(line({"resourceType": "Condition", "code": {"text": "x" * 500}}).title) == MAX_TEXT


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"value": Decimal("1.00"), "unit": "mg"}, "1.00 mg"),
        ({"value": 5, "unit": "%"}, "5%"),
        ({"value": Decimal("77.50283737977651"), "code": "mm[Hg]"}, "≈77.503 mm[Hg]"),
        ({"value": Decimal("0.0000001")}, "0.0000001"),
        ({"unit": "mg"}, ""),
    ],
)
def test_quantities(value: dict[str, Any], text: str) -> None:
    assert quantity_text(value) == text


def test_every_real_resource_has_a_line() -> None:
    found = resources()
    known = 0
    for each in found:
        for language in ("zh", "en"):
            one = line(each, language)
            assert one.kind
            assert "\n" not in str(one)
        known += any("\u4e00" <= c <= "\u9fff" for c in line(each).title)
    assert known / len(found) > 0.8


def test_code_tables() -> None:
    tables = code_tables()
    assert {"sex", "marital", "ethnic", "abo", "rh", "admission_way", "id_type"} <= tables.keys()
    assert set(tables["encounter_kind"].codes) == {each.value for each in EncounterKind}
    assert {k: each.label for k, each in zip(EncounterKind, EncounterKind, strict=True)} == tables[
        "encounter_kind"
    ].codes
    assert tables["rh"].show("1") == "阴性"
    assert tables["sex"].show("2", "en") == "female"
    assert tables["ethnic"].show("16", "en") == "哈尼族"
    assert tables["sex"].show("7") == "7"
    assert code_text(by_system()["urn:oid:2.16.156.10011.2.3.3.4"].system, "1", "en") == "male"


def patient(system: str, value: str, **more: Any) -> dict[str, Any]:
    kind = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NI"}]}
    return {"resourceType": "Patient", "identifier": [{"system": system, "value": value, "type": kind}], **more}


def test_identity_card_numbers() -> None:
    for good in ("310101202002290022", "110000190001010012", "11010519491231002X"):
        assert id_card_ok(good)
        validate(patient(ID_CARD, good))
    for bad in (
        "110101190001010015",
        "310101202102290022",
        "11010119000101001",
        "\uff11" + "1010519491231002X",
        "",
    ):
        assert not id_card_ok(bad)
    with pytest.raises(Unprocessable) as caught:
        validate(patient(ID_CARD, "110101190001010015"))
    assert caught.value.places[0][0] == "Patient.identifier[0].value"
    inside = {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": patient(ID_CARD, "1")}]}
    with pytest.raises(Unprocessable) as caught:
        validate(inside)
    assert caught.value.places[0][0] == "Bundle.entry[0].resource.identifier[0].value"


def test_warnings_refuse_nothing() -> None:
    slip = patient("urn:local", "110101190001010015")
    validate(slip)
    assert len(warnings(slip)) == 1
    odd = patient(ID_CARD, "11010519491231002X", birthDate="1950-01-01", gender="male")
    validate(odd)
    assert [place for place, _ in warnings(odd)] == ["Patient.birthDate", "Patient.gender"]
    assert not warnings(patient(ID_CARD, "11010519491231002X", birthDate="1949", gender="female"))
    hospital = {"resourceType": "Organization", "identifier": [{"system": INSTITUTION, "value": "91110000600037341L"}]}
    assert not warnings(hospital)
    hospital["identifier"] = [{"system": INSTITUTION, "value": "91110000600037341M"}]
    assert len(warnings(hospital)) == 1


def div(inner: str) -> str:
    return f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'


@pytest.mark.parametrize(
    "inner",
    [
        "<script>alert(1)</script>", '<p onclick="x()">a</p>', '<a href="javascript:alert(1)">a</a>', "<iframe/>",
        '<a href=" java&#10;script:alert(1)">a</a>',
        '<img src="data:image/svg+xml,x"/>', "<object/>", "<form/>", "<style/>",
        '<p style="background:url(http://x)">a</p>', '<p style="width:expression(1)">a</p>', "<p>", "&nbsp;", "<svg/>",
        '<x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>', '<a xlink:href="x" xmlns:xlink="y">a</a>',
        "<?php x?>", '<math xmlns="http://www.w3.org/1998/Math/MathML"/>', '<a href="vbscript:x">a</a>', "<!DOCTYPE a>",
    ],
)  # fmt: skip
def test_narratives_that_act_are_refused(inner: str) -> None:
    assert unsafe(div(inner))


@pytest.mark.parametrize(
    "inner", ["", "<p>体温 <b>36.5</b> ℃<br/></p>", '<img src="#pic" alt="x"/>', "<!-- a -->", '<td colspan="2"/>']
)
def test_narratives_that_show_are_taken(inner: str) -> None:
    assert unsafe(div(inner)) == ""


def test_entities_in_narratives_cost_nothing() -> None:
    laughs = '<!DOCTYPE div [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><div xmlns="http://www.w3.org/1999/xhtml">&b;</div>'
    assert unsafe(laughs)
    assert unsafe('<!DOCTYPE div SYSTEM "file:///etc/passwd"><div xmlns="http://www.w3.org/1999/xhtml"/>')
    assert unsafe(div("<p>" * 1000 + "</p>" * 1000))
    assert unsafe("x" * 1_000_001)


def test_a_national_number_is_told_by_name() -> None:
    coding = {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "NNCHN"}
    assert concept_text({"coding": [coding]}) == "居民身份证号"

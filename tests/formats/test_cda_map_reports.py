"""五（一）2 共享文档: reports with results as C0006 and C0007: each value in its row, the rest in words [5.1.2]"""

from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from jingui.core.errors import Unprocessable
from jingui.formats import cda
from jingui.formats.cda_document import Cluster, Coded, Grid, Real, Text
from jingui.formats.cda_map_reports import document, fits

from .shared import folder
from .test_cda_map import HEAD

SECTION = "http://terminology.hl7.org/CodeSystem/v2-0074"


def report(category: str = "LAB", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "DiagnosticReport", "status": "final", "code": {"text": "血常规"},
        "category": [{"coding": [{"system": SECTION, "code": category}], "text": "检验"}],
        "effectiveDateTime": "2026-11-20T09:14:00+08:00", "conclusion": "白细胞升高。", **more,
    }  # fmt: skip


def result(name: str, **value: Any) -> dict[str, Any]:
    return {"resourceType": "Observation", "status": "final", "code": {"text": name},
            "effectiveDateTime": "2026-11-20T07:10:00+08:00", **value}  # fmt: skip


RESULTS = [
    result("白细胞计数", valueQuantity={"value": 12.6, "unit": "×10⁹/L"}, interpretation=[{"text": "偏高"}],
           referenceRange=[{"low": {"value": 3.5}, "high": {"value": 9.5}}]),
    result("血红蛋白", valueQuantity={"value": 128, "unit": "g/L"}, referenceRange=[{"low": {"value": 115}}]),
    result("肌钙蛋白", valueQuantity={"value": 0.01, "comparator": "<", "unit": "ng/mL"}),
    result("尿蛋白", valueCodeableConcept={"text": "阴性"}), result("镜检", valueString="见少量白细胞"),
    result("血气", component=[{"code": {"text": "pH"}, "valueQuantity": {"value": 7.38}}]),
]  # fmt: skip


def test_each_result_is_a_cluster_and_nothing_is_lost() -> None:
    """Number, unit, flag, time together; a comparator, a range, words and parts are said in words."""
    made = document("C0007", report(), RESULTS, HEAD)
    assert cda.parse(cda.produce(made)) == made
    tests = [one for section in made.sections for one in section.entries if isinstance(one, Cluster)]
    assert len(tests) == len(RESULTS)
    first = {entry.name: entry for entry in tests[0].entries}
    assert first["检验项目代码"].value == Text(text="白细胞计数")
    assert first["检验定量结果"].value == Real(value=Decimal("12.6"))
    assert first["检验定量结果"].inner[0].value == Text(text="×10⁹/L")
    assert first["检验结果代码"].value == Coded(code="", name="偏高")
    assert tests[0].start == "20261120071000"
    (grid,) = made.sections[-1].text
    assert isinstance(grid, Grid)
    assert set(grid.rows) == {
        ("白细胞计数参考区间", "3.5–9.5"), ("血红蛋白参考区间", "≥115"), ("肌钙蛋白", "<0.01 ng/mL"),
        ("尿蛋白", "阴性"), ("镜检", "见少量白细胞"), ("血气 pH", "7.38"),
    }  # fmt: skip
    assert "白细胞升高。" in cda.produce(made).decode()


def test_it_is_valid_against_the_chinese_schema() -> None:
    """The schema set has no licence and is no part of the project: without it this is skipped."""
    schema = etree.XMLSchema(etree.parse(str(folder("cda") / "xsd-china" / "sdschemas" / "SDA.xsd")))
    for code, held, results in (("C0007", report(), RESULTS), ("C0006", report("RAD"), [])):
        assert schema.validate(etree.fromstring(cda.produce(document(code, held, results, HEAD)))), schema.error_log


def test_the_kind_of_report_decides_the_type() -> None:
    """A picture's report is no laboratory report, nor the other way; without a category neither."""
    assert fits("C0007", report())
    assert fits("C0006", report("CT"))
    for code, held in (("C0006", report()), ("C0007", report("CT")), ("C0007", {**report(), "category": []}),
                       ("C0049", report()), ("C0007", result("x"))):  # fmt: skip
        assert not fits(code, held)
        with pytest.raises(Unprocessable):
            document(code, held, [], HEAD)


def test_what_it_cannot_be_without_is_named() -> None:
    """A laboratory report without a result, a picture's without what was found."""
    for code, held, named in (("C0007", report(), "检验项目代码"),
                              ("C0006", report("CT", conclusion=""), "检查报告结果-主观提示")):  # fmt: skip
        with pytest.raises(Unprocessable) as told:
            document(code, held, [], HEAD)
        assert (named, "missing") in told.value.places

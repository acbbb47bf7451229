"""四（二）1, 二（二）4: nothing that a person reads in a record is missing from its copy [4.2.1] [2.2.4]"""

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.formats import capture, pdf
from jingui.formats.copy_blocks import blocks
from jingui.formats.pdf import Block, Correction, Grid, Heading, Pairs, Paragraph, Picture
from tests.formats.filled import filled
from tests.pictures import png
from tools.copy_sample import sample

AT = "2026-11-20T09:14:00+08:00"
DIV = '<div xmlns="http://www.w3.org/1999/xhtml">'


def words(found: tuple[Block, ...]) -> str:
    """Everything that the blocks would print."""
    out: list[str] = []
    for block in found:
        match block:
            case Heading() | Paragraph():
                out.append(block.text)
            case Pairs():
                out += [f"{row.label}：{row.text}" for row in block.rows]
            case Grid():
                out += [block.caption, *block.head, *(cell for row in block.rows for cell in row)]
            case Correction():
                out += [block.label, f"[-{block.old}-]", f"[+{block.new}+]", block.who, block.when]
            case Picture():
                out.append(block.caption)
    return "\n".join(out)


@pytest.mark.parametrize("name", sorted(capture.templates()))
def test_every_answer_of_every_form_is_printed(name: str) -> None:
    template = capture.templates()[name]
    resource = capture.response(template, filled(template), subject="Patient/1", authored=AT)
    said = words(blocks(resource))
    for section in resource["item"]:
        assert section["text"] in said
        for item in section["item"]:
            assert item["text"] in said
            for answer in item.get("answer", ()):
                (value,) = (value for key, value in answer.items() if key.startswith("value"))
                if isinstance(value, str) and "T" not in value:
                    assert value in said
                elif isinstance(value, dict) and "display" in value:
                    assert value["display"] in said


def test_a_laboratory_result_keeps_its_range_and_its_judgement() -> None:
    said = words(blocks({
        "resourceType": "Observation", "id": "x", "status": "final", "subject": {"reference": "Patient/1"},
        "code": {"text": "血钾"}, "effectiveDateTime": "2026-03-02T05:12:00Z",
        "valueQuantity": {"value": 2.9, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        "interpretation": [{"coding": [{"code": "L"}]}],
        "referenceRange": [{"low": {"value": 3.5, "unit": "mmol/L"}, "high": {"value": 5.3, "unit": "mmol/L"}}],
        "note": [{"text": "标本轻度溶血"}], "performer": [{"reference": "Practitioner/9", "display": "李卫东"}],
    }))  # fmt: skip
    for expected in (
        "血钾", "2.9 mmol/L", "偏低", "3.5 mmol/L – 5.3 mmol/L", "标本轻度溶血", "李卫东", "2026-03-02 13:12",
    ):  # fmt: skip
        assert expected in said
    assert "Patient/1" not in said
    assert "unitsofmeasure" not in said


def test_parts_of_a_result_stand_in_a_table() -> None:
    parts = [
        {"code": {"text": name}, "valueQuantity": {"value": value, "unit": "mmHg"}}
        for name, value in (("收缩压", 128), ("舒张压", 76))
    ]
    found = blocks({"resourceType": "Observation", "code": {"text": "血压"}, "component": parts})
    (grid,) = (one for one in found if isinstance(one, Grid))
    assert grid.rows == [["收缩压", "128 mmHg"], ["舒张压", "76 mmHg"]]


def test_a_document_keeps_its_sections_tables_and_lists() -> None:
    table = "<table><tr><th>药</th><th>量</th></tr><tr><td>左氧氟沙星</td><td>0.5 g</td></tr></table>"
    found = blocks({
        "resourceType": "Composition", "title": "出院小结",
        "section": [
            {"title": "诊断", "text": {"div": f"{DIV}<ol><li>肺炎</li><li>高血压</li></ol></div>"}},
            {"title": "用药", "text": {"div": f"{DIV}<p>带药：</p>{table}<p>一周后复诊</p></div>"},
             "section": [{"title": "说明", "text": {"div": f"{DIV}坏了 <b>一半</b>"}}]},
        ],
    })  # fmt: skip
    assert words(found).split("\n") == [
        "诊断", "1. 肺炎", "2. 高血压", "用药", "带药：", "", "药", "量", "左氧氟沙星", "0.5 g", "一周后复诊",
        "说明", "坏了 一半",
    ]  # fmt: skip


def test_a_picture_is_printed_and_another_file_is_named() -> None:
    other = base64.b64encode(b"DICM").decode()
    found = blocks({
        "resourceType": "DocumentReference", "description": "心电图",
        "content": [
            {"attachment": {"contentType": "image/png", "title": "图一", "data": base64.b64encode(png()).decode()}},
            {"attachment": {"contentType": "application/dicom", "title": "片", "data": other}},
            {"attachment": {"contentType": "image/png", "data": "!!"}},
        ],
    })  # fmt: skip
    assert [one.body for one in found if isinstance(one, Picture)] == [png()]
    assert "【附件】片 application/dicom（4 字节" in words(found)
    assert "心电图" in words(found)


def test_a_correction_shows_old_and_new() -> None:
    old: dict[str, Any] = {"resourceType": "AllergyIntolerance", "code": {"text": "青霉素"}, "note": [{"text": "不详"}]}
    new = {"resourceType": "AllergyIntolerance", "code": {"text": "头孢"}, "criticality": "high"}
    said = words(blocks(new, old, "王晓岚", "2026-03-02 16:05"))
    for expected in (
        "更正痕迹", "[-青霉素-]", "[+头孢+]", "[-不详-]", "[+（删去）+]", "[-（无）-]", "王晓岚", "2026-03-02 16:05",
    ):  # fmt: skip
        assert expected in said
    assert "更正痕迹" not in words(blocks(new, new))
    assert "更正痕迹" not in words(blocks(new))


def test_a_form_corrected_shows_the_answer_it_had() -> None:
    template = capture.templates()["admission_record"]
    answers = filled(template)
    link = next(item.link for item in template.items() if item.kind.value == "text")
    made = [
        capture.response(template, {**answers, link: text}, subject="Patient/1", authored=AT)
        for text in ("甲说", "乙说")
    ]
    said = words(blocks(made[1], made[0]))
    assert said.count("[-") == 1
    assert "[-甲说-]" in said
    assert "[+乙说+]" in said


def test_what_is_nested_too_deep_is_still_there() -> None:
    inner: dict[str, Any] = {"weird": [{"a": "最里面"}, {"b": {"c": "x"}, "d": [[1]]}]}
    for _ in range(12):
        inner = {"weird": [inner, {"e": "并列"}]}
    assert "最里面" in words(blocks({"resourceType": "Basic", **inner}))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_be_a_narrative(one: str, other: str) -> None:
    composition = {"resourceType": "Composition", "section": [{"title": one, "text": {"div": f"{DIV}{other}</div>"}}]}
    words(blocks(composition))


def test_a_record_of_a_form_is_printed_on_paper() -> None:
    from dataclasses import replace

    template = capture.templates()["admission_record"]
    resource = capture.response(template, filled(template), subject="Patient/1", authored=AT)
    record = pdf.Record(title=template.zh, blocks=blocks(resource))
    document = replace(sample(), language="zh+en", sections=(pdf.Section(title="住院", records=(record,)),))
    assert pdf.render(document).startswith(b"%PDF-")

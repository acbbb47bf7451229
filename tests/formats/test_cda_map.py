"""五（一）2 共享文档: our records as shared documents: valid, whole, read back equal, or refused by name [5.1.2]"""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from jingui.core.errors import Unprocessable
from jingui.core.sharing_content import Party
from jingui.formats import capture, cda
from jingui.formats.cda_codes import checked
from jingui.formats.cda_document import CdaDocument, Cluster, Coded, Count, Entry, Flag, Grid, Moment, Quantity, Text
from jingui.formats.cda_map import REST, Head, document, makings
from jingui.formats.cda_map_values import words
from jingui.formats.cda_narrative import derived

from .filled import filled
from .shared import folder

PATIENT = {
    "resourceType": "Patient", "id": "pub1", "name": [{"text": "买买提·艾力"}], "gender": "male",
    "birthDate": "1990-03-07", "telecom": [{"system": "phone", "value": "13800138000"}],
    "identifier": [{"system": "urn:oid:2.16.156.10011.1.3", "value": "110101199003077758"}],
}  # fmt: skip
HOUSE = Party(uscc="12100000400000000W", name="清河医院")
HEAD = Head(message=UUID(int=7), made=datetime(2026, 11, 23, 2, 15, tzinfo=UTC), patient=PATIENT, house=HOUSE,
            level="sensitive")  # fmt: skip
ALL = tuple(makings())


def record(form: str, sex: str = "male", **changes: Any) -> dict[str, Any]:
    """A filled form as it is kept."""
    template = capture.templates()[form]
    answers = {key: value for key, value in {**filled(template, sex), **changes}.items() if value is not None}
    return capture.response(template, answers, subject="Patient/p1", authored="2026-11-22T12:00:00+08:00")


def made(code: str, **changes: Any) -> CdaDocument:
    return document(code, record(makings()[code].form, **changes), HEAD)


def entries(one: CdaDocument) -> Iterator[Entry]:
    stack: list[Entry | Cluster] = [each for section in one.sections for each in section.entries]
    while stack:
        held = stack.pop(0)
        stack += held.entries if isinstance(held, Cluster) else held.inner
        if isinstance(held, Entry):
            yield held


@pytest.mark.parametrize("code", ALL)
def test_a_filled_form_is_a_document(code: str) -> None:
    """Of every type that our forms cover: written, read back equal, each code one that can be told."""
    one = made(code)
    assert cda.parse(cda.produce(one)) == one
    checked(one)
    assert one.confidentiality == "R"
    assert one.patient.name == "买买提·艾力"


@pytest.mark.parametrize("code", ALL)
def test_it_is_valid_against_the_chinese_schema(code: str) -> None:
    """The schema set has no licence and is no part of the project: without it this is skipped."""
    schema = etree.XMLSchema(etree.parse(str(folder("cda") / "xsd-china" / "sdschemas" / "SDA.xsd")))
    assert schema.validate(etree.fromstring(cda.produce(made(code)))), schema.error_log


@pytest.mark.parametrize("code", ALL)
def test_no_answer_is_lost(code: str) -> None:
    """What people read of the document says every answer; header places are in the header."""
    held = record(makings()[code].form)
    one = document(code, held, HEAD)
    text = cda.produce(one).decode()
    spoken = "\n".join(
        cell for section in one.sections for block in (*section.text, *derived(section.entries))
        for row in (block.rows if isinstance(block, Grid) else ((str(getattr(block, "text", "")),),)) for cell in row
    )  # fmt: skip
    for node in leaves(held["item"]):
        for answer in node.get("answer", ()):
            said = words(answer).split(" ")[-1 if "valueCoding" in answer else 0]
            when = answer.get("valueDateTime")
            head = Moment.of(datetime.fromisoformat(when)).digits if when else said
            assert said in spoken or said in text or head in text, node


def leaves(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in nodes:
        yield from leaves(node["item"]) if "item" in node else [node]


def test_values_are_of_the_rows_types() -> None:
    """A diagnosis with name and code, a temperature in ℃, a flag, a moment in China's time, a code of the table."""
    discharge = {one.name: one.value for one in entries(made("C0049"))}
    coded = discharge["出院诊断-西医诊断编码"]
    assert isinstance(coded, Coded)
    assert (coded.code, coded.system) == ("A01.0", "2.16.156.10011.2.3.3.11")
    assert discharge["出院诊断-西医诊断名称"] == Text(text=coded.name)
    assert discharge["入院日期时间"] == Moment(digits="20261120091400")
    admission = {one.name: one.value for one in entries(made("C0034", temperature=Decimal("36.5")))}
    assert admission["体温"] == Quantity(value=Decimal("36.5"), unit="℃")
    assert admission["陈述内容可靠标志"] == Flag(value=True)
    page = made("C0032")
    assert page.encounter is not None
    assert page.encounter.kind == Coded(code="1", system="2.16.156.10011.2.3.1.270", name="门诊")
    assert page.encounter.start == "20261120091400"
    assert page.patient.marital == Coded(code="10", system="2.16.156.10011.2.3.3.5", name="未婚")


def test_lines_of_a_repeated_part_stay_together() -> None:
    """Two operations are two clusters; what is said once is said with each; the dose has the unit of its own item."""
    page = [one for section in made("C0032").sections for one in section.entries
            if isinstance(one, Cluster) and one.shape == "procedure"]  # fmt: skip
    assert len(page) == 2
    assert all(one.what is not None and one.what.code and one.start for one in page)
    drugs = [one for section in made("C0004").sections for one in section.entries
             if isinstance(one, Cluster) and one.shape == "drug"]  # fmt: skip
    assert len(drugs) == 2
    assert all(one.what is not None and one.dose == Quantity(value=Decimal(1), unit="mg") for one in drugs)
    tests = [one for section in made("C0007").sections for one in section.entries
             if isinstance(one, Cluster) and one.shape == "organizer"]  # fmt: skip
    assert [len([e for e in one.entries if e.name == "检验项目代码"]) for one in tests] == [1, 1]


@pytest.mark.parametrize(
    ("code", "absent", "named"),
    [("C0049", "treatment_course", "诊疗过程描述"), ("C0034", "chief_complaint", "主诉"),
     ("C0009", "operation_course", "手术过程描述"), ("C0050", "died_at", "死亡日期时间")],
)  # fmt: skip
def test_what_a_type_cannot_be_without_is_named(code: str, absent: str, named: str) -> None:
    """Nothing is made up for it."""
    with pytest.raises(Unprocessable) as told:
        made(code, **{absent: None})
    assert (named, "missing") in told.value.places


def test_without_a_name_a_number_or_a_house_it_is_no_document() -> None:
    """A view that tells no name, a de-identified patient, a house without its code."""
    held = record("discharge_record")
    nameless = {key: value for key, value in PATIENT.items() if key not in ("name", "id", "identifier")}
    for head, wanted in (
        (Head(message=HEAD.message, made=HEAD.made, patient=nameless, house=HOUSE), {"患者姓名", "患者标识"}),
        (Head(message=HEAD.message, made=HEAD.made, patient=PATIENT, house=Party(uscc="", name="x")),
         {"医疗机构代码和名称"}),
    ):  # fmt: skip
        with pytest.raises(Unprocessable) as told:
            document("C0049", held, head)
        assert {place for place, _ in told.value.places} == wanted


def test_a_record_of_another_form_and_a_type_that_there_is_not_are_refused() -> None:
    """C0049 of an admission record; C0054, which there is not; a form that is not ours."""
    for code, held in (("C0049", record("admission_record")), ("C0011", record("discharge_record")),
                       ("C0054", record("discharge_record")),
                       ("C0049", {"resourceType": "QuestionnaireResponse", "item": []})):  # fmt: skip
        with pytest.raises(Unprocessable):
            document(code, held, HEAD)


def test_staff_is_withheld_and_the_house_stands_for_it() -> None:
    """Author and signer have no name, the receiver is told that it is withheld."""
    one = made("C0034")
    assert one.author.name == ""
    assert one.author.organization == one.custodian
    assert b'nullFlavor="MSK"' in cda.produce(one)
    assert [signer.legal for signer in one.signers] == [True]


def test_what_no_row_means_is_said_in_words() -> None:
    """An item that the hospital added itself, a value that the row cannot take, a reaction beside its allergen."""
    held = record("admission_record")
    held["item"][0]["item"].append({"linkId": "own", "text": "本院加项", "answer": [{"valueString": "有"}]})
    held["item"][1]["item"][0]["answer"] = [{"valueBoolean": True}]
    one = document("C0034", held, HEAD)
    rest = one.sections[-1]
    assert rest.title == REST
    (grid,) = rest.text
    assert isinstance(grid, Grid)
    assert ("本院加项", "有") in grid.rows
    assert any("过敏" in label for label, _ in grid.rows)


def test_what_no_document_can_write_as_a_value_is_said_in_words() -> None:
    """A unit in two words, a month without a day, a part within a part, an answer outside any section."""
    held = record("admission_record")
    signs = next(one for one in held["item"] if one["linkId"] == "section.signs")
    signs["item"][0]["answer"] = [{"valueQuantity": {"value": 36.5, "unit": "摄氏 度"}}]
    held["item"][0]["item"].append({"linkId": "a", "text": "甲组", "item": [
        {"linkId": "b", "text": "乙组", "item": [{"linkId": "c", "text": "丙项", "answer": [{"valueString": "深处"}]}]},
    ]})  # fmt: skip
    held["item"].append({"linkId": "d", "text": "丁项", "answer": [{"valueDate": "2026-11"}]})
    one = document("C0034", held, HEAD)
    assert cda.parse(cda.produce(one)) == one
    (grid,) = one.sections[-1].text
    assert isinstance(grid, Grid)
    told = " ".join(text for row in grid.rows for text in row)
    for said in ("36.5 摄氏 度", "深处", "2026-11"):
        assert said in told


@pytest.mark.parametrize("code", ["C0015", "C0016"])
def test_a_score_stays_with_its_time(code: str) -> None:
    """The type has scores and times in rows of their own: which belongs to which is said in words."""
    one = made(code, scores=[{"apgar_at": "1", "apgar": 7}, {"apgar_at": "5", "apgar": 10}])
    assert [int(each.value.value) for each in entries(one) if isinstance(each.value, Count)][-2:] == [7, 10]
    (grid,) = one.sections[-1].text
    assert isinstance(grid, Grid)
    told = [text for label, text in grid.rows if label == "Apgar评分"]
    assert [("1分钟" in text, "5分钟" in text) for text in told] == [(True, False), (False, True)]
    assert [text.split("；")[0].split(" ")[0] for text in told] == ["7", "10"]


def test_an_unknown_code_of_ours_is_refused_by_name() -> None:
    """Never written as something else."""
    held = record("front_page")
    for node in leaves(held["item"]):
        if node["linkId"] == "rh":
            node["answer"][0]["valueCoding"]["code"] = "8"
    with pytest.raises(Unprocessable) as told:
        document("C0032", held, HEAD)
    assert "8" in told.value.places[0][0]

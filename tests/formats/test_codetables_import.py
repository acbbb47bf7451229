"""二（二）2 编码: a hospital's own code table is read, kept as CodeSystem and read back [2.2.2]"""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jingui.core.errors import Invalid
from jingui.formats import codetables
from jingui.formats.codetables_import import code_system, rows_of, table_of
from jingui.formats.fhir_json import dump, parse
from jingui.formats.validate import validate

SHEET = "主要编码,附加编码,疾病名称\nI10.x00,,原发性高血压\nA17.000+,G01*,结核性脑膜炎\n\nE11.900,,2型糖尿病\n"


@pytest.fixture(autouse=True)
def shipped() -> Iterator[None]:
    yield
    codetables.install(())


@pytest.mark.parametrize(
    "data",
    [SHEET.encode(), SHEET.encode("utf-8-sig"), SHEET.encode("gb18030"), SHEET.replace(",", "\t").encode(),
     SHEET.replace(",", ";").encode(), SHEET.replace("\n", "\r\n").encode()],
)  # fmt: skip
def test_a_sheet_is_read_as_it_comes(data: bytes) -> None:
    assert rows_of(data) == [("I10.x00", "原发性高血压"), ("A17.000+G01*", "结核性脑膜炎"), ("E11.900", "2型糖尿病")]


def test_a_table_survives_being_a_code_system_and_replaces_the_starter() -> None:
    made = code_system("icd10", rows_of(SHEET.encode()), "国家临床版2.0")
    validate(made)
    table = table_of(parse(dump(made)))
    assert table is not None
    assert (table.complete, table.standard, len(table.codes)) == (True, "国家临床版2.0", 3)
    codetables.install([table])
    assert [row.code for row in codetables.find("icd10", "gxy")] == ["I10.x00"]
    assert codetables.find("icd10", "阑尾炎") == []
    assert codetables.find("sex", "男")[0].code == "1"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", ""), (b"a,b\n1,2\n", ""), ("编码,名称\n".encode(), "1"), ("编码,名称\nI10,\n".encode(), "2"),
        ("编码,名称\nI10,甲\nI10,乙\n".encode(), "3"), ("编码,名称\nI 10,甲\n".encode(), "2"),
        (f"编码,名称\n{'I' * 41},甲\n".encode(), "2"), ("编码,名称\nI10,甲\x00乙\n".encode(), "2"),
        (b"\xff\xff\xff", ""),
    ],
)  # fmt: skip
def test_a_wrong_sheet_is_refused_at_its_line(data: bytes, line: str) -> None:
    with pytest.raises(Invalid) as error:
        rows_of(data)
    assert not line or error.value.places[0][0] == line


def test_a_table_that_no_template_knows_is_refused() -> None:
    with pytest.raises(Invalid):
        code_system("unheard_of", [("1", "甲")], "1")
    assert table_of({"resourceType": "CodeSystem", "name": "icd10", "url": "http://example.org"}) is None


@given(st.binary(max_size=300))
@example(b"\r\0")
@example(b"I10,\xe7\x94\xb2\rI11,\xe4\xb9\x99")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        rows = rows_of("编码,名称\n".encode() + data)
    except Invalid:
        return
    assert all(code and name for code, name in rows)

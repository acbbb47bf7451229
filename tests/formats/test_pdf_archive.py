"""四（二）1: a signed copy keeps the rules of PDF/A that can be read off it, in place of a validator [4.2.1]"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.formats.copies import signed

FORBIDDEN_ACTIONS = {
    "/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/Hide", "/SetOCGState", "/Rendition", "/Trans",
    "/GoTo3DView", "/JavaScript", "/SubmitForm", "/GoToR", "/GoToE", "/URI",
}  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> PdfFileReader:
    return PdfFileReader(io.BytesIO(signed().body))


@pytest.fixture(scope="module")
def objects(reader: PdfFileReader) -> list[Any]:
    """Every dictionary and stream that the catalogue leads to."""
    return list(walked(reader.root, set(), 0))


def walked(value: Any, seen: set[tuple[int, int]], depth: int) -> Iterator[Any]:
    if depth > 60:
        return
    if isinstance(value, generic.IndirectObject):
        key = (value.idnum, value.generation)
        if key in seen:
            return
        seen.add(key)
        value = value.get_object()
    if isinstance(value, generic.DictionaryObject):
        yield value
        for name in value:
            yield from walked(value.raw_get(name), seen, depth + 1)
    elif isinstance(value, generic.ArrayObject):
        for at in range(len(value)):
            yield from walked(value.raw_get(at), seen, depth + 1)


def test_it_says_what_it_is_in_the_file_itself(reader: PdfFileReader) -> None:
    told = re.sub(rb"\s+", b"", reader.root["/Metadata"].data)
    assert b"<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" in told
    assert "/Filter" not in reader.root["/Metadata"]
    assert "/Version" not in reader.root
    assert reader.trailer_view.raw_get("/ID")
    assert "/Encrypt" not in reader.trailer_view


def test_what_it_says_twice_it_says_alike(reader: PdfFileReader) -> None:
    told = reader.root["/Metadata"].data.decode()
    info = reader.trailer_view["/Info"]
    for name, element in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
        digits = re.sub(r"\D", "", str(info[name]))[:14]
        (stated,) = re.findall(rf"<xmp:{element}>([^<]+)<", told)
        assert re.sub(r"\D", "", stated)[:14] == digits
    assert f"{info['/Title']}<" in told


def test_every_font_is_inside(objects: list[Any]) -> None:
    descriptors = [one for one in objects if one.get("/Type") == "/FontDescriptor"]
    assert len(descriptors) >= 2
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(one) for one in descriptors)
    fonts = [one for one in objects if one.get("/Type") == "/Font"]
    assert all(one["/Subtype"] != "/Type3" or "/CharProcs" in one for one in fonts)
    wholes = [one for one in fonts if one["/Subtype"] == "/Type0"]
    assert all("/ToUnicode" in one for one in wholes)  # what is printed can be found and read out


def test_colours_are_defined(reader: PdfFileReader) -> None:
    intents = reader.root["/OutputIntents"]
    assert len(intents) == 1
    assert intents[0]["/S"] == "/GTS_PDFA1"
    assert len(intents[0]["/DestOutputProfile"].data) > 100


def test_nothing_acts_or_lies_elsewhere(objects: list[Any], reader: PdfFileReader) -> None:
    actions = [str(one["/S"]) for one in objects if one.get("/Type") == "/Action" or "/S" in one]
    assert not FORBIDDEN_ACTIONS & set(actions)
    for one in objects:
        assert not {"/AA", "/JS", "/XFA", "/Alternates", "/OPI", "/PS"} & set(one)
        if isinstance(one, generic.StreamObject):
            assert "/F" not in one  # its bytes are here
            filters = one.get("/Filter", [])
            assert "/LZWDecode" not in (filters if isinstance(filters, list) else [filters])
    assert "/OpenAction" not in reader.root
    assert reader.root["/AcroForm"].get("/NeedAppearances", False) in (False, generic.BooleanObject(value=False))


def test_marks_on_the_page_print_and_are_drawn(objects: list[Any]) -> None:
    marks = [one for one in objects if one.get("/Subtype") in ("/Link", "/Widget")]
    assert {str(one["/Subtype"]) for one in marks} == {"/Link", "/Widget"}
    for one in marks:
        flags = int(one.get("/F", 0))
        assert flags & 4, one  # print
        assert not flags & (1 | 2 | 32), one  # neither invisible nor hidden
        if one["/Subtype"] == "/Widget":
            assert set(one["/AP"]) == {"/N"}
            assert "/A" not in one


def test_files_inside_say_what_they_are_to_it(reader: PdfFileReader) -> None:
    for one in (reader.root["/AF"][at] for at in range(2)):
        assert one["/AFRelationship"] in ("/Data", "/Supplement")
        assert one["/F"]
        assert one["/UF"]
        assert one["/EF"]["/F"]["/Subtype"] == "/application/json"
        assert one["/EF"]["/F"]["/Params"]["/ModDate"]
    assert len(reader.root["/AF"]) == 2


def test_it_can_be_read_out(reader: PdfFileReader) -> None:
    assert reader.root["/MarkInfo"]["/Marked"]
    assert reader.root["/Lang"] == "zh-CN"
    assert reader.root["/StructTreeRoot"]["/K"]

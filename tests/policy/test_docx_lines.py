"""Word files: automatic numbers, contents, tables, tracked changes, bombs [1.1]"""

import io
import struct
import time
import zipfile
from typing import Any

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from jingui.core.errors import Invalid, TooLarge
from jingui.policy.docx_lines import docx_lines
from jingui.policy.text_import import parse_policy

LEVELS = (("chineseCounting", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3."), ("bullet", "•"))


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def numbering(document: Any) -> None:
    """Add list 77 with the four levels, and list 78 that restarts it."""
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for place, (form, text) in enumerate(LEVELS)
    )
    root = document.part.numbering_part.element
    root.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    for num, override in ((77, ""), (78, '<w:lvlOverride w:ilvl="2"><w:startOverride w:val="1"/></w:lvlOverride>')):
        text = f'<w:num {nsdecls("w")} w:numId="{num}"><w:abstractNumId w:val="77"/>{override}</w:num>'
        root.append(parse_xml(text))


def numbered(document: Any, text: str, level: int, num: int = 77) -> None:
    properties = document.add_paragraph(text)._p.get_or_add_pPr()
    mark = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>'
    properties.append(parse_xml(mark))


def test_typed_numbers() -> None:
    document = docx.Document()
    for line in ("制度", "一、总则", "（一）目的", "1. 甲。", "2. 乙。"):
        document.add_paragraph(line)
    policy = parse_policy(saved(document), "p.docx")
    assert (policy.title, policy.by_id()) == ("制度", {"1.1.1": "甲。", "1.1.2": "乙。"})


def test_automatic_numbers_are_counted_as_word_does() -> None:
    document = docx.Document()
    numbering(document)
    document.add_paragraph("制度")
    lines = ("总则", 0), ("目的", 1), ("甲。", 2), ("乙。", 2), ("注。", 3), ("范围", 1), ("丙。", 2)
    for text, level in (*lines, ("查阅", 0), ("内部", 1), ("丁。", 2)):
        numbered(document, text, level)
    policy = parse_policy(saved(document), "p.docx")
    assert policy.by_id() == {"1.1.1": "甲。", "1.1.2": "乙。注。", "1.2.1": "丙。", "2.1.1": "丁。"}


def test_a_restarted_list_counts_for_itself() -> None:
    document = docx.Document()
    numbering(document)
    numbered(document, "甲。", 2)
    numbered(document, "乙。", 2)
    numbered(document, "丙。", 2, num=78)
    assert docx_lines(saved(document), "p.docx") == ["1.甲。", "2.乙。", "1.丙。"]


def test_numbers_of_a_style() -> None:
    document = docx.Document()
    numbering(document)
    style = document.styles["Heading 1"]
    mark = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>'
    style.element.get_or_add_pPr().append(parse_xml(mark))
    for text in ("总则", "查阅"):
        document.add_paragraph(text, style="Heading 1")
    assert docx_lines(saved(document), "p.docx") == ["一、总则", "二、查阅"]


def test_contents_are_left_out_and_tables_read() -> None:
    document = docx.Document()
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("一、总则\t2", style="toc 1")
    document.add_paragraph("一、总则")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "（一）目的", "甲。"
    assert docx_lines(saved(document), "p.docx") == ["一、总则", "（一）目的", "甲。"]


def test_tracked_changes_must_be_settled_first() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("甲。")
    run = paragraph.runs[0]._r
    inserted = parse_xml(f'<w:ins {nsdecls("w")} w:id="1" w:author="a"/>')
    run.addprevious(inserted)
    inserted.append(run)
    assert run.getparent().tag == qn("w:ins")
    with pytest.raises(Invalid, match="修订"):
        docx_lines(saved(document), "p.docx")


def archive(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return stream.getvalue()


def test_bombs_are_refused_by_what_they_declare() -> None:
    with pytest.raises(TooLarge):
        docx_lines(archive({"word/document.xml": b"a" * 60_000_000}), "p.docx")
    with pytest.raises(TooLarge):
        docx_lines(archive({f"word/{place}": b"" for place in range(2_001)}), "p.docx")
    with pytest.raises(TooLarge):
        docx_lines(archive({"word/document.xml": b"a" * 10_000_000}), "p.docx")


def test_twenty_thousand_paragraphs_are_read_in_seconds_and_more_refused() -> None:
    document = docx.Document()
    body = document.element.body
    for _ in range(20_000):
        body.insert(0, parse_xml(f"<w:p {nsdecls('w')}><w:r><w:t>1</w:t></w:r></w:p>"))
    started = time.perf_counter()
    assert len(docx_lines(saved(document), "p.docx")) == 20_000
    assert time.perf_counter() - started < 20  # 2 s alone on one core; 40 s before styles were read once
    document.add_paragraph("1")
    with pytest.raises(TooLarge):
        docx_lines(saved(document), "p.docx")


def test_a_bomb_that_lies_about_its_size_yields_no_more_than_it_declared() -> None:
    data = bytearray(archive({"word/document.xml": b"a" * 60_000_000}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1_000)
    with pytest.raises(Invalid):
        docx_lines(bytes(data), "p.docx")


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&b;&x;</d>'
)


@pytest.mark.parametrize(
    "data",
    [
        b"no zip at all",
        b"PK\x03\x04broken",
        archive({"a.txt": b"x"}),
        archive({"word/document.xml": b"<a/>"}),
        archive({"word/document.xml": b"<a", "[Content_Types].xml": b"<b", "_rels/.rels": b"<c"}),
        archive({"word/document.xml": ENTITIES, "[Content_Types].xml": ENTITIES, "_rels/.rels": ENTITIES}),
    ],
)
def test_what_is_no_word_file_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        docx_lines(data, "p.docx")
    assert caught.value.places[0][0] == "p.docx"


def test_damaged_word_files_are_refused_or_read() -> None:
    document = docx.Document()
    document.add_paragraph("一、总则")
    sound = saved(document)
    for place in range(0, len(sound), 997):
        damaged = bytearray(sound)
        damaged[place] ^= 0xFF
        try:
            docx_lines(bytes(damaged), "p.docx")
        except Invalid as refused:
            assert refused.places  # noqa: PT017 -- a damaged byte may also lie where nothing is read

"""四（二）1: a copy on paper: complete, the same every time, and nothing that stands in it acts [4.2.1]"""

import re
import subprocess
import sys
import time
import zlib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from jingui.core.errors import Invalid
from jingui.formats import pdf
from jingui.formats.pdf import Grid, Pair, Paragraph, Picture, Record, Section
from tests.formats.copies import MANIFEST, poppler, words
from tests.pictures import png
from tools.copy_sample import HOSPITAL, RARE, sample

EVIL = (
    '#import "/etc/passwd"', "#read(\"/etc/passwd\")", "$x^2$ \\ \\u{41} *strong* _emph_ `raw` <label> @ref // gone",
    "#panic(1)", "</script><script>alert(1)</script>", "(app.alert\\(1\\))", "#set page(width: 1pt)", "= = = [x]",
    "#sys.inputs.data", "javascript:alert(1)", "{{7*7}}", "%PDF-1.7 endobj >> /JavaScript",
)  # fmt: skip

ACTIVE = re.compile(rb"/(?:JavaScript|JS|Launch|OpenAction|AA|URI|SubmitForm|GoToR|RichMedia|XFA)[\s(/<\[]")


def inflated(body: bytes) -> bytes:
    """A PDF with its streams unfolded, to look for words that act."""
    parts = [body]
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", body, re.DOTALL):
        try:
            parts.append(zlib.decompress(found[1]))
        except zlib.error:  # not a packed stream
            parts.append(found[1])
    return b"\n".join(parts)


def saying(*texts: str) -> pdf.CopyDocument:
    record = Record(title="记录", blocks=tuple(Paragraph(text=text) for text in texts))
    return replace(sample(), sections=(Section(title="门诊", records=(record,)),))


def test_a_copy_says_what_it_holds(tmp_path: Path) -> None:
    document = sample(days=2, language="zh+en")
    text = words(pdf.render(document, {"manifest.json": MANIFEST}), tmp_path)
    squeezed = "".join(text.split())
    for expected in (
        HOSPITAL, "病历复制件", "欧阳明月", "0001234567", "FY20261123-0007", "商业保险理赔", "病案科孙玉兰",
        "入院记录", "检验报告", "病程记录（第2日）", "否认药物过敏史。", "青霉素皮试阳性史", "1–6,9", "以下空白",
        "赵立本", "Certification", "共3页", "Page3of3", "Birthdate",
    ):  # fmt: skip
        assert expected in squeezed, expected
    pages = text.split("\f")
    for page in pages[:-1]:
        assert "欧阳明月" in page
        assert "0001234567" in page


def test_a_banner_stands_on_every_page(tmp_path: Path) -> None:
    pages = words(pdf.render(replace(sample(days=2), banner="封存中"), {}), tmp_path).split("\f")[:-1]
    assert len(pages) > 2
    assert all("封存中" in "".join(page.split()) for page in pages)
    assert "封存中" not in words(pdf.render(sample(days=2), {}), tmp_path)


def test_the_same_copy_is_the_same_file_in_another_process() -> None:
    here = pdf.render(sample(days=1), {"manifest.json": MANIFEST})
    said = "import sys, hashlib; from jingui.formats import pdf; from tools.copy_sample import sample; "
    said += "made = pdf.render(sample(days=1), {'manifest.json': sys.argv[1].encode()}); sys.stdout.buffer.write(made)"
    there = subprocess.run(
        [sys.executable, "-c", said, MANIFEST.decode()], capture_output=True, check=True, env={"PYTHONPATH": "src:."}
    )
    assert there.stdout == here
    assert pdf.render(sample(days=1), {"manifest.json": MANIFEST + b" "}) != here


@pytest.mark.parametrize(("attachments", "kind"), [({}, ("2", "B")), ({"manifest.json": MANIFEST}, ("3", "B"))])
def test_a_copy_is_for_the_archive(attachments: dict[str, bytes], kind: tuple[str, str]) -> None:
    body = inflated(pdf.render(sample(), attachments))
    assert f"<pdfaid:part>{kind[0]}</pdfaid:part><pdfaid:conformance>{kind[1]}".encode() in re.sub(rb"\s+", b"", body)
    assert b"/OutputIntent" in body
    assert (b"/EmbeddedFiles" in body) is bool(attachments)


def test_what_is_attached_comes_out_as_it_was(tmp_path: Path) -> None:
    inside = {"manifest.json": MANIFEST, "bytes.bin": bytes(range(256)), "proof.json": b"{}"}
    (tmp_path / "a.pdf").write_bytes(pdf.render(sample(), inside))
    poppler("pdfdetach", "-saveall", "-o", tmp_path, tmp_path / "a.pdf")
    assert {name: (tmp_path / name).read_bytes() for name in inside} == inside


@pytest.mark.parametrize("evil", EVIL)
def test_what_is_written_in_a_record_is_printed_not_carried_out(evil: str, tmp_path: Path) -> None:
    document = replace(
        saying(evil), patient_name=evil, hospital=evil, title=evil, watermark=evil, qr_caption=evil, statement=evil,
        number=evil, request=(Pair(label=evil, text=evil),), stamp=None,
    )  # fmt: skip
    made = pdf.render(document)
    text = "".join(words(made, tmp_path).split()).replace("\u200b", "")
    assert text.count("".join(evil.split())) >= 8
    assert not ACTIVE.search(re.sub(rb"endobj (?:>>|&gt;&gt;) /JavaScript", b"", inflated(made)))


def test_no_page_of_a_copy_acts() -> None:
    assert not ACTIVE.search(inflated(pdf.render(sample(days=2), {"manifest.json": MANIFEST})))
    assert ACTIVE.search(b"<</S/JavaScript/JS(app.alert)>>")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("𠮷田", ["20BB7"]), ("王\U000323af", ["323AF"]), ("李\ue123", ["E123"]),
        ("张👨\u200d👩", ["1F468", "200D", "1F469"]),
        ("محمد", ["0645", "062D", "0645", "062F"]), ("刘\u202e明", ["202E"]), ("a\u0000b", ["0000"]),
        ("葛\U000e0100", ["E0100"]), ("陈\U0010ffff", ["10FFFF"]), ("\ud800王", ["D800"]),
    ],
)  # fmt: skip
def test_a_character_that_no_font_draws_is_named_never_blank(name: str, codes: list[str], tmp_path: Path) -> None:
    text = words(pdf.render(replace(sample(), patient_name=name, watermark=name)), tmp_path)
    body, after = text.split("以下空白")
    for code in codes:
        assert f"U+{code}" in body
        assert f"U+{code}" in after.split("复制证明")[0]  # the list


def test_accents_written_apart_and_small_figures_are_drawn(tmp_path: Path) -> None:
    text = words(pdf.render(saying("Müller 10⁹ SpO₂ Jose\u0301 Mu\u0308ller ㎡ ℃ Ⅲ ①")), tmp_path)
    assert "U+" not in text
    assert text.count("Müller") == 2
    assert "José" in text


def test_a_name_of_fifty_characters_with_dots_stays_whole(tmp_path: Path) -> None:
    name = "·".join(
        ["阿卜杜热合曼", "买买提吐尔逊", "努尔艾合买提江", "依不拉音", "艾则孜", "穆罕默德", "阿布都克里木", "吐尔洪江"]
    )
    text = "".join(words(pdf.render(replace(sample(), patient_name=name, watermark=name)), tmp_path).split())
    assert name in text
    assert "U+20BB7" in words(pdf.render(sample(name=RARE)), tmp_path)


def test_every_kind_of_character_can_be_printed() -> None:
    every = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    sampled = every[:0x3000] + every[0x3000::97]
    lines = ["".join(sampled[at : at + 60]) for at in range(0, len(sampled), 60)]
    assert pdf.render(saying("\n".join(lines))).startswith(b"%PDF-")


def test_long_words_tables_and_pictures_stay_on_the_page(tmp_path: Path) -> None:
    wide = Grid(head=("项目", "x" * 60), rows=[("y" * 300, "值"), ("短",), ("字" * 400, "z" * 100)] * 20)
    record = Record(title="长", blocks=(wide, Picture(body=png(), caption="图"), Paragraph(text="A" * 900)))
    document = replace(sample(), sections=(Section(title="住院", records=(record,)),))
    (tmp_path / "a.pdf").write_bytes(pdf.render(document))
    boxes = re.findall(
        r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">',
        poppler("pdftotext", "-bbox", tmp_path / "a.pdf", "-"),
    )
    assert len(boxes) > 100
    for box in boxes:
        left, top, right, bottom = map(float, box)
        assert left > 40
        assert right < 555  # the margin where the cross-page stamp stands
        assert top > 40
        assert bottom < 842 - 20
    pages = words((tmp_path / "a.pdf").read_bytes(), tmp_path).split("\f")
    assert sum("项目" in page for page in pages) >= 3  # the head is repeated


@pytest.mark.parametrize(
    "wrong",
    [
        replace(sample(), made_at=datetime(2026, 1, 1)),
        replace(sample(), stamp=pdf.Stamp(hospital="")),
        replace(sample(), stamp=pdf.Stamp(hospital="院" * 99)),
        replace(sample(), stamp=pdf.Stamp(hospital="𠮷医院")),
    ],
)
def test_what_cannot_be_set_is_refused(wrong: pdf.CopyDocument) -> None:
    with pytest.raises(Invalid):
        pdf.render(wrong)


def test_a_picture_that_cannot_be_read_does_not_stop_the_copy(tmp_path: Path) -> None:
    pictures = (Picture(body=b"\xff\xd8\xff no", caption="心电图"), Picture(body=png(), caption="好图"))
    record = Record(title="图", blocks=(Paragraph(text="前"), *pictures, Paragraph(text="后")))
    text = words(pdf.render(replace(sample(), sections=(Section(title="住院", records=(record,)),))), tmp_path)
    assert "【图像】心电图（6 字节，图像数据已损坏" in text
    assert "好图" in text
    assert "后" in text


def test_texts_of_nothing_but_space_are_no_trouble() -> None:
    for blank in (" ", "\n", "\u3000", "\t\u2028", "\u200b\u00ad", "\u0301"):
        document = replace(
            saying(blank), watermark=blank, patient_name=blank, hospital=blank, title=blank, number=blank
        )
        assert pdf.render(document)


def test_an_empty_copy_still_certifies_itself(tmp_path: Path) -> None:
    text = words(
        pdf.render(replace(sample(), sections=(), patient=(), request=(), approval=(), qr="", stamp=None)), tmp_path
    )
    assert "以下空白" in text
    assert "盖章处" in text


def test_forty_pages_in_a_second(tmp_path: Path) -> None:
    document = sample(days=150)
    pdf.render(sample())  # fonts and stamp are read once per process
    start = time.process_time()
    made = pdf.render(document, {"manifest.json": MANIFEST})
    spent = time.process_time() - start
    (tmp_path / "a.pdf").write_bytes(made)
    pages = int(re.findall(r"Pages:\s+(\d+)", poppler("pdfinfo", tmp_path / "a.pdf"))[0])
    print(f"{pages} pages, {len(made):,} bytes, {spent:.2f} s of processor time")
    assert pages >= 40
    assert spent < 4  # 1 s on an idle machine


def test_no_server_loads_the_typesetter_before_the_first_copy() -> None:
    said = "import sys, jingui.formats.pdf, jingui.formats.pdf_sign, jingui.formats.manifest; "
    said += "print([one for one in ('typst', 'pyhanko', 'asn1crypto', 'pylopdf_fonts_zh_cn') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, check=True, env={"PYTHONPATH": "src"})
    assert done.stdout.strip() == b"[]"

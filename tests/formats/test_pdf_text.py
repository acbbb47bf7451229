"""四（二）1: what of a text is drawn, what is named, and which fonts decide it [4.2.1]"""

import shutil
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jingui.core.errors import Misconfigured
from jingui.formats import pdf
from jingui.formats.pdf_fonts import drawn, font_files, own_fonts
from jingui.formats.pdf_text import Printer, Said
from tests.formats.copies import words
from tools.copy_sample import sample

OWN = drawn(own_fonts())
OTHER = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def flat(said: Said) -> str:
    """What is printed, with codes as {U+…}."""
    if isinstance(said, str):
        return said.replace("\u200b", "")
    return "".join(one.replace("\u200b", "") if isinstance(one, str) else f"{{{one[0]} {one[1]}}}" for one in said)


def test_the_fonts_draw_what_chinese_records_need() -> None:
    assert len(OWN) > 30_000
    assert OWN.issuperset("患者℃±≥≤μΩβα①②ⅠⅡ×÷→↑↓㎡‰—…·“”《》")
    assert OWN.issuperset(chr(code) for code in range(0x4E00, 0x9FA6))
    assert OWN.issuperset(map(chr, range(0x20, 0x7F)))


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("普通 text", "普通 text"), ("两\n行", "两 行"), ("a\tb", "a    b"), ("a\u00a0b\u2009c", "a b c"),
        ("𠮷田", "{code 20BB7}田"), ("10⁹/L", "10{super 9}/L"), ("H₂O", "H{sub 2}O"), ("a\u030a", "å"),
        ("q\u030a", "q{code 030A}"),
        ("x\u202ey", "x{code 202E}y"), ("\x00", "{code 0000}"), ("\ufeff名", "{code FEFF}名"), ("", ""),
        ("\u0338", "{code 0338}"), ("\ud83d", "{code D83D}"),
    ],
)  # fmt: skip
def test_each_character_is_drawn_or_named(text: str, printed: str) -> None:
    assert flat(Printer(OWN).line(text)) == printed


@given(st.text(st.characters(exclude_categories=["Mn", "Mc", "Me", "Zs", "Zl", "Zp"])))
def test_no_character_is_lost(text: str) -> None:
    printer = Printer(OWN)
    said = flat(printer.line(text))
    for one in text:
        raised = unicodedata.decomposition(one).startswith(("<super>", "<sub>"))
        assert one in said or f"{{code {ord(one):04X}}}" in said or one in "\n\r\t\v\f\x85" or raised
    for code in printer.named:
        assert chr(int(code, 16)) in text
    assert all("\n" not in flat(line) for line in printer.lines(text))


@given(st.text(alphabet="abcDEF0123456789/_-", min_size=30, max_size=300))
def test_long_words_may_break(word: str) -> None:
    said = Printer(OWN).line(word)
    assert isinstance(said, str)
    assert said.replace("\u200b", "") == word
    assert max(map(len, said.split("\u200b"))) <= 25


def test_a_hospitals_own_fonts_draw_more(tmp_path: Path) -> None:
    if not OTHER.exists():
        pytest.skip("DejaVu Sans is not installed")
    shutil.copy(OTHER, tmp_path)
    document = replace(sample(), patient_name="ḁ", watermark="")
    assert "U+1E01" in words(pdf.render(document), tmp_path)
    assert "U+1E01" not in words(pdf.render(document, fonts=[tmp_path]), tmp_path)


def test_a_font_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ttf").write_bytes(b"no font")
    assert [path.name for path in font_files(tmp_path)] == ["a.ttf"]
    with pytest.raises(Misconfigured):
        drawn(tmp_path)

"""三（二）2 标签: bars that a reader reads back, sheets, watermarked scans [3.2.2] [4.1.3]"""

import re

import pytest

from jingui.core.archive_codes import Labelled, made, shown
from jingui.core.errors import Invalid
from jingui.formats.code128 import QUIET, START, WIDTHS, svg, values
from jingui.formats.labels_pdf import marked, sheet
from jingui.formats.pdf_pages import pages
from tests.pictures import png

CODE = made("K7Q", Labelled.VOLUME, 123_456_789_012)


def read_back(drawing: str) -> str:
    """The text of a Code 128 drawing, as a reader sees it: widths, patterns, check value."""
    wide = int(re.findall(r'viewBox="0 0 (\d+)', drawing)[0])
    dark = [False] * wide
    for x, width in re.findall(r"M(\d+) 0h(\d+)v", drawing):
        dark[int(x) : int(x) + int(width)] = [True] * int(width)
    runs, at = [], QUIET
    while at < wide - QUIET:
        end = at
        while end < wide and dark[end] == dark[at]:
            end += 1
        runs.append(str(end - at))
        at = end
    assert not any(dark[:QUIET] + dark[-QUIET:])
    patterns = {pattern: value for value, pattern in enumerate(WIDTHS)}
    body = "".join(runs)
    found = [patterns[body[n : n + 6]] for n in range(0, len(body) - 7, 6)]
    assert patterns[body[-7:]] == 106
    assert found[0] == START
    *plain, check = found[1:]
    assert check == (START + sum(n * value for n, value in enumerate(plain, 1))) % 103
    return "".join(chr(value + 32) for value in plain)


@pytest.mark.parametrize("text", [CODE, "A", "~ !", "0123456789"])
def test_bars_are_read_back(text: str) -> None:
    assert read_back(svg(text)) == text


def test_patterns_are_as_the_standard_has_them() -> None:
    assert len(WIDTHS) == len(set(WIDTHS)) == 107
    assert all(sum(map(int, one)) == 11 for one in WIDTHS[:106])
    assert sum(map(int, WIDTHS[106])) == 13
    # the well-known worked example starts in code set A (103) and has 54: one less than here
    assert values("PJJ123C") == (104, 48, 42, 42, 17, 18, 19, 35, 55, 106)
    for wrong in ("", "病", "\n"):
        with pytest.raises(ValueError, match="code set B"):
            values(wrong)


def test_a_sheet_has_24_to_a_page() -> None:
    made_ = sheet([(CODE, shown(CODE), "00012345")] * 25)
    assert made_.startswith(b"%PDF")
    assert pages(made_) == 2


def test_scans_carry_the_readers_mark_on_every_page() -> None:
    picture = marked(png(4242), "image/png", "林晓青 心内科")
    assert pages(picture) == 1
    again = marked(sheet([(CODE, shown(CODE), "")] * 30), "application/pdf", "林晓青")
    assert pages(again) == 2
    with pytest.raises(Invalid):
        marked(b"%PDF-1.7 nothing", "application/pdf", "林晓青")
    with pytest.raises(Invalid):
        marked(b"\x89PNG nothing", "image/png", "林晓青")

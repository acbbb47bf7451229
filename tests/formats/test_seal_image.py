"""四（二）1: the stamp: whole where it stands, and whole again when the sheets lie side by side [4.2.1]"""

import re
from pathlib import Path

import pytest

from jingui.core.errors import Invalid
from jingui.formats import pdf
from jingui.formats.pdf import Stamp
from jingui.formats.seal_image import MOST_STRIPS, svg
from tests.formats.copies import poppler
from tools.copy_sample import HOSPITAL, sample

EDGE = 540  # the text ends left of it, the cross-page stamp begins right of it


def test_a_stamp_is_outlines_only() -> None:
    drawn = svg(Stamp(hospital=HOSPITAL))
    assert drawn.startswith("<svg")
    assert "<text" not in drawn
    assert "<image" not in drawn
    assert "script" not in drawn
    assert svg(Stamp(hospital=HOSPITAL)) == drawn
    assert svg(Stamp(hospital=HOSPITAL, words="证明印记")) != drawn


@pytest.mark.parametrize("name", ["院", "人民医院", "中国人民解放军某战区总医院附属第一临床医学院", "A<b>&\"'\\#"])
def test_names_long_and_short_fit(name: str) -> None:
    assert svg(Stamp(hospital=name, words="")).startswith("<svg")


@pytest.mark.parametrize(
    "stamp", [Stamp(hospital=""), Stamp(hospital="院" * 25), Stamp(hospital="院", words="章" * 13)]
)
def test_what_no_stamp_holds_is_refused(stamp: Stamp) -> None:
    with pytest.raises(Invalid):
        svg(stamp)


def pages_of(days: int, at: Path) -> list[bytes]:
    """The pages as pictures of 72 dots to the inch."""
    (at / "a.pdf").write_bytes(pdf.render(sample(days=days)))
    poppler("pdftoppm", "-r", "72", at / "a.pdf", at / "page")
    return [path.read_bytes() for path in sorted(at.glob("page*.ppm"))]


def reds(ppm: bytes) -> tuple[int, int]:
    """How many dots of the stamp's red stand left and right of the edge."""
    _, size, _, raw = ppm.split(b"\n", 3)
    wide = int(size.split()[0])
    found = [0, 0]
    for at in range(0, len(raw) - 2, 3):
        if raw[at] > 150 and raw[at + 1] < 100 and raw[at + 2] < 110:
            found[at // 3 % wide >= EDGE] += 1
    return found[0], found[1]


def test_the_strips_of_all_sheets_make_the_stamp(tmp_path: Path) -> None:
    counted = [reds(page) for page in pages_of(8, tmp_path)]
    assert len(counted) >= 3
    assert all(edge for _, edge in counted)
    assert [left > 0 for left, _ in counted] == [False] * (len(counted) - 1) + [True]
    whole = counted[-1][0]
    assert sum(edge for _, edge in counted) == pytest.approx(whole, rel=0.1)


def test_one_sheet_has_no_stamp_over_its_edge(tmp_path: Path) -> None:
    ((left, edge),) = [reds(page) for page in pages_of(0, tmp_path)]
    assert left
    assert not edge


def test_a_long_copy_carries_several_whole_stamps(tmp_path: Path) -> None:
    counted = [reds(page) for page in pages_of(75, tmp_path)]
    groups = -(-len(counted) // MOST_STRIPS)
    assert groups >= 2
    assert all(edge for _, edge in counted)
    assert sum(edge for _, edge in counted) == pytest.approx(groups * counted[-1][0], rel=0.2)


def test_a_wet_stamp_leaves_room(tmp_path: Path) -> None:
    from dataclasses import replace

    made = pdf.render(replace(sample(days=6), stamp=None))
    assert b"seal" in made or re.search(rb"\(seal\)", made)

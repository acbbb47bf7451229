"""四（二）1 复制: the folder of the hospital's own fonts is looked at when the house starts [4.2.1]"""

import shutil
from pathlib import Path

import pytest

from jingui.config.wiring import fonts
from jingui.core.errors import Misconfigured

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def test_none_an_empty_one_a_broken_one(tmp_path: Path) -> None:
    assert fonts("") == ()
    for wrong in (str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(Misconfigured):
            fonts(wrong)
    (tmp_path / "a.ttf").write_bytes(b"no font")
    with pytest.raises(Misconfigured):
        fonts(str(tmp_path))


def test_a_good_one(tmp_path: Path) -> None:
    if not FONT.exists():
        pytest.skip("DejaVu Sans is not installed")
    shutil.copy(FONT, tmp_path)
    assert fonts(str(tmp_path)) == (tmp_path,)

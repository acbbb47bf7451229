"""四（二）1 复制病历: which characters the fonts at hand can draw, read from the fonts themselves [4.2.1]"""

from functools import cache
from pathlib import Path
from struct import Struct, error
from typing import Final

from jingui.core.errors import Misconfigured

_TABLE: Final = Struct(">4sIII")
_SUBTABLE: Final = Struct(">HHI")
_GROUP: Final = Struct(">III")
_UNICODE: Final = ((3, 10), (0, 6), (0, 4))  # platform and encoding of the table of all planes


def own_fonts() -> Path:
    """The folder of the fonts that Jingui brings: Noto Sans SC and Noto Serif SC."""
    from pylopdf_fonts_zh_cn import sans_path  # 20 MB of fonts: asked for with the first copy only

    return sans_path().parent


@cache
def drawn(folder: Path) -> frozenset[str]:
    """Every character that some font of the folder (.otf, .ttf) draws; Misconfigured for a font that cannot be read."""
    found: set[str] = set()
    for path in font_files(folder):
        found |= _characters(path)
    return frozenset(found)


def font_files(folder: Path) -> tuple[Path, ...]:
    """The fonts of a folder, sorted, so that the same folder always gives the same pages."""
    return tuple(sorted(path for path in folder.iterdir() if path.suffix.lower() in (".otf", ".ttf")))


def _characters(path: Path) -> set[str]:
    try:
        return _cmap(path.read_bytes())
    except (error, OSError, ValueError) as problem:
        raise Misconfigured(font=path.name, problem=str(problem)) from problem


def _cmap(data: bytes) -> set[str]:
    """The characters of a font's format 12 table (all planes)."""
    start = next(
        offset
        for tag, _, offset, _ in (_TABLE.unpack_from(data, 12 + 16 * at) for at in range(_u16(data, 4)))
        if tag == b"cmap"
    )
    tables = {
        (platform, encoding): start + offset
        for platform, encoding, offset in (
            _SUBTABLE.unpack_from(data, start + 4 + 8 * at) for at in range(_u16(data, start + 2))
        )
    }
    for key in _UNICODE:
        at = tables.get(key, 0)
        if at and _u16(data, at) == 12:
            return _groups(data, at)
    raise ValueError("no table of all planes")


def _groups(data: bytes, at: int) -> set[str]:
    found: set[str] = set()
    for group in range(int.from_bytes(data[at + 12 : at + 16])):
        first, last, glyph = _GROUP.unpack_from(data, at + 16 + 12 * group)
        found.update(chr(code) for code in range(first, last + 1) if glyph + code - first)
    return found


def _u16(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2])

"""四（二）1 复制病历: the typesetter, closed in: no packages, no files, no fonts but those it is given [4.2.1]"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jingui.formats.pdf_fonts import own_fonts

if TYPE_CHECKING:
    from typst import Compiler, Fonts


def compiler(source: str, data: str, fonts: tuple[Path, ...] = ()) -> Compiler:
    """A compiler of `source` that reads `data` (JSON) as sys.inputs.data; `fonts`: folders besides our own."""
    from typst import Compiler  # 40 MB of machine code: loaded with the first copy only

    bare = own_fonts()  # the one folder that it could read: fonts, and nothing else
    return Compiler(
        input=source.encode(), root=bare, font_paths=_book(fonts), sys_inputs={"data": data},
        package_path=bare, package_cache_path=bare,
    )  # fmt: skip


@cache
def _book(fonts: tuple[Path, ...]) -> Fonts:
    from typst import Fonts

    folders: list[str | Path | bytes] = [str(folder) for folder in (own_fonts(), *fonts)]
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)

"""四（二）1 复制病历: the typesetter, closed in: no packages, no files, no fonts but those it is given [4.2.1]"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from jingui.formats.pdf_fonts import own_fonts

if TYPE_CHECKING:
    from typst import Fonts, PDFStandard


def typeset(
    source: str, data: str, form: Literal["pdf", "svg"], *,
    fonts: tuple[Path, ...] = (), standards: Sequence["PDFStandard"] = (), at: datetime | None = None,
) -> bytes:  # fmt: skip
    """What the typesetter makes of `source`, which reads `data` (JSON) as sys.inputs.data.

    `fonts`: folders besides our own. TypstError when the data cannot be set. `source` is ours, never a user's.
    """
    from typst import Compiler  # 40 MB of machine code: loaded with the first copy only

    bare = own_fonts()  # the one folder that it could read: fonts, and nothing else
    ready = Compiler(
        input=source.encode(), root=bare, font_paths=_book(fonts), sys_inputs={"data": data},
        package_path=bare, package_cache_path=bare,
    )  # fmt: skip
    made = ready.compile(format=form, pdf_standards=list(standards), timestamp=at)
    if not isinstance(made, bytes):  # several pages of SVG, or none
        raise TypeError(f"{form}: not one file")
    return made


@cache
def _book(fonts: tuple[Path, ...]) -> "Fonts":
    from typst import Fonts

    folders = [str(folder) for folder in (own_fonts(), *fonts)]
    return Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)

"""四（二）1 复制病历: what stands on the pages as a drawing: a text search or a voice reader never meets it [4.2.1]"""

import json
from functools import lru_cache
from typing import Final

from jingui.formats.pdf_source import typeset
from jingui.formats.pdf_text import Said

_LENGTH: Final = 205  # mm that a watermark may take across the page
_LARGEST: Final = 19  # points
_WATERMARK: Final = """
#let d = json(bytes(sys.inputs.data))
#set page(width: auto, height: auto, margin: 2pt, fill: none)
#set text(font: ("Noto Sans SC", "Noto Serif SC"), fill: rgb(60, 70, 80, 20), size: d.largest * 1pt)
#let words = box(d.words)
#context {
  let wide = calc.max(measure(words).width, 1pt)
  scale(calc.min(100%, d.length * 1mm / wide * 100%), reflow: true, words)
}
"""


def watermark_svg(said: Said) -> str:
    """A line of pale letters, as long as the page is broad at most; codes of rare characters stand as words."""
    words = said if isinstance(said, str) else "".join(one if isinstance(one, str) else _spelt(*one) for one in said)
    words = words.replace("\u200b", "").strip()
    return _drawn(words) if words else ""


def _spelt(how: str, what: str) -> str:
    return f" U+{what} " if how == "code" else what


@lru_cache(maxsize=64)
def _drawn(words: str) -> str:
    data = {"words": words, "length": _LENGTH, "largest": _LARGEST}
    return typeset(_WATERMARK, json.dumps(data), "svg").decode()


def qr_svg(text: str) -> str:
    """The QR code as one path, error correction M: it survives a fold and a coffee stain."""
    from qrcode import QRCode
    from qrcode.constants import ERROR_CORRECT_M

    code = QRCode(border=2, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    size = len(rows)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}"><path d="{path}"/></svg>'

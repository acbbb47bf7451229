"""三（二）2 病案标签: a sheet of labels for the printer, and scanned pages with a watermark [3.2.2] [4.1.3]"""

import json
from collections.abc import Sequence
from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.code128 import svg
from jingui.formats.pdf_drawn import qr_svg, watermark_svg
from jingui.formats.pdf_pages import pages
from jingui.formats.pdf_source import typeset

_SHEET: Final = """
#let d = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: (x: 7mm, y: 13mm))
#set text(font: ("Noto Sans SC", "Noto Serif SC"), size: 8pt)
#let label(one) = box(width: 64mm, height: 33mm, inset: 1.5mm, clip: true, stack(spacing: 1mm,
  grid(columns: (17mm, 1fr), column-gutter: 2mm, align: horizon,
    image(bytes(one.qr), width: 17mm),
    stack(spacing: 2mm, text(size: 9pt, weight: "bold", one.shown), if one.more != "" { text(size: 8pt, one.more) })),
  image(bytes(one.bars), width: 61mm, height: 11mm, fit: "stretch"),
))
#grid(columns: (64mm, 64mm, 64mm), ..d.labels.map(label))
"""
_MARKED: Final = """
#let d = json(bytes(sys.inputs.data))
#set page(paper: "a4", margin: 6mm, foreground: {
  for n in range(5) {
    place(center + horizon, dy: (n - 2) * 56mm, rotate(-24deg, image(bytes(d.mark), width: 150mm)))
  }
})
#let body = bytes(d.body)
#for n in range(d.pages) {
  if n > 0 { pagebreak() }
  align(center + horizon, if d.pdf {
    image(body, format: "pdf", page: n + 1, width: 100%, height: 100%, fit: "contain")
  } else { image(body, width: 100%, height: 100%, fit: "contain") })
}
"""
MOST_PAGES: Final = 300


def sheet(labels: Sequence[tuple[str, str, str]]) -> bytes:
    """A PDF of labels (code, shown code, what else stands there), 24 on a page."""
    data = [{"qr": qr_svg(code), "bars": svg(code), "shown": shown, "more": more} for code, shown, more in labels]
    return typeset(_SHEET, json.dumps({"labels": data}), "pdf")


def marked(body: bytes, media: str, words: str) -> bytes:
    """The pages of a PDF, PNG or JPEG with the reader's watermark over each; Invalid when they cannot be set."""
    from pyhanko.pdf_utils.misc import PdfError
    from typst import TypstError

    pdf = media == "application/pdf"
    try:
        count = pages(body) if pdf else 1
    except (PdfError, KeyError, TypeError) as error:
        raise unset() from error
    if not 1 <= count <= MOST_PAGES:
        raise unset()
    data = {"body": list(body), "pdf": pdf, "pages": count, "mark": watermark_svg(words)}
    try:
        return typeset(_MARKED, json.dumps(data), "pdf")
    except TypstError as error:
        raise unset() from error


def unset() -> Invalid:
    """What is said of a file that no watermark can be laid over."""
    return Invalid(N_("扫描件无法加水印显示。"), N_("请病案室重新扫描为图片或较短的 PDF。"))

"""四（二）1 复制病历: the stamp's drawing: the hospital's name around a star, its purpose across [4.2.1]

Drawn, not photographed: outlines only, so that it prints sharp at any size and needs no font where it is shown.
"""

import json
from functools import lru_cache
from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.pdf_document import Stamp
from jingui.formats.pdf_fonts import drawn, own_fonts
from jingui.formats.pdf_source import typeset

RED: Final = "#c8202b"
MOST_AROUND: Final = 24  # names longer than this are cut nowhere, they are refused: a stamp is made once, by people
MOST_ACROSS: Final = 12
MOST_STRIPS: Final = 16  # sheets that one cross-page stamp runs over; thinner strips show nothing: then another begins

_SOURCE: Final = """
#let d = json(bytes(sys.inputs.data))
#let red = rgb(d.red)
#set page(width: 100pt, height: 100pt, margin: 0pt, fill: none)
#set text(font: "Noto Sans SC", fill: red, stroke: 0.18pt + red)
#place(center + horizon, circle(radius: 47.6pt, stroke: 2.6pt + red))
#let letters = d.around
#let n = letters.len()
#let size = calc.min(13pt, 190pt / calc.max(n, 1))
#let span = calc.min(250deg, 22deg * (n - 1))
#for (i, letter) in letters.enumerate() {
  let turn = if n == 1 { 0deg } else { -span / 2 + span * i / (n - 1) }
  place(center + horizon, rotate(turn, box(width: 86pt, height: 86pt,
    place(top + center, scale(x: 82%, text(size, top-edge: 0.9em, letter))))))
}
#let star = range(10).map(k => {
  let r = if calc.even(k) { 15pt } else { 5.73pt }
  let a = -90deg + 36deg * k
  (50pt + r * calc.cos(a), 50pt + r * calc.sin(a))
})
#place(top + left, polygon(fill: red, stroke: none, ..star))
#let across = calc.min(9.6pt, 66pt / calc.max(d.across.clusters().len(), 1))
#place(center + horizon, dy: 27pt, text(across, d.across))
"""


@lru_cache(maxsize=16)
def svg(stamp: Stamp) -> str:
    """The stamp as SVG, 100 × 100 units; Invalid for names that no round stamp can hold or no font draws."""
    if not 0 < len(stamp.hospital) <= MOST_AROUND or len(stamp.words) > MOST_ACROSS:
        raise Invalid(places=(("stamp", N_("印章文字过长或为空")),))
    if not drawn(own_fonts()).issuperset(stamp.hospital + stamp.words):
        raise Invalid(places=(("stamp", N_("印章文字含有无法显示的字符")),))
    data = {"around": list(stamp.hospital), "across": stamp.words, "red": RED}
    return typeset(_SOURCE, json.dumps(data), "svg").decode()

"""三（一）3 销毁证明: the certificate as PDF/A: counts, who, when, which keys; no patient's name [3.1.3]"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Final

from jingui.formats.pdf_document import Stamp
from jingui.formats.pdf_drawn import qr_svg
from jingui.formats.pdf_source import typeset
from jingui.formats.seal_image import svg

PROOF: Final = "proof.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A table: its widths are shares of the line."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the certificate says, in the order of the paper."""

    hospital: str
    title: str
    number: str
    made_at: datetime
    facts: Sequence[tuple[str, str]]
    parts: Sequence[Part]
    said_title: str
    said: Sequence[str]
    qr: str
    qr_caption: str


def render(words: Words, proof: bytes) -> bytes:
    """The certificate, not yet signed, with the ledger's proof inside."""
    data = {
        "hospital": words.hospital, "title": words.title, "number": words.number,
        "facts": [list(one) for one in words.facts],
        "parts": [
            {"title": one.title, "head": list(one.head), "rows": [list(row) for row in one.rows],
             "widths": list(one.widths)} for one in words.parts
        ],
        "said_title": words.said_title, "said": list(words.said), "qr": qr_svg(words.qr),
        "qr_caption": words.qr_caption, "stamp": svg(Stamp(hospital=words.hospital, words="")),
        "proof": proof.decode(),
    }  # fmt: skip
    text = json.dumps(data, ensure_ascii=False)
    return typeset(_template(), text, "pdf", standards=("a-3b",), at=words.made_at)


@cache
def _template() -> str:
    return (files("jingui.formats") / "data" / "certificate.typ").read_text("utf-8")

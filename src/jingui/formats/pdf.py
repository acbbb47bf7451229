"""四（二）1 复制病历: a copy as a PDF/A file, the record as a reader expects it on paper [4.2.1]

The same document and attachments always give the same bytes. PDF/A-3b with attachments, PDF/A-2b without.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.pdf_data import template_data
from jingui.formats.pdf_document import (
    Attachment,
    Attachments,
    Block,
    CopyDocument,
    Correction,
    Grid,
    Heading,
    Language,
    Pair,
    Pairs,
    PaperPages,
    Paragraph,
    Picture,
    Record,
    Section,
    Stamp,
    attached,
)
from jingui.formats.pdf_fonts import drawn, own_fonts
from jingui.formats.pdf_pictures import without_broken_pictures
from jingui.formats.pdf_source import typeset
from jingui.formats.pdf_text import Printer

if TYPE_CHECKING:
    from typst import PDFStandard

__all__ = [
    "Attachment", "Attachments", "Block", "CopyDocument", "Correction", "Grid", "Heading", "Language", "Pair", "Pairs",
    "PaperPages", "Paragraph", "Picture", "Record", "Section", "Stamp", "render",
]  # fmt: skip


def render(document: CopyDocument, attachments: Attachments = (), fonts: Sequence[Path] = ()) -> bytes:
    """The copy as PDF/A, not yet signed; Invalid when it cannot be set (a stamp of too many words, no time zone).

    A picture that cannot be read is named where it would stand, with its size: it does not stop the whole copy.
    `fonts`: folders with the hospital's own fonts for rare characters, tried after those that Jingui brings.
    """
    if document.made_at.tzinfo is None:
        raise Invalid(places=(("made_at", N_("时间缺少时区")),))
    folders = tuple(fonts)
    given = attached(attachments)
    from typst import TypstError  # with the typesetter: not before the first copy

    try:
        return _set(document, given, folders)
    except TypstError as problem:
        readable = without_broken_pictures(document)
        if readable is document:
            raise _unset(problem.message) from problem
    try:
        return _set(readable, given, folders)
    except TypstError as problem:
        raise _unset(problem.message) from problem


def _set(document: CopyDocument, given: Sequence[Attachment], folders: tuple[Path, ...]) -> bytes:
    printer = Printer(frozenset().union(*(drawn(folder) for folder in (own_fonts(), *folders))))
    data = json.dumps(template_data(document, given, printer), ensure_ascii=False)
    kind: PDFStandard = "a-3b" if given else "a-2b"
    return typeset(_template(), data, "pdf", fonts=folders, standards=(kind,), at=document.made_at)


def _unset(problem: str) -> Invalid:
    return Invalid(N_("复制件无法排版，没有生成文件。"), places=(("document", problem),))


@cache
def _template() -> str:
    return (files("jingui.formats") / "data" / "copy.typ").read_text("utf-8")

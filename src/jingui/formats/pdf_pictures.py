"""四（二）1 复制病历: pictures in records that nobody can read any more [4.2.1]"""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from jingui.formats.pdf_document import Block, CopyDocument, Paragraph, Picture
from jingui.formats.pdf_source import typeset

_SOURCE: Final = """
#set page(width: 10pt, height: 10pt, margin: 0pt)
#image(bytes(json(bytes(sys.inputs.data))), width: 10pt, alt: "x")
"""


def without_broken_pictures(document: CopyDocument) -> CopyDocument:
    """The document with a line in place of each picture that cannot be read; the same object if all can."""
    sections = [
        replace(section, records=[replace(record, blocks=_readable(record.blocks)) for record in section.records])
        for section in document.sections
    ]
    before = [block for section in document.sections for record in section.records for block in record.blocks]
    after = [block for section in sections for record in section.records for block in record.blocks]
    return document if before == after else replace(document, sections=sections)


def _readable(blocks: Sequence[Block]) -> list[Block]:
    return [_named(one) if isinstance(one, Picture) and not _can_be_set(one.body) else one for one in blocks]


def _named(picture: Picture) -> Paragraph:
    return Paragraph(text=f"【图像】{picture.caption}（{len(picture.body)} 字节，图像数据已损坏，无法印出）")


def _can_be_set(body: bytes) -> bool:
    from typst import TypstError

    try:
        typeset(_SOURCE, json.dumps(list(body)), "pdf")
    except TypstError:
        return False
    return True

"""四（二）1 复制病历: a record as the blocks of a printed copy [4.2.1] [2.2.4]"""

from collections.abc import Mapping
from typing import Any

from jingui.formats import display, plain_text
from jingui.formats.pdf_document import Block, Pair, Pairs, Paragraph

LONGEST = 200_000


def blocks(resource: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> tuple[Block, ...]:
    """What the record says."""
    words = plain_text.words(resource, LONGEST)
    if words:
        return (Paragraph(text=words),)
    line = display.line(dict(resource))
    return (Pairs(rows=(Pair(label=line.title or line.kind, text=line.value or line.state),)),)

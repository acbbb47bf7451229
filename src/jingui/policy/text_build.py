"""一 总则: from headings and lines to clauses: broken lines joined, a trailing advert left out [1.1] [8.2]"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_
from jingui.policy.policy_text import PolicyText, TextChapter, TextClause, TextSection

ENDS = tuple("。！？；：!?;:…”）)》")
_ADVERT = re.compile(r"点击|扫码|二维码|下载|公众号|水印|可编辑|https?:|www\.", re.IGNORECASE)
MAX_CLAUSES = 2_000

Lines = list[tuple[int, str]]


@dataclass(slots=True, kw_only=True)  # mutable: the reader adds lines until the next heading
class Block:
    """A heading (chapter, section or item) and the lines under it up to the next heading: (line number, text)."""

    kind: str
    number: int
    title: str
    place: int
    lines: Lines


def ended(lines: Sequence[tuple[int, str]]) -> bool:
    """Whether the last line closes its sentence; no lines count as closed."""
    return not lines or lines[-1][1].endswith(ENDS)


def build(name: str, title: str, blocks: list[Block], dropped: Lines) -> PolicyText:
    """Put the blocks together; Invalid if a section is empty, TooLarge beyond 2,000 clauses."""
    if len(blocks) > MAX_CLAUSES:
        raise TooLarge(places=((name, f"{len(blocks)} > {MAX_CLAUSES}"),))
    adverts = _take_advert(blocks[-1])
    chapters = tuple(_chapter(name, part) for part in _split(blocks, "chapter"))
    return PolicyText(name=name, title=title, chapters=chapters, dropped=tuple(dropped + adverts))


def _take_advert(block: Block) -> Lines:
    """Remove and return what follows the policy's last sentence: lines that close no sentence, or advertise."""
    kept = len(block.lines)
    while kept > 1 and block.lines[kept - 2][1].endswith(ENDS):
        text = block.lines[kept - 1][1]
        if text.endswith(ENDS) and not _ADVERT.search(text):
            break
        kept -= 1
    taken = block.lines[kept:]
    del block.lines[kept:]
    return taken


def _split(blocks: Sequence[Block], kind: str) -> list[list[Block]]:
    parts: list[list[Block]] = []
    for block in blocks:
        if block.kind == kind:
            parts.append([block])
        elif parts:
            parts[-1].append(block)
    return parts


def _chapter(name: str, blocks: list[Block]) -> TextChapter:
    head = blocks[0]
    sections = tuple(_section(name, str(head.number), part) for part in _split(blocks, "section"))
    if not sections:
        raise Invalid(N_("这一章下面没有内容。"), places=((f"{name}:{head.place}", head.title),))
    return TextChapter(id=str(head.number), title=head.title, sections=sections)


def _section(name: str, chapter: str, blocks: list[Block]) -> TextSection:
    head, items = blocks[0], blocks[1:]
    one, lead = f"{chapter}.{head.number}", _joined(head.lines)
    if items:
        clauses = tuple(
            TextClause(id=f"{one}.{item.number}", text=_joined(item.lines), line=item.place) for item in items
        )
        return TextSection(id=one, title=head.title, lead=lead, clauses=clauses)
    if not lead:
        raise Invalid(N_("这一节下面没有内容。"), places=((f"{name}:{head.place}", head.title),))
    return TextSection(id=one, title=head.title, lead="", clauses=(TextClause(id=one, text=lead, line=head.place),))


def _joined(lines: Sequence[tuple[int, str]]) -> str:
    """Lines as one text: a broken sentence is rejoined, with a space only between Latin words or numbers."""
    text = ""
    for _, line in lines:
        between = text[-1:].isascii() and text[-1:].isalnum() and line[:1].isascii() and line[:1].isalnum()
        text += (" " if between else "") + line
    return text

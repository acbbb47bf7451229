"""四（二）1 复制病历: a narrative (XHTML) as blocks: its paragraphs, lists, headings and tables [4.2.1]"""

from collections.abc import Iterator
from typing import Final

from lxml import etree

from jingui.formats.pdf_document import Block, Grid, Heading, Paragraph
from jingui.formats.plain_text import plain

_BREAKS: Final = frozenset(
    {"p", "div", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl"}
)
_HEADS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def told(div: str) -> tuple[Block, ...]:
    """What a narrative says; words only where it is not well formed."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(div.encode("utf-8", "surrogatepass"), parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        words = plain(div)
        return (Paragraph(text=words),) if words else ()
    return tuple(_flow(root))


def _flow(node: etree._Element) -> Iterator[Block]:
    """The blocks below a node; text between blocks is gathered into paragraphs."""
    held: list[str] = []
    for part in _parts(node, 0):
        if isinstance(part, str):
            held.append(part)
            continue
        yield from _paragraph(held)
        held = []
        yield part
    yield from _paragraph(held)


def _paragraph(held: list[str]) -> Iterator[Block]:
    lines = (" ".join(line.split()) for line in "".join(held).split("\n"))
    text = "\n".join(line for line in lines if line)
    if text:
        yield Paragraph(text=text)


def _parts(node: etree._Element, depth: int) -> Iterator[str | Block]:
    """Texts and blocks in reading order; depth is bounded by the parser."""
    yield _bare(node.text)
    number = 0
    for child in node:
        name = _name(child)
        if name == "table":
            yield from _table(child)
        elif name in _HEADS:
            yield Heading(text=" ".join("".join(child.itertext()).split()))
        elif name:
            number += name == "li"
            if name in _BREAKS:
                yield "\n"
            if name == "li":
                yield f"{number}. " if _name(node) == "ol" else "· "
            yield from _parts(child, depth + 1)
            if name in _BREAKS:
                yield "\n"
        yield _bare(child.tail)


def _table(node: etree._Element) -> Iterator[Block]:
    head: list[str] = []
    rows: list[list[str]] = []
    for row in node.iter():
        if _name(row) != "tr":
            continue
        cells = [cell for cell in row if _name(cell) in ("td", "th")]
        texts = [" ".join("".join(cell.itertext()).split()) for cell in cells]
        if cells and not head and not rows and all(_name(cell) == "th" for cell in cells):
            head = texts
        elif texts:
            rows.append(texts)
    caption = next((" ".join("".join(one.itertext()).split()) for one in node if _name(one) == "caption"), "")
    if head or rows:
        yield Grid(head=head, rows=rows, caption=caption)


def _name(node: etree._Element) -> str:
    """An element's name without its namespace, "" for a comment."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _bare(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").split(" "))

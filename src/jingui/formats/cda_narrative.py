"""五（一）2 共享文档: the text that people read beside the entries, made from them and read back [5.1.2]

The text says all that the entries say, in their order. What a section says beyond that stands before it.
"""

from collections.abc import Iterator
from typing import Final

from jingui.formats.cda_document import (
    Block,
    Bullets,
    Cluster,
    Coded,
    Count,
    Entry,
    Flag,
    Grid,
    Missing,
    Moment,
    Money,
    Paragraph,
    Quantity,
    Real,
    Text,
    Value,
)
from jingui.formats.cda_xml import Node, child, children, local, put, words

HEAD = ("项目", "内容")
MISSING = "未记载"
BLOCKS: Final = frozenset({"paragraph", "list", "table"})


def derived(entries: tuple[Entry | Cluster, ...]) -> tuple[Block, ...]:
    """What the entries say, as one table."""
    rows = tuple(row for one in entries for row in _rows(one))
    return (Grid(head=HEAD, rows=rows),) if rows else ()


def _rows(one: Entry | Cluster) -> Iterator[tuple[str, str]]:
    if isinstance(one, Entry):
        yield from _lines(one, "")
        return
    if one.what is not None:
        yield "名称", one.what.name or one.what.code
    if one.start or one.end:
        yield "时间", "—".join(day(at) for at in (one.start, one.end) if at)
    if one.dose is not None:
        yield "剂量", said(one.dose)
    if one.route is not None:
        yield "途径", said(one.route)
    for each in one.entries:
        yield from _lines(each, "")


def _lines(entry: Entry, mark: str) -> Iterator[tuple[str, str]]:
    when = f"（{day(entry.at)}）" if entry.at else ""
    yield mark + (entry.name or entry.element), said(entry.value) + when
    for one in entry.inner:
        yield from _lines(one, mark + "· ")


def said(value: Value) -> str:
    """A value as people read it."""
    match value:
        case Text(text=text):
            return text
        case Coded(code=code, name=name):
            return f"{name}（{code}）" if name and code else name or code
        case Quantity(value=number, unit=unit):
            return f"{number:f} {unit}".strip()
        case Flag(value=yes):
            return "是" if yes else "否"
        case Count(value=count):
            return str(count)
        case Real(value=number):
            return f"{number:f}"
        case Money(value=number, currency=currency):
            return f"{number:f} {'元' if currency == 'CNY' else currency}"
        case Moment(digits=digits):
            return day(digits)
        case Missing():
            return MISSING


def day(digits: str) -> str:
    """Digits of a time as a date, with the time of day where there is one."""
    plain = digits[: next((n for n, one in enumerate(digits) if not one.isdigit()), len(digits))]
    date = "-".join(one for one in (plain[:4], plain[4:6], plain[6:8]) if one)
    clock = ":".join(one for one in (plain[8:10], plain[10:12], plain[12:14]) if one)
    zone = next((digits[n:] for n, one in enumerate(digits) if one in "+-"), "")
    return f"{date} {clock}{zone}".strip()


def write(section: Node, blocks: tuple[Block, ...]) -> None:
    """Write a section's text."""
    node = put(section, "text")
    for block in blocks:
        match block:
            case Paragraph():
                put(node, "paragraph", block.text)
            case Bullets():
                held = put(node, "list", listType="ordered" if block.numbered else "unordered")
                for item in block.items:
                    put(held, "item", item)
            case Grid():
                _grid(put(node, "table"), block)


def _grid(node: Node, grid: Grid) -> None:
    if grid.caption:
        put(node, "caption", grid.caption)
    if grid.head:
        row = put(put(node, "thead"), "tr")
        for cell in grid.head:
            put(row, "th", cell)
    body = put(node, "tbody")
    for cells in grid.rows or ((),):
        row = put(body, "tr")
        for cell in cells or ("",):
            put(row, "td", cell)


def read(node: Node | None) -> tuple[Block, ...]:
    """The blocks of a section's text: words, lists and tables, whatever else it holds as words; nothing that acts."""
    return tuple(_flow(node)) if node is not None else ()


def _flow(node: Node) -> Iterator[Block]:
    """Running text and the blocks in it, in their order: no word is lost, wherever it stands."""
    loose = [str(node.text or "")]
    for one in node:
        if local(one) in BLOCKS or any(local(inner) in BLOCKS for inner in one.iterdescendants()):
            yield from _paragraph(loose)
            yield from _block(one)
        else:
            loose.append("\n" if local(one) == "br" else lines(one))
        loose.append(str(one.tail or ""))
    yield from _paragraph(loose)


def _paragraph(loose: list[str]) -> Iterator[Block]:
    text = "".join(loose).strip()
    loose.clear()
    if text:
        yield Paragraph(text=text)


def _block(node: Node) -> Iterator[Block]:
    plain = not any(local(inner) in BLOCKS for inner in node.iterdescendants() if inner is not node)
    if local(node) == "table" and plain:
        yield from _table(node)
    elif local(node) == "list" and plain:
        yield from _paragraph([lines(one) for one in children(node, "caption")])
        items = tuple(text for one in children(node, "item") if (text := lines(one).strip()))
        if items:
            yield Bullets(items=items, numbered=node.get("listType") == "ordered")
    else:  # blocks in blocks: one after the other
        yield from _flow(node)


def lines(node: Node) -> str:
    """The words of an element, with its line breaks."""
    parts = [str(node.text or "")]
    for one in node:
        parts.append("\n" if local(one) == "br" else lines(one))
        parts.append(str(one.tail or ""))
    return "".join(parts)


def _table(node: Node) -> Iterator[Block]:
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    for row in (one for one in node.iterdescendants() if local(one) == "tr"):
        cells = tuple(lines(one) for one in row if local(one) in ("td", "th"))
        if local(row.getparent()) == "thead" and not head:
            head = cells
        elif any(cells):
            rows.append(cells)
    caption = words(child(node, "caption")).strip()
    if head or rows:
        yield Grid(head=head, rows=tuple(rows), caption=caption)
    else:
        yield from _paragraph([caption])


def beyond(blocks: tuple[Block, ...], entries: tuple[Entry | Cluster, ...]) -> tuple[Block, ...]:
    """What a text says beyond the entries beside it."""
    made = derived(entries)
    return blocks[: -len(made)] if made and blocks[-len(made) :] == made else blocks

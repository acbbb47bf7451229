"""五（一）2 共享文档: the text that people read beside the entries, made from them and read back [5.1.2]

The text says all that the entries say, in their order. What a section says beyond that stands before it.
"""

from collections.abc import Iterator

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
    figures = digits.partition(".")[0]
    plain = "".join(one for one in figures[:14] if one.isdigit())
    date = "-".join(one for one in (plain[:4], plain[4:6], plain[6:8]) if one)
    clock = ":".join(one for one in (plain[8:10], plain[10:12], plain[12:14]) if one)
    zone = figures[14:] if len(figures) > 14 else ""
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
    if node is None:
        return ()
    out: list[Block] = []
    loose: list[str] = [str(node.text or "")]
    for one in node:
        made = _block(one)
        if made is None:
            loose.append("\n" if local(one) == "br" else words(one))
        else:
            _flush(loose, out)
            out += made
        loose.append(str(one.tail or ""))
    _flush(loose, out)
    return tuple(out)


def _flush(loose: list[str], out: list[Block]) -> None:
    text = "".join(loose).strip()
    loose.clear()
    if text:
        out.append(Paragraph(text=text))


def _block(node: Node) -> list[Block] | None:
    """What an element is as blocks; None when it is part of running text."""
    match local(node):
        case "paragraph":
            inner = [block for one in node for block in _block(one) or ()]
            text = lines(node)
            return inner or ([Paragraph(text=text)] if text else [])
        case "list":
            items = tuple(lines(one).strip() for one in children(node, "item"))
            kept = tuple(one for one in items if one)
            tables = [grid for one in children(node, "item") for inner in one.iter() if local(inner) == "table"
                      and (grid := _table(inner)) is not None]  # fmt: skip
            if tables:  # a list that only holds tables
                return [*tables]
            return [Bullets(items=kept, numbered=node.get("listType") == "ordered")] if kept else []
        case "table":
            grid = _table(node)
            return [grid] if grid is not None else []
        case _:
            return None


def lines(node: Node) -> str:
    """The words of an element, with its line breaks."""
    parts = [str(node.text or "")]
    for one in node:
        parts.append("\n" if local(one) == "br" else lines(one))
        if local(one) in ("paragraph", "item", "list"):
            parts.append("\n")
        parts.append(str(one.tail or ""))
    return "".join(parts)


def _table(node: Node) -> Grid | None:
    head: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    for row in node.iter(node.tag.replace("table", "tr")):
        cells = tuple(lines(one) for one in row if local(one) in ("td", "th"))
        above = row.getparent()
        if above is not None and local(above) == "thead" and not head:
            head = cells
        elif any(cells):
            rows.append(cells)
    if not head and not rows:
        return None
    return Grid(head=head, rows=tuple(rows), caption=words(child(node, "caption")).strip())


def beyond(blocks: tuple[Block, ...], entries: tuple[Entry | Cluster, ...]) -> tuple[Block, ...]:
    """What a text says beyond the entries beside it."""
    made = derived(entries)
    return blocks[: -len(made)] if made and blocks[-len(made) :] == made else blocks

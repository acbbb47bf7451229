"""五（一）2 共享文档: values that stand in rows of a type become its sections, in the type's order and shape [5.1.2]"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from jingui.formats.cda_document import (
    Cluster,
    Coded,
    Entry,
    Missing,
    Moment,
    Paragraph,
    Quantity,
    Section,
    Text,
    Value,
)
from jingui.formats.cda_narrative import said
from jingui.formats.cda_types import DocumentType, Row, section_system

Cells = Mapping[int, Value]


def sections(
    type_: DocumentType, plain: Mapping[int, Sequence[Value]], repeated: Sequence[Cells]
) -> tuple[Section, ...]:
    """The sections that hold something. `repeated`: what belongs together of each line of a repeated part."""
    keys = dict.fromkeys((row.section, row.title) for row in type_.rows.values())
    out = []
    for code, title in keys:
        rows = [row for row in type_.rows.values() if (row.section, row.title) == (code, title)]
        text: list[Paragraph] = []
        entries: list[Entry | Cluster] = []
        for group in dict.fromkeys(row.group for row in rows):
            held = {row.n: row for row in rows if row.group == group}
            for cells in bundles(held, plain, repeated):
                text += (Paragraph(text=f"{held[n].name}：{said(value)}") for n, value in cells.items()
                         if held[n].shape == "text")  # fmt: skip
                entries += grouped(held, {n: value for n, value in cells.items() if held[n].shape != "text"})
        if text or entries:
            out.append(Section(code=code, system=section_system(code), title=title, text=tuple(text),
                               entries=tuple(entries)))  # fmt: skip
    return tuple(out)


def bundles(
    rows: Mapping[int, Row], plain: Mapping[int, Sequence[Value]], repeated: Sequence[Cells]
) -> Iterator[Cells]:  # fmt: skip
    """What one entry of the group holds, for each entry: a repeated part's lines, each with what is said once."""
    mine = {n: plain[n] for n in rows if n in plain}
    lines = [cells for line in repeated if (cells := {n: value for n, value in line.items() if n in rows})]
    once = {n: values[0] for n, values in mine.items()}
    if lines:
        yield from ({**once, **line} for line in lines)
        return
    for n in range(max((len(values) for values in mine.values()), default=0)):
        yield {key: values[n] for key, values in mine.items() if n < len(values)}


def grouped(rows: Mapping[int, Row], cells: Cells) -> Iterable[Entry | Cluster]:
    """The entries of a bundle."""
    if not cells:
        return []
    needed = wanted(rows, cells)
    top = [rows[n] for n in sorted(needed) if rows[n].parent not in rows]
    shape = next((row.shape for row in top if row.shape), "")
    if not shape:
        return [entry(row, rows, cells, needed) for row in top]
    part = {row.part: cells[row.n] for row in rows.values() if row.part and row.n in cells}
    what = part.get("code") or part.get("product")
    start, end, dose = (part.get(name) for name in ("start", "end", "dose"))
    return [
        Cluster(
            shape=shape, what=code_of(what) if what is not None else None, start=digits(start), end=digits(end),
            dose=dose if isinstance(dose, Quantity) else None,
            route=code_of(part["route"]) if "route" in part else None,
            entries=tuple(entry(row, rows, cells, needed) for row in top if not row.part),
        )
    ]  # fmt: skip


def wanted(rows: Mapping[int, Row], cells: Cells) -> frozenset[int]:
    """The rows with a value, and those above them."""
    out = set()
    for n in cells:
        at = n
        while at in rows and at not in out:
            out.add(at)
            at = rows[at].parent
    return frozenset(out)


def entry(row: Row, rows: Mapping[int, Row], cells: Cells, needed: frozenset[int]) -> Entry:
    """A row with those below it; one that nobody answered says so."""
    below = [rows[n] for n in sorted(needed) if rows[n].parent == row.n]
    at = next((digits(cells.get(one.n)) for one in below if one.part == "time"), "")
    return Entry(
        element=row.element, name=row.name, value=cells.get(row.n, Missing(kind=row.type)), at=at,
        agent=row.shape == "agent", inner=tuple(entry(one, rows, cells, needed) for one in below if not one.part),
    )  # fmt: skip


def code_of(value: Value) -> Coded:
    """A value as the code of what was done or given."""
    return value if isinstance(value, Coded) else Coded(code="", name=value.text if isinstance(value, Text) else "")


def digits(value: Value | None) -> str:
    """A moment's digits, "" for none."""
    return value.digits if isinstance(value, Moment) else ""

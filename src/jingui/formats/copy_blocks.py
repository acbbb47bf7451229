"""四（二）1 复制病历: a record as the blocks of a printed copy [4.2.1] [2.2.4]

Everything that a person reads stands in it: a form by its sections, a document with its tables, any other record by
its elements. What only machines need (addresses of schemas, ids without a name) is left out. What a correction changed
is said at the end: the old words struck through, the new ones behind them.
"""

from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from jingui.core.errors import Invalid
from jingui.formats import scans
from jingui.formats.copy_form import form
from jingui.formats.copy_narrative import told
from jingui.formats.copy_words import brief, label
from jingui.formats.fhir_types import rows
from jingui.formats.pdf_document import Block, Correction, Grid, Heading, Pair, Pairs, Paragraph, Picture

WIDEST: Final = 6  # columns of a table
DEEPEST: Final = 8
LARGEST: Final = 32 << 20  # bytes of one picture
_MACHINE: Final = frozenset({"resourceType", "id", "meta", "implicitRules", "language", "questionnaire", "url", "data"})
_WHOSE: Final = frozenset({"subject", "patient", "encounter"})


def blocks(
    resource: Mapping[str, Any], before: Mapping[str, Any] | None = None, who: str = "", when: str = ""
) -> tuple[Block, ...]:
    """What the record says and what its last correction changed: `who` corrected it and `when`, as they are printed."""
    said: list[Block] = list(_said(resource, 0))
    changed = list(_changes(before, resource, who, when)) if before is not None else []
    if changed:
        said += [Heading(text="更正痕迹", text_en="Corrections"), *changed]
    return tuple(said)


def _said(resource: Mapping[str, Any], depth: int) -> Iterator[Block]:
    if resource.get("resourceType") == "QuestionnaireResponse":
        yield from form(resource)
        return
    if resource.get("resourceType") == "Composition":
        for section in resource.get("section", ()):
            yield from _section(section, depth)
        return
    found = tuple(_elements(resource, depth))
    yield from found or _narrative(resource)


def _section(section: Mapping[str, Any], depth: int) -> Iterator[Block]:
    title = str(section.get("title", "")) or brief(section.get("code"))
    if title:
        yield Heading(text=title)
    yield from _narrative(section)
    names = [one["display"] for one in section.get("entry", ()) if isinstance(one, Mapping) and one.get("display")]
    if names:
        yield Paragraph(text="、".join(map(str, names)))
    for inner in section.get("section", ()) if depth < DEEPEST else ():
        yield from _section(inner, depth + 1)


def _narrative(holder: Mapping[str, Any]) -> tuple[Block, ...]:
    text = holder.get("text")
    div = text.get("div") if isinstance(text, Mapping) else None
    return told(div) if isinstance(div, str) else ()


def _elements(holder: Mapping[str, Any], depth: int) -> Iterator[Block]:
    """Labelled lines for what is simple, tables and headings for what is not, in the record's own order."""
    held: list[Pair] = []
    for name, value in holder.items():
        if _passed_over(name, value):
            continue
        shown = "value" if name.startswith("value") and name != "value" else name
        many = value if isinstance(value, list) else [value]
        zh, en = label(shown)
        texts = [brief(one, shown) for one in many]
        if all(texts):
            held.append(Pair(label=zh, label_en=en, text="；".join(texts)))
            continue
        wide = _table(zh, many) or tuple(_deeper(zh, en, many, depth))
        if all(isinstance(one, Pairs) for one in wide):
            held += [row for one in wide if isinstance(one, Pairs) for row in one.rows]
            continue
        if held:
            yield Pairs(rows=tuple(held))
            held = []
        yield from wide
    if held:
        yield Pairs(rows=tuple(held))


def _passed_over(name: str, value: Any) -> bool:
    """Whether an element is for machines only, or says nothing."""
    if name in _MACHINE or name.startswith("_") or value in (None, "", [], {}):
        return True
    if name == "text" and isinstance(value, Mapping) and "div" in value:
        return True
    if name in _WHOSE:
        return True  # the copy's head says whose record and which visit this is
    many = value if isinstance(value, list) else [value]
    return all(isinstance(one, Mapping) and one.keys() <= {"reference", "type"} for one in many)


def _table(caption: str, many: list[Any]) -> tuple[Block, ...]:
    """Several alike things side by side, if each of their parts is one short text."""
    if len(many) < 2 or not all(isinstance(one, Mapping) for one in many):
        return ()
    names = [name for name in dict.fromkeys(name for one in many for name in one) if name not in _MACHINE]
    kept = [name for name in names if not all(_passed_over(name, one.get(name)) for one in many)]
    found = [[_cell(one.get(name), name) for name in kept] for one in many]
    if not kept or len(kept) > WIDEST or any(cell is None for row in found for cell in row):
        return ()
    grid = [[cell or "" for cell in row] for row in found]
    heads = [label(_plain_name(name)) for name in kept]
    return (Grid(caption=caption, head=[zh for zh, _ in heads], head_en=[en for _, en in heads], rows=grid),)


def _plain_name(name: str) -> str:
    return "value" if name.startswith("value") else name


def _cell(value: Any, name: str) -> str | None:
    """A cell's text, None when it does not fit into one."""
    if value in (None, "", [], {}):
        return ""
    many = value if isinstance(value, list) else [value]
    texts = [brief(one, _plain_name(name)) for one in many]
    return "；".join(texts) if all(texts) else None


def _deeper(zh: str, en: str, many: list[Any], depth: int) -> Iterator[Block]:
    if depth >= DEEPEST:  # deeper than a page can show in order: as it is stored, rather than left out
        yield Paragraph(text=f"{zh}：{orjson.dumps(many, default=str).decode()}")
        return
    for one in many:
        if not isinstance(one, Mapping):
            text = brief(one)
            if text:
                yield Pairs(rows=(Pair(label=zh, label_en=en, text=text),))
            continue
        if isinstance(one.get("data"), str):
            yield _file(one)
        if one.get("resourceType"):
            row = rows().get(str(one["resourceType"]))
            yield Heading(text=row.zh if row else str(one["resourceType"]), text_en=str(one["resourceType"]))
            yield from _said(one, depth + 1)
            continue
        below = tuple(_elements(one, depth + 1))
        if all(isinstance(part, Pairs) for part in below):
            yield Pairs(rows=(Pair(label=zh, label_en=en, text=_folded(below)),)) if below else Pairs(rows=())
        else:
            yield Heading(text=zh, text_en=en)
            yield from below


def _folded(below: tuple[Block, ...]) -> str:
    """Lines below a line, on one line."""
    every = [row for one in below if isinstance(one, Pairs) for row in one.rows]
    return every[0].text if len(every) == 1 else "；".join(f"{row.label} {row.text}" for row in every)


def _file(attachment: Mapping[str, Any]) -> Block:
    """A picture in the record as a picture; any other file by its name and size."""
    try:
        body = b64decode(str(attachment["data"]), validate=True)
    except (NoBase64, ValueError):
        body = b""
    title = str(attachment.get("title", ""))
    try:
        kind = scans.media_type(body, LARGEST)
    except Invalid:
        kind = ""
    if kind in ("image/png", "image/jpeg"):
        return Picture(body=body, caption=title)
    stated = attachment.get("contentType", "")
    return Paragraph(text=f"【附件】{title} {stated}（{len(body)} 字节，不能印在纸上，另行提供）")


def _changes(before: Mapping[str, Any], after: Mapping[str, Any], who: str, when: str) -> Iterator[Correction]:
    """Each labelled text that the correction changed; what was added says so, what was taken away too."""
    old, new = _texts(_said(before, 0)), _texts(_said(after, 0))
    for name in dict.fromkeys((*old, *new)):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now:
            yield Correction(label=name, old=was or "（无）", new=now or "（删去）", who=who, when=when)


def _texts(said: Iterator[Block]) -> dict[str, str]:
    """Every text under its label or heading; the same label again gets a number."""
    out: dict[str, list[str]] = {}
    heading = ""
    for block in said:
        match block:
            case Heading():
                heading = block.text
            case Paragraph():
                out.setdefault(heading, []).append(block.text)
            case Pairs():
                for row in block.rows:
                    out.setdefault(" · ".join(one for one in (heading, row.label) if one), []).append(row.text)
            case Grid():
                lines = ["　".join(row) for row in block.rows]
                out.setdefault(" · ".join(one for one in (heading, block.caption) if one), []).append("\n".join(lines))
            case Picture():
                out.setdefault(heading, []).append(f"（图像 {len(block.body)} 字节）{block.caption}")
            case Correction():  # a record says none of itself
                continue
    return {name: "\n".join(texts) for name, texts in out.items()}

"""一 总则: the paragraphs of a Word file with the numbers that Word itself would print [1.1]"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_
from jingui.policy.headings import chinese

MAX_PARTS = 2_000
MAX_UNPACKED = 50_000_000
MAX_XML = 12_000_000  # bytes of XML; as a tree it takes some ten times that
MAX_PARAGRAPHS = 20_000
MAX_RATIO = 200  # real documents pack 5 to 20 times; bombs a thousand
CHINESE = ("chineseCounting", "chineseCountingThousand", "taiwaneseCountingThousand", "japaneseCounting")


def docx_lines(data: bytes, name: str) -> list[str]:
    """One line per paragraph, tables included, contents page left out; Invalid if it is no sound Word file."""
    _guard(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
        if next(body.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom"), qn("w:moveTo")), None) is not None:
            raise Invalid(N_("文件中有未处理的修订，请先接受或拒绝全部修订。"), places=((name, "w:ins/w:del"),))
        if sum(1 for _ in body.iter(qn("w:p"))) > MAX_PARAGRAPHS:
            raise TooLarge(places=((name, f"> {MAX_PARAGRAPHS}"),))
        numbers = _Numbers(document)
        return [line for block in document.iter_inner_content() for line in _lines(block, numbers)]
    except Invalid:
        raise
    except Exception as trouble:  # a hostile file makes the libraries below raise nearly anything
        raise Invalid(N_("这不是完好的 Word 文件（.docx）。"), places=((name, type(trouble).__name__),)) from trouble


def _guard(data: bytes, name: str) -> None:
    """Refuse bombs by what the archive declares; reading never goes beyond what is declared."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as trouble:
        raise Invalid(N_("这不是完好的 Word 文件（.docx）。"), places=((name, "zip"),)) from trouble
    unpacked = sum(part.file_size for part in parts)
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    limit = min(MAX_UNPACKED, MAX_RATIO * max(len(data), 10_000))
    if xml > MAX_XML or len(parts) > MAX_PARTS or unpacked > limit:
        raise TooLarge(places=((name, f"{len(parts)} / {unpacked}"),))
    if "word/document.xml" not in {part.filename for part in parts}:
        raise Invalid(N_("这不是完好的 Word 文件（.docx）。"), places=((name, "word/document.xml"),))


def _lines(block: Any, numbers: "_Numbers") -> Iterator[str]:
    if not isinstance(block, Paragraph):
        for row in block.rows:
            for cell in dict.fromkeys(row.cells):
                for inner in cell.iter_inner_content():
                    yield from _lines(inner, numbers)
        return
    style = _style_id(block)
    if style in numbers.contents:
        return
    prefix = numbers.next(block)
    yield from (prefix + block.text).splitlines() or [""]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    start: int
    form: str
    pattern: str


@dataclass(slots=True)
class _Numbers:
    """Counts Word's automatic numbers, which stand in no paragraph's text."""

    document: Any
    contents: frozenset[str] = field(init=False)  # ids of the styles of a table of contents
    _styled: dict[str, tuple[str, int]] = field(init=False)  # list and level that a style brings along
    _nums: Mapping[str, tuple[str, Mapping[int, _Level]]] = field(init=False)
    _counts: dict[str, dict[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self._counts, self._nums = {}, {}
        # Read once: the library looks a paragraph's style up anew each time, 2 ms a paragraph.
        styles = [style for style in self.document.styles if style.element.tag == qn("w:style")]
        self.contents = frozenset(s.style_id for s in styles if (s.name or "").lower().startswith("toc"))
        self._styled = {style.style_id: _inherited(style) for style in styles}
        parts = [rel.target_part for rel in self.document.part.rels.values() if rel.reltype.endswith("/numbering")]
        if parts:
            self._nums = _definitions(parts[0].element)

    def next(self, paragraph: Paragraph) -> str:
        """The number that Word prints before `paragraph`, "" if none."""
        own = paragraph._p.pPr.find(qn("w:numPr")) if paragraph._p.pPr is not None else None
        num, level = _mark(own) if own is not None else self._styled.get(_style_id(paragraph), ("", 0))
        if num not in self._nums:
            return ""
        counter, levels = self._nums[num]
        if level not in levels:
            return ""
        counts = self._counts.setdefault(counter, {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        text = levels[level].pattern
        for one, form in levels.items():
            value = counts.get(one, form.start)
            text = text.replace(f"%{one + 1}", chinese(value) if form.form in CHINESE else str(value))
        return text if levels[level].form != "bullet" else ""


def _definitions(root: Any) -> dict[str, tuple[str, Mapping[int, _Level]]]:
    abstract: dict[str, dict[int, _Level]] = {}
    for node in root.iter(qn("w:abstractNum")):
        abstract[node.get(qn("w:abstractNumId"))] = {
            int(level.get(qn("w:ilvl"))): _Level(
                start=int(_value(level, "w:start") or 1),
                form=_value(level, "w:numFmt") or "decimal",
                pattern=_value(level, "w:lvlText"),
            )
            for level in node.iter(qn("w:lvl"))
        }
    found: dict[str, tuple[str, Mapping[int, _Level]]] = {}
    for node in root.iter(qn("w:num")):
        num, kind = node.get(qn("w:numId")), _value(node, "w:abstractNumId")
        # A num that restarts counts for itself; the others go on where their common list stopped.
        restarts = node.find(qn("w:lvlOverride")) is not None
        found[num] = (f"num {num}" if restarts else f"list {kind}", abstract.get(kind, {}))
    return found


def _style_id(paragraph: Paragraph) -> str:
    properties = paragraph._p.pPr
    return _value(properties, "w:pStyle") if properties is not None else ""


def _inherited(style: Any) -> tuple[str, int]:
    """The list and level of a style, its own or the nearest it is based on."""
    seen: list[Any] = []
    while style is not None and style.element not in seen:
        seen.append(style.element)
        properties = style.element.find(qn("w:pPr"))
        node = properties.find(qn("w:numPr")) if properties is not None else None
        if node is not None:
            return _mark(node)
        style = getattr(style, "base_style", None)
    return "", 0


def _mark(node: Any) -> tuple[str, int]:
    return _value(node, "w:numId"), int(_value(node, "w:ilvl") or 0)


def _value(node: Any, tag: str) -> str:
    found = node.find(qn(tag))
    return str(found.get(qn("w:val"), "")) if found is not None else ""

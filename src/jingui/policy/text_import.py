"""一 总则: reading a hospital's own policy: chapters 一、, sections （一）, items 1. [1.1] [8.2]"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_
from jingui.policy.headings import number
from jingui.policy.policy_text import PolicyText
from jingui.policy.text_build import Block, build, ended
from jingui.policy.text_read import MAX_BYTES, read_lines

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HEADINGS = (
    ("chapter", re.compile(rf"({_NUMERAL})、\s*(.+)|第({_NUMERAL})章\s*(.+)")),
    ("section", re.compile(rf"\(({_NUMERAL})\)\s*(.+)|第({_NUMERAL})节\s*(.+)")),
    ("item", re.compile(r"(\d{1,2})[.、](?!\d)\s*(.+)")),
)
# \uff0e is the full-width stop.
_PREFIX = re.compile(r"\s*(?:第.{1,3}[章节]|[（(].{1,3}[)）]|[^、.\uff0e]{1,3}[、.\uff0e])\s*")
_CONTENTS = re.compile(r"[\t.·… ]+\d{1,4}")
_PAGE = re.compile(r"-?\s*\d{1,4}\s*-?|第\s*\d+\s*页.{0,12}|page \d+.{0,12}|\d+\s*/\s*\d+", re.IGNORECASE)
MAX_TITLE = 40
MAX_PLACES = 20


def parse_policy(source: Path | bytes, name: str = "") -> PolicyText:
    """Read a .txt, .md or .docx policy; Invalid (with line numbers) if it cannot be read as one without guessing."""
    if isinstance(source, Path):
        name = name or source.name
        try:
            if source.stat().st_size > MAX_BYTES:
                raise TooLarge(places=((name, f"> {MAX_BYTES} bytes"),))
            source = source.read_bytes()
        except OSError as trouble:
            raise Invalid(N_("文件无法读取。"), places=((name, trouble.strerror or "?"),)) from trouble
    lines = [_Line.of(place, raw) for place, raw in enumerate(read_lines(source, name), 1)]
    scan = _Scan()
    start = _body(lines)
    for line in lines:
        if line.plain:
            scan.take(line) if line.place >= start else scan.before(line)
    if not scan.blocks:
        raise Invalid(N_("没有找到以“一、”开头的章节。"), places=((name, "一、"),))
    if scan.troubles:
        places = tuple((f"{name}:{place}", what) for place, what in scan.troubles[:MAX_PLACES])
        raise Invalid(N_("有的标题或编号接不上，请核对。"), places=places)
    return build(name, scan.title, scan.blocks, scan.dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One line: as written, in half width for matching, and what kind of heading it could be."""

    place: int
    text: str
    plain: str
    kind: str = ""
    number: int = 0
    listed: bool = False  # ends in a page number, as in a table of contents

    @classmethod
    def of(cls, place: int, raw: str) -> "_Line":
        text = raw.strip()
        plain = unicodedata.normalize("NFKC", text).strip()
        for kind, pattern in _HEADINGS:
            if found := pattern.fullmatch(plain):
                digits = next(group for group in found.groups() if group)
                value = int(digits) if kind == "item" else number(digits)
                listed = kind != "item" and _listed(plain)
                return cls(place=place, text=text, plain=plain, kind=kind, number=value, listed=listed)
        return cls(place=place, text=text, plain=plain)

    @property
    def rest(self) -> str:
        """What stands after the number, as written."""
        return _PREFIX.sub("", self.text, count=1)


def _listed(plain: str) -> bool:
    """Whether a heading ends in leaders and a page number; looked for from the end, so in linear time."""
    cut = len(plain.rstrip("0123456789"))
    tail = plain[len(plain[:cut].rstrip("\t .·…")) :]
    return _CONTENTS.fullmatch(tail) is not None


def _body(lines: Sequence[_Line]) -> int:
    """The line of the first chapter that has text under it: what looks like it before that is a table of contents."""
    start, text = 0, False
    for line in lines:
        if line.kind == "chapter" and not line.listed:
            if start and text:
                break
            if line.number == 1:
                start, text = line.place, False
        elif line.plain and line.kind in ("", "item") and not _PAGE.fullmatch(line.plain):
            text = True
    return start or len(lines) + 1


@dataclass(slots=True)
class _Scan:
    """Gathers lines under the heading they belong to; a heading counts only if its number is the next one."""

    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    dropped: list[tuple[int, str]] = field(default_factory=list)
    troubles: list[tuple[int, str]] = field(default_factory=list)
    last: dict[str, int] = field(default_factory=lambda: {"chapter": 0, "section": 0, "item": 0})

    def before(self, line: _Line) -> None:
        """A line before the first chapter: the title, or contents."""
        if not self.title and not line.kind and line.plain.replace(" ", "") not in ("目录", "目次"):
            self.title = line.text
        else:
            self.dropped.append((line.place, line.text))

    def take(self, line: _Line) -> None:
        """A line of the body."""
        if _PAGE.fullmatch(line.plain) or line.listed or line.text == self.title:
            self.dropped.append((line.place, line.text))
        elif not line.kind:
            self._words(line)
        elif line.number == self.last[line.kind] + 1 and self._fits(line):
            self._open(line)
        elif self.blocks and not ended(self.blocks[-1].lines):
            self._words(line)  # a sentence broken across lines may go on with something like a number
        else:
            self.troubles.append((line.place, line.text[:MAX_TITLE]))

    def _fits(self, line: _Line) -> bool:
        if line.kind == "item":
            return self.last["section"] > 0
        titled = len(line.rest) <= MAX_TITLE and not line.rest.endswith(tuple("。；，！？"))
        return titled and (line.kind == "chapter" or self.last["chapter"] > 0)

    def _open(self, line: _Line) -> None:
        lines = [(line.place, line.rest)] if line.kind == "item" else []
        title = "" if line.kind == "item" else line.rest
        self.blocks.append(Block(kind=line.kind, number=line.number, title=title, place=line.place, lines=lines))
        self.last[line.kind] = line.number
        if line.kind != "item":
            self.last["item"] = 0
        if line.kind == "chapter":
            self.last["section"] = 0

    def _words(self, line: _Line) -> None:
        if self.last["section"]:
            self.blocks[-1].lines.append((line.place, line.text))
        else:
            self.troubles.append((line.place, line.text[:MAX_TITLE]))

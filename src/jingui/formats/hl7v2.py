"""五（一）传输: HL7 v2 messages taken apart: separators, segments, fields, repetitions, components [5.1.2] [2.1.2]

Nothing is guessed: what cannot be read is refused and says where; what is not known is kept in the message as it came.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.hl7v2_text import Reading, Separators, charset_of, decoded, unescaped

MAX_SEGMENTS = 10_000
NULL = '""'  # the sender says: there is none (an empty field says nothing)
NAME = re.compile(r"[A-Z][A-Z0-9]{2}\Z")
HEADER = b"MSH"


class Rejected(Invalid):
    """Not a message that is taken here: AR. `condition` is the number of HL7 table 0357."""

    code = "hl7_rejected"
    message = N_("报文不能受理，没有任何内容被更改。")
    next_step = N_("请按所指位置修改接口的报文格式。")
    condition: ClassVar[int] = 207

    def __init__(self, condition: int, place: str, what: str) -> None:
        """Say which place of the message is wrong, and what."""
        super().__init__(places=((place, what),))
        self.condition = condition  # type: ignore[misc]  # each has its own


class Part:
    """One repetition of a field: components and sub-components by number from 1, as the sender meant them."""

    __slots__ = ("_found", "_message", "raw")

    def __init__(self, raw: str, message: "Message") -> None:
        """Wrap the text as it stands."""
        self.raw, self._message = raw, message
        self._found: list[str] | None = None

    def __call__(self, component: int = 1, sub: int = 1) -> str:
        """A component's sub-component, unescaped; "" for none and for the explicit null."""
        found = self._found
        if found is None:
            by = self._message.separators
            found = self._found = by.split(self.raw, by.component)
        if component > len(found):
            return ""
        text = found[component - 1]
        if not text:
            return ""
        apart = self._message.separators.subcomponent
        if apart and apart in text:
            below = text.split(apart)
            text = below[sub - 1] if sub <= len(below) else ""
        elif sub > 1:
            return ""
        return self._message.plain(text)

    def __bool__(self) -> bool:
        """Whether anything stands here."""
        return bool(self.raw.strip(self._message.blank)) and self.raw != NULL

    @property
    def text(self) -> str:
        """The whole repetition, unescaped, separators as they are: for fields without components (TX, ST, FT)."""
        return self._message.plain(self.raw)


class Segment:
    """One segment: a name and its fields by number from 1. `place` names it in answers: `OBX[3]`."""

    __slots__ = ("_message", "fields", "name", "nth")

    def __init__(self, fields: list[str], nth: int, message: "Message") -> None:
        """Take the fields of line `nth` of its name."""
        self.name, self.fields, self.nth, self._message = fields[0], fields, nth, message

    def raw(self, number: int) -> str:
        """A field as it came."""
        return self.fields[number] if number < len(self.fields) else ""

    def all(self, number: int) -> list[Part]:
        """The repetitions of a field that say something."""
        raw = self.raw(number)
        if not raw or raw == NULL:
            return []
        by = self._message.separators
        return [part for each in by.split(raw, by.repetition) if (part := Part(each, self._message))]

    def first(self, number: int) -> Part:
        """The first repetition of a field, empty when there is none."""
        raw = self.raw(number)
        apart = self._message.separators.repetition
        return Part(raw.partition(apart)[0] if apart and apart in raw else raw, self._message)

    def text(self, number: int, component: int = 1, sub: int = 1) -> str:
        """The first repetition's component, unescaped and without blanks around it."""
        raw = self.raw(number)
        if raw.isalnum():  # no separator and no escape is one
            return raw if component == sub == 1 else ""
        return self.first(number)(component, sub).strip() if raw else ""

    def null(self, number: int) -> bool:
        """Whether the sender says that there is none."""
        return self.raw(number) == NULL

    def place(self, number: int) -> str:
        """How answers name a field: `PID[1]-3`."""
        return f"{self.name}[{self.nth}]-{number}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Message:
    """A message: its header's words and its segments in order. `raw` is what came, byte for byte."""

    raw: bytes
    charset: str
    separators: Separators
    segments: list[Segment]
    blank: str  # what alone says nothing

    def plain(self, text: str) -> str:
        """`text` without its escapes; the null is "". Invalid when an escape hides what no text may hold."""
        if text == NULL:
            return ""
        escape = self.separators.escape
        return unescaped(text, Reading(self.separators, self.charset)) if escape and escape in text else text

    @property
    def header(self) -> Segment:
        """MSH."""
        return self.segments[0]

    def every(self, name: str) -> Iterator[Segment]:
        """The segments of a name."""
        return (one for one in self.segments if one.name == name)

    def one(self, name: str) -> Segment | None:
        """The first segment of a name."""
        return next(self.every(name), None)

    @property
    def kind(self) -> tuple[str, str]:
        """Message type and trigger event (MSH-9)."""
        return self.header.text(9, 1), self.header.text(9, 2)

    @property
    def control(self) -> str:
        """Message control id (MSH-10)."""
        return self.header.text(10)

    @property
    def version(self) -> str:
        """Version id (MSH-12)."""
        return self.header.text(12)


def read(data: bytes, default: str = "utf-8") -> Message:
    """Read a message in the encoding that MSH-18 names, else in `default`. Rejected says what cannot be read."""
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not data.startswith(HEADER) or len(data) < 8:
        raise Rejected(100, "MSH", N_("报文须以 MSH 开头"))
    if max(data.count(b"\r"), data.count(b"\n")) > MAX_SEGMENTS:
        raise Rejected(100, "MSH", N_("报文的段过多"))
    separators = separators_of(data)
    charset = charset_of(data, separators.field, default)
    if charset is None:
        raise Rejected(102, "MSH-18", N_("不支持该字符编码"))
    text = decoded(data, charset)
    if text is None:
        raise Rejected(102, "MSH-18", N_("内容与所声明的字符编码不符"))
    if "\x00" in text:
        raise Rejected(102, "MSH", N_("报文中有空字符"))
    blank = f"{separators.component}{separators.subcomponent} "
    message = Message(raw=data, charset=charset, separators=separators, segments=[], blank=blank)
    seen: dict[str, int] = {}
    for number, line in enumerate(lines(text)):
        fields = line.split(separators.field)
        if not NAME.match(fields[0]):
            raise Rejected(100, f"#{number + 1}", N_("不是报文段"))
        if fields[0] == "MSH":
            if number:
                raise Rejected(100, f"#{number + 1}", N_("一份报文只能有一个 MSH"))
            fields.insert(1, separators.field)  # MSH-1 is the separator itself
        seen[fields[0]] = nth = seen.get(fields[0], 0) + 1
        message.segments.append(Segment(fields, nth, message))
    return message


def separators_of(data: bytes) -> Separators:
    """The separators that the header names; Rejected when they cannot separate."""
    head = data[3:9].decode("latin-1")
    field = head[0]
    rest = head[1:].partition(field)[0]
    used = field + rest[:5]
    if len(rest) < 1 or len(set(used)) != len(used) or any(c.isalnum() or not 32 < ord(c) < 127 for c in used):
        raise Rejected(100, "MSH-2", N_("分隔符不能使用"))
    rest = rest.ljust(4, "\0")
    component, repetition, escape, sub = (one.strip("\0") for one in rest[:4])
    return Separators(field=field, component=component, repetition=repetition, escape=escape, subcomponent=sub)


def lines(text: str) -> Iterator[str]:
    """The segments' texts: they end with CR; a file may have LF instead."""
    for line in text.split("\r" if "\r" in text else "\n"):
        line = line.strip("\n")
        if line.strip():
            yield line


def cut(data: bytes) -> list[bytes]:
    """The messages of a file; MLLP blocks, batches (FHS, BHS, BTS, FTS), blank lines and remarks are left out."""
    out: list[list[bytes]] = []
    for line in re.split(rb"[\r\n\x0b\x1c]+", data):
        if re.match(rb"MSH[^A-Za-z0-9\s]", line):
            out.append([line])
        elif re.match(rb"(?:FHS|BHS|BTS|FTS)\W", line):
            continue
        elif out and re.match(rb"[A-Z][A-Z0-9]{2}[^A-Za-z0-9\s]", line):
            out[-1].append(line)
    return [b"\r".join(lines_) for lines_ in out]

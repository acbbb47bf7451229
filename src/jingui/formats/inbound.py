"""五（一）2 传输标准: what a partner sent, looked at before it is filed: one reader for each form of content [5.1.2]

Nothing that was packed is unpacked, nothing outside is fetched, nothing is run. What is built to harm is Hostile, what
is only wrong is Invalid.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from jingui.core.errors import Invalid
from jingui.core.receiving import Hostile, Inbound, ShownPart
from jingui.core.transmit import Media
from jingui.core.word import N_
from jingui.formats import inbound_cda, inbound_dicom, inbound_fhir, inbound_hl7

PACKED: Final = (
    b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"7z\xbc\xaf", b"Rar!", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
LINES: Final = 5_000  # lines and rows of one shown content


class Reader(NamedTuple):
    """A row: what reads a form of content, what shows it, and its content type."""

    read: Callable[[bytes], Inbound]
    shown: Callable[[bytes], tuple[ShownPart, ...]]


READERS: Final[Mapping[Media, Reader]] = {
    Media.FHIR: Reader(inbound_fhir.read, inbound_fhir.shown),
    Media.CDA: Reader(inbound_cda.read, inbound_cda.shown),
    Media.HL7V2: Reader(inbound_hl7.read, inbound_hl7.shown),
    Media.DICOM: Reader(inbound_dicom.read, inbound_dicom.shown),
}


def read(media: Media, content: bytes) -> Inbound:
    """What the content says of itself; Hostile or Invalid when it is not what it says it is."""
    refuse_packed(content)
    if not content.strip():
        raise Invalid(places=(("content", N_("内容为空")),))
    try:
        return READERS[media].read(content)
    except RecursionError as error:
        raise Hostile(places=(("content", N_("嵌套层数过多")),)) from error
    except MemoryError as error:
        raise Hostile(places=(("content", N_("内容过大")),)) from error


def shown(media: Media, content: bytes) -> tuple[ShownPart, ...]:
    """The content as text for people, at most LINES lines; Invalid when it cannot be shown."""
    try:
        return shortened(READERS[media].shown(content))
    except RecursionError as error:
        raise Hostile(places=(("content", N_("嵌套层数过多")),)) from error


def refuse_packed(content: bytes) -> None:
    """Hostile for archives and compressed files: they are never unpacked here."""
    if content.startswith(PACKED):
        raise Hostile(places=(("content", N_("不接收压缩文件")),))


def shortened(parts: tuple[ShownPart, ...]) -> tuple[ShownPart, ...]:
    """The first LINES lines of all parts together."""
    out: list[ShownPart] = []
    left = LINES
    for part in parts:
        if left <= 0:
            break
        lines = part.lines[:left]
        left -= len(lines)
        rows = part.rows[: max(left, 0)]
        left -= len(rows) + 1
        out.append(ShownPart(title=part.title, lines=lines, rows=rows, head=part.head if rows else ()))
    return tuple(out)

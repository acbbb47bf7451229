"""二（一）3, 六（一）1: papers that people bring: known by their content, and nothing in them runs [2.1.3]

Taken: PNG, JPEG and PDF, and TIFF where scanners of paper deliver it. Refused: anything else, what is cut short or has
something hanging on its end, encrypted PDFs, and PDFs with scripts, actions, forms that call out, or files inside.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Literal

from jingui.core.errors import Invalid
from jingui.core.word import N_

PNG: Final = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS: Final = 64_000_000
MOST_DIRECTORIES: Final = 2000  # pages of one TIFF
SHORT: Final = 3  # TIFF's type of 16-bit numbers
MOST_INFLATED: Final = 32 << 20  # bytes that the streams of one PDF may unfold to: a bomb is refused, not unfolded
# An action does nothing without its kind, so /JS and /AA need not be looked for: two letters occur in any photograph.
ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData|GoToR|GoToE|URI)(?![A-Za-z0-9])"
)
UNUSUAL: Final = (b"/LZWDecode", b"/ASCIIHexDecode", b"/ASCII85Decode", b"/RunLengthDecode", b"/Crypt")
STREAM: Final = re.compile(rb"stream\r?\n")
COLUMNS: Final = re.compile(rb"/Columns\s+(\d{1,6})")
NAME_ESCAPE: Final = re.compile(rb"#([0-9A-Fa-f]{2})")


def media_type(body: bytes, most: int, place: str = "scan", *, tiff: bool = False) -> str:
    """The type that the content is; Invalid, naming `place`, for what is not taken or larger than `most` bytes."""
    if not body:
        raise Invalid(places=((place, N_("文件是空的")),))
    if len(body) > most:
        raise Invalid(places=((place, N_("文件过大")),))
    for kind, begins, wrong in (*KINDS, *(TIFF if tiff else ())):
        if body.startswith(begins):
            what = wrong(body)
            if what:
                raise Invalid(places=((place, what),))
            return kind
    only = N_("只接受 PNG、JPEG、TIFF 图片或 PDF") if tiff else N_("只接受 PNG、JPEG 图片或 PDF")
    raise Invalid(places=((place, only),))


def wrong_png(body: bytes) -> str:
    """What is wrong with a PNG, "" for nothing."""
    at, broken = len(PNG), N_("图片不完整或已损坏")
    first = True
    while at + 12 <= len(body):
        size, kind = int.from_bytes(body[at : at + 4]), body[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(body) or zlib.crc32(body[at + 4 : end - 4]) != int.from_bytes(body[end - 4 : end]):
            return broken
        if first:
            wide, high = int.from_bytes(body[at + 8 : at + 12]), int.from_bytes(body[at + 12 : at + 16])
            if kind != b"IHDR" or size != 13 or not wide or not high or wide * high > MOST_PIXELS:
                return broken
            first = False
        if kind == b"IEND":
            return "" if end == len(body) else N_("图片之后还有其他内容")
        at = end
    return broken


def wrong_jpeg(body: bytes) -> str:
    """What is wrong with a JPEG, "" for nothing: its segments up to the scan, and that it ends where the file does."""
    at, broken = 2, N_("图片不完整或已损坏")
    while at + 4 <= len(body):
        if body[at] != 0xFF:
            return broken
        mark, size = body[at + 1], int.from_bytes(body[at + 2 : at + 4])
        if mark == 0xFF:
            at += 1
            continue
        if size < 2 or at + 2 + size > len(body):
            return broken
        if mark in (0xC0, 0xC1, 0xC2):
            high, wide = int.from_bytes(body[at + 5 : at + 7]), int.from_bytes(body[at + 7 : at + 9])
            if not wide or not high or wide * high > MOST_PIXELS:
                return broken
        at += 2 + size
        if mark == 0xDA:
            return "" if body.endswith(b"\xff\xd9") else broken
    return broken


def wrong_tiff(body: bytes) -> str:
    """What is wrong with a TIFF, "" for nothing: its directories lie inside it, name a size, and come to an end."""
    order: Literal["little", "big"] = "little" if body[:2] == b"II" else "big"
    broken, at, seen = N_("图片不完整或已损坏"), int.from_bytes(body[4:8], order), set[int]()
    if len(body) < 8 or not at:
        return broken
    while at:
        count = int.from_bytes(body[at : at + 2], order)
        end = at + 2 + 12 * count
        if at in seen or len(seen) >= MOST_DIRECTORIES or not count or end + 4 > len(body):
            return broken
        seen.add(at)
        wide, high = (tiff_value(body, at, count, tag, order) for tag in (256, 257))
        if not wide or not high or wide * high > MOST_PIXELS:
            return broken
        at = int.from_bytes(body[end : end + 4], order)
    return ""


def tiff_value(body: bytes, at: int, count: int, tag: int, order: Literal["little", "big"]) -> int:
    """The first number of a directory's tag, 0 when it has none."""
    for n in range(count):
        entry = body[at + 2 + 12 * n : at + 14 + 12 * n]
        if int.from_bytes(entry[:2], order) == tag:
            size = 2 if int.from_bytes(entry[2:4], order) == SHORT else 4
            return int.from_bytes(entry[8 : 8 + size], order)
    return 0


def wrong_pdf(body: bytes) -> str:
    """What is wrong with a PDF, "" for nothing."""
    if b"%%EOF" not in body[-1024:]:
        return N_("文件不完整或已损坏")
    plain = named(body)
    if b"/Encrypt" in plain:
        return N_("加密的 PDF 无法检查")
    # objects may stand packed in streams: packed in the usual way they are searched, in any other way refused
    if b"/ObjStm" in plain and any(one in plain for one in UNUSUAL):
        return N_("PDF 的编码方式无法检查")
    budget = MOST_INFLATED
    for part in parts(body):
        budget -= len(part)
        if budget < 0:
            return N_("PDF 内容过大，无法检查")
        if ACTIVE.search(named(part)):
            return N_("PDF 含有脚本、动作、链接或附件")
    return ""


def named(part: bytes) -> bytes:
    """The bytes with the escapes of names undone: /J#61vaScript is /JavaScript."""
    return NAME_ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)


def parts(body: bytes) -> Iterator[bytes]:
    """The file's own bytes and whatever its packed objects hold. A predictor, which could split a word, is undone."""
    yield body
    for found in STREAM.finditer(body):
        unfold = zlib.decompressobj()
        try:
            inner = unfold.decompress(body[found.end() :], MOST_INFLATED + 1)
        except zlib.error:
            continue  # no deflated stream: its bytes were searched as they stand
        yield inner
        about = named(body[max(body.rfind(b"obj", 0, found.start()), 0) : found.start()])
        width = COLUMNS.search(about)
        if b"/Predictor" in about and width is not None:
            row = int(width[1]) + 1
            yield b"".join(inner[at + 1 : at + row] for at in range(0, len(inner), row))


Known = tuple[tuple[str, bytes, Callable[[bytes], str]], ...]
KINDS: Final[Known] = (
    ("image/png", PNG, wrong_png),
    ("image/jpeg", b"\xff\xd8\xff", wrong_jpeg),
    ("application/pdf", b"%PDF-", wrong_pdf),
)
TIFF: Final[Known] = (("image/tiff", b"II*\0", wrong_tiff), ("image/tiff", b"MM\0*", wrong_tiff))

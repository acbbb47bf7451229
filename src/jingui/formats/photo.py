"""三（一）2 巡查照片: what a camera writes beside the picture is taken away; how it was held stays [3.1.2] [4.1.3]

Place, time, owner, thumbnails and further pictures after the first are gone; only the picture and its turn remain.
"""

from typing import Final

from jingui.core.errors import Invalid
from jingui.core.word import N_
from jingui.formats.scans import PNG

JPEG: Final = b"\xff\xd8\xff"
KEPT_CHUNKS: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"sRGB", b"IDAT", b"IEND"})
STANDALONE: Final = frozenset(range(0xD0, 0xD8)) | {0x01}  # restart marks: no length follows
# JFIF's density and Adobe's word on colours: how they begin, how long they are; what stands behind is not the picture's
KEPT_APPLICATION: Final = {0xE0: (b"JFIF\0", 14), 0xEE: (b"Adobe", 12)}
TURN: Final = 0x0112  # the tag that says how the camera was held
BROKEN: Final = N_("图片不完整或已损坏")


def stripped(body: bytes, place: str = "photo") -> tuple[str, bytes]:
    """Media type and the picture alone; Invalid, naming `place`, for what is no whole PNG or JPEG."""
    try:
        if body.startswith(PNG):
            return "image/png", _png(body)
        if body.startswith(JPEG):
            return "image/jpeg", _jpeg(body)
    except (IndexError, ValueError) as error:
        raise Invalid(places=((place, BROKEN),)) from error
    raise Invalid(places=((place, N_("只接受 PNG、JPEG 图片")),))


def _png(body: bytes) -> bytes:
    out, at = [PNG], len(PNG)
    while at + 12 <= len(body):
        end = at + 12 + int.from_bytes(body[at : at + 4])
        kind = body[at + 4 : at + 8]
        if end > len(body):
            raise ValueError("cut short")
        if kind in KEPT_CHUNKS:
            out.append(body[at:end])
        if kind == b"IEND":
            return b"".join(out)
        at = end
    raise ValueError("no end")


def _jpeg(body: bytes) -> bytes:
    """The first picture's segments without application data and comments, up to its own end."""
    out, at, turn = [body[:2]], 2, 0
    while True:
        while body[at] == 0xFF and body[at + 1] == 0xFF:
            at += 1
        if body[at] != 0xFF:
            raise ValueError("no mark")
        mark = body[at + 1]
        if mark == 0xD9:
            out.append(b"\xff\xd9")
            return b"".join([out[0], _turned(turn), *out[1:]])
        if mark in STANDALONE:
            out.append(body[at : at + 2])
            at += 2
            continue
        size = int.from_bytes(body[at + 2 : at + 4])
        segment = body[at : at + 2 + size]
        if size < 2 or len(segment) != size + 2:
            raise ValueError("cut short")
        at += 2 + size
        if mark == 0xE1 and not turn:
            turn = _turn(segment[4:])
        if not (0xE0 <= mark <= 0xEF or mark == 0xFE):
            out.append(segment)
        elif mark in KEPT_APPLICATION:
            out.append(_bare(mark, segment[4:]))
        if mark == 0xDA:
            end = _scanned(body, at)
            out.append(body[at:end])
            at = end


def _bare(mark: int, content: bytes) -> bytes:
    """An application segment with nothing but its own fixed fields, thumbnails left out; b"" for another's."""
    begins, size = KEPT_APPLICATION[mark]
    if not content.startswith(begins) or len(content) < size:
        return b""
    fields = content[:12] + bytes(size - 12)  # JFIF: no thumbnail follows
    return bytes((0xFF, mark)) + (size + 2).to_bytes(2) + fields


def _scanned(body: bytes, at: int) -> int:
    """Where the entropy-coded data that begin at `at` end: the next mark that is neither stuffing nor a restart."""
    while True:
        at = body.index(b"\xff", at)
        follows = body[at + 1]
        if follows != 0 and not 0xD0 <= follows <= 0xD7 and follows != 0xFF:
            return at
        at += 1 if follows == 0xFF else 2


def _turn(exif: bytes) -> int:
    """The turn (2 to 8) that Exif data say, 0 for none or data that cannot be read."""
    if not exif.startswith(b"Exif\0\0") or len(exif) < 16:
        return 0
    tiff = exif[6:]
    order = {b"II": "little", b"MM": "big"}.get(tiff[:2])
    if order is None:
        return 0

    def whole(at: int, size: int) -> int:
        return int.from_bytes(tiff[at : at + size], "little" if order == "little" else "big")

    first = whole(4, 4)
    for n in range(min(whole(first, 2), 200)):
        entry = first + 2 + 12 * n
        if whole(entry, 2) == TURN:
            value = whole(entry + 8, 2)
            return value if 2 <= value <= 8 else 0
    return 0


def _turned(turn: int) -> bytes:
    """An Exif segment with nothing but the turn, b"" for none."""
    if not turn:
        return b""
    tiff = b"MM\0*\0\0\0\x08\0\x01" + TURN.to_bytes(2) + b"\0\x03\0\0\0\x01" + turn.to_bytes(2) + b"\0\0\0\0\0\0"
    content = b"Exif\0\0" + tiff
    return b"\xff\xe1" + (len(content) + 2).to_bytes(2) + content

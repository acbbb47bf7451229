"""PNG made smaller: colours in fewer steps, at most 256 of them, packed anew. Only for the documentation's pictures."""

import struct
import zlib
from collections import Counter

HEAD = b"\x89PNG\r\n\x1a\n"
STEPS = 0xF0  # colour steps kept when there are too many colours


def smaller(png: bytes) -> bytes:
    """Return an 8-bit RGB or RGBA PNG as an indexed one with at most 256 colours."""
    width, height, channels, rows = pixels(png)
    flat = b"".join(rows)
    if channels == 4:
        flat = bytes(value for at, value in enumerate(flat) if at % 4 != 3)
    dots = [flat[at : at + 3] for at in range(0, len(flat), 3)]
    common = [colour for colour, _ in Counter(dots).most_common(256)]
    place = {colour: at for at, colour in enumerate(common)}
    near: dict[bytes, int] = {}
    indexed = bytearray()
    for dot in dots:
        at = place.get(dot)
        if at is None:
            key = bytes(value & STEPS for value in dot)
            at = near.get(key)
            if at is None:
                at = near[key] = min(range(len(common)), key=lambda n: distance(common[n], key))
        indexed.append(at)
    body = b"".join(b"\0" + indexed[width * row : width * (row + 1)] for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", b"".join(common)), (b"IDAT", zlib.compress(body, 9)), (b"IEND", b""))
    return HEAD + b"".join(chunk(kind, data) for kind, data in parts)


def distance(one: bytes, other: bytes) -> int:
    """How far two colours are apart; the middle of `other`'s step counts."""
    return sum((a - b - 8) ** 2 for a, b in zip(one, other, strict=True))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk with its length and check sum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def pixels(png: bytes) -> tuple[int, int, int, list[bytes]]:
    """Width, height, channels and the unfiltered rows of an 8-bit RGB or RGBA PNG; ValueError for another one."""
    at, data = len(HEAD), b""
    width = height = channels = 0
    while at < len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        body = png[at + 8 : at + 8 + length]
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", body[:10])
            channels = {2: 3, 6: 4}.get(colour, 0)
            if depth != 8 or not channels or body[12]:
                raise ValueError("not an 8-bit RGB picture without interlacing")
        elif kind == b"IDAT":
            data += body
        at += 12 + length
    raw, wide, rows = zlib.decompress(data), width * channels, []
    above = bytearray(wide)
    for row in range(height):
        start = row * (wide + 1)
        above = unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + wide]), above, channels)
        rows.append(bytes(above))
    return width, height, channels, rows


def unfiltered(kind: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """Undo a row's filter (PNG 9.2)."""
    if kind == 2:
        return bytearray((a + b) & 255 for a, b in zip(line, above, strict=True))
    for at in range(len(line) if kind else 0):
        left = line[at - step] if at >= step else 0
        up, corner = above[at], above[at - step] if at >= step else 0
        add = left if kind == 1 else (left + up) // 2 if kind == 3 else paeth(left, up, corner)
        line[at] = (line[at] + add) & 255
    return line


def paeth(left: int, up: int, corner: int) -> int:
    """The neighbour nearest to left + up - corner."""
    a, b, c = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
    return left if a <= b and a <= c else up if b <= c else corner

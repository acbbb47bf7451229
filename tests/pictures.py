"""Small pictures, each different, for papers that people bring."""

import zlib


def png(shade: int = 0) -> bytes:
    """A picture of eight by eight points; another for each shade."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = (8).to_bytes(4) + (8).to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes([shade % 256, shade // 256]) * 4) * 8)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

"""三（一）1 备份: streams of any length, sealed chunk by chunk in bounded memory [3.1.1]

A sealed stream is one line of canonical JSON (the header), a line feed, and chunks: 4 bytes length, then an envelope.
Each chunk's associated data are the digest of the header line, its number and whether it is the last: a chunk that was
changed, dropped, swapped, put elsewhere or cut off opens nothing. Chunks that shrink are deflated before sealing.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from struct import Struct
from typing import Any, Final, Protocol

import orjson
from cryptography.hazmat.primitives import hashes

from jingui.core.errors import Tampered
from jingui.crypto.canon import canon
from jingui.crypto.cipher import OVERHEAD, Cipher
from jingui.crypto.suite import Suite

TYPE: Final = "jingui-backup/1"
CHUNK: Final = 1 << 20
LONGEST_HEADER: Final = 1 << 16
_LENGTH: Final = Struct(">I")
_PLACE: Final = Struct(">Q?")
_PLAIN, _DEFLATED = b"\0", b"\1"


class Reader(Protocol):
    """Whatever bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...


class Digest:
    """The suite's digest over bytes as they come."""

    __slots__ = ("_running", "size")

    def __init__(self, suite: Suite) -> None:
        """Start with nothing."""
        self._running = hashes.Hash(hashes.SM3() if suite.name == "gm" else hashes.SHA256())
        self.size = 0

    def update(self, data: bytes) -> None:
        """Take more bytes."""
        self._running.update(data)
        self.size += len(data)

    def hex(self) -> str:
        """The digest; nothing can be added afterwards."""
        return self._running.finalize().hex()


def header_line(header: Mapping[str, Any], suite: Suite) -> bytes:
    """The first line of a stream."""
    return canon({**header, "type": TYPE, "suite": suite.name}) + b"\n"


def sealed(suite: Suite, cipher: Cipher, header: Mapping[str, Any], plain: Iterable[bytes]) -> Iterator[bytes]:
    """The bytes of the stream over `plain`, whatever the sizes of its pieces; also of an empty one."""
    line = header_line(header, suite)
    if len(line) > LONGEST_HEADER:
        raise ValueError("a stream's header is too long")
    bound = suite.digest(line)
    yield line
    waiting = b""
    n = 0
    for chunk in chunks(plain):
        if n:
            yield _chunk(cipher, bound, n - 1, waiting, last=False)
        waiting = chunk
        n += 1
    yield _chunk(cipher, bound, max(n - 1, 0), waiting, last=True)


def chunks(plain: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of CHUNK, the last one shorter."""
    kept = bytearray()
    for piece in plain:
        kept += piece
        while len(kept) >= CHUNK:
            yield bytes(kept[:CHUNK])
            del kept[:CHUNK]
    if kept:
        yield bytes(kept)


def _chunk(cipher: Cipher, bound: bytes, n: int, plain: bytes, *, last: bool) -> bytes:
    packed = zlib.compress(plain, 1)
    body = _DEFLATED + packed if len(packed) < len(plain) * 9 // 10 else _PLAIN + plain
    envelope = cipher.seal(body, bound + _PLACE.pack(n, last))
    return _LENGTH.pack(len(envelope)) + envelope


def header_of(source: Reader, where: str) -> tuple[dict[str, Any], bytes]:
    """The header and its line, not yet authenticated; Tampered when it is none."""
    line = bytearray()
    while not line.endswith(b"\n"):
        piece = source.read(1)
        if not piece or len(line) > LONGEST_HEADER:
            raise Tampered(where=where)
        line += piece
    try:
        header = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Tampered(where=where) from None
    if not isinstance(header, dict) or header.get("type") != TYPE or canon(header) + b"\n" != bytes(line):
        raise Tampered(where=where)
    return header, bytes(line)


def opened(suite: Suite, cipher: Cipher, line: bytes, source: Reader, where: str) -> Iterator[bytes]:
    """The plaintext after the header `line`; Tampered, naming `where`, before a wrong piece is given out.

    Whoever consumes it must not believe the whole before the iterator ended: only then is the stream known complete.
    """
    bound = suite.digest(line)
    n, head = 0, _exactly(source, _LENGTH.size, where)
    while True:
        (length,) = _LENGTH.unpack(head)
        if not OVERHEAD < length <= CHUNK + OVERHEAD + 1:
            raise Tampered(where=where)
        envelope = _exactly(source, length, where)
        head = source.read(_LENGTH.size)
        last = not head
        if head and len(head) < _LENGTH.size:
            head += _exactly(source, _LENGTH.size - len(head), where)
        body = cipher.open(envelope, bound + _PLACE.pack(n, last), where)
        yield _inflated(body, where) if body[:1] == _DEFLATED else body[1:]
        if last:
            return
        n += 1


def _inflated(body: bytes, where: str) -> bytes:
    running = zlib.decompressobj()
    try:
        out = running.decompress(body[1:], CHUNK + 1)
    except zlib.error:
        raise Tampered(where=where) from None
    if len(out) > CHUNK or not running.eof:
        raise Tampered(where=where)
    return out


def _exactly(source: Reader, size: int, where: str) -> bytes:
    out = bytearray()
    while len(out) < size:
        piece = source.read(size - len(out))
        if not piece:
            raise Tampered(where=where)
        out += piece
    return bytes(out)

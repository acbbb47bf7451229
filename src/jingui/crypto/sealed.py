"""三（一）存储: sealed files: a body under a file key that only the key provider can unwrap [3.1.1]

Magic, kind, suite code, generation (18 bytes, authenticated), two lengths, the wrapped file key, the body's envelope,
and SHA-256 over all of it, which tells a half-written file from a wrong key.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from struct import Struct
from typing import Final

from jingui.core.errors import KeyTrouble, Tampered
from jingui.crypto.providers import KeyProvider
from jingui.crypto.suite import Suite, suite_by_code

ROOT: Final = 1
SHRED: Final = 2
_MAGIC: Final = b"JINGUIK1"
_HEADER: Final = Struct(">8sBBQ")
_LENGTHS: Final = Struct(">II")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An opened sealed file."""

    suite: Suite
    generation: int
    body: bytes


def seal(
    kind: int, suite: Suite, generation: int, body: bytes, provider: KeyProvider, random: Callable[[int], bytes]
) -> bytes:
    """Return the bytes of a sealed file; one call to the provider."""
    header = _HEADER.pack(_MAGIC, kind, suite.code, generation)
    key = random(32)
    wrapped, envelope = provider.wrap(key), suite.cipher(key).seal(body, header)
    whole = header + _LENGTHS.pack(len(wrapped), len(envelope)) + wrapped + envelope
    return whole + hashlib.sha256(whole).digest()


def generation_of(kind: int, data: bytes) -> int:
    """Return the generation that a file says, without opening it; KeyTrouble when half-written or no such file."""
    return _split(kind, data)[2]


def unseal(kind: int, data: bytes, provider: KeyProvider) -> Sealed:
    """Return what was sealed; KeyTrouble when the file is half-written or the provider's key is not its."""
    header, code, generation, wrapped, envelope = _split(kind, data)
    suite = suite_by_code(code)
    try:
        key = provider.unwrap(wrapped)
        return Sealed(suite=suite, generation=generation, body=suite.cipher(key).open(envelope, header))
    except (Tampered, ValueError):
        raise KeyTrouble(problem="wrong key", provider=provider.name) from None


def _split(kind: int, data: bytes) -> tuple[bytes, int, int, bytes, bytes]:
    start = _HEADER.size + _LENGTHS.size
    if len(data) < start + 32 or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        raise KeyTrouble(problem="half-written")
    magic, found, code, generation = _HEADER.unpack_from(data)
    wrapped, envelope = _LENGTHS.unpack_from(data, _HEADER.size)
    if magic != _MAGIC or found != kind or start + wrapped + envelope + 32 != len(data):
        raise KeyTrouble(problem="not this kind of key file")
    middle = start + wrapped
    return data[: _HEADER.size], code, generation, data[start:middle], data[middle:-32]

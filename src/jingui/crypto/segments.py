"""三（一）销毁: wrapping data keys under the segment keys of one generation [3.1.3]"""

from struct import Struct
from typing import Final

from jingui.core.errors import Tampered
from jingui.crypto.cipher import Cipher
from jingui.crypto.shred import SegmentKeys
from jingui.crypto.suite import Suite

_BOUND: Final = Struct(">4sQH32s").pack


class Segments:
    """One generation, ready to use. It never changes: a newer one is another object, so threads cannot mix two."""

    __slots__ = ("_ciphers", "_suite", "keys")

    def __init__(self, suite: Suite, keys: SegmentKeys) -> None:
        """Take the keys; ciphers are made when they are first needed."""
        self._suite = suite
        self.keys = keys
        self._ciphers: dict[tuple[int, bool], Cipher] = {}

    def wrap(self, number: int, patient: int, retention_class: str, secret: bytes) -> bytes:
        """Return a data key wrapped under the newest key of its segment."""
        newest = self._cipher(number, number in self.keys.coming)
        return newest.seal(secret, _bound(patient, retention_class, number))

    def unwrap(self, number: int, patient: int, retention_class: str, wrapped: bytes) -> bytes:
        """Return the data key; while the segment is rotated, either key may open it; else Tampered."""
        if number in self.keys.coming:
            try:
                return self.unwrap_coming(number, patient, retention_class, wrapped)
            except Tampered:  # not re-wrapped yet: the current key must open it
                pass
        aad = _bound(patient, retention_class, number)
        return self._cipher(number, False).open(wrapped, aad, "wrapped data key")

    def unwrap_coming(self, number: int, patient: int, retention_class: str, wrapped: bytes) -> bytes:
        """Return the data key if the segment's coming key opens it; else Tampered."""
        aad = _bound(patient, retention_class, number)
        return self._cipher(number, True).open(wrapped, aad, "wrapped data key")

    def _cipher(self, number: int, coming: bool) -> Cipher:
        cipher = self._ciphers.get((number, coming))
        if cipher is None:
            secret = self.keys.coming[number] if coming else self.keys.current[number]
            cipher = self._ciphers[number, coming] = self._suite.cipher(secret)
        return cipher


def _bound(patient: int, retention_class: str, number: int) -> bytes:
    raw = retention_class.encode("ascii")
    if not raw or len(raw) > 32:
        raise ValueError("a retention class is 1 to 32 ASCII characters")
    return _BOUND(b"dek1", patient, number, raw)

"""四（一）内部查阅: public record ids that name a shard and link nothing [4.1.3]"""

import re
import threading
from functools import lru_cache
from struct import Struct
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher as BlockMode
from cryptography.hazmat.primitives.ciphers import CipherContext, algorithms, modes

from jingui.crypto.suite import INTERNATIONAL, Suite

MOST: Final = 16_384  # ids kept at hand: one submission or page needs each of its own many times
_PAIR: Final = Struct(">QQ")
_pack, _unpack = _PAIR.pack, _PAIR.unpack
_SHAPE: Final = re.compile(r"[0-9a-f]{32}", re.ASCII).fullmatch


class _Contexts(threading.local):
    """One pair of block contexts per thread: a context must not be used by two threads at once."""

    def __init__(self, algorithm: algorithms.AES | algorithms.SM4) -> None:
        # ECB on purpose: exactly one block per id, a permutation of the pairs; there is nothing to chain
        mode = BlockMode(algorithm, modes.ECB())  # noqa: S305 -- see above
        self.forward: CipherContext = mode.encryptor()
        self.backward: CipherContext = mode.decryptor()


class PublicIds:
    """The permutation between (patient, record) and 32 hex digits, under the permanent id key."""

    __slots__ = ("_contexts", "_internal", "_public")

    def __init__(self, key: bytes, suite: Suite = INTERNATIONAL) -> None:
        """Take the 32-byte id key; the national suite derives SM4's 16 bytes from it."""
        if len(key) != 32:
            raise ValueError("the id key is 32 bytes")
        intl = suite.code == INTERNATIONAL.code
        self._contexts = _Contexts(
            algorithms.AES(key) if intl else algorithms.SM4(suite.mac(key, b"jingui:id:sm4:1")[:16])
        )
        self._public, self._internal = lru_cache(MOST)(self._forward), lru_cache(MOST)(self._backward)

    def public(self, patient: int, record: int) -> str:
        """Return the id shown outside: one block over two unsigned 64-bit numbers, 32 lower-case hex digits."""
        return self._public(patient, record)

    def internal(self, public: str) -> tuple[int, int] | None:
        """Return (patient, record), or None when it is no id of ours.

        Every 32-hex string decodes to some pair; a made-up one gives numbers that no row has. Numbers at or above
        2**63 never stand in the database: those are None as well.
        """
        return self._internal(public)

    def _forward(self, patient: int, record: int) -> str:
        return self._contexts.forward.update(_pack(patient, record)).hex()

    def _backward(self, public: str) -> tuple[int, int] | None:
        if _SHAPE(public) is None:
            return None
        patient, record = _unpack(self._contexts.backward.update(bytes.fromhex(public)))
        return None if (patient | record) >> 63 else (patient, record)

"""二（二）3 停机应急: what one machine alone may open: X25519 (RFC 7748), HKDF, the suite's AEAD [2.2.3] [3.1.1]

A box is 32 bytes of a fresh public key and an envelope. A secret that both know goes into the key, so that nobody who
merely has the public key can seal anything in the house's name. The national suite encrypts with SM4-GCM and derives
with HMAC-SM3, but agrees on the key by X25519 too: this house has SM2 for signatures only, and says so.
"""

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jingui.core.errors import Tampered
from jingui.crypto.suite import Suite

LENGTH: Final = 32
_INFO: Final = b"jingui:recipient:1"


class Recipient:
    """The private half, from a 32-byte seed."""

    __slots__ = ("_key", "_suite", "public")

    def __init__(self, suite: Suite, seed: bytes) -> None:
        """Derive the key of this seed."""
        self._suite = suite
        self._key = X25519PrivateKey.from_private_bytes(suite.derive(seed, _INFO))
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def open(self, box: bytes, aad: bytes, known: bytes, where: str = "") -> bytes:
        """What was sealed to this key by who knows `known`; Tampered when a bit of `box` or `aad` differs."""
        try:
            shared = self._key.exchange(X25519PublicKey.from_public_bytes(box[:LENGTH]))
        except ValueError:
            raise Tampered(where=where) from None
        key = _key(self._suite, shared, box[:LENGTH], self.public, known)
        return self._suite.cipher(key).open(box[LENGTH:], aad, where)


def seal_to(
    suite: Suite, public: bytes, plaintext: bytes, aad: bytes, known: bytes, random: Callable[[int], bytes]
) -> bytes:
    """Seal `plaintext` so that only the holder of `public` opens it, and sees that it comes from who knows `known`."""
    once = X25519PrivateKey.from_private_bytes(random(32))
    mine = once.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    return mine + suite.cipher(_key(suite, shared, mine, public, known)).seal(plaintext, aad)


def _key(suite: Suite, shared: bytes, once: bytes, public: bytes, known: bytes) -> bytes:
    return suite.derive(shared, _INFO + once + public, salt=known)

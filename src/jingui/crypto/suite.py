"""三（一）存储: the two cipher suites, international and national (国密) [3.1.1]"""

import hashlib
from collections.abc import Callable
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from jingui.core.errors import Misconfigured
from jingui.crypto import sm2
from jingui.crypto.cipher import AesGcm, Cipher, Sm4Gcm

KEY_LENGTH: Final = 32
_sha256 = hashlib.sha256


class Signer(Protocol):
    """A signing key. `public` is raw: 32 bytes for Ed25519, x‖y of 64 bytes for SM2."""

    @property
    def public(self) -> bytes:
        """Return the raw public key."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature over `message`; KeyTrouble when the library fails."""
        ...


class Suite(Protocol):
    """The algorithms a hospital chose at its start; every key outside is 32 bytes, every digest and MAC 32 bytes."""

    name: str
    code: int  # stands in every envelope
    note_type: bytes  # signature type of C2SP signed notes

    def digest(self, data: bytes, /) -> bytes:
        """Return the 32-byte hash of `data`."""
        ...

    def mac(self, key: bytes, data: bytes) -> bytes:
        """Return the 32-byte HMAC of `data`."""
        ...

    def keyed(self, key: bytes) -> Callable[[bytes], bytes]:
        """Return HMAC under `key` as a function from any thread, for keys that are used often."""
        ...

    def derive(self, secret: bytes, info: bytes, length: int = KEY_LENGTH, salt: bytes = b"") -> bytes:
        """Derive `length` bytes by HKDF (RFC 5869)."""
        ...

    def cipher(self, key: bytes) -> Cipher:
        """Return the AEAD under a 32-byte key; the national suite derives SM4's 16 bytes from it."""
        ...

    def signer(self, seed: bytes) -> Signer:
        """Return the signing key of a 32-byte seed; KeyTrouble when SM2 has no libcrypto >= 3."""
        ...

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """Say whether `signature` is `public`'s over `message`; malformed input is False."""
        ...


def _keyed(key: bytes, algorithm: hashes.HashAlgorithm) -> Callable[[bytes], bytes]:
    """Return HMAC under `key` as a function; the key schedule is worked out once, copies are thread-safe."""
    start = HMAC(key, algorithm)

    def mac(data: bytes) -> bytes:
        running = start.copy()
        running.update(data)
        return running.finalize()

    return mac


def _derive(algorithm: hashes.HashAlgorithm, secret: bytes, info: bytes, length: int, salt: bytes) -> bytes:
    return HKDF(algorithm=algorithm, length=length, salt=salt or None, info=info).derive(secret)


class _Ed25519Signer:
    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


class _International:
    """AES-256-GCM, SHA-256, HMAC-SHA-256, Ed25519 (RFC 8032)."""

    name = "intl"
    code = 1
    note_type = b"\x01"

    @staticmethod
    def digest(data: bytes, /) -> bytes:
        return _sha256(data).digest()

    def mac(self, key: bytes, data: bytes) -> bytes:
        running = HMAC(key, hashes.SHA256())
        running.update(data)
        return running.finalize()

    def keyed(self, key: bytes) -> Callable[[bytes], bytes]:
        return _keyed(key, hashes.SHA256())

    def derive(self, secret: bytes, info: bytes, length: int = KEY_LENGTH, salt: bytes = b"") -> bytes:
        return _derive(hashes.SHA256(), secret, info, length, salt)

    def cipher(self, key: bytes) -> Cipher:
        return AesGcm(_whole(key), self.code)

    def signer(self, seed: bytes) -> Signer:
        return _Ed25519Signer(_whole(seed))

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        if len(public) != 32 or len(signature) != 64:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):  # ValueError: bytes that are no point of the curve
            return False
        return True


def _sm3() -> Callable[[bytes], bytes]:
    """Return the fastest SM3 here: hashlib's when its OpenSSL has it, else cryptography's."""
    if "sm3" in hashlib.algorithms_available:
        start = hashlib.new("sm3")

        def by_hashlib(data: bytes, /) -> bytes:
            running = start.copy()
            running.update(data)
            return running.digest()

        return by_hashlib

    def by_cryptography(data: bytes, /) -> bytes:
        running = hashes.Hash(hashes.SM3())
        running.update(data)
        return running.finalize()

    return by_cryptography


class _National:
    """SM4-GCM (RFC 8998), SM3 (GB/T 32905), HMAC-SM3, SM2 (GB/T 32918, signer id 1234567812345678)."""

    name = "gm"
    code = 2
    note_type = b"\xffjingui-sm2"
    digest = staticmethod(_sm3())

    def mac(self, key: bytes, data: bytes) -> bytes:
        running = HMAC(key, hashes.SM3())
        running.update(data)
        return running.finalize()

    def keyed(self, key: bytes) -> Callable[[bytes], bytes]:
        return _keyed(key, hashes.SM3())

    def derive(self, secret: bytes, info: bytes, length: int = KEY_LENGTH, salt: bytes = b"") -> bytes:
        return _derive(hashes.SM3(), secret, info, length, salt)

    def cipher(self, key: bytes) -> Cipher:
        return Sm4Gcm(self.mac(_whole(key), b"jingui:sm4:1")[:16], self.code)

    def signer(self, seed: bytes) -> Signer:
        return sm2.Signer(self.derive(_whole(seed), b"jingui:sm2:1", 48))

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        return sm2.verify(public, signature, message)


def _whole(key: bytes) -> bytes:
    if len(key) != KEY_LENGTH:
        raise ValueError(f"a key is {KEY_LENGTH} bytes, not {len(key)}")
    return key


INTERNATIONAL: Final[Suite] = _International()
NATIONAL: Final[Suite] = _National()
_SUITES: Final = (INTERNATIONAL, NATIONAL)
_BY_NAME: Final = {suite.name: suite for suite in _SUITES}
_BY_CODE: Final = {suite.code: suite for suite in _SUITES}


def suite_by_name(name: str) -> Suite:
    """Return the suite called `name` (intl, gm); Misconfigured when there is none."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise Misconfigured(suite=name) from None


def suite_by_code(code: int) -> Suite:
    """Return the suite with the number `code` (1, 2); Misconfigured when there is none."""
    try:
        return _BY_CODE[code]
    except KeyError:
        raise Misconfigured(suite=code) from None

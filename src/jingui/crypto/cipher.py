"""三（一）存储: authenticated encryption into self-describing envelopes [3.1.1]

An envelope is 1 byte format version, 1 byte suite code, 12 bytes nonce, ciphertext, 16 bytes tag. The first two bytes
are authenticated together with the caller's associated data, so no envelope can be passed off as another suite's.
"""

import os
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher as BlockMode
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from jingui.core.errors import Tampered

FORMAT: Final = 1
OVERHEAD: Final = 2 + 12 + 16
_urandom = os.urandom  # a system call each time: forked workers never repeat a nonce


class Cipher(Protocol):
    """One key, ready to use from any thread; equal plaintexts give different envelopes."""

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt `plaintext` so that it opens only with the same `aad`."""
        ...

    def open(self, envelope: bytes, aad: bytes, where: str = "") -> bytes:
        """Return the plaintext; Tampered (naming `where`) when a single bit of envelope or `aad` differs."""
        ...


class AesGcm:
    """AES-256-GCM with random 96-bit nonces (NIST SP 800-38D)."""

    __slots__ = ("_decrypt", "_encrypt", "_header")

    def __init__(self, key: bytes, code: int) -> None:
        """Take a 32-byte key and the suite's code."""
        gcm = AESGCM(key)
        self._encrypt, self._decrypt = gcm.encrypt, gcm.decrypt
        self._header = bytes((FORMAT, code))

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt `plaintext` so that it opens only with the same `aad`."""
        header, nonce = self._header, _urandom(12)
        return header + nonce + self._encrypt(nonce, plaintext, header + aad)

    def open(self, envelope: bytes, aad: bytes, where: str = "") -> bytes:
        """Return the plaintext; Tampered (naming `where`) when a single bit of envelope or `aad` differs."""
        header = self._header
        if envelope[:2] != header:
            raise Tampered(where=where)
        try:
            return self._decrypt(envelope[2:14], envelope[14:], header + aad)
        except (InvalidTag, ValueError):  # ValueError: cut short within the nonce
            raise Tampered(where=where) from None


class Sm4Gcm:
    """SM4-GCM with random 96-bit nonces (RFC 8998)."""

    __slots__ = ("_algorithm", "_header")

    def __init__(self, key: bytes, code: int) -> None:
        """Take a 16-byte key and the suite's code."""
        self._algorithm = algorithms.SM4(key)
        self._header = bytes((FORMAT, code))

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt `plaintext` so that it opens only with the same `aad`."""
        header, nonce = self._header, _urandom(12)
        running = BlockMode(self._algorithm, modes.GCM(nonce)).encryptor()
        running.authenticate_additional_data(header + aad)
        return b"".join((header, nonce, running.update(plaintext), running.finalize(), running.tag))

    def open(self, envelope: bytes, aad: bytes, where: str = "") -> bytes:
        """Return the plaintext; Tampered (naming `where`) when a single bit of envelope or `aad` differs."""
        header = self._header
        if envelope[:2] != header or len(envelope) < OVERHEAD:
            raise Tampered(where=where)
        try:
            running = BlockMode(self._algorithm, modes.GCM(envelope[2:14], envelope[-16:])).decryptor()
            running.authenticate_additional_data(header + aad)
            return running.update(envelope[14:-16]) + running.finalize()
        except InvalidTag:
            raise Tampered(where=where) from None

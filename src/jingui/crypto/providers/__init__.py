"""三（一）存储: key providers: who holds the key that seals the key files [3.1.1]"""

from typing import Protocol


class KeyProvider(Protocol):
    """Holds one key that never leaves it. `name` says which kind it is, for people and for the log."""

    @property
    def name(self) -> str:
        """Return the kind of provider: file, vault, pkcs11."""
        ...

    def wrap(self, secret: bytes) -> bytes:
        """Return `secret` (at most 64 bytes) so that only this provider opens it; KeyTrouble when it cannot."""
        ...

    def unwrap(self, wrapped: bytes) -> bytes:
        """Return what was wrapped; KeyTrouble when the key is missing or another's, or a byte was changed."""
        ...

"""The hash of each suite: SHA-256 (`intl`) and SM3 (`gm`)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives import hashes

from jingui_verify.bad import Bad

Hash = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


def _sm3_of_hashlib() -> Hash:
    empty = hashlib.new("sm3")

    def digest(data: bytes) -> bytes:
        state = empty.copy()
        state.update(data)
        return state.digest()

    return digest


def _sm3_of_cryptography(data: bytes) -> bytes:
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize()


# Some builds of Python's own library know no SM3; `cryptography` always does.
sm3: Final[Hash] = _sm3_of_hashlib() if "sm3" in hashlib.algorithms_available else _sm3_of_cryptography


def hash_of(suite: object) -> Hash:
    """The hash of the suite named `intl` or `gm`; Bad('suite') for any other."""
    if suite == "intl":
        return sha256
    if suite == "gm":
        return sm3
    raise Bad("suite", suite=str(suite)[:40])

"""二（二）3 停机应急: short secrets as slow hashes (scrypt, RFC 7914) [2.2.3] [6.1.2]"""

import hashlib
from collections.abc import Callable
from hmac import compare_digest
from typing import Final

_N, _R, _P, _MEMORY = 1 << 15, 8, 1, 64 * 1024 * 1024
_SCHEME: Final = "scrypt-15-8-1"


def stretched(secret: bytes, salt: bytes) -> bytes:
    """32 bytes of a secret; about a tenth of a second and 32 MB each."""
    return hashlib.scrypt(secret, salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY, dklen=32)


def verifier(pin: str, random: Callable[[int], bytes]) -> str:
    """What is kept of a PIN: scheme, salt and hash as text."""
    salt = random(16)
    return f"{_SCHEME}${salt.hex()}${stretched(pin.encode(), salt).hex()}"


def holds(kept: str, pin: str) -> bool:
    """Whether `pin` is the one of which `kept` was made; False for anything malformed."""
    scheme, _, rest = kept.partition("$")
    salt, _, wanted = rest.partition("$")
    try:
        right, salted = bytes.fromhex(wanted), bytes.fromhex(salt)
    except ValueError:
        return False
    return scheme == _SCHEME and len(right) == 32 and compare_digest(stretched(pin.encode(), salted), right)

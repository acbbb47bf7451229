"""六（一）2 双因素: time-based one-time codes (RFC 4226, RFC 6238: SHA-1, 30 seconds, 6 digits) [6.1.2]"""

import hashlib
import hmac
from base64 import b32decode, b32encode
from datetime import datetime
from hmac import compare_digest

PERIOD = 30
DIGITS = 6
TOLERANCE = 1  # periods a phone's clock may be early or late


def counter_at(at: datetime) -> int:
    """The number of the 30-second period in which `at` lies."""
    return int(at.timestamp()) // PERIOD


def code(secret: str, counter: int) -> str:
    """The six digits of base32 `secret` for period `counter`."""
    mac = hmac.digest(b32decode(secret, casefold=True), counter.to_bytes(8, "big"), hashlib.sha1)
    place = mac[-1] & 0x0F
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def matching(secret: str, given: str, at: datetime) -> int | None:
    """The period within the tolerance whose code is `given` (blanks ignored), or None. Always compares every period."""
    typed = "".join(given.split())
    now, found = counter_at(at), None
    for counter in range(now - TOLERANCE, now + TOLERANCE + 1):
        if compare_digest(code(secret, counter).encode(), typed.encode("utf-8", "replace")):
            found = counter
    return found


def fresh_secret(random: bytes) -> str:
    """A base32 secret of 20 random bytes."""
    if len(random) != 20:
        raise ValueError("a secret has 20 bytes")
    return b32encode(random).decode()


def demo_secret(username: str) -> str:
    """The published secret of a demonstration account: anybody can compute it, so it protects nothing."""
    return fresh_secret(hashlib.sha256(b"jingui:demo-totp:" + username.encode()).digest()[:20])

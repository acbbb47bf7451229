"""Numbers and identifiers made from time and randomness that are given in."""

from uuid import UUID

EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z: keeps numbers short for decades


def number(ms: int, random_bits: int) -> int:
    """A positive 63-bit number that grows with time: 42 bits of milliseconds since 2025, 21 random bits."""
    return ((ms - EPOCH_MS) & ((1 << 42) - 1)) << 21 | (random_bits & ((1 << 21) - 1))


def uuid7(ms: int, random_bytes: bytes) -> UUID:
    """A UUIDv7 (RFC 9562) from Unix milliseconds and ten random bytes."""
    a = int.from_bytes(random_bytes[:10], "big")
    value = (ms & ((1 << 48) - 1)) << 80 | 0x7 << 76 | ((a >> 62) & 0xFFF) << 64 | 0b10 << 62 | (a & ((1 << 62) - 1))
    return UUID(int=value)

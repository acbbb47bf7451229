"""三（一）存储: what a ciphertext is bound to, and what it says of itself [3.1.1]"""

from functools import lru_cache
from struct import Struct
from typing import Final

_PLACE: Final = Struct(">QQQ32s32s").pack


@lru_cache(maxsize=1024)
def _fixed(word: str) -> bytes:
    """Return `word` as ASCII of at most 32 bytes; struct would silently cut a longer one, so it is refused."""
    raw = word.encode("ascii")
    if not raw or len(raw) > 32 or b"\0" in raw:
        raise ValueError(f"not a word of 1 to 32 ASCII characters: {word!r}")
    return raw


def aad(patient: int, record: int, version: int, category: str, column: str) -> bytes:
    """Return the associated data of one payload: 88 bytes binding patient, record, version, category and column.

    Numbers are unsigned 64 bit, words 1 to 32 ASCII characters (ValueError, struct.error otherwise). The suite is bound
    by the envelope's own header. Take every argument from the request, never from the row that is being opened.
    """
    return _PLACE(patient, record, version, _fixed(category), _fixed(column))

"""一（三）全程管控: canonical JSON of the ledger (RFC 8785 without floats) [1.3.3]"""

from typing import Final

import orjson

_DEEPEST: Final = 64
_LARGEST: Final = 2**63


def canon(value: object) -> bytes:
    """Return UTF-8 JSON with sorted keys, no white space and no escaped non-ASCII.

    ValueError for floats, integers outside signed 64 bit, lone surrogates, keys that are not text or lie beyond the
    basic plane (where UTF-16 and UTF-8 sort differently), more than 64 levels, and anything that JSON has not.
    """
    _check(value, 0)
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as problem:  # lone surrogates
        raise ValueError(str(problem)) from None


def _check(value: object, depth: int) -> None:
    if value is None or isinstance(value, (str, bool)):
        return
    if isinstance(value, int):
        if not -_LARGEST <= value < _LARGEST:
            raise ValueError("integer outside signed 64 bit")
    elif depth >= _DEEPEST:
        raise ValueError("nested too deeply")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or (not key.isascii() and max(key) > "\uffff"):
                raise ValueError("a key that cannot be ordered")
            _check(item, depth + 1)
    elif isinstance(value, (list, tuple)):
        for item in value:
            _check(item, depth + 1)
    else:
        raise ValueError(f"JSON of the ledger has no {type(value).__name__}")

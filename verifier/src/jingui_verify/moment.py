"""Times as the ledger writes them: UTC, always six decimals."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z",
)


@lru_cache(maxsize=1024)
def is_day(text: str) -> bool:
    """Whether `YYYY-MM-DD` is a day of the calendar."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_moment(text: object) -> bool:
    """Whether `text` is like 2026-11-22T20:24:50.123456Z; such texts sort as the times they name."""
    hit = _MOMENT.fullmatch(text) if isinstance(text, str) else None
    return hit is not None and is_day(hit[1])

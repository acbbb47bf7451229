"""一（三）2 患者门户: which portal accounts a demonstration has, read from its notes once they stand [1.3.2]

Their numbers come from chance, as everybody's do, so they are known only after the window opened them.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from jingui.demo.play_state import NOTES


class PortalAccount(NamedTuple):
    """A number to sign in with, and what to try."""

    number: str
    zh: str
    en: str


def portal_accounts(folder: Path) -> tuple[PortalAccount, ...]:
    """The accounts that may be used now; () before there are any."""
    path = folder / NOTES
    try:
        found = path.stat()
    except OSError:
        return ()
    return _read(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=1)
def _read(path: Path, _changed: int, _size: int) -> tuple[PortalAccount, ...]:
    """What the notes say; the times in the key make it read anew when they grow."""
    return tuple(_accounts(path))


def _accounts(path: Path) -> Iterator[PortalAccount]:
    opened: dict[str, PortalAccount] = {}
    with path.open(encoding="utf-8") as notes:
        for line in notes:
            if '"number"' not in line or not line.endswith("\n"):
                continue
            kept = json.loads(line).get("kept") or {}
            if kept.get("zh"):
                opened[kept["number"]] = PortalAccount(kept["number"], kept["zh"], kept["en"])
            elif kept.get("number") in opened:  # it has its password now
                yield opened[kept["number"]]

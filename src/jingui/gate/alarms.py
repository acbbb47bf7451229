"""六（二）事件处置: what the ledger's own watch found, kept for those who look after it [6.2.1] [7.1.2]"""

import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from jingui.core.entry import Line

ALARMS = "alarms.jsonl"


class Alarm(NamedTuple):
    """One alarm: when, which kind, and what it names (`kind:id`)."""

    at: str
    reason: str
    places: tuple[str, ...]


class Alarms:
    """An append-only file of alarms; it holds no patient information."""

    def __init__(self, path: Path) -> None:
        """Keep them in `path`."""
        self._path = path

    def add(self, at: datetime, reason: str, lines: Sequence[Line]) -> None:
        """Write one alarm and make it durable."""
        places = [f"{line.kind}:{line.record}" for line in lines]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"at": at.isoformat(), "reason": reason, "places": places}) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def read(self, most: int = 100) -> list[Alarm]:
        """The newest alarms, newest first; a line cut short by a crash is passed over."""
        try:
            lines = self._path.read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        out = []
        for line in reversed(lines[-most:]):
            try:
                one = json.loads(line)
                out.append(Alarm(one["at"], one["reason"], tuple(one["places"])))
            except (ValueError, KeyError, TypeError):
                continue
        return out

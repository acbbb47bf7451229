"""五（一）3 传输: what was sealed for a large message stays until it has arrived: a broken delivery goes on [5.1.3]

Only ciphertext for the receiver lies here: losing it makes a new one, stealing it tells nothing.
"""

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final
from uuid import UUID

KEPT: Final = 24 * 3600


class Spool:
    """A folder of sealed messages by number."""

    def __init__(self, folder: Path) -> None:
        """Use `folder`; what is older than a day is thrown away."""
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.expire()

    def expire(self) -> None:
        """Throw away what is older than a day: what was stopped, withdrawn or destroyed is never asked for again."""
        for one in self._folder.iterdir():
            with suppress(FileNotFoundError):  # it arrived meanwhile
                if time.time() - one.stat().st_mtime > KEPT:
                    one.unlink()

    def keep(self, transmission: int, message: UUID, body: bytes) -> None:
        """Keep a message; whole or not at all."""
        path = self._path(transmission)
        beside = path.with_suffix(".new")
        with open(beside, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(message.bytes + body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    def has(self, transmission: int) -> bool:
        """Whether something is kept for it."""
        return self._path(transmission).exists()

    def body(self, transmission: int, message: UUID) -> bytes:
        """What was kept; b"" for nothing, or for another message."""
        try:
            found = self._path(transmission).read_bytes()
        except FileNotFoundError:
            return b""
        return found[16:] if found[:16] == message.bytes else b""

    def drop(self, transmission: int) -> None:
        """Forget it."""
        self._path(transmission).unlink(missing_ok=True)

    def _path(self, transmission: int) -> Path:
        return self._folder / f"{transmission:016x}.jose"

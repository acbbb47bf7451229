"""三（一）1 备份: what the backup's job knows between its runs, and tells pages and `jingui doctor` [3.1.1]"""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jingui.core.errors import Conflict
from jingui.core.word import N_

STATUS, LOCK, SHIPPING = "status.json", "lock", "wal.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The newest segment of the log that was sealed: its number in the chain, name, time and digest."""

    n: int = 0
    segment: str = ""
    at: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceState:
    """How a place was found last."""

    well: bool = True
    at: str = ""
    problem: str = ""
    free: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The job's last word. `gap`: the segment that was let go, until a new base backup closes the matter."""

    at: str = ""
    running: str = ""
    backup: int = 0
    done: int = 0
    of: int = 0
    chain: Chain = field(default_factory=Chain)
    delivered: Chain = field(default_factory=Chain)  # the newest that every place in use has
    waiting: int = 0
    gap: str = ""
    checked: str = ""  # when the age of backups was looked at
    noted: str = ""  # when the log's archive was entered
    places: dict[str, PlaceState] = field(default_factory=dict)


class State:
    """The files below one folder; written whole, so a reader never sees half a word."""

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder` (0700)."""
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def outbox(self) -> Path:
        """Sealed objects on their way."""
        made = self.folder / "outbox"
        made.mkdir(mode=0o700, exist_ok=True)
        return made

    def read(self) -> Status:
        """The last word; an empty one when there is none."""
        return read(self.folder)

    def change(self, **what: Any) -> Status:
        """Write the last word anew, with what changed."""
        with self.alone("status.lock", wait=10.0):
            made = replace(self.read(), at=stamp(), **what)
            write(self.folder / STATUS, json.dumps(asdict(made), ensure_ascii=False))
        return made

    @contextlib.contextmanager
    def alone(self, name: str = LOCK, *, wait: float = 0.0) -> Iterator[None]:
        """One process at a time; Conflict for a second one after `wait` seconds. It ends with its process."""
        handle = os.open(self.folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + wait
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= until:
                        raise Conflict(
                            N_("另一个备份或恢复测试正在进行。"), N_("请等它结束后再试。"), lock=name
                        ) from None
                    time.sleep(0.05)
            yield
        finally:
            os.close(handle)


def read(folder: Path) -> Status:
    """The last word kept in `folder`."""
    try:
        row = json.loads((folder / STATUS).read_text("utf-8"))
        chain, delivered = Chain(**row.pop("chain")), Chain(**row.pop("delivered"))
        places = {name: PlaceState(**one) for name, one in row.pop("places").items()}
        return Status(chain=chain, delivered=delivered, places=places, **row)
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return Status()


def write(path: Path, text: str) -> None:
    """Replace `path` (0600) durably."""
    half = path.with_name(f".{path.name}.{os.getpid()}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def stamp() -> str:
    """Now, for people and for sorting."""
    return datetime.now(UTC).isoformat(timespec="seconds")

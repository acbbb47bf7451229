"""六（一）安全防护: is the server alive, and is it ours? [6.1]

Read from its lock file and the process table, without a connection: cheap enough to look twice a second.
"""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmaster:
    """The lock file's lines: process, start (seconds since 1970), port, socket directory and readiness word."""

    pid: int
    since: int
    port: int
    socket: str
    word: str

    @property
    def ready(self) -> bool:
        """Whether it takes connections."""
        return self.word in {"ready", "standby"}


def read(data: Path) -> Postmaster | None:
    """The lock file of `data`, or None when there is none or it is cut short."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    lines += [""] * (8 - len(lines))
    try:
        return Postmaster(
            pid=abs(int(lines[0])),
            since=int(lines[2] or 0),
            port=int(lines[3] or 0),
            socket=lines[4],
            word=lines[7].strip(),
        )
    except ValueError:
        return None


def living(data: Path) -> Postmaster | None:
    """The server running on `data`, whoever started it; None when its lock file is stale or absent."""
    found = read(data)
    return found if found is not None and serves(found.pid, data) else None


def serves(pid: int, data: Path) -> bool:
    """Whether process `pid` is a PostgreSQL process working in `data` (each of them has it as its directory)."""
    try:
        if Path(f"/proc/{pid}/comm").read_text().strip() != "postgres":
            return False
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        # gone, a zombie, or another account's: none of them is our server
        return False


def orphans(data: Path) -> tuple[int, ...]:
    """Server processes still at work in `data` after their postmaster died; empty while it lives."""
    if living(data) is not None:
        return ()
    return tuple(int(name) for name in os.listdir("/proc") if name.isdigit() and serves(int(name), data))


def end(pids: tuple[int, ...], data: Path, *, hard: bool) -> None:
    """End orphans: SIGQUIT (immediate exit) or, `hard`, SIGKILL. Recovery follows at the next start anyway."""
    for pid in pids:
        if serves(pid, data):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if hard else signal.SIGQUIT)

"""六（一）安全防护: one supervised process, started again when it dies [6.1]"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

FIRST_DELAY, LONGEST_DELAY = 0.2, 5.0
"""Seconds before a dead child is started again: doubled each time, back to the first after `STEADY` seconds up."""
STEADY = 10.0
LAUNCH = Path(__file__).with_name("launch.py")
GUARD = Path(__file__).with_name("guard.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep alive: `env` is added to the supervisor's environment.

    `ready()` (quick, no exception) says that it serves; without it a child is ready once started. A graceful stop
    may take `stop_limit` seconds. With `tries`, a child that dies that often without ever being ready ends it all.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    ready: Callable[[], bool] | None = None
    cwd: Path | None = None
    stop_limit: float = 20.0
    tries: int = 0


class ChildState(StrEnum):
    """Where a child stands."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"
    STOPPED = "stopped"


class Run:
    """The life of one child over its restarts. Times are seconds of a monotonic clock, passed in."""

    def __init__(self, child: Child) -> None:
        """A child not yet started."""
        self.child = child
        self.state = ChildState.WAITING
        self.process: subprocess.Popen[bytes] | None = None
        self.exit: int | None = None
        self.restarts, self.deaths, self.ever_ready = 0, 0, False
        self.since, self.due, self.delay = 0.0, 0.0, FIRST_DELAY

    @property
    def pid(self) -> int:
        """The process number, which is also its group's; 0 when it does not run."""
        return self.process.pid if self.process else 0

    def start(self, now: float) -> None:
        """Start it in a process group of its own, tied to this process's life; call from the main thread only."""
        again = self.deaths > 0
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid()), *self.child.argv],
            stdin=subprocess.DEVNULL,
            cwd=self.child.cwd,
            env={**os.environ, **self.child.env},
            process_group=0,
        )
        self.restarts += again
        self.since, self.state = now, ChildState.STARTING

    def look(self, now: float) -> bool:
        """See whether it became ready or died; True when its state changed."""
        if self.process is None:
            return False
        if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            # not yet reaped, so the group's number cannot be somebody else's: clear what the child left behind
            self._signal_group(signal.SIGKILL)
            self.exit = self.process.wait()
            self.process = None
            self._plan(now)
            return True
        if self.state is ChildState.STARTING and (self.child.ready is None or self.child.ready()):
            self.state, self.ever_ready = ChildState.READY, True
            return True
        return False

    def ask_to_stop(self) -> None:
        """Ask it to finish its work and end."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.terminate()

    def kill(self) -> None:
        """End it and all it started."""
        if self.process is not None:
            self._signal_group(signal.SIGKILL)
            self.exit = self.process.wait()
            self.process = None

    @property
    def hopeless(self) -> bool:
        """Whether it died as often as its child allows without ever being ready."""
        return bool(self.child.tries) and not self.ever_ready and self.deaths >= self.child.tries

    def _plan(self, now: float) -> None:
        """Choose when to start it again."""
        if now - self.since >= STEADY:
            self.delay = FIRST_DELAY
        self.state, self.due = ChildState.WAITING, now + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        self.deaths += 1

    def _signal_group(self, number: int) -> None:
        """Send a signal to the child's whole group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Guard:
    """The helper that kills listed process groups if this process dies; restarted when it dies itself."""

    def __init__(self) -> None:
        """Start it."""
        self._groups: set[int] = set()
        self._process = self._open()

    def cover(self, groups: set[int]) -> None:
        """Make `groups` the listed ones."""
        if self._process.poll() is not None:
            self._process = self._open()
            self._groups = set()
        for group in groups - self._groups:
            self._say(f"+{group}\n")
        for group in self._groups - groups:
            self._say(f"-{group}\n")
        self._groups = set(groups)

    def close(self) -> None:
        """Dismiss it; what is still listed is killed."""
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()

    def _say(self, line: str) -> None:
        """Write a line; a dead helper is replaced at the next `cover`."""
        with contextlib.suppress(BrokenPipeError):
            if self._process.stdin:
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()

    def _open(self) -> "subprocess.Popen[bytes]":
        """A new helper, in a session of its own so that no terminal ends it."""
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD)], stdin=subprocess.PIPE, cwd="/", start_new_session=True
        )

"""Ingest processes of one import, and the blocking connections of its lanes [2.1.2]"""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jingui.cluster import children
from jingui.config import house
from jingui.core.errors import Unavailable

LANES = 2  # files under way at each process: one is stored while the next is prepared
STARTING = 60.0  # seconds a process may take to come up


class Process:
    """One ingest process and the blocking connections of its lanes; started again when it dies."""

    def __init__(self, path: Path) -> None:
        """It will listen at `path`."""
        self.path = path
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def alive(self) -> None:
        """Start it if it does not run, and wait until it listens; Unavailable if it does not come up."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                return
            self.path.unlink(missing_ok=True)
            tied = (sys.executable, "-I", "-S", str(children.LAUNCH), str(os.getpid()))
            self._process = subprocess.Popen(  # noqa: S603 -- our own program, no shell
                [*tied, sys.executable, "-m", "jingui.config.ingesting", str(self.path)],
                stdin=subprocess.DEVNULL, env={**os.environ, **house.environment()},
            )  # fmt: skip
            until = time.monotonic() + STARTING
            while not self.path.exists():
                if self._process.poll() is not None or time.monotonic() > until:
                    raise Unavailable(where="ingest")
                time.sleep(0.05)

    def connect(self) -> socket.socket:
        """A connection to it."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        made.settimeout(300)
        made.connect(str(self.path))
        return made

    def end(self) -> None:
        """Let it finish and go."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()


class Lane:
    """One connection; `known` directory references are told once and again after a reconnection."""

    def __init__(self, process: Process, known: dict[str, str]) -> None:
        """Nothing is connected yet."""
        self._process, self._known = process, known
        self._told = 0
        self._socket: socket.socket | None = None

    def ask(self, header: dict[str, Any], body: bytes = b"") -> dict[str, Any]:
        """One question and its answer; Unavailable when the process or the connection was lost on the way."""
        from jingui.gate.ingest_wire import LENGTHS, framed

        try:
            if self._socket is None:
                self._process.alive()
                self._socket, self._told = self._process.connect(), 0
            if len(self._known) > self._told:
                header = {**header, "known": self._known}
                self._told = len(self._known)
            self._socket.sendall(framed(header, body))
            head, rest = LENGTHS.unpack(self._exactly(LENGTHS.size))
            answer: dict[str, Any] = json.loads(self._exactly(head))
            self._exactly(rest)
            return answer
        except OSError as error:
            self.close()
            raise Unavailable(where="ingest") from error

    def _exactly(self, count: int) -> bytes:
        out = bytearray()
        while len(out) < count and self._socket is not None:
            part = self._socket.recv(count - len(out))
            if not part:
                raise ConnectionError("ended")
            out += part
        return bytes(out)

    def close(self) -> None:
        """Drop the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@contextmanager
def processes(count: int) -> Iterator[list[Process]]:
    """Ingest processes with sockets in a private folder."""
    with TemporaryDirectory(prefix="jingui-") as folder, ExitStack() as stack:
        made = [Process(Path(folder) / f"{number}.sock") for number in range(count)]
        for process in made:
            stack.callback(process.end)
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(Process.alive, made))
        yield made

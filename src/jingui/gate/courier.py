"""七（一）监督检查: takes the newest checkpoint outside, on a thread of its own: nobody waits [7.1.2]"""

import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Self

import psycopg

from jingui.core.errors import JinguiError, Misconfigured, Tampered
from jingui.core.settings import BY_NAME
from jingui.crypto.tiles import Prover
from jingui.gate import settings
from jingui.gate.runtime import Runtime
from jingui.store import outside
from jingui.store.tiles import shelf

KEEP_SQL = """INSERT INTO outside_checkpoint (sink, size, note, at, acknowledged) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING"""
EVERY = "outside_seconds"
log = logging.getLogger(__name__)


class Courier:
    """Sends at most every `every` seconds, always the newest; a failure is logged and tried again with the next.

    None for `every`: as the hospital's setting says, looked up with each checkpoint.
    """

    def __init__(self, runtime: Runtime, address: str, sinks: Sequence[outside.Sink], every: float | None) -> None:
        """Remember whom to send to."""
        self._runtime, self._address, self._sinks, self._every = runtime, address, sinks, every
        self._pause = float(BY_NAME[EVERY].default) if every is None else every
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._newest: tuple[str, int] | None = None
        self._thread = threading.Thread(target=self._run, name="jingui-courier", daemon=True)

    def __enter__(self) -> Self:
        """Start, if there is anyone to send to."""
        if self._sinks:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what is on its way is given a moment."""
        self._ended.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(outside.TIMEOUT)

    def offer(self, signed: str, size: int) -> None:
        """There is a newer checkpoint."""
        self._newest = signed, size
        self._wake.set()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            newest = self._newest
            if newest is not None:
                try:
                    with psycopg.connect(self._address, autocommit=True, connect_timeout=3) as connection:
                        self.deliver(connection, *newest)
                except psycopg.Error as error:
                    log.warning("courier without database: %s", type(error).__name__)
            if self._ended.is_set():
                return
            until = time.monotonic() + self._pause
            while time.monotonic() < until:
                if self._ended.wait(0.1):
                    return

    def _wanted(self, run: settings.Run) -> float:
        """How long the hospital wants between two; what was known last while the settings cannot be trusted."""
        try:
            return float(settings.standing(self._runtime, run)[EVERY])
        except (Tampered, Misconfigured) as error:
            log.warning("settings unusable: %s", error.code)
            return self._pause

    def deliver(self, connection: "psycopg.Connection[Any]", signed: str, size: int) -> int:
        """Send one checkpoint to every sink and keep each acknowledgement; return how many took it."""

        def run(sql: str, *args: object) -> list[tuple[Any, ...]]:
            with psycopg.RawCursor(connection) as cursor:
                cursor.execute(sql, args, binary=True)
                return cursor.fetchall() if cursor.description else []

        if self._every is None:
            self._pause = self._wanted(run)
        prover = Prover(self._runtime.suite, shelf(self._runtime.suite, run), size)
        taken = 0
        for sink in self._sinks:
            try:
                answer = sink.send(signed, size, lambda old: prover.consistency(old, size))
            except JinguiError as error:
                log.warning("checkpoint %d not taken by %s: %s", size, sink.name, error.data.get("problem", error.code))
                continue
            run(KEEP_SQL, sink.name, size, signed, datetime.now(UTC), answer)
            taken += 1
        return taken

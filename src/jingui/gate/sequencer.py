"""一（三）3 全程管控: the sequencer's process: one leads, others stand by [1.3.3] [4.1.2] [7.1.2]

`run` never ends by itself: whatever goes wrong it starts again from what the tables say.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from jingui.core.entry import Line
from jingui.core.errors import JinguiError, Tampered
from jingui.gate import lockdown
from jingui.gate.alarms import ALARMS, Alarms
from jingui.gate.courier import Courier
from jingui.gate.runtime import Runtime
from jingui.store import outside, recovery
from jingui.store.placing import Fault
from jingui.store.sequence import LOCK, Sequencer

BUSY, IDLE, RETRY = 0.2, 0.5, 0.5  # seconds between turns with work, without, and after trouble
HOUR = 3600.0
NEWEST_SQL = "SELECT at FROM entry ORDER BY id DESC LIMIT 1"
LOCK_SQL = "SELECT pg_try_advisory_lock($1::bigint)"
log = logging.getLogger(__name__)
Stop = Callable[[], bool]


class Leader:
    """The one sequencer at work on a connection that holds the lock."""

    def __init__(
        self, runtime: Runtime, connection: "psycopg.Connection[Any]", *, state: Path, sinks: Sequence[outside.Sink],
        courier: Courier,
    ) -> None:  # fmt: skip
        """Take the equipment, the folder beside the database and the outside sinks."""
        self._runtime, self._connection = runtime, connection
        self._local = outside.FileSink(state / lockdown.NOTE, "state")
        self._sinks, self._courier = sinks, courier
        self._alarms = Alarms(state / ALARMS)
        self._open: set[Line] = set()
        self._kept = 0.0

    def run_sql(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        """One statement with $n parameters."""
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.execute(sql, args, binary=True)
            return cursor.fetchall() if cursor.description else []

    def lead(self, stop: Stop) -> None:
        """Sequence until stopped, until a recovery ended a lockdown, or until something is wrong (an exception)."""
        try:
            if self._contradicted():
                self._wait_for_recovery(stop)
                return
            closed = recovery.settled(recovery.read(self.run_sql, self._runtime.keyring))
            writers = frozenset(line.record for line in closed if line.kind == recovery.WRITER)
            sequencer = Sequencer.restore(self._connection, self._runtime.keyring, self._runtime.origin, writers)
        except Tampered as error:
            where = str(error.data.get("where", ""))
            self._alarm("tampered", (Line("", where, recovery.ROW, 0),))
            self._wait_for_recovery(stop)
            return
        self._sequence(sequencer, stop)

    def _sequence(self, sequencer: Sequencer, stop: Stop) -> None:
        checked = time.monotonic()
        was_locked = False
        while not stop():
            newest = self.run_sql(NEWEST_SQL)
            if newest:
                self._runtime.clock.at_least(newest[0][0])
            tick = sequencer.tick(self._runtime.clock.now())
            if tick.signed:
                self._courier.offer(tick.signed, tick.size)
                if time.monotonic() - self._kept >= 1.0 or not tick.full:
                    self._keep(tick.signed, tick.size)
                    self._kept = time.monotonic()
            if tick.faults:
                self._alarm("forged", tuple(line for fault in tick.faults for line in lines_of(fault)))
                for fault in tick.faults:
                    log.critical("entry %s of writer %s/%d: %s", fault.entry, fault.writer, fault.n, fault.kind)
            elif was_locked and not tick.lockdown:
                return  # a recovery (or somebody past the door): begin again from what the tables say
            was_locked = tick.lockdown or bool(tick.faults)
            if time.monotonic() - checked > HOUR:
                checked = time.monotonic()
                if self._contradicted():
                    return
            if not tick.full:
                pause(BUSY if tick.placed or tick.waiting else IDLE, stop)

    def _keep(self, signed: str, size: int) -> None:
        """Keep the newest checkpoint beside the database; a full disk there is no reason to place nothing."""
        try:
            self._local.send(signed, size, lambda _: ())
        except outside.SinkFailed as error:
            log.warning("checkpoint %d not kept beside the database: %s", size, error.data.get("problem", error.code))

    def _contradicted(self) -> bool:
        found, _ = lockdown.contradictions(self._runtime, self.run_sql, (self._local, *self._sinks))
        if found:
            self._alarm(found[0].kind, lockdown.lines_of(found))
        return bool(found)

    def _alarm(self, reason: str, lines: tuple[Line, ...]) -> None:
        at = datetime.now(UTC)
        with self._connection.transaction():
            news = lockdown.engage(self._runtime, self.run_sql, reason, lines, at)
        if news:
            self._alarms.add(at, reason, lines)

    def _wait_for_recovery(self, stop: Stop) -> None:
        """Place and sign nothing until the house is open again; then begin anew, which checks everything again."""
        while not stop():
            pause(IDLE, stop)
            if not self.run_sql("SELECT lockdown FROM epoch WHERE id = $1::smallint", 1)[0][0]:
                return


def lines_of(fault: Fault) -> tuple[Line, Line]:
    """What a fault names in the recovery ledger: the entry, and the writer whose chain ends."""
    return Line("", fault.entry, recovery.ENTRY, fault.n), Line("", fault.writer, recovery.WRITER, fault.n)


def pause(seconds: float, stop: Stop) -> None:
    """Sleep in small steps so that a stop is heard."""
    until = time.monotonic() + seconds
    while not stop() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.1))


def run(
    runtime: Runtime, address: str, stop: Stop, *, state: Path, sinks: Sequence[str] = (), every: float | None = None
) -> None:
    """Lead, or stand by until the leader is gone. `address` is a libpq string of the application's role.

    `state` is the folder for the last checkpoint and the alarms (outside the database's directory); `sinks` are the
    hospital's outside sinks, sent to at most every `every` seconds (None: as the setting says). Raises Misconfigured
    for a sink that is none.
    """
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = outside.sinks_of(sinks, runtime.origin, runtime.suite)
    with Courier(runtime, address, made, every) as courier:
        while not stop():
            try:
                with psycopg.connect(address, autocommit=True, connect_timeout=3) as connection:
                    leader = Leader(runtime, connection, state=state, sinks=made, courier=courier)
                    if leader.run_sql(LOCK_SQL, LOCK)[0][0]:
                        leader.lead(stop)
                    else:
                        pause(1.0, stop)
            except (psycopg.Error, JinguiError) as error:
                log.warning("sequencer begins again: %s", type(error).__name__)
                pause(RETRY, stop)

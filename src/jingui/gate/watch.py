"""一（三）3: each process watches that the ledger moves and that its own entries did not vanish [1.3.3]"""

import asyncio
import contextlib
import logging
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from jingui.core.entry import Line
from jingui.core.errors import JinguiError, Misconfigured, Tampered
from jingui.core.settings import BY_NAME
from jingui.gate import lockdown, trusted_time
from jingui.gate.pipeline import Pipeline
from jingui.gate.settings import loop_values
from jingui.gate.sql import raw
from jingui.store.ledger import LIVE
from jingui.store.recovery import WRITER

LAG = "ledger_lag_seconds"
PASSED_OVER = 30.0  # seconds after which an own entry that the moving sequencer did not place was hidden from it
TICK = 1.0
# The oldest entry that the sequencer has not placed; entries of the last snapshot are few, so this stays cheap.
LAG_SQL = """SELECT min(e.at), (SELECT lockdown FROM epoch), (SELECT n FROM epoch),
  (SELECT n.at FROM entry n ORDER BY n.id DESC LIMIT 1)
FROM entry e WHERE e.xid >= (SELECT coalesce(max(x.xid::text::bigint), 0)::text::xid8 FROM (
  SELECT e2.xid FROM entry_index i JOIN entry e2 USING (id) ORDER BY i.idx DESC LIMIT 1) x)
AND NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)"""
NEWEST_SQL = "SELECT at FROM entry ORDER BY id DESC LIMIT 1"
OWN_SQL = """SELECT w.writer, e.leaf, EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)
FROM unnest($1::uuid[], $2::bigint[]) w(writer, n) LEFT JOIN entry e ON e.writer = w.writer AND e.n = w.n"""
log = logging.getLogger(__name__)


class Watch:
    """Sets `runtime.ledger_well`: False while the sequencer is further behind than the setting allows.

    Also after an own entry vanished.
    """

    def __init__(self, pipe: Pipeline) -> None:
        """Watch through the pipeline's pool."""
        self._pipe = pipe
        self._task: asyncio.Task[None] | None = None
        self._expected: dict[UUID, tuple[int, bytes]] = {}
        self._since: dict[UUID, tuple[int, float]] = {}
        self._locked = self._leapt = False
        self.behind = 0.0
        self.allowed = float(BY_NAME[LAG].default)

    async def know(self) -> None:
        """Learn the ledger's time before the first request: a fresh process must not believe a clock set back."""
        rows = await self._pipe.pool.fetch(NEWEST_SQL)
        if rows:
            self._pipe.runtime.clock.at_least(rows[0][0])

    def start(self) -> None:
        """Begin watching on the running loop."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Stop watching."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(TICK)
            try:
                await self.look()
            except JinguiError:
                continue  # the database is away: every request says so itself

    async def look(self) -> None:
        """One look; while the house is locked only recovery runs, and that must not wait for the sequencer."""
        oldest, locked, epoch, newest = (await self._pipe.pool.fetch(LAG_SQL))[0]
        clock = self._pipe.runtime.clock
        if newest is not None:
            clock.at_least(newest)
        # by the house's own time, which made the entries' times: the system's clock may have been turned
        self.behind = 0.0 if oldest is None else (clock.now() - oldest).total_seconds()
        await self._ask(epoch)
        self._tell_leap(clock.ahead)
        vanished = [] if locked else await self._vanished()
        if vanished:
            log.critical("own entries vanished: %s", ", ".join(map(str, vanished)))
            await asyncio.to_thread(self._lock, [Line("", str(writer), WRITER, n) for writer, n in vanished])
            locked = True
        if locked and not self._locked:
            renew()  # what a lockdown names is closed by the recovery: nobody may go on in an old chain
            self._expected.clear()
            self._since.clear()
        self._locked = locked
        well = locked or self.behind < self.allowed
        if well != self._pipe.runtime.ledger_well:
            log.warning("ledger %s", "well" if well else f"{self.behind:.0f} s behind")
        self._pipe.runtime.ledger_well = well

    def _tell_leap(self, ahead: timedelta) -> None:
        """Say it once when the system's clock is too far ahead to be followed, and when it is right again."""
        if bool(ahead) != self._leapt:
            self._leapt = bool(ahead)
            if ahead:
                log.critical("the system's clock is %d days ahead of the ledger and is not followed", ahead.days)
            else:
                log.warning("the system's clock is followed again")

    async def _ask(self, epoch: int) -> None:
        """How far the sequencer may lag and the clock leap; what was known last while no setting can be trusted."""
        try:
            values = await loop_values(self._pipe, epoch)
            self.allowed = float(values[LAG])
            clock = self._pipe.runtime.clock
            if clock.leap is not None:
                clock.leap = timedelta(days=int(values["clock_leap_days"]))
            clock.confirm(trusted_time.confirmed(values))
        except (Tampered, Misconfigured) as error:
            log.warning("settings unusable: %s", error.code)

    async def _vanished(self) -> list[tuple[UUID, int]]:
        """Own writers whose newest committed entry is not in the table as it was written."""
        for chain in list(LIVE):
            if not chain.lock.acquire(blocking=False):
                continue  # a thread is just moving it: next time
            n, writer, leaf = chain.n, chain.writer, chain.leaf
            chain.lock.release()
            if n:
                self._expected[writer] = n - 1, leaf
        wanted = dict(self._expected)
        if not wanted:
            return []
        rows: Any = await self._pipe.pool.fetch(OWN_SQL, list(wanted), [n for n, _ in wanted.values()])
        out = []
        for writer, leaf, indexed in rows:
            writer = UUID(str(writer))
            if leaf is None or bytes(leaf) != wanted[writer][1]:
                out.append((writer, wanted[writer][0]))
            elif indexed and self._expected.get(writer) == wanted[writer]:
                del self._expected[writer]  # placed: from here on the tree answers for it
                self._since.pop(writer, None)
            elif self._passed_over(writer, wanted[writer][0]):
                out.append((writer, wanted[writer][0]))
        return out

    def _passed_over(self, writer: UUID, n: int) -> bool:
        """Whether the same entry has been there without a place for long, although the sequencer keeps up."""
        now = monotonic()
        known, since = self._since.setdefault(writer, (n, now))
        if known != n or self.behind >= self.allowed:
            self._since[writer] = n, now
            return False
        return now - since > PASSED_OVER

    def _lock(self, lines: list[Line]) -> None:
        """Lock the house, on a thread of its own with Django's connection."""
        try:
            with transaction.atomic():
                lockdown.engage(self._pipe.runtime, raw, "vanished", lines, datetime.now(UTC))
        finally:
            connection.close()


def renew() -> None:
    """Begin new chains for every writer of this process."""
    for chain in list(LIVE):
        with chain.lock:
            chain.renew()

"""一（三）3: each process watches that the ledger moves and that its own entries did not vanish [1.3.3]"""

import asyncio
import contextlib
import logging

from jingui.core.errors import JinguiError
from jingui.gate.pipeline import Pipeline

BEHIND_SECONDS = 5.0
TICK = 1.0
# The oldest entry that the sequencer has not placed; entries of the last snapshot are few, so this stays cheap.
LAG_SQL = """SELECT extract(epoch FROM now() - min(e.at))::float8 FROM entry e
WHERE e.xid >= (SELECT coalesce(max(x.xid::text::bigint), 0)::text::xid8 FROM (
  SELECT e2.xid FROM entry_index i JOIN entry e2 USING (id) ORDER BY i.idx DESC LIMIT 1) x)
AND NOT EXISTS (SELECT 1 FROM entry_index i WHERE i.id = e.id)"""
log = logging.getLogger(__name__)


class Watch:
    """Sets `runtime.ledger_well`: False while the sequencer is more than 5 s behind."""

    def __init__(self, pipe: Pipeline) -> None:
        """Watch through the pipeline's pool."""
        self._pipe = pipe
        self._task: asyncio.Task[None] | None = None

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
                lag = (await self._pipe.pool.fetch(LAG_SQL))[0][0]
            except JinguiError:
                continue  # the database is away: every request says so itself
            well = lag is None or lag < BEHIND_SECONDS
            if well != self._pipe.runtime.ledger_well:
                log.warning("ledger %s", "well" if well else f"{lag:.0f} s behind")
            self._pipe.runtime.ledger_well = well

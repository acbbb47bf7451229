"""二（二）录入: submissions become records: facts once, decisions per record, a transaction a batch [2.2.1] [2.2.3]"""

import asyncio
from collections.abc import Mapping, Sequence

from jingui.core.errors import Unavailable
from jingui.core.operation import Operation
from jingui.gate.attempt import Attempt, Entered
from jingui.gate.copying import Raced
from jingui.gate.lanes import Lane
from jingui.gate.pipeline import Pipeline, Stale
from jingui.gate.read import TRIES
from jingui.store.batcher import Batcher
from jingui.store.ledger import Chain

DEPARTMENTS_SQL = "SELECT code, id FROM department WHERE active"
DEPARTMENTS_SECONDS = 5.0


class Entering:
    """The data plane's writing side: `submit` an operation whose data is a Submission; batches share one commit."""

    def __init__(self, pipe: Pipeline, *, lanes: int = 2, most: int = 64) -> None:
        """Bind to the pipeline's loop."""
        self.pipe = pipe
        self._lanes = [Lane(pipe.address) for _ in range(lanes)]
        self._chains = [Chain(pipe.runtime.suite, pipe.runtime.keyring) for _ in range(lanes)]
        self._batcher: Batcher[Operation, Entered] = Batcher(self._work, lanes=lanes, most=most)
        self._departments: tuple[float, Mapping[str, int]] = (0.0, {})

    def submit(self, operation: Operation) -> "asyncio.Future[Entered]":
        """Queue a submission; the future completes after its commit."""
        return self._batcher.submit(operation)

    async def stop(self) -> None:
        """Close the lanes."""
        for lane in self._lanes:
            await lane.drop()

    async def departments(self) -> Mapping[str, int]:
        """Department numbers by code, at most some seconds old."""
        now = asyncio.get_running_loop().time()
        if self._departments[0] < now:
            rows = await self.pipe.pool.fetch(DEPARTMENTS_SQL)
            self._departments = (now + DEPARTMENTS_SECONDS, {row[0]: row[1] for row in rows})
        return self._departments[1]

    async def _work(self, lane: int, operations: Sequence[Operation]) -> Sequence[Entered | BaseException]:
        self.pipe.check_open(False)
        for _ in range(TRIES):
            try:
                departments = await self.departments()
                return await Attempt(self.pipe, departments, self._lanes[lane], self._chains[lane]).run(operations)
            except Stale:
                for operation in operations:
                    self.pipe.forget(operation.actor)
            except Raced:
                if len(operations) > 1:
                    raise  # the batcher tries them one by one
        raise Unavailable(where="epoch")

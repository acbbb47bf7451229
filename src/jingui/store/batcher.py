"""四（一）内部查阅: concurrent requests share one statement, never each other's answers [4.1.2]"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from jingui.core.errors import Unavailable

A = TypeVar("A")
B = TypeVar("B")


class Batcher(Generic[A, B]):
    """Coalesces concurrent `submit`s into calls of `work(lane, items)`, at most one call per lane at a time.

    `work` returns one result per item, in order; an exception instance as a result fails that item alone. If a whole
    batch fails, its items are tried again one by one, so one bad item cannot poison its neighbours.
    """

    def __init__(
        self, work: Callable[[int, Sequence[A]], Awaitable[Sequence[B | BaseException]]], *, lanes: int, most: int = 256
    ) -> None:
        """Bind to the running loop; `lanes` calls may run side by side, each with at most `most` items."""
        self._work, self._most = work, most
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[A, asyncio.Future[B]]] = []
        self._free = list(range(lanes))
        self._tasks: set[asyncio.Task[None]] = set()

    def submit(self, item: A) -> "asyncio.Future[B]":
        """Queue `item`; the future completes with its result. Cancelling it does not disturb the others."""
        future: asyncio.Future[B] = self._loop.create_future()
        self._waiting.append((item, future))
        if self._free:
            task = self._loop.create_task(self._run(self._free.pop()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return future

    async def _run(self, lane: int) -> None:
        try:
            await asyncio.sleep(0)  # let requests of the same loop turn join this batch
            while self._waiting:
                batch = self._waiting[: self._most]
                del self._waiting[: len(batch)]
                await self._serve(lane, batch)
        finally:
            self._free.append(lane)

    async def _serve(self, lane: int, batch: list[tuple[A, "asyncio.Future[B]"]]) -> None:
        try:
            results = await self._work(lane, [item for item, _ in batch])
        except Unavailable as error:  # the database is away: nobody's item is at fault
            for _, future in batch:
                settle(future, error)
            return
        except asyncio.CancelledError:  # the loop stops: nobody waits for ever
            for _, future in batch:
                future.cancel()
            raise
        except Exception as error:  # noqa: BLE001 -- settled on the one it belongs to: a batch cannot poison its neighbours
            if len(batch) == 1:
                settle(batch[0][1], error)
                return
            for one in batch:
                await self._serve(lane, [one])
            return
        if len(results) != len(batch):  # never tried again: what was done may stand
            results = [RuntimeError(f"{len(results)} results for {len(batch)} items")] * len(batch)
        for (_, future), result in zip(batch, results, strict=True):
            settle(future, result)


def settle(future: "asyncio.Future[B]", result: B | BaseException) -> None:
    """Complete `future` unless its caller left."""
    if future.done():
        return
    if isinstance(result, BaseException):
        future.set_exception(result)
    else:
        future.set_result(result)

"""四（一）2: what the batcher promises under failure, cancellation and haste [4.1.2]"""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jingui.core.errors import Unavailable
from jingui.store.batcher import Batcher


@settings(max_examples=60, deadline=None)
@given(
    items=st.lists(st.integers(0, 50), max_size=60), lanes=st.integers(1, 3), most=st.integers(1, 7),
    bad=st.sets(st.integers(0, 50)), left=st.sets(st.integers(0, 59)),
)  # fmt: skip
def test_everybody_gets_their_own_answer(
    items: list[int], lanes: int, most: int, bad: set[int], left: set[int]
) -> None:
    """However the batches fall, whoever fails or leaves: an answer is the asker's own, or their own failure."""

    async def work(_lane: int, batch: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(0)
        if bad.intersection(batch):
            raise ValueError
        return [item * 1000 for item in batch]

    async def run() -> None:
        batcher = Batcher(work, lanes=lanes, most=most)
        futures = [batcher.submit(item) for item in items]
        for n in left:
            if n < len(futures):
                futures[n].cancel()
        done = await asyncio.gather(*futures, return_exceptions=True)
        for n, (item, one) in enumerate(zip(items, done, strict=True)):
            if n in left:
                assert isinstance(one, asyncio.CancelledError)
            elif item in bad:
                assert isinstance(one, ValueError)
            else:
                assert one == item * 1000

    asyncio.run(run())


def test_what_may_stand_is_never_tried_again() -> None:
    """Too few results come after the work was done: everybody fails, nobody waits, and nothing is done twice."""
    calls: list[Sequence[int]] = []

    async def work(_lane: int, batch: Sequence[int]) -> Sequence[int]:
        calls.append(batch)
        return [0]

    async def run() -> None:
        batcher = Batcher(work, lanes=1)
        done = await asyncio.wait_for(asyncio.gather(*(batcher.submit(n) for n in range(3)), return_exceptions=True), 2)
        assert all(isinstance(one, RuntimeError) for one in done)
        assert len(calls) == 1
        assert await asyncio.wait_for(batcher.submit(7), 2) == 0  # its lane lives on

    asyncio.run(run())


def test_away_is_told_at_once_and_to_all() -> None:
    calls = 0

    async def work(_lane: int, batch: Sequence[int]) -> Sequence[int]:
        nonlocal calls
        calls += 1
        raise Unavailable(where="commit")

    async def run() -> None:
        batcher = Batcher(work, lanes=1)
        done = await asyncio.gather(*(batcher.submit(n) for n in range(5)), return_exceptions=True)
        assert all(isinstance(one, Unavailable) for one in done)
        assert calls == 1  # an unknown outcome is not tried again: it may have been committed

    asyncio.run(run())


def test_a_stopping_loop_leaves_nobody_waiting() -> None:
    async def work(_lane: int, batch: Sequence[int]) -> Sequence[int]:
        await asyncio.sleep(60)
        return batch

    async def run() -> None:
        batcher = Batcher(work, lanes=1)
        future = batcher.submit(1)
        await asyncio.sleep(0.01)
        for task in list(batcher._tasks):
            task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(future, 2)

    asyncio.run(run())


def test_lanes_work_side_by_side_and_never_twice_at_once() -> None:
    busy: set[int] = set()
    most = 0

    async def work(lane: int, batch: Sequence[int]) -> Sequence[int]:
        nonlocal most
        assert lane not in busy
        busy.add(lane)
        most = max(most, len(busy))
        await asyncio.sleep(0.001)
        busy.remove(lane)
        return batch

    async def run() -> None:
        batcher = Batcher(work, lanes=2, most=3)
        assert await asyncio.gather(*(batcher.submit(n) for n in range(40))) == list(range(40))
        assert most == 2

    asyncio.run(run())

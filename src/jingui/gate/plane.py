"""The data plane of this process: one event loop with the pipeline, and the batches of submissions."""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import TimeoutError as WaitedTooLong
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

from jingui.core.errors import Unavailable
from jingui.gate.entering import Entering
from jingui.gate.pipeline import Pipeline
from jingui.gate.proofs import Library
from jingui.gate.runtime import Runtime
from jingui.gate.watch import Watch

LIMIT = 5.0  # seconds a page waits for the pipeline
T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Plane:
    """A started pipeline and its loop."""

    pipe: Pipeline
    entering: Entering
    watch: Watch
    library: Library
    loop: asyncio.AbstractEventLoop
    thread: int


_current: list[Plane] = []


def current() -> Plane:
    """This process's plane; Unavailable before it started."""
    if not _current:
        raise Unavailable(where="plane")
    return _current[0]


async def start(runtime: Runtime, address: Mapping[str, Any], *, read_lanes: int = 2, enter_lanes: int = 2) -> Plane:
    """Start on the running loop (lifespan of a web worker)."""
    pipe = Pipeline(runtime, address, read_lanes=read_lanes)
    await pipe.start()
    watch = Watch(pipe)
    await watch.know()
    plane = Plane(
        pipe=pipe, entering=Entering(pipe, lanes=enter_lanes), watch=watch, loop=asyncio.get_running_loop(),
        thread=threading.get_ident(), library=Library(pipe),
    )  # fmt: skip
    watch.start()
    _current[:] = [plane]
    return plane


async def stop() -> None:
    """Stop and forget the plane."""
    if _current:
        plane = _current.pop()
        await plane.watch.stop()
        await plane.entering.stop()
        await plane.pipe.stop()


class Background:
    """A plane on a thread of its own, for commands, jobs and tests. Use as a context manager."""

    def __init__(self, runtime: Runtime, address: Mapping[str, Any]) -> None:
        """Remember what to start."""
        self._runtime, self._address = runtime, address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="jingui-plane", daemon=True)

    def __enter__(self) -> Plane:
        """Start the thread and the plane."""
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(start(self._runtime, self._address), self._loop).result(30)

    def __exit__(self, *_: object) -> None:
        """Stop both."""
        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()


def wait(work: Coroutine[Any, Any, T], limit: float = LIMIT) -> T:
    """Submit to the pipeline's loop and wait; refuses on that loop's own thread and inside a transaction."""
    running = current()
    if threading.get_ident() == running.thread or connection.in_atomic_block:
        work.close()
        raise RuntimeError("the pipeline is not waited for on its own thread or inside a transaction")
    future = asyncio.run_coroutine_threadsafe(work, running.loop)
    try:
        return future.result(limit)
    except WaitedTooLong as error:
        future.cancel()
        raise Unavailable(where="pipeline") from error

"""A process of its own beside the web workers: a warm data plane, until it is told to end [6.1]"""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from jingui.config import plugs, wiring


@asynccontextmanager
async def working() -> AsyncIterator[asyncio.Event]:
    """The plane on the running loop, warm; yields what SIGTERM or SIGINT sets. It stops with the block."""
    from jingui.formats.validate import validate
    from jingui.gate import plane, runtime

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    made = wiring.runtime()
    runtime.install(made)
    await plane.start(made, plugs.address().asyncpg())
    validate({"resourceType": "Basic", "code": {"text": "warm"}})
    # millions of short-lived dicts: the collector looks less often, and never at what stays
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield stop
    finally:
        await plane.stop()

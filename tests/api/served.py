"""The data plane alone as an ASGI process, for tests that speak real HTTP: granian tests.api.served:application."""

import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jingui.config import plugs, wiring

wiring.ready()
from jingui.api import fhir  # noqa: E402 -- needs Django ready
from jingui.gate import plane, runtime  # noqa: E402 -- needs Django ready

UNSEQUENCED = "JINGUI_TEST_UNSEQUENCED"  # set where no sequencer runs: the ledger's watch would answer 503


async def application(
    scope: Mapping[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Lifespan and /fhir."""
    if scope["type"] != "lifespan":
        await fhir.handle(scope, receive, send)
        return
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            runtime.install(wiring.runtime())
            started = await plane.start(runtime.current(), plugs.address().asyncpg())
            if os.environ.get(UNSEQUENCED):
                await started.watch.stop()
            await send({"type": "lifespan.startup.complete"})
        else:
            await plane.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return

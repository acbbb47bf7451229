"""The data plane alone as an ASGI process, for tests that speak real HTTP: granian tests.api.served:application."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jingui.config import plugs, wiring

wiring.ready()
from jingui.api import fhir, oauth, station  # noqa: E402 -- needs Django ready
from jingui.gate import plane, runtime  # noqa: E402 -- needs Django ready


async def application(
    scope: Mapping[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[dict[str, Any]], Awaitable[None]],
) -> None:
    """Lifespan, /fhir, /oauth and /station."""
    if scope["type"] != "lifespan":
        path = scope["path"]
        plane_of = station if path.startswith("/station/") else oauth if path.startswith("/oauth/") else fhir
        await plane_of.handle(scope, receive, send)
        return
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            runtime.install(wiring.runtime())
            await plane.start(runtime.current(), plugs.address().asyncpg())
            await send({"type": "lifespan.startup.complete"})
        else:
            await plane.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return

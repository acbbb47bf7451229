"""One ASGI process: the data plane by path prefix, Django for the rest, the plane at lifespan."""

import asyncio
import contextlib
import gc
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jingui.config import plugs, proxies, wiring
from jingui.config.home import home
from jingui.config.static import Static
from jingui.core.errors import Unavailable

wiring.ready()
from django.core.asgi import get_asgi_application  # noqa: E402 -- needs settings

from jingui.api import fhir, ledger, oauth, sensors, station  # noqa: E402 -- needs Django ready
from jingui.gate import lockdown, plane, runtime  # noqa: E402 -- needs Django ready

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
pages = get_asgi_application()
static = Static()


def settle() -> None:
    """Spare the collector what never dies (modules, rules, tables), and let it look seldom at what dies by itself.

    Requests leave few cycles; looking for them at every 700 objects took an eighth of a worker's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def compare() -> None:
    """Before anything is served: a database older than the last checkpoint kept beside it locks the house."""
    # the outside sinks are the sequencer's to ask: a witness that hangs must not keep a worker from coming back
    with contextlib.suppress(Unavailable):  # without a database every request says so itself
        await asyncio.to_thread(lockdown.check_at_start, runtime.current(), plugs.address().psycopg(), home().state, ())


async def lifespan(receive: Receive, send: Send) -> None:
    """Start and stop the data plane with the worker."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            runtime.install(wiring.runtime())
            await compare()
            await plane.start(runtime.current(), plugs.address().asyncpg())
            settle()
            await send({"type": "lifespan.startup.complete"})
        else:
            await plane.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Dispatch by path prefix."""
    if scope["type"] == "lifespan":
        proxies.trusted()  # a list that cannot be read stops the start
        await lifespan(receive, send)
        return
    scope = proxies.seen(scope)
    path = scope["path"]
    if path.startswith("/fhir"):
        await fhir.handle(scope, receive, send)
    elif path.startswith("/oauth/"):
        await oauth.handle(scope, receive, send)
    elif path.startswith("/ledger/"):
        await ledger.handle(scope, receive, send)
    elif path.startswith("/station/"):
        await station.handle(scope, receive, send)
    elif path.startswith("/sensors/"):
        await sensors.handle(scope, receive, send)
    elif path.startswith("/static/"):
        await static(scope, receive, send)
    else:
        await pages(dict(scope), receive, send)  # type: ignore[arg-type]  # Django's own ASGI types

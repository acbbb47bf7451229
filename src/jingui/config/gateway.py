"""五（一）传输: the gateway's processes, `python -m jingui.config.gateway send`; off unless configured [5.1.2]"""

import asyncio
import contextlib
import logging
import os
import ssl
import sys
from collections.abc import Callable

import uvloop
from django.db import DatabaseError

from jingui.api.gateway_listener import Answer, Listener
from jingui.carry.carried import Proofs
from jingui.config import gateway_tls
from jingui.config.home import Home, home
from jingui.config.mllp import place
from jingui.config.plane_process import working
from jingui.core.errors import JinguiError, Misconfigured
from jingui.core.sending import Consignment
from jingui.core.word import N_
from jingui.crypto.gateway_certificates import GatewayKeys
from jingui.formats.identifiers import uscc_ok
from jingui.gate import door, runtime

AGAIN = 1.0  # seconds between two looks at who may come in
log = logging.getLogger(__name__)
SPOOL = "gateway"  # folder of the state folder


def check(where: Home) -> None:
    """Refuse the start when the gateway is configured wrongly."""
    if not where.gateway_work:
        return
    if where.gateway:
        place(where.gateway)
    if not uscc_ok(where.uscc):
        raise Misconfigured(
            N_("传输网关须配置本院的统一社会信用代码（uscc）。"),
            N_("请在 jingui.toml 中填写 18 位代码。"),
            where="uscc",
        )


def keys() -> GatewayKeys:
    """The gateway's keys as they are now; Misconfigured for none."""
    made = runtime.current().gateway_keys
    if made is None:
        raise Misconfigured(N_("没有传输网关的密钥。"), where="gateway.sealed")
    return made()


def proofs() -> Proofs:
    """How this house proves itself: with its gateway keys as they are now, renewed ones included."""

    def tls(consignment: Consignment) -> ssl.SSLContext:
        return gateway_tls.client(keys().tls, consignment.pins, consignment.roots)

    return Proofs(tls=tls, ssh=lambda: gateway_tls.key_pem(keys().tls))


async def send(where: Home, stop: asyncio.Event) -> None:
    """Carry what is due until `stop`."""
    from jingui.carry.lanes import Lanes
    from jingui.carry.spool import Spool

    await Lanes(proofs=proofs(), spool=Spool(where.state / SPOOL)).carry(stop)


async def listen(where: Home, stop: asyncio.Event, answer: Answer, anchors: Callable[[], tuple[bytes, ...]]) -> None:
    """Let partners in until `stop`; whose certificates are `anchors` is looked at anew every second."""
    loop = asyncio.get_running_loop()

    def looked() -> tuple[bytes, ...]:
        try:
            return anchors()
        finally:
            door.let_go()

    tls = await loop.run_in_executor(None, lambda: gateway_tls.Renewed(lambda: keys().tls, looked))
    listener = Listener(answer=answer)
    server = await listener.start(*place(where.gateway), tls.listening)
    try:
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN)
            try:
                await loop.run_in_executor(None, tls.renew)
            except (JinguiError, DatabaseError) as error:  # the house is away: who was let in stays so until it is back
                log.warning("gateway: partners cannot be read: %s", type(error).__name__)
    finally:
        server.close()
        for task in list(listener.open):
            task.cancel()
        await asyncio.gather(*listener.open, return_exceptions=True)


async def receive(where: Home, stop: asyncio.Event) -> None:
    """Let partners in and answer them until `stop`."""
    from jingui.api.gateway import Receiving
    from jingui.gate.receiving_senders import anchors, proven, stranger

    await listen(where, stop, Receiving(proven=proven, stranger=stranger).answer, anchors)


async def work(what: str) -> None:
    """Serve until SIGTERM, with a data plane of this process's own."""
    async with working() as stop:
        await WORK[what](home(), stop)


WORK = {"send": send, "receive": receive}


def main() -> int:
    """Run one of the gateway's processes."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    if home().demo:
        os.nice(10)  # a demonstration's pages come first
    uvloop.run(work(sys.argv[1]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

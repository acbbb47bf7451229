"""The gateway's listener of this very house, over real TLS, for tests of what comes over the wire."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx

from jingui.api.gateway import Receiving
from jingui.api.gateway_listener import Limits, Listener
from jingui.config import gateway, gateway_tls
from jingui.core.gateway_wire import JOSE
from jingui.core.transmit import Media, Parcel
from jingui.crypto import jose
from jingui.crypto.certificates import fingerprint
from tests.gateway.parties import OURS, Party
from tests.hospital import Hospital


@contextmanager
def listening(port: int, limits: Limits | None = None) -> Iterator[gateway_tls.Renewed]:
    """The receiving process on a thread."""
    from jingui.gate.receiving_senders import anchors, proven, stranger

    loop = asyncio.new_event_loop()
    tls = gateway_tls.Renewed(lambda: gateway.keys().tls, anchors)
    listener = Listener(answer=Receiving(proven=proven, stranger=stranger).answer, limits=limits or Limits())
    server = loop.run_until_complete(listener.start("127.0.0.1", port, tls.listening))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        for task in list(listener.open):
            task.cancel()
        await asyncio.gather(*listener.open, return_exceptions=True)

    try:
        yield tls
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


def client(keys: Any, house: Any) -> httpx.Client:
    """A partner's connection that trusts this house's certificate alone."""
    pin = house.tls.certificate
    context = gateway_tls.client(keys.tls, (fingerprint(pin),), (pin,))
    return httpx.Client(verify=context, trust_env=False, timeout=60)


def ask(port: int, keys: Any, house: Any, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
    """One request over a connection of its own."""
    with client(keys, house) as one:
        return one.request(
            method, f"https://localhost:{port}{path}", content=body, headers={"content-type": JOSE, **headers}
        )


def sealed(hospital: Hospital, by: Party, content: bytes, **more: Any) -> tuple[UUID, bytes]:
    """A message of this partner for this house, packed."""
    said: dict[str, Any] = {
        "message": uuid4(), "sender": by.uscc, "receiver": OURS, "purpose": "rescue", "media": Media.CDA, "label": "",
        "agreement": number(hospital, by), "made": hospital.runtime.clock.now(), "content": content, **more,
    }  # fmt: skip
    return said["message"], jose.pack(Parcel(**said), by.keys.sign, hospital.runtime.gateway_keys().encrypt.certificate)


def number(hospital: Hospital, to: Party) -> str:
    """What both sides call the agreement."""
    return str(hospital.sql("SELECT number FROM agreement WHERE id = %s", to.agreement)[0][0])

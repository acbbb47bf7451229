"""五（一）传输: HL7 v2 over MLLP and TLS: proven senders, the answer after the commit, order kept [5.1.1] [2.1.2]

A sender that waits for each answer gets one message at a time; one that does not, several at once, answered in order.
"""

import asyncio
import contextlib
import hashlib
import logging
import secrets
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from jingui.api.mllp_answers import english, prepared, taken
from jingui.api.mllp_frames import Broken, Limits, blocks, framed
from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_
from jingui.formats.hl7v2_ack import answers, heads
from jingui.gate import door

log = logging.getLogger(__name__)
ABREAST = 32  # messages of one connection on their way at once
CONNECTIONS = 256


@dataclass(slots=True, kw_only=True)
class Order:
    """Messages about one patient are entered one after another, in the order in which they came."""

    locks: dict[str, tuple[asyncio.Lock, list[None]]] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def of(self, patient: str) -> AsyncIterator[None]:
        """Wait until those before are entered."""
        lock, users = self.locks.setdefault(patient, (asyncio.Lock(), []))
        users.append(None)
        try:
            async with lock:
                yield
        finally:
            users.pop()
            if not users:
                self.locks.pop(patient, None)


@dataclass(slots=True, kw_only=True)
class Listener:
    """Serves connections until it is closed."""

    limits: Limits = field(default_factory=Limits)
    order: Order = field(default_factory=Order)
    open: set["asyncio.Task[None]"] = field(default_factory=set)

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None, *, shared: bool = False) -> asyncio.Server:
        """Listen, `shared` with other processes; without TLS (the wiring: on loopback only) the certificate is ""."""
        return await asyncio.start_server(
            self.connected, host, port, ssl=tls, limit=1 << 20, ssl_handshake_timeout=10 if tls else None,
            reuse_port=shared or None,
        )  # fmt: skip

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to its end."""
        task = asyncio.current_task()
        if task is None or len(self.open) >= CONNECTIONS:
            writer.close()
            return
        self.open.add(task)
        try:
            await self.serve(reader, writer)
        except (ConnectionError, TimeoutError, ssl.SSLError, asyncio.IncompleteReadError) as error:
            log.info("mllp: connection ended: %s", type(error).__name__)
        finally:
            self.open.discard(task)
            writer.close()
            with contextlib.suppress(OSError, TimeoutError, ssl.SSLError):
                await asyncio.wait_for(writer.wait_closed(), 2)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take messages, several at once when the peer sends them so, and answer in their order."""
        certificate = fingerprint(writer)
        address = str((writer.get_extra_info("peername") or ("",))[0])
        waiting: asyncio.Queue[asyncio.Task[list[bytes]] | None] = asyncio.Queue(ABREAST)
        answering = asyncio.create_task(self.answer(waiting, writer))
        try:
            async for block in blocks(reader, self.limits):
                if answering.done():
                    break
                ready = await prepared(block, certificate, address)  # in turn, so that tasks begin in their order
                await waiting.put(asyncio.create_task(taken(ready, self.order.of)))
        except Broken as broken:
            await waiting.put(asyncio.create_task(given_up(broken)))
        finally:
            await waiting.put(None)
            await answering

    async def answer(
        self, waiting: "asyncio.Queue[asyncio.Task[list[bytes]] | None]", writer: asyncio.StreamWriter
    ) -> None:
        """Send the answers in order. A peer that takes none is given up; what it sent is entered all the same."""
        lost: BaseException | None = None
        while (task := await waiting.get()) is not None:
            made = await task
            if lost is not None:
                continue
            try:
                writer.writelines([framed(one) for one in made])
                await asyncio.wait_for(writer.drain(), self.limits.write)
            except (OSError, TimeoutError, ssl.SSLError) as error:
                lost = error
                writer.transport.abort()


def fingerprint(writer: asyncio.StreamWriter) -> str:
    """SHA-256 of the peer's certificate; "" without TLS."""
    tls = writer.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    return hashlib.sha256(der).hexdigest() if der else ""


async def given_up(broken: Broken) -> list[bytes]:
    """The answer to a block that never became a message."""
    if not broken.begun:
        return []
    error = TooLarge() if broken.why == "too_large" else Invalid(N_("报文不完整，没有任何内容被更改。"))
    head = heads(broken.begun)[0]
    return answers(head, error, at=door.now(), number=secrets.token_hex(8), say=english(head))


def context(certificate: str, key: str, authorities: str) -> ssl.SSLContext:
    """TLS 1.2 at least, and a peer whose certificate one of `authorities` signed; OSError or ssl.SSLError otherwise."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.verify_mode = ssl.CERT_REQUIRED
    made.load_cert_chain(certificate, key)
    made.load_verify_locations(authorities)
    return made

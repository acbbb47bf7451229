"""五（一）1, 3 网关接收: HTTP over TLS with proven partners alone, bounded in size, time and number [5.1.1] [5.1.3]

What a request means and whether it is answered is said by who made the listener; here is only how it comes in. A peer
that is slow, half-open or endless costs its own connection and nobody else's.
"""

import asyncio
import contextlib
import hashlib
import logging
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import h11

from jingui.core.gateway_wire import PART

log = logging.getLogger(__name__)
CHUNK: Final = 64 * 1024
HEAD: Final = 16 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and numbers: for a handshake, the next request, a whole request, an answer that is taken."""

    handshake: float = 10.0
    idle: float = 60.0
    request: float = 60.0
    write: float = 30.0
    body: int = PART + CHUNK  # what is larger comes in parts
    connections: int = 256
    each: int = 16  # of one partner


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A whole request of whoever showed the certificate with this fingerprint."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    fingerprint: str  # SHA-256 (hex) of the certificate that the handshake proved
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):
    """A request that is not read to its end."""

    def __init__(self, status: int) -> None:
        """Answer `status` and close."""
        super().__init__(status)
        self.status = status


Answer = Callable[[Request], Awaitable[Reply]]


@dataclass(slots=True, kw_only=True)
class Listener:
    """Serves connections until it is closed; `open` are those under way."""

    answer: Answer
    limits: Limits = field(default_factory=Limits)
    open: set["asyncio.Task[None]"] = field(default_factory=set)
    of: Counter[str] = field(default_factory=Counter)

    async def start(self, host: str, port: int, tls: ssl.SSLContext) -> asyncio.Server:
        """Listen with TLS; there is no other way."""
        return await asyncio.start_server(
            self.connected, host, port, ssl=tls, limit=CHUNK, ssl_handshake_timeout=self.limits.handshake
        )

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection to its end."""
        task, who = asyncio.current_task(), fingerprint(writer)
        if task is None or not who or len(self.open) >= self.limits.connections or self.of[who] >= self.limits.each:
            writer.transport.abort()
            return
        self.open.add(task)
        self.of[who] += 1
        try:
            await self.serve(reader, writer, who)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, h11.ProtocolError) as error:
            log.info("gateway: connection ended: %s", type(error).__name__)
        finally:
            self.open.discard(task)
            self.of[who] -= 1
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str) -> None:
        """Requests one after another; the connection ends with the first that cannot be read."""
        wire = h11.Connection(h11.SERVER, max_incomplete_event_size=HEAD)
        address = str((writer.get_extra_info("peername") or ("",))[0])
        while True:
            try:
                request = await self.request(wire, reader, writer, who, address)
            except Refused as refused:
                await self.reply(wire, writer, Reply(status=refused.status), close=True)
                return
            except h11.RemoteProtocolError as error:
                if wire.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                    await self.reply(wire, writer, Reply(status=error.error_status_hint), close=True)
                return
            if request is None:
                return
            await self.reply(wire, writer, await self.answer(request), close=False)
            if wire.our_state is not h11.DONE or wire.their_state is not h11.DONE:
                return
            wire.start_next_cycle()

    async def request(
        self, wire: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, who: str, address: str
    ) -> Request | None:
        """The next whole request; None when the peer has no more, Refused for one that is too large or too slow."""
        head: h11.Request | None = None
        body = bytearray()
        clock = asyncio.get_running_loop()
        end = clock.time() + self.limits.idle
        while True:
            event = wire.next_event()
            if event is h11.NEED_DATA:
                if wire.they_are_waiting_for_100_continue:
                    writer.write(wire.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                try:
                    more = await asyncio.wait_for(reader.read(CHUNK), max(end - clock.time(), 0.001))
                except TimeoutError:
                    if head is None:
                        return None
                    raise Refused(408) from None
                wire.receive_data(more)
            elif isinstance(event, h11.Request):
                head, end = event, clock.time() + self.limits.request
                said = {name.decode("latin-1"): value.decode("latin-1") for name, value in event.headers}
                length = said.get("content-length", "0")
                if length.isdecimal() and int(length) > self.limits.body:
                    raise Refused(413)
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > self.limits.body:
                    raise Refused(413)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return Request(
                    method=head.method.decode("latin-1"), path=head.target.decode("latin-1"), headers=said,
                    body=bytes(body), fingerprint=who, address=address,
                )  # fmt: skip
            else:  # the peer closed, or wants another protocol
                return None

    async def reply(self, wire: h11.Connection, writer: asyncio.StreamWriter, made: Reply, *, close: bool) -> None:
        """Send an answer; nothing of it is ever kept by anybody on the way."""
        headers = [
            ("content-type", made.kind), ("content-length", str(len(made.body))), ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"), *made.headers, *((("connection", "close"),) if close else ()),
        ]  # fmt: skip
        out = wire.send(h11.Response(status_code=made.status, headers=headers)) or b""
        out += (wire.send(h11.Data(data=made.body)) or b"") + (wire.send(h11.EndOfMessage()) or b"")
        writer.write(out)
        await asyncio.wait_for(writer.drain(), self.limits.write)
        if close:
            with contextlib.suppress(OSError, TimeoutError, ssl.SSLError):
                writer.close()
                await asyncio.wait_for(writer.wait_closed(), 2)


def fingerprint(writer: asyncio.StreamWriter) -> str:
    """SHA-256 of the certificate that the peer proved; "" without one."""
    tls = writer.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    return hashlib.sha256(der).hexdigest() if der else ""

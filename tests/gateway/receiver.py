"""A partner's gateway, small and honest, or as false as a test wants it: HTTPS by hand, MLLP by hand."""

import asyncio
import hashlib
import json
import socket
import ssl
import threading
from collections import Counter
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from jingui.config import gateway_tls
from jingui.core.transmit import DeliveryReceipt
from jingui.crypto import jose
from jingui.crypto.gateway_certificates import GatewayKeys
from tests.gateway.parties import keys_of

ENDLESS = b"HTTP/1.1 200 OK\r\ncontent-type: application/jose\r\ntransfer-encoding: chunked\r\n\r\n"


class Receiver:
    """Listens on a thread with a loop of its own."""

    @staticmethod
    def free() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])

    def __init__(
        self, *, keys: GatewayKeys, partner: bytes, sign: bytes, uscc: str, port: int, kind: str = "https",
        does: str = "", cut_after: int = 0,
    ) -> None:  # fmt: skip
        self.keys, self.partner, self.sign, self.uscc, self.port = keys, partner, sign, uscc, port
        self.kind, self.does, self.cut_after = kind, does, cut_after
        self.receipts: dict[str, bytes] = {}
        self.taken: dict[str, bytes] = {}
        self.posts, self.elsewhere, self.cut = 0, 0, False
        self.puts: Counter[int] = Counter()
        self.parts: dict[str, dict[int, bytes]] = {}
        self.tls = gateway_tls.server(keys.tls, (partner,))
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[Any]] = set()

    def pretend(self, to: Any) -> None:
        """From now on show a certificate that says the same and is another."""
        other = keys_of(to.name, to.uscc)
        fresh = gateway_tls.server(other.tls, (self.partner,))
        self.tls.sni_callback = lambda made, _name, _context: setattr(made, "context", fresh)

    def __enter__(self) -> Self:
        serve = {"mllp": self.mllp}.get(self.kind, self.http)

        async def start() -> asyncio.Server:
            return await asyncio.start_server(serve, ["127.0.0.1", "127.0.0.2"], self.port, ssl=self.tls)

        self._server = self._loop.run_until_complete(start())
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                line, *fields = head.decode().split("\r\n")
                method, path, _ = line.split(" ", 2)
                headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in fields)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if not await self.answer(writer, method, path, headers, body):
                    break
        except (asyncio.IncompleteReadError, OSError, ssl.SSLError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def answer(
        self, writer: asyncio.StreamWriter, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> bool:
        if path.startswith("/elsewhere"):
            self.elsewhere += 1
        if (self.does, method) in (("redirect_parts", "PUT"), ("redirect_asking", "GET")):
            return await self.say(writer, 308, b"", more=f"location: https://127.0.0.2:{self.port}/elsewhere\r\n")
        if method == "PUT":
            message, _, number = path.removeprefix("/gateway/messages/").partition("/parts/")
            self.puts[int(number)] += 1
            if self.cut_after and sum(self.puts.values()) > self.cut_after and not self.cut:
                self.cut = True
                return False
            self.parts.setdefault(message, {})[int(number)] = body
            return await self.say(writer, 200, b"{}")
        message = path.rpartition("/")[2]
        if method == "GET":
            return await self.say(writer, 200, json.dumps({"parts": sorted(self.parts.get(message, {}))}).encode())
        self.posts += 1
        if self.does:
            return await self.falsely(writer, message)
        if self.kind == "fhir":
            self.taken[headers["x-request-id"]] = body
            return await self.say(writer, 201, b'{"resourceType":"OperationOutcome"}', kind="application/fhir+json")
        whole = body or b"".join(one for _, one in sorted(self.parts.pop(message).items()))
        parcel, _ = jose.unpack(whole, self.keys.encrypt, {jose.kid(self.sign): self.sign})
        assert str(parcel.message) == message
        assert self.taken.setdefault(message, parcel.content) == parcel.content
        made = self.receipt(parcel.message, parcel.content, parcel.sender)
        return await self.say(writer, 200, self.receipts.setdefault(message, made))

    def receipt(self, message: Any, content: bytes, sender: str) -> bytes:
        made = DeliveryReceipt(
            message=message, digest=hashlib.sha256(content).digest(), sender=sender, receiver=self.uscc,
            outcome="taken", at=datetime.now(UTC),
        )  # fmt: skip
        return jose.sign_receipt(made, self.keys.sign)

    async def say(
        self, writer: asyncio.StreamWriter, status: int, body: bytes, *, kind: str = "application/jose", more: str = ""
    ) -> bool:
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        return True

    async def falsely(self, writer: asyncio.StreamWriter, message: str) -> bool:
        from uuid import UUID, uuid4

        match self.does:
            case "redirect":
                return await self.say(writer, 307, b"", more=f"location: https://localhost:{self.port}/elsewhere\r\n")
            case "redirect_loopback":
                return await self.say(writer, 302, b"", more="location: http://127.0.0.1/elsewhere\r\n")
            case "silent":
                await asyncio.sleep(60)
            case "close":
                return False
            case "half":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/jose\r\ncontent-length: 400\r\n\r\nabc")
                await writer.drain()
                await asyncio.sleep(60)
            case "endless":
                writer.write(ENDLESS)
                for _ in range(2000):
                    await asyncio.sleep(0)
                    if writer.is_closing():
                        break
                    writer.write(b"1000\r\n" + b"a" * 4096 + b"\r\n")
                    await writer.drain()
            case "html":
                return await self.say(writer, 200, b"<html>welcome</html>", kind="text/html")
            case "busy":
                return await self.say(writer, 503, b"{}", more="retry-after: 7\r\n")
            case "late":
                return await self.say(writer, 409, b'{"code":"late"}', kind="application/json")
            case "false_receipt":
                other = keys_of("他人", self.uscc)
                made = DeliveryReceipt(message=UUID(message), digest=bytes(32), sender="", receiver=self.uscc,
                                       outcome="taken", at=datetime.now(UTC))  # fmt: skip
                return await self.say(writer, 200, jose.sign_receipt(made, other.sign))
            case "other_receipt":
                return await self.say(writer, 200, self.receipt(uuid4(), b"<xml/>", "x"))
            case "empty":
                return await self.say(writer, 200, b"")
            case "garbage":
                writer.write(b"\x00\x01\x02 no http at all\r\n\r\n")
                await writer.drain()
        return False

    async def mllp(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            block = (await reader.readuntil(b"\x1c\r")).removeprefix(b"\x0b").removesuffix(b"\x1c\r")
            self.posts += 1
            number = block.split(b"|")[9]
            code = b"AR" if self.does == "reject" else b"AA"
            about = b"other" if self.does == "other_receipt" else number
            if not self.does:
                self.taken[number.decode()] = block
            writer.write(b"\x0bMSH|^~\\&|C|D|A|B|20261123||ACK|1|P|2.5\rMSA|" + code + b"|" + about + b"\r\x1c\r")
            await writer.drain()
        except (asyncio.IncompleteReadError, OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

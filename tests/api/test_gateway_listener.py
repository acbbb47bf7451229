"""五（一）1: the gateway's listener: proven peers alone, bounded requests, nobody holds anybody else [5.1.1]"""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jingui.api.gateway_listener import Limits, Listener, Reply, Request
from jingui.config import gateway_tls
from jingui.core.gateway_wire import PART
from jingui.crypto.certificates import fingerprint
from tests.gateway.parties import keys_of

HOUSE, ONE, TWO = keys_of("甲", "A"), keys_of("乙", "B"), keys_of("丙", "C")
QUICK = Limits(idle=1.0, request=1.0, write=2.0, each=3)
Speak = Callable[[bytes], Awaitable[bytes]]


def with_listener(what: Callable[[Any, list[Request]], Awaitable[Any]], limits: Limits = QUICK) -> Any:
    """Run `what` beside a listener that answers with what it heard."""
    heard: list[Request] = []

    async def answer(request: Request) -> Reply:
        heard.append(request)
        return Reply(status=200, body=f"{request.method} {len(request.body)}".encode())

    async def all_of_it() -> Any:
        listener = Listener(answer=answer, limits=limits)
        server = await listener.start("127.0.0.1", 0, gateway_tls.server(HOUSE.tls, (ONE.tls.certificate,)))
        port = server.sockets[0].getsockname()[1]

        async def join(who: Any = ONE) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            made = gateway_tls.client(who.tls, (fingerprint(HOUSE.tls.certificate),), (HOUSE.tls.certificate,))
            return await asyncio.open_connection("127.0.0.1", port, ssl=made, server_hostname="localhost")

        try:
            return await what(join, heard)
        finally:
            server.close()
            for task in list(listener.open):
                task.cancel()
            await asyncio.gather(*listener.open, return_exceptions=True)
            assert not any(listener.of.values())

    return asyncio.run(all_of_it())


async def said(join: Any, data: bytes, seconds: float = 5) -> bytes:
    """Everything that is answered to `data` until the other side closes or `seconds` pass."""
    reader, writer = await join()
    writer.write(data)
    got = b""
    try:
        async with asyncio.timeout(seconds):
            while piece := await reader.read(65_536):
                got += piece
    except (TimeoutError, OSError):
        pass
    writer.transport.abort()
    return got


def post(body: bytes, path: str = "/gateway/messages/1", more: bytes = b"") -> bytes:
    return f"POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n".encode() + more + b"\r\n" + body


def test_requests_one_after_another_on_a_connection() -> None:
    async def what(join: Any, heard: list[Request]) -> bytes:
        return await said(join, post(b"abc") + post(b"") + b"GET /a HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")

    async def both(join: Any, heard: list[Request]) -> tuple[bytes, list[Request]]:
        return await what(join, heard), heard

    got, heard = with_listener(both)
    assert got.count(b"HTTP/1.1 200") == 3
    assert b"POST 3" in got
    assert got.endswith(b"GET 0")
    assert [one.method for one in heard] == ["POST", "POST", "GET"]
    assert {one.fingerprint for one in heard} == {fingerprint(ONE.tls.certificate)}
    assert heard[0].headers["host"] == "x"


def test_strangers_are_not_heard() -> None:
    async def what(join: Any, heard: list[Request]) -> list[Request]:
        try:
            reader, writer = await join(TWO)
            writer.write(post(b"abc"))
            assert not await reader.read(100)  # TLS 1.3 tells of it only now
        except (OSError, ssl.SSLError):
            pass
        return heard

    assert with_listener(what) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (post(b"", more=b"") .replace(b"content-length: 0", b"content-length: 99999999"), b"413"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n" + b"100000\r\n" + bytes(0x100000) + b"\r\n"
         + b"100000\r\n" + bytes(0x100000) + b"\r\n0\r\n\r\n", b"413"),
        (b"GET / HTTP/1.1\r\nhost: x\r\na: " + b"b" * 100_000 + b"\r\n\r\n", b"431"),
        (b"\x00\x01 no http\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nabcdef", b"400"),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", b"400"),
        (post(b"")[:-2] + b"expect: x\r\n\r\n", b"200"),
    ],
)  # fmt: skip
def test_what_is_too_much_or_no_request_is_told_so(data: bytes, status: bytes) -> None:
    async def what(join: Any, heard: list[Request]) -> bytes:
        return await said(join, data, 3)

    assert with_listener(what).split(b" ")[1] == status


def test_slow_and_half_open_peers_hold_their_own_connection_only() -> None:
    async def what(join: Any, heard: list[Request]) -> tuple[float, bytes, bytes]:
        reader, writer = await join()
        writer.write(post(bytes(1000))[:200])  # never ends
        began = time.monotonic()
        other = await said(join, post(b"abc", more=b"connection: close\r\n"))
        quick = time.monotonic() - began
        slow = await asyncio.wait_for(reader.read(1000), 4)
        writer.transport.abort()
        return quick, other, slow

    quick, other, slow = with_listener(what)
    assert quick < 0.9
    assert b"POST 3" in other
    assert slow.startswith(b"HTTP/1.1 408")


def test_one_partner_has_so_many_connections_and_no_more() -> None:
    async def what(join: Any, heard: list[Request]) -> list[bytes]:
        held = [await join() for _ in range(3)]
        await asyncio.sleep(0.1)
        more = await said(join, post(b"abc"), 1)
        for _, writer in held:
            writer.transport.abort()
        await asyncio.sleep(0.2)
        return [more, await said(join, post(b"abc", more=b"connection: close\r\n"), 2)]

    more, later = with_listener(what)
    assert more == b""
    assert b"POST 3" in later


def test_a_part_fits_and_answers_are_kept_by_nobody() -> None:
    async def what(join: Any, heard: list[Request]) -> bytes:
        return await said(join, post(bytes(PART), more=b"connection: close\r\n"))

    got = with_listener(what)
    assert got.endswith(f"POST {PART}".encode())
    assert b"cache-control: no-store" in got

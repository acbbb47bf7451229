"""五（一）3: what is said of an attempt that did not arrive leads whoever reads it to the right place [5.1.3]"""

import asyncio
import ssl

import httpx
import pytest

from jingui.carry.undelivered import Undelivered, problem_of


def caused(outer: Exception, inner: BaseException) -> Exception:
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ssl.SSLCertVerificationError("not pinned"), "tls"),
        (ssl.SSLError(1, "handshake failure"), "tls"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "broken"),
        (caused(httpx.ConnectError("x"), ssl.SSLEOFError(8, "EOF")), "broken"),
        (caused(httpx.ConnectError("x"), ssl.SSLCertVerificationError("not pinned")), "tls"),
        (caused(httpx.ConnectError("x"), ConnectionRefusedError()), "unreachable"),
        (caused(httpx.ReadError("x"), ConnectionResetError()), "broken"),
        (httpx.ConnectTimeout("x"), "timeout"),
        (caused(OSError(), Undelivered("redirect")), "redirect"),
    ],
)
def test_each_kind_is_told(error: Exception, problem: str) -> None:
    """A link that was cut is not told as a wrong certificate."""
    assert problem_of(error) == problem


@pytest.mark.parametrize("after", [0, 1, 200])
def test_a_cut_in_the_middle_of_a_handshake(after: int) -> None:
    """As a real link does it: the other end goes away, politely or not."""

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if after:
            await reader.read(after)
        writer.close()

    async def asked() -> str:
        server = await asyncio.start_server(joined, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, httpx.AsyncClient(trust_env=False) as client:
            with pytest.raises(httpx.HTTPError) as caught:
                await client.get(f"https://127.0.0.1:{port}/")
        return problem_of(caught.value)

    assert asyncio.run(asked()) == "broken"

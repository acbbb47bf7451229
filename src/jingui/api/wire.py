"""Raw ASGI, as little as the data plane needs: one request in, one answer out [5.1.2]"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from jingui.core.errors import Invalid, TooLarge
from jingui.core.word import N_

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
BODY_SECONDS = 60.0  # for a whole body: a sender that drips holds nothing for longer
MAX_BODY = 16 * 1024 * 1024
FHIR_JSON = b"application/fhir+json; charset=utf-8"
JSON = b"application/json; charset=utf-8"
NO_STORE = (b"cache-control", b"no-store")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status, body and headers of one answer; every answer is no-store."""

    status: int = 200
    body: bytes = b""
    kind: bytes = FHIR_JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a handler sees. Header names are lower case."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    client: str
    body: bytes = b""
    base: str = ""
    parts: tuple[str, ...] = field(default=())

    def pairs(self) -> list[tuple[str, str]]:
        """The decoded query parameters; Invalid for bytes that are no UTF-8."""
        return pairs_of(self.query)


class TooSlow(Invalid):
    """The body did not arrive in time."""

    status = 408
    code = "timeout"
    message = N_("请求在规定时间内没有完整送达，没有任何内容被更改。")


def pairs_of(raw: bytes) -> list[tuple[str, str]]:
    """Decoded (name, value) pairs of a query or form; Invalid when it is none."""
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except (UnicodeDecodeError, ValueError) as error:
        raise Invalid(N_("请求地址无法识别。")) from error


def request_of(scope: Scope, path: str, body: bytes = b"") -> Request:
    """The request of an ASGI scope."""
    headers = dict(scope["headers"])
    client = scope.get("client")
    host = headers.get(b"host", b"localhost").decode("latin-1")
    return Request(
        scope["method"], path, scope["query_string"], headers, client[0] if client else "", body,
        f"{scope.get('scheme', 'http')}://{host}",
    )  # fmt: skip


async def body_of(scope: Scope, receive: Receive) -> bytes:
    """The whole body; TooLarge as soon as it is longer than the limit, so memory stays small."""
    declared = dict(scope["headers"]).get(b"content-length")
    if declared is not None and (not declared.isdigit() or int(declared) > MAX_BODY):
        raise TooLarge()
    parts: list[bytes] = []
    size = 0
    limit = asyncio.get_running_loop().time() + BODY_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(limit):
                message = await receive()
        except TimeoutError as error:
            raise TooSlow() from error
        if message["type"] != "http.request":
            raise Invalid(N_("请求没有完整送达，没有任何内容被更改。"))
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise TooLarge()
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts) if len(parts) > 1 else parts[0]


async def send_answer(send: Send, answer: Answer, *, head: bool = False) -> None:
    """Send one answer; a HEAD request gets its headers only."""
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [
                (b"content-type", answer.kind), (b"content-length", b"%d" % len(answer.body)), NO_STORE,
                (b"x-content-type-options", b"nosniff"), *answer.headers,
            ],
        }
    )  # fmt: skip
    await send({"type": "http.response.body", "body": b"" if head else answer.body})

"""五（一）3 网关互联: a parcel to another gateway over HTTPS, in parts when it is large; its receipt [5.1.1] [5.1.3]

No redirect is followed, no proxy of the surroundings is used, no answer is read beyond its limit.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

import httpx
import orjson

from jingui.carry.carried import Arrived, Proofs, seen
from jingui.carry.places import Place, place
from jingui.carry.undelivered import Undelivered, problem_of
from jingui.core.gateway_wire import JOSE, MESSAGES, PART, RETRY, TOTAL
from jingui.core.sending import PROBLEMS, Consignment

MOST_ANSWER: Final = 64 * 1024
CONNECT: Final = 10.0
KIND: Final = {"content-type": JOSE}
BUSY: Final = frozenset({408, 425, 429, 502, 503, 504})


class Said(NamedTuple):
    """An answer, and the certificate that its sender showed (SHA-256, hex)."""

    status: int
    headers: httpx.Headers
    body: bytes
    peer: str


@asynccontextmanager
async def client(at: Place, consignment: Consignment, proofs: Proofs) -> AsyncIterator[httpx.AsyncClient]:
    """A client for one attempt: connected by number, proven by name and pinned certificate."""
    transport = httpx.AsyncHTTPTransport(verify=proofs.tls(consignment), http1=True, http2=False, retries=0)
    async with httpx.AsyncClient(
        transport=transport, base_url=at.origin, follow_redirects=False, trust_env=False,
        headers={"host": at.named, "user-agent": "jingui-gateway", "accept-encoding": "identity"},
        timeout=httpx.Timeout(consignment.seconds, connect=min(CONNECT, consignment.seconds)),
    ) as made:  # fmt: skip
        yield made


async def asked(
    using: httpx.AsyncClient,
    at: Place,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> Said:
    """One request and its answer, bounded; Undelivered for a redirect, a busy or an endless answer."""
    try:
        async with using.stream(
            method, path, content=body or None, headers=headers, extensions={"sni_hostname": at.host}
        ) as answer:
            peer = seen(answer.extensions["network_stream"].get_extra_info("ssl_object"))
            got = bytearray()
            async for piece in answer.aiter_raw():
                got += piece
                if len(got) > MOST_ANSWER:
                    raise Undelivered("answer", said="too long")
    except httpx.HTTPError as error:
        raise Undelivered(problem_of(error), said=type(error).__name__) from error
    if answer.is_redirect or 300 <= answer.status_code < 400:
        raise Undelivered("redirect", said=str(answer.status_code))
    if answer.status_code in BUSY:
        raise Undelivered("busy", wait=seconds(answer.headers.get(RETRY, "")), said=str(answer.status_code))
    return Said(answer.status_code, answer.headers, bytes(got), peer)


def seconds(text: str) -> int:
    """A wait that was asked for; 0 for what is no number."""
    return min(int(text), 3600) if text.isdecimal() and len(text) < 8 else 0


async def deliver(consignment: Consignment, proofs: Proofs) -> Arrived:
    """The receipt of a delivery, or Undelivered."""
    at = await place(consignment)
    path = f"{MESSAGES}{consignment.message}"
    async with client(at, consignment, proofs) as using:
        if len(consignment.body) > PART:
            await parts(using, at, path, consignment.body)
            status, headers, got, _ = await asked(using, at, "POST", path, headers=KIND)
        else:
            status, headers, got, _ = await asked(using, at, "POST", path, body=consignment.body, headers=KIND)
    if status == 200 and headers.get("content-type", "").partition(";")[0].strip() == JOSE and got:
        return Arrived(receipt=got)
    raise Undelivered(refusal(got), said=str(status))


async def parts(using: httpx.AsyncClient, at: Place, path: str, body: bytes) -> None:
    """Send what the receiver has not got yet."""
    total = -(-len(body) // PART)
    status, _, got, _ = await asked(using, at, "GET", path)
    there = have(got) if status == 200 else frozenset()
    for n in range(total):
        if n in there:
            continue
        piece = body[n * PART : (n + 1) * PART]
        status, _, got, _ = await asked(
            using, at, "PUT", f"{path}/parts/{n}", body=piece,
            headers={TOTAL: str(total), "content-type": "application/octet-stream"},
        )  # fmt: skip
        if status not in (200, 201, 204):
            raise Undelivered(refusal(got), said=str(status))


def have(answer: bytes) -> frozenset[int]:
    """The parts that an answer names; none for an answer that says something else."""
    try:
        said: Any = orjson.loads(answer)
        found = said["parts"]
        return frozenset(one for one in found if isinstance(one, int))
    except (ValueError, TypeError, KeyError):
        return frozenset()


def refusal(answer: bytes) -> str:
    """The row that a refusal's code stands for; it is no receipt, so nobody believes it further than that."""
    try:
        said: Any = orjson.loads(answer)
        code = str(said.get("reason") or said.get("code") or "")
    except (ValueError, TypeError, AttributeError):
        return "answer"
    return code if code in PROBLEMS and not PROBLEMS[code].stops else "answer"

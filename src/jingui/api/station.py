"""二（二）3 停机应急: what a ward's station asks of the house: is it well, a summary, taking what was read [2.2.3]"""

import asyncio
import base64
import logging
from datetime import datetime
from typing import Any

import orjson

from jingui.api.reply import plain
from jingui.api.wire import JSON, Answer, Receive, Request, Scope, Send, body_of, request_of, send_answer
from jingui.core.downtime import Delivered, Delivery, SealedSummary, SummaryRequest
from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn
from jingui.core.operation import Actor, Operation
from jingui.core.word import N_
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import door

log = logging.getLogger(__name__)


async def route(request: Request, parts: list[str]) -> Answer:
    """Answer one request under /station/."""
    match (request.method, parts):
        case ("GET" | "HEAD", ["health"]):
            return await health()
        case ("POST", ["summary"]):
            return await summary(request, await authenticated(request))
        case ("POST", ["deliver"]):
            return await deliver(request, await authenticated(request))
    raise NotFound()


async def health() -> Answer:
    """Whether reads can be entered and released now: public, without any content; 503 otherwise."""
    well = await door.evidence.awell()
    return Answer(
        status=200 if well else 503, body=orjson.dumps({"well": well, "at": door.now().isoformat()}), kind=JSON
    )


async def summary(request: Request, actor: Actor) -> Answer:
    """The ward's sealed summary."""
    asked = fields(request)
    data = SummaryRequest(size=number(asked, "size"), last=leaf(asked, "last"))
    operation = Operation(actor=actor, verb=Verb.SUMMARISE, at=door.now(), purpose=Purpose.TREATMENT, data=data)
    result = await door.aread(operation)
    made: SealedSummary = result.value
    body = {"until": made.until.isoformat(), "patients": made.patients, "box": base64.b64encode(made.data).decode()}
    return Answer(body=orjson.dumps(body), kind=JSON, headers=((b"x-jingui-entry", result.trace.entry.encode()),))


async def deliver(request: Request, actor: Actor) -> Answer:
    """Take lines of the station's ledger."""
    asked = fields(request)
    lines = asked.get("lines")
    if not isinstance(lines, list) or not all(isinstance(one, str) for one in lines):
        raise wrong("lines")
    data = Delivery(
        start=number(asked, "start"), lines=tuple(one.encode() for one in lines), size=number(asked, "size"),
        last=leaf(asked, "last"), at=time(asked),
    )  # fmt: skip
    operation = Operation(actor=actor, verb=Verb.DELIVER_DOWNTIME, at=door.now(), purpose=Purpose.OPERATION, data=data)
    taken: Delivered = (await asyncio.to_thread(door.write, operation)).value
    body = {"next": taken.next, "accepted": taken.accepted, "flaws": [str(one) for one in taken.flaws]}
    return Answer(body=orjson.dumps(body), kind=JSON)


async def authenticated(request: Request) -> Actor:
    """The station's interface account by its bearer token."""
    kind, _, token = request.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotSignedIn()
    return await door.aauthenticate(token.strip(), request.client, Entrance.STATION)


def fields(request: Request) -> dict[str, Any]:
    """The request's JSON object."""
    try:
        found = orjson.loads(request.body)
    except ValueError as error:
        raise wrong("body") from error
    if not isinstance(found, dict):
        raise wrong("body")
    return found


def wrong(where: str) -> Invalid:
    """The error that names a place of the request."""
    return Invalid(places=((where, N_("内容不符合要求")),))


def number(asked: dict[str, Any], name: str) -> int:
    """A whole number of the ledger."""
    found = asked.get(name)
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found < 1 << 53:
        raise wrong(name)
    return found


def leaf(asked: dict[str, Any], name: str) -> bytes:
    """A leaf hash in hex."""
    try:
        found = bytes.fromhex(str(asked.get(name, "")))
    except ValueError as error:
        raise wrong(name) from error
    if len(found) != 32:
        raise wrong(name)
    return found


def time(asked: dict[str, Any]) -> datetime:
    """The station's own clock."""
    try:
        found = datetime.fromisoformat(str(asked.get("at", "")))
    except ValueError as error:
        raise wrong("at") from error
    if found.tzinfo is None:
        raise wrong("at")
    return found


def failure(request: Request, error: JinguiError) -> Answer:
    """An error as JSON with the rule's reason: the station shows it."""
    return plain(request, error, reason=getattr(error, "reason", ""))


async def handle(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application under /station/."""
    request = request_of(scope, scope["path"])
    try:
        if request.method == "POST":
            request = request_of(scope, scope["path"], await body_of(scope, receive))
        answer = await route(request, scope["path"].removeprefix("/station/").split("/"))
    except JinguiError as error:
        answer = failure(request, error)
    except Exception:
        log.exception("unexpected")
        answer = failure(request, JinguiError())
    await send_answer(send, answer, head=request.method == "HEAD")

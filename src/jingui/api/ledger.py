"""一（三）3, 四（一）2: checkpoints, places and proofs over HTTP [1.3.3] [4.1.2] [7.1.2]

Public: checkpoint, key, consistency, and an entry's place, proof and receipt by its own id (an opaque id that only who
was answered under it knows; the head names nobody). With a token: a target's line, opened parts, tiles.
"""

import logging
from collections.abc import Mapping
from typing import Any

import orjson

from jingui.api.fhir import authenticated
from jingui.api.reply import plain
from jingui.api.wire import JSON, Answer, Receive, Request, Scope, Send, request_of, send_answer
from jingui.core.errors import Invalid, JinguiError, NotFound
from jingui.core.operation import Operation
from jingui.core.oversee import Placed, ProofRequest
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.gate import door

log = logging.getLogger(__name__)
TEXT = b"text/plain; charset=utf-8"
TILE = b"application/octet-stream"


class MethodRefused(Invalid):
    """Evidence is read, never written by request."""

    status = 405
    code = "method"
    message = N_("存证台账只能查阅。")


async def route(request: Request, parts: list[str]) -> Answer:
    """Answer one request under /ledger/."""
    evidence = door.evidence
    match parts:
        case ["checkpoint"]:
            return Answer(body=(await evidence.acheckpoint()).encode(), kind=TEXT)
        case ["key"]:
            return Answer(body=evidence.key().encode() + b"\n", kind=TEXT)
        case ["entry", entry]:
            return strip(await evidence.aplaced(entry))
        case ["receipt", entry]:
            return json(await evidence.areceipt(entry, door.now()))
        case ["consistency"]:
            asked = dict(request.pairs())
            return json(await evidence.aconsistency(number(asked, "from"), number(asked, "to", "0")))
        case ["proof", entry]:
            return await line(request, entry)
        case ["tile", level, index]:
            await authenticated(request)
            where = {"level": level, "index": index}
            return Answer(body=await evidence.atile(number(where, "level"), number(where, "index")), kind=TILE)
    raise NotFound()


async def line(request: Request, entry: str) -> Answer:
    """The governed proof: of an entry, or of one target of it (`position`), with the private part if `opened=1`."""
    actor = await authenticated(request)
    asked = dict(request.pairs())
    position = number(asked, "position") if "position" in asked else None
    opened, mine = asked.get("opened") == "1", asked.get("mine") == "1"
    data = ProofRequest(entry=entry, position=position, opened=opened, mine=mine)
    operation = Operation(
        actor=actor, verb=Verb.READ_LEDGER, at=door.now(), purpose=purpose(asked.get("purpose", "oversight")),
        data=data,
    )  # fmt: skip
    result = await door.aread(operation)
    placed: Placed = result.value
    answer = strip(placed)
    return Answer(
        status=answer.status, body=answer.body, kind=JSON, headers=((b"x-jingui-entry", result.trace.entry.encode()),)
    )


def strip(placed: Placed) -> Answer:
    """What the page's strip expects; 202 while the entry is committed but has no place yet."""
    if placed.index is None or placed.at is None:
        return json({"index": None}, 202)
    return json(
        {
            "index": placed.index, "size": placed.size, "time": placed.at.isoformat(), "checkpoint": placed.checkpoint,
            "key": placed.key, "proof": placed.proof,
        }
    )  # fmt: skip


def json(value: Mapping[str, Any], status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status=status, body=orjson.dumps(value), kind=JSON)


def number(asked: Mapping[str, str], name: str, default: str = "") -> int:
    """A decimal number of the request; Invalid otherwise."""
    text = asked.get(name, default)
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Invalid(places=((name, N_("必须是非负整数。")),))
    return int(text)


def purpose(text: str) -> Purpose:
    """The stated purpose; Invalid for none of ours."""
    try:
        return Purpose(text)
    except ValueError as error:
        raise Invalid(places=(("purpose", N_("没有这种目的。")),)) from error


async def handle(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application under /ledger/."""
    request = request_of(scope, scope["path"])
    try:
        if request.method not in ("GET", "HEAD"):
            raise MethodRefused()
        answer = await route(request, scope["path"].removeprefix("/ledger/").split("/"))
    except JinguiError as error:
        answer = plain(request, error)
    except Exception:
        log.exception("unexpected")
        answer = plain(request, JinguiError())
    await send_answer(send, answer, head=request.method == "HEAD")

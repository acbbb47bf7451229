"""五（一）3 网关接收: what partners' requests mean, asked of the door; answered after the commit [5.1.3] [5.1.2]"""

import asyncio
import gc
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import orjson

from jingui.api.gateway_listener import Reply, Request
from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn, Unavailable
from jingui.core.gateway_wire import JOSE, MESSAGES, RETRY, TIME, TOTAL
from jingui.core.operation import Actor, Operation
from jingui.core.receiving import Answered, AskParts, Connected, Delivery, Late, PartDelivery
from jingui.core.words import Purpose, Verb
from jingui.gate import door

log = logging.getLogger(__name__)
HANDS: Final = 8  # threads that talk to the door
#: And those that put large messages together: what one of them takes in memory is taken once, however many come.
LARGE: Final = 1
Proven = Callable[[str, str], tuple[Connected, Actor] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiving:
    """Answers requests. `proven` says who a certificate's fingerprint and address are; `stranger` acts for nobody."""

    proven: Proven
    stranger: Callable[[str], Actor]
    hands: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(HANDS, "receive"))
    large: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(LARGE, "receive-large"))

    async def answer(self, request: Request) -> Reply:
        """A receipt, the parts that are there, or why not."""
        whole = request.method == "POST" and not request.body  # its parts are there already
        loop = asyncio.get_running_loop()
        return await (
            loop.run_in_executor(self.large, self.large_said, request) if whole
            else loop.run_in_executor(self.hands, self.said, request)
        )  # fmt: skip

    def large_said(self, request: Request) -> Reply:
        """The same for a large message; what is left of it in cycles (errors, trees) goes before the next begins."""
        try:
            return self.said(request, large=True)
        finally:
            gc.collect()

    def said(self, request: Request, *, large: bool = False) -> Reply:
        """The same, on a thread: nothing on the loop waits for a commit."""
        try:
            found = self.proven(request.fingerprint, request.address)
            by, actor = found or (Connected(partner=0, uscc="", fingerprint=""), self.stranger(request.address))
            operation = Operation(
                actor=actor, verb=Verb.RECEIVE, at=door.now(), purpose=Purpose.OPERATION, data=asked(request, by)
            )
            answered: Answered = door.write(operation).value
        except JinguiError as error:
            return refusal(error)
        except Exception:  # a request that breaks something must not break the listener
            log.exception("gateway: %s", request.method)
            return refusal(JinguiError())
        finally:
            door.let_go(end=large)
        if answered.receipt:
            return Reply(status=200, body=answered.receipt, kind=JOSE)
        return Reply(status=200, body=orjson.dumps({"parts": answered.parts}))


def asked(request: Request, by: Connected) -> Delivery | PartDelivery | AskParts:
    """What a request asks; NotFound for an address that is none, Invalid for a number that is none."""
    rest = request.path.removeprefix(MESSAGES)
    if rest == request.path:
        raise NotFound()
    word, parts, number = rest.partition("/parts/")
    try:
        message = UUID(word)
    except ValueError as error:
        raise NotFound() from error
    if str(message) != word:
        raise NotFound()
    match request.method, bool(parts):
        case "POST", False:
            return Delivery(by=by, message=message, body=request.body)
        case "GET", False:
            return AskParts(by=by, message=message)
        case "PUT", True:
            total = request.headers.get(TOTAL, "")
            if not small(number) or not small(total):
                raise Invalid(places=(("parts", number[:20]),))
            return PartDelivery(by=by, message=message, n=int(number), total=int(total), body=request.body)
    raise NotFound()


def small(text: str) -> bool:
    """Whether a text is a number that counts parts."""
    return text.isascii() and text.isdecimal() and len(text) <= 5


def refusal(error: JinguiError) -> Reply:
    """An error as the other gateway reads it: its code and reason, and when to come again; nothing of the request."""
    said: dict[str, Any] = {"code": error.code, "message": error.message, "next": error.next_step}
    headers: list[tuple[str, str]] = []
    if reason := getattr(error, "reason", "") or error.data.get("reason", ""):
        said["reason"] = reason
    if isinstance(error, Late):
        headers.append((TIME, str(error.data.get("now", ""))))
    if isinstance(error, Unavailable):
        headers.append((RETRY, "5"))
    status = 403 if isinstance(error, NotSignedIn) else error.status
    return Reply(status=status, body=orjson.dumps(said), headers=tuple(headers))

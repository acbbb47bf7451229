"""三（一）2 库房环境: sensors deliver their readings: JSON or CSV, in batches, each reading once [3.1.2] [2.1.2]

POST /sensors/readings with `Authorization: Bearer <token>`. JSON: {"readings":[{"at":"2026-11-23T08:00:00+08:00",
"value":21.5},…]}; CSV (text/csv): a line `at,value` for each. The answer counts what was new and what was known.
"""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import replace
from time import monotonic
from typing import Any, Final

import orjson

from jingui.api.reply import plain, translator
from jingui.api.wire import JSON, Answer, Receive, Request, Scope, Send, body_of, request_of, send_answer
from jingui.core.climate import Reading, Taken, TakeReadings
from jingui.core.climate_batches import MOST, lines_of, moment, number, wrong
from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn, Refused, TooLarge
from jingui.core.operation import Actor, Operation
from jingui.core.word import N_
from jingui.core.words import Entrance, Purpose, Strength, Verb
from jingui.gate import door

log = logging.getLogger(__name__)
LARGEST: Final = 1024 * 1024  # bytes of a batch: 20,000 readings of 50
LONGEST: Final = 100  # of a token
KNOWN: Final = 10_000  # senders that are remembered


class TooOften(Invalid):
    """The sender asks more often than it may."""

    status = 429
    code = "too_often"
    message = N_("送数过于频繁，这一次没有接收。")
    next_step = N_("请合并后再送。")


class Pace:
    """How often each sender came within this minute; the oldest sender is forgotten first."""

    def __init__(self, most: int, seconds: float = 60.0) -> None:
        """`most` times in `seconds`."""
        self.most, self.seconds = most, seconds
        self._seen: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def check(self, who: bytes) -> None:
        """TooOften when they came too often."""
        now = monotonic()
        since, count = self._seen.pop(who, (now, 0))
        if now - since > self.seconds:
            since, count = now, 0
        self._seen[who] = (since, count + 1)
        if len(self._seen) > KNOWN:
            self._seen.popitem(last=False)
        if count >= self.most:
            raise TooOften()


unknown = Pace(30)  # refused deliveries by address: each is entered, so a guesser must not fill the ledger
each = Pace(120)  # deliveries by token, before any setting is asked


async def deliver(request: Request) -> Answer:
    """Take a batch in the name of the sensor whose token it is."""
    kind, _, token = request.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    stranger = request.client.encode()
    if kind.lower() != "bearer" or not token.strip() or len(token) > LONGEST:
        unknown.check(stranger)
        raise NotSignedIn()
    digest = door.token_digest(token.strip())
    each.check(digest)
    csv = request.headers.get(b"content-type", b"").split(b";")[0].strip().lower() == b"text/csv"
    readings = lines_of(request.body) if csv else objects_of(request.body)
    actor = Actor(
        name="public:sensor", strength=Strength.TOKEN, entrance=Entrance.PUBLIC, address=request.client,
    )  # fmt: skip
    operation = Operation(
        actor=actor, verb=Verb.TAKE_READINGS, at=door.now(), purpose=Purpose.OPERATION,
        data=TakeReadings(token=digest, readings=readings),
    )  # fmt: skip
    if not await asyncio.to_thread(door.due.delivers, digest):
        unknown.check(stranger)
    try:
        result = await asyncio.to_thread(door.write, operation)
    except Refused as error:
        raise NotSignedIn(entry=error.data.get("entry", "")) from error  # whether it ever was a token is nobody's
    taken: Taken = result.value
    body = {"new": taken.new, "known": taken.known, "other": taken.other, "absurd": taken.absurd}
    return Answer(body=orjson.dumps(body), kind=JSON, headers=((b"x-jingui-entry", result.trace.entry.encode()),))


def objects_of(body: bytes) -> tuple[Reading, ...]:
    """Readings of a JSON batch; Invalid names the first that is none."""
    try:
        found: Any = orjson.loads(body)
    except ValueError as error:
        raise wrong("body") from error
    rows = found.get("readings") if isinstance(found, dict) else None
    if not isinstance(rows, list):
        raise wrong("readings")
    if len(rows) > MOST:
        raise TooLarge()
    return tuple(reading(n, one) for n, one in enumerate(rows))


def reading(n: int, one: object) -> Reading:
    """One reading of a JSON batch."""
    if not isinstance(one, dict):
        raise wrong(f"readings[{n}]")
    value = one.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong(f"readings[{n}].value")
    return Reading(at=moment(str(one.get("at", "")), f"readings[{n}].at"), value=number(value, f"readings[{n}].value"))


def failure(request: Request, error: JinguiError) -> Answer:
    """An error as JSON with the readings that are none; whoever comes too often is told to wait."""
    say = translator(request)
    places = [{"at": where, "why": say(what)} for where, what in error.places] if isinstance(error, Invalid) else []
    answer = plain(request, error, places=places)
    return replace(answer, headers=((b"retry-after", b"60"),)) if isinstance(error, TooOften) else answer


async def handle(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application under /sensors/."""
    request = request_of(scope, scope["path"])
    try:
        if request.method != "POST" or request.path != "/sensors/readings":
            raise NotFound()
        declared = request.headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > LARGEST:
            raise TooLarge()
        body = await body_of(scope, receive)
        if len(body) > LARGEST:
            raise TooLarge()
        answer = await deliver(request_of(scope, scope["path"], body))
    except JinguiError as error:
        answer = failure(request, error)
    except Exception as error:  # noqa: BLE001 -- whatever it was: its kind is logged, never its text
        log.error("unexpected %s", type(error).__name__)
        answer = failure(request, JinguiError())
    await send_answer(send, answer)

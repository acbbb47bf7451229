"""五（一）: FHIR create, update, transaction and batch [5.1.2] [2.2.3] [2.2.4]"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from jingui.api.fhir_read import NUMBER, asked, target_for
from jingui.api.reply import failure, unexpected
from jingui.api.wire import Answer, Request, pairs_of
from jingui.core.enter import Change, Made, Submission
from jingui.core.errors import Invalid, JinguiError, PreconditionFailed, Unprocessable
from jingui.core.operation import Actor, Target
from jingui.core.word import N_
from jingui.core.words import Verb
from jingui.formats import fhir_json
from jingui.formats.fhir_answer import Done, response
from jingui.formats.fhir_bundle import EntryRequest, linked, unpack
from jingui.formats.validate import validate
from jingui.gate import door

Route = Callable[[Request, Actor, list[str]], Awaitable[Answer]]
REPRESENTATION = ("_format", "_pretty")
AT_ONCE = 16  # entries of one batch under way together: a thousand must not hold up everybody else's reads
KINDS = (b"application/fhir+json", b"application/json", b"application/json+fhir")


def parsed(request: Request) -> dict[str, object]:
    """The body as a resource; Invalid for another media type, charset, duplicate keys, NaN, depth."""
    check_kind(request)
    return fhir_json.parse(request.body)


def check_kind(request: Request) -> None:
    """Raise Invalid for a body that does not say it is FHIR JSON in UTF-8."""
    kind, _, parameters = request.headers.get(b"content-type", b"").lower().partition(b";")
    if kind.strip() not in KINDS:
        raise Invalid(N_("只接受 application/fhir+json。"), places=(("Content-Type", ""),))
    charset = parameters.replace(b" ", b"").replace(b'"', b"")
    if b"charset=" in charset and b"charset=utf-8" not in charset:
        raise Invalid(N_("只接受 UTF-8 编码。"), places=(("Content-Type", ""),))


def version_of(request: Request) -> int:
    """The version that If-Match names, 0 when there is none."""
    text = request.headers.get(b"if-match", b"").decode("latin-1").strip()
    if not text:
        return 0
    number = text.removeprefix("W/").strip('"')
    if not NUMBER(number):
        raise Invalid(places=(("If-Match", ""),))
    return int(number)


def without_query(request: Request) -> None:
    """Invalid for a query that some servers take as a condition: ignored, it would make a second of what exists."""
    for name, _ in request.pairs():
        if name not in REPRESENTATION:
            raise Invalid(
                N_("新增和更新的地址不能带查询条件。"), N_("请改用 If-None-Exist 请求头。"), places=((name[:64], ""),)
            )


async def create(request: Request, actor: Actor, kind: str) -> Answer:
    """Create one resource; If-None-Exist makes it conditional."""
    without_query(request)
    resource = parsed(request)
    if resource.get("resourceType") != kind:
        raise Invalid(N_("资源类型与请求地址不一致。"), places=(("resourceType", ""),))
    validate(resource)
    resource.pop("id", None)
    condition = tuple(pairs_of(request.headers.get(b"if-none-exist", b"").removeprefix(b"?")))
    change = Change(resource, if_none_exist=condition)
    operation = asked(request, actor, Verb.ENTER, Target(kind=kind), Submission(changes=(change,)))
    entered = await door.aenter(operation)
    return of_made(request, entered.made[0], entered.entries[0])


async def update(request: Request, actor: Actor, kind: str, public: str) -> Answer:
    """A new version of a record; If-Match guards against overwriting what was not seen."""
    without_query(request)
    resource = parsed(request)
    if resource.get("resourceType") != kind or resource.get("id") != public:
        raise Invalid(N_("资源类型或编号与请求地址不一致。"), places=(("id", ""),))
    validate(resource)
    target = target_for(kind, public)
    change = Change(resource, record=(target.patient, target.record), if_match=version_of(request))
    operation = asked(request, actor, Verb.CORRECT, Target(kind=kind), Submission(changes=(change,)))
    entered = await door.aenter(operation)
    return of_made(request, entered.made[0], entered.entries[0])


def of_made(request: Request, made: Made, entry: str) -> Answer:
    """The answer to a create or update."""
    location = f"{request.base}/fhir/{made.kind}/{made.id}/_history/{made.version}".encode()
    return Answer(
        status=201 if made.outcome == "created" else 200, body=made.body,
        headers=(
            (b"location", location), (b"etag", b'W/"%d"' % made.version), (b"x-jingui-entry", entry.encode()),
        ),
    )  # fmt: skip


def change_of(entry: EntryRequest) -> Change:
    """One entry of a bundle as a change; only POST and PUT change anything here."""
    if entry.resource is None or entry.method not in ("POST", "PUT"):
        raise Invalid(N_("事务中只接受新增和更新。"), places=((entry.place, entry.method),))
    try:
        validate(entry.resource)
    except Unprocessable as error:
        raise Unprocessable(
            error.message, places=tuple((f"{entry.place}.resource:{p}", what) for p, what in error.places)
        ) from error
    resource = dict(entry.resource)
    if entry.method == "POST":
        resource.pop("id", None)
        return Change(resource, entry.full_url, if_none_exist=tuple(pairs_of(entry.if_none_exist.encode())))
    target = target_for(entry.type, entry.id)
    if entry.if_match and not NUMBER(entry.if_match):
        raise PreconditionFailed()  # no version of ours: it never means that nothing was asked
    version = int(entry.if_match or 0)
    return Change(resource, entry.full_url, (target.patient, target.record), version)


def of_transaction(request: Request, entered: door.Entered) -> Answer:
    """The answer to a transaction."""
    return Answer(
        body=response("transaction-response", [done_of(request, made) for made in entered.made]),
        headers=tuple((b"x-jingui-entry", entry.encode()) for entry in entered.entries[:1]),
    )


async def bundle(request: Request, actor: Actor, route: Route) -> Answer:
    """A transaction stands or falls as a whole; the entries of a batch each for themselves."""
    check_kind(request)
    whole = asked(request, actor, Verb.ENTER, Target())
    handed = await door.abundle(actor, whole.purpose, request.body, whole.reason)
    if handed is not None:
        return of_transaction(request, handed)
    body = parsed(request)
    entries = unpack(body)
    if body["type"] == "transaction":
        changes = tuple(change_of(entry) for entry in linked(entries))
        if not changes:
            return Answer(body=response("transaction-response", []))
        operation = asked(request, actor, Verb.ENTER, Target(), Submission(changes=changes))
        return of_transaction(request, await door.aenter(operation))
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(entry: EntryRequest) -> Done:
        async with turns:
            return await one_of_batch(request, actor, entry, route)

    done = await asyncio.gather(*(in_turn(entry) for entry in entries))
    return Answer(body=response("batch-response", done))


async def one_of_batch(request: Request, actor: Actor, entry: EntryRequest, route: Route) -> Done:
    """One entry of a batch: its own submission or read, its own outcome."""
    try:
        if entry.method == "GET":
            path = f"/{entry.type}" + (f"/{entry.id}" if entry.id else "")
            answer = await route(
                replace(request, method="GET", query=entry.query.encode(), body=b""), actor, path.split("/")[1:]
            )
            return Done(status=f"{answer.status} OK", body=answer.body)
        change = change_of(entry)._replace(full_url="")
        verb = Verb.CORRECT if change.record else Verb.ENTER
        operation = asked(request, actor, verb, Target(kind=entry.type), Submission(changes=(change,)))
        entered = await door.aenter(operation)
        return done_of(request, entered.made[0])
    except JinguiError as error:
        refused = failure(request, error)
    except Exception as error:  # noqa: BLE001 -- the others of the batch stand and must be told so
        refused = unexpected(request, error)
    return Done(status=str(refused.status), outcome=refused.body)


def done_of(request: Request, made: Made) -> Done:
    """The response entry of one change."""
    status = "201 Created" if made.outcome == "created" else "200 OK"
    return Done(status=status, location=f"{made.kind}/{made.id}/_history/{made.version}", version=str(made.version))

"""五（一）传输: the FHIR R4 data plane: routes, tokens, limits [5.1.2] [5.1.3]"""

from datetime import UTC, datetime
from functools import lru_cache

from jingui.api import bulk, fhir_read, fhir_write, oauth
from jingui.api.reply import failure, unexpected
from jingui.api.wire import Answer, Receive, Request, Scope, Send, body_of, pairs_of, request_of, send_answer
from jingui.core.errors import Invalid, JinguiError, NotFound, NotSignedIn
from jingui.core.operation import Actor
from jingui.core.word import N_
from jingui.formats import fhir_json
from jingui.formats.capability import Interface, capability
from jingui.formats.fhir_types import rows
from jingui.gate import door

VERSION = "0.1.0"
OPEN = frozenset({("metadata",), ("hello",)})


@lru_cache(maxsize=16)  # the address is the caller's own word: names without end must not fill the memory
def statement(base: str) -> bytes:
    """The CapabilityStatement for one base address."""
    return fhir_json.dump(
        capability(
            Interface(
                url=f"{base}/fhir", version=VERSION, date=datetime.now(UTC), authorize=f"{base}/app/authorise",
                token=f"{base}/oauth/token",
            )
        )
    )  # fmt: skip


async def authenticated(request: Request) -> Actor:
    """The actor of the bearer token."""
    kind, _, token = request.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotSignedIn()
    return await door.aauthenticate(token.strip(), request.client)


async def route(request: Request, actor: Actor, parts: list[str]) -> Answer:
    """Answer one governed request."""
    method = request.method
    if bulk.serves(parts):
        return await bulk.route(request, actor, parts)
    if method == "GET" and len(parts) == 2 and parts[1][:1] not in ("_", "$") and parts[0] in rows():
        return await fhir_read.read(request, actor, parts[0], parts[1])  # the common request, without the table below
    match (method, parts):
        case ("POST", [""]) | ("POST", []):
            return await fhir_write.bundle(request, actor, route)
        case (_, [kind, *_]) if kind not in rows():
            raise NotFound(N_("没有这种资源类型。"))
        case ("GET" | "HEAD", [kind, "_search"]) | ("GET" | "HEAD", [kind]):
            return await fhir_read.search(request, actor, kind, request.pairs())
        case ("POST", [kind, "_search"]):
            return await fhir_read.search(request, actor, kind, pairs_of(request.query) + pairs_of(request.body))
        case ("POST", [kind]):
            return await fhir_write.create(request, actor, kind)
        case ("GET" | "HEAD", [kind, public]):
            return await fhir_read.read(request, actor, kind, public)
        case ("PUT", [kind, public]):
            return await fhir_write.update(request, actor, kind, public)
        case ("GET" | "HEAD", [kind, public, "_history"]):
            return await fhir_read.history(request, actor, kind, public)
        case ("GET" | "HEAD", [kind, public, "_history", version]):
            return await fhir_read.read(request, actor, kind, public, version)
        case ("GET" | "POST", ["Patient", public, "$everything"]):
            return await fhir_read.everything(request, actor, public)
    raise MethodRefused()


class MethodRefused(Invalid):
    """Deleting, patching and other methods do not exist here: records are never deleted by request."""

    status = 405
    code = "method"
    message = N_("不支持这种操作。记录只能新增版本，不能直接删除。")


async def handle(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application under /fhir."""
    request = request_of(scope, scope["path"])
    try:
        root, *parts = scope["path"].removeprefix("/").split("/")
        if root != "fhir":
            raise NotFound()
        if request.method in ("GET", "HEAD") and parts == ["metadata"]:
            answer = Answer(body=statement(request.base))
        elif request.method in ("GET", "HEAD") and parts == [".well-known", "smart-configuration"]:
            answer = oauth.discovery(request)
        elif request.method == "OPTIONS" and oauth.asks_first(request):
            answer = oauth.preflight(request)
        elif request.method == "GET" and parts == ["hello"]:
            answer = Answer(body=b'{"hello":"world"}')
        else:
            actor = await authenticated(request)
            if request.method not in ("GET", "HEAD"):
                request = request_of(scope, scope["path"], await body_of(scope, receive))
            answer = await route(request, actor, [part for part in parts if part] or [""])
    except JinguiError as error:
        answer = failure(request, error)
    except Exception as error:  # noqa: BLE001 -- the one place where a request ends; it is logged and answered 500
        answer = unexpected(request, error)
    await send_answer(send, await oauth.shared(request, answer), head=request.method == "HEAD")

"""五（一）2 接入应用: discovery, token, introspection and revocation endpoints, and who may call from a browser [5.1.2]

Addresses in what is told, and what an assertion's `aud` must be, are made of the host asked for: only of the hospital's
own names, so that nothing a stranger writes into a header becomes one.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import orjson
from django.conf import settings
from django.http.request import validate_host

from jingui.api.reply import translator
from jingui.api.sensors import Pace, TooOften
from jingui.api.wire import JSON, Answer, Receive, Request, Scope, Send, body_of, pairs_of, request_of, send_answer
from jingui.core.errors import Invalid, JinguiError, NotFound, Refused, TooLarge
from jingui.core.operation import Actor, Operation
from jingui.core.smart import ALGORITHMS, ExchangeCode, Inspected, Introspect, Issued, Proof, RevokeApp
from jingui.core.words import Entrance, Purpose, Verb
from jingui.gate import door

log = logging.getLogger(__name__)
LARGEST: Final = 64 * 1024
GRANTS: Final = ("authorization_code", "refresh_token", "client_credentials")
CAPABILITIES: Final = (
    "launch-standalone", "client-public", "client-confidential-asymmetric", "context-standalone-patient",
    "permission-patient", "permission-user", "permission-offline", "permission-v2",
)  # fmt: skip
FORM: Final = b"application/x-www-form-urlencoded"
WELL_KNOWN: Final = "/.well-known/smart-configuration"
METHODS: Final = b"GET, POST, PUT, DELETE, OPTIONS"
HEADERS: Final = b"authorization, content-type, accept, if-match, if-none-match, if-none-exist, prefer, x-jingui-purpose, x-jingui-reason, x-requested-with"  # noqa: E501 -- one header's value
SHOWN: Final = b"etag, location, content-location, last-modified, x-jingui-entry, x-progress, retry-after"
ONCE: Final = frozenset({
    "grant_type", "code", "redirect_uri", "code_verifier", "client_id", "client_assertion", "client_assertion_type",
    "refresh_token", "scope", "token", "token_type_hint",
})  # fmt: skip
failures = Pace(30)  # by address: each failure is entered, so a guesser must not fill the ledger


@lru_cache(maxsize=16)
def configuration(base: str) -> bytes:
    """What an app is told before anything else (SMART App Launch 2.2)."""
    return orjson.dumps({
        "authorization_endpoint": f"{base}/app/authorise", "token_endpoint": f"{base}/oauth/token",
        "introspection_endpoint": f"{base}/oauth/introspect", "revocation_endpoint": f"{base}/oauth/revoke",
        "management_endpoint": f"{base}/apps/mine", "grant_types_supported": GRANTS,
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "response_types_supported": ["code"], "code_challenge_methods_supported": ["S256"],
        "scopes_supported": [
            "launch/patient", "offline_access", "patient/*.cruds", "user/*.cruds", "system/*.cruds",
        ],
        "capabilities": CAPABILITIES,
    })  # fmt: skip


def own_host(request: Request) -> bool:
    """Whether the request names a host of this hospital's."""
    host = request.base.partition("://")[2]
    name = host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host
    return validate_host(name.lower(), settings.ALLOWED_HOSTS)


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; Invalid for another media type and for a field that comes twice (RFC 6749, 3.2)."""
    kind = request.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if kind != FORM or request.query:
        raise Invalid()
    pairs = pairs_of(request.body)
    found = dict(pairs)
    if len(found) != len(pairs) or any(len(value) > 8192 for value in found.values()):
        raise Invalid()
    return {name: value for name, value in found.items() if name in ONCE}


def proof_of(request: Request, form: dict[str, str]) -> Proof:
    """How the client proves itself; a secret in the address or in an Authorization header is none of the ways."""
    return Proof(
        client=form.get("client_id", ""), assertion=form.get("client_assertion", ""),
        kind=form.get("client_assertion_type", ""), audiences=(f"{request.base}/oauth/token",),
    )  # fmt: skip


async def asked(request: Request, verb: Verb, data: object) -> Any:
    """Ask the door in nobody's name: who the client is, its proof says."""
    who = Actor(name="public:fhir", entrance=Entrance.FHIR, address=request.client)
    operation = Operation(actor=who, verb=verb, at=door.now(), purpose=Purpose.OPERATION, data=data)
    return await asyncio.to_thread(done, operation)


def done(operation: Operation) -> Any:
    """The same, on a thread, which keeps no connection for itself."""
    try:
        return door.write(operation).value
    finally:
        door.let_go()


async def token(request: Request, form: dict[str, str]) -> Answer:
    """A token for a code, a refresh token, or a proven client itself."""
    data = ExchangeCode(
        grant=form.get("grant_type", ""), proof=proof_of(request, form), code=form.get("code", ""),
        verifier=form.get("code_verifier", ""), redirect=form.get("redirect_uri", ""),
        refresh=form.get("refresh_token", ""), scopes=tuple(form.get("scope", "").split()),
    )  # fmt: skip
    issued: Issued = await asked(request, Verb.EXCHANGE_CODE, data)
    if issued.error:
        raise Refused(reason=issued.error)
    body = {
        "access_token": issued.access, "token_type": "Bearer", "expires_in": issued.seconds,
        "scope": " ".join(issued.scopes),
    }  # fmt: skip
    more = {"refresh_token": issued.refresh, "patient": issued.patient}
    return said(body | {name: value for name, value in more.items() if value})


async def introspect(request: Request, form: dict[str, str]) -> Answer:
    """Whether a token of the client's own is active (RFC 7662)."""
    kind, _, bearer = request.headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    data = Introspect(
        proof=proof_of(request, form), token=form.get("token", ""),
        bearer=bearer.strip() if kind.lower() == "bearer" else "",
    )  # fmt: skip
    found: Inspected = await asked(request, Verb.INTROSPECT, data)
    if not found.active or found.until is None:
        return said({"active": False})
    body = {
        "active": True, "client_id": found.client, "scope": " ".join(found.scopes), "sub": found.subject,
        "exp": int(found.until.timestamp()), "token_type": "Bearer",
    }  # fmt: skip
    return said(body | ({"patient": found.patient} if found.patient else {}))


async def revoke(request: Request, form: dict[str, str]) -> Answer:
    """Give a token up (RFC 7009); the answer is the same whether there was one."""
    await asked(request, Verb.REVOKE_APP, RevokeApp(token=form.get("token", ""), proof=proof_of(request, form)))
    return said({})


def said(body: dict[str, Any], status: int = 200) -> Answer:
    """An answer of these endpoints."""
    return Answer(status=status, body=orjson.dumps(body), kind=JSON, headers=((b"pragma", b"no-cache"),))


WAYS: Final = {"token": token, "introspect": introspect, "revoke": revoke}
WORDS: Final = frozenset({
    "invalid_client", "invalid_grant", "invalid_scope", "invalid_request", "unsupported_grant_type",
    "unauthorized_client",
})  # fmt: skip


def failed(request: Request, error: JinguiError) -> Answer:
    """An error as OAuth says it (RFC 6749, 5.2), in the reader's language."""
    say = translator(request)
    word = error.reason if isinstance(error, Refused) else "invalid_request"
    if error.status >= 500:
        word = "temporarily_unavailable" if error.status == 503 else "server_error"
    elif word not in WORDS:
        word = "invalid_request"
    status = (
        401 if word == "invalid_client" else error.status if error.status in (404, 405, 413, 429, 503, 500) else 400
    )
    answer = said({"error": word, "error_description": say(error.message)}, status)
    return replace(answer, headers=(*answer.headers, (b"retry-after", b"60"))) if error.status == 429 else answer


async def answered(scope: Scope, receive: Receive, request: Request) -> Answer:
    """One request at one of the endpoints."""
    way = WAYS.get(request.path.removeprefix("/oauth/"))
    if way is None or not own_host(request):
        raise NotFound()
    if request.method != "POST":
        return said({"error": "invalid_request"}, 405)
    declared = request.headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > LARGEST:
        raise TooLarge()
    body = await body_of(scope, receive)
    if len(body) > LARGEST:
        raise TooLarge()
    request = replace(request, body=body)
    try:
        return await way(request, form_of(request))
    except Refused:
        failures.check(request.client.encode())
        raise


async def handle(scope: Scope, receive: Receive, send: Send) -> None:
    """The ASGI application under /oauth/."""
    request = request_of(scope, scope["path"])
    try:
        answer = preflight(request) if request.method == "OPTIONS" else await answered(scope, receive, request)
    except (JinguiError, TooOften) as error:
        answer = failed(request, error)
    except Exception as error:  # noqa: BLE001 -- whatever it was: its kind is logged, never its text
        log.error("unexpected %s", type(error).__name__)
        answer = failed(request, JinguiError())
    await send_answer(send, await shared(request, answer), head=request.method == "HEAD")


def discovery(request: Request) -> Answer:
    """The SMART configuration; nothing for a host that is not the hospital's."""
    if not own_host(request):
        raise NotFound()
    return Answer(body=configuration(request.base), kind=JSON)


def asks_first(request: Request) -> bool:
    """Whether a browser asks what a page of another origin may do."""
    return b"access-control-request-method" in request.headers


def preflight(request: Request) -> Answer:
    """What a browser asks before it calls: answered to everybody, of use to registered origins alone."""
    headers = ((b"access-control-allow-methods", METHODS), (b"access-control-allow-headers", HEADERS))
    return Answer(status=204, headers=(*headers, (b"access-control-max-age", b"600")) if asks_first(request) else ())


async def shared(request: Request, answer: Answer) -> Answer:
    """The answer with leave to be read by the page that asked, when that is of a registered app's origin."""
    origin = request.headers.get(b"origin")
    if origin is None:
        return answer
    known: Iterable[str] = await door.aorigins()
    vary = (b"vary", b"Origin")
    if origin.decode("latin-1") not in known:
        return replace(answer, headers=(*answer.headers, vary))
    allowed = ((b"access-control-allow-origin", origin), (b"access-control-expose-headers", SHOWN))
    return replace(answer, headers=(*answer.headers, *allowed, vary))

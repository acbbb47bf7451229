"""五（二）批量共享: FHIR Bulk Data: kick-off, status, files, deletion [5.1.2] [5.2.1] [5.2.4]

Each request is an operation at the door. What the status address says may be asked for every few seconds, not faster.
"""

import asyncio
import re
from collections import OrderedDict
from datetime import UTC, datetime
from math import ceil
from time import monotonic
from typing import Any, Final

from jingui.api.reply import entry_header, http_date
from jingui.api.wire import JSON, Answer, Request
from jingui.core.bulk import (
    FORMATS,
    NDJSON,
    Begun,
    BulkGroup,
    BulkGroups,
    BulkState,
    BulkTaken,
    EndBulk,
    StartBulk,
    TakeBulk,
    TooMany,
)
from jingui.core.errors import Invalid, NotFound
from jingui.core.operation import Actor, Operation
from jingui.core.sheets import Result
from jingui.core.word import N_
from jingui.core.words import Purpose, Verb
from jingui.formats import fhir_json
from jingui.formats.fhir_answer import Found, searchset
from jingui.formats.fhir_types import rows
from jingui.gate import door

EXPORT: Final = "$export"
STATUS: Final = "$export-status"
OWN: Final = frozenset({STATUS, "Group"})
INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)\Z", re.ASCII)
SECRET: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
FILE: Final = re.compile(r"([1-9][0-9]{0,5})\.ndjson\Z")
POLLS: Final = 10_000  # askers of whom it is remembered when they may ask again
_polled: OrderedDict[tuple[int, str], float] = OrderedDict()


def serves(parts: list[str]) -> bool:
    """Whether an address is one of a bulk export."""
    return parts[0] in OWN or parts[-1] == EXPORT


async def route(request: Request, actor: Actor, parts: list[str]) -> Answer:
    """Answer one request."""
    match request.method, parts:
        case "GET" | "POST", ["$export"] | ["Patient", "$export"]:
            return await start(request, actor, "")
        case "GET" | "POST", ["Group", group, "$export"]:
            return await start(request, actor, group)
        case "GET" | "HEAD", ["Group"]:
            return await listed(request, actor)
        case "GET" | "HEAD", ["Group", group]:
            return await one(request, actor, group)
        case "GET" | "HEAD", ["$export-status", secret] if SECRET.match(secret):
            return await status(request, actor, secret)
        case "GET" | "HEAD", ["$export-status", secret, name] if SECRET.match(secret) and FILE.match(name):
            return await file(actor, secret, int(name.partition(".")[0]))
        case "DELETE", ["$export-status", secret] if SECRET.match(secret):
            done = await asked(actor, Verb.END_BULK, EndBulk(secret=secret))
            _polled.pop((actor.account, secret), None)
            return Answer(status=202, headers=(entry_header(done.trace),))
    raise NotFound()


async def asked(actor: Actor, verb: Verb, data: object) -> Result:
    """Ask the door on a thread: nothing on the loop waits for a commit."""
    operation = Operation(actor=actor, verb=verb, at=door.now(), purpose=Purpose.TREATMENT, data=data)
    return await asyncio.to_thread(written, operation)


def written(operation: Operation) -> Result:
    """The same on its thread, which keeps no connection."""
    try:
        return door.write(operation)
    finally:
        door.let_go()


async def start(request: Request, actor: Actor, group: str) -> Answer:
    """202 with the address where to ask how far it is."""
    prefer = request.headers.get(b"prefer", b"").decode("latin-1").lower()
    if "respond-async" not in prefer:
        raise Invalid(
            N_("批量共享只以异步方式提供。"), N_("请加上请求头 Prefer: respond-async。"), places=(("Prefer", ""),)
        )
    pairs = parameters(request) if request.method == "POST" else request.pairs()
    data = wanted(pairs, lenient="handling=lenient" in prefer, group=group, url=f"{request.base}{request.path}")
    if request.query:
        data = StartBulk(types=data.types, since=data.since, group=group, lenient=data.lenient,
                         url=f"{data.url}?{request.query.decode('latin-1')}")  # fmt: skip
    done = await asked(actor, Verb.START_BULK, data)
    begun: Begun = done.value
    where = f"{request.base}/fhir/{STATUS}/{begun.secret}".encode()
    return Answer(status=202, headers=((b"content-location", where), entry_header(done.trace)))


def wanted(pairs: list[tuple[str, str]], *, lenient: bool, group: str, url: str) -> StartBulk:
    """What the parameters ask for; Invalid for one that is not understood, unless leniency was asked for."""
    types: list[str] = []
    since: datetime | None = None
    for name, value in pairs:
        if name == "_type":
            types += [one.strip() for one in value.split(",") if one.strip()]
        elif name == "_since":
            since = instant(value)
        elif name == "_outputFormat":
            if value.replace(" ", "+") not in FORMATS:
                raise Invalid(N_("只提供 NDJSON 格式。"), places=((name, ""),))
        elif not lenient:
            raise Invalid(N_("不支持这个参数。"), places=((name[:64], ""),))
    unknown = [one for one in types if one not in rows()]
    if len(types) > len(rows()) or (unknown and not lenient):
        raise Invalid(N_("没有这种资源类型。"), places=(("_type", ""),))
    return StartBulk(types=tuple(dict.fromkeys(types)), since=since, group=group, lenient=lenient, url=url)


def instant(text: str) -> datetime:
    """A FHIR instant; Invalid for a time without a zone or for none."""
    said = text.replace(" ", "+")  # an unescaped + of a zone
    if INSTANT.match(said):
        try:
            return datetime.fromisoformat(said).astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # refused below: no such day or hour
    raise Invalid(N_("不是有效的时刻（必须有时区）"), places=(("_since", ""),))


def parameters(request: Request) -> list[tuple[str, str]]:
    """The pairs of a Parameters resource; Invalid when the body is none."""
    if not request.body:
        return request.pairs()
    body: dict[str, Any] = fhir_json.parse(request.body)
    found = body.get("parameter", [])
    if body.get("resourceType") != "Parameters" or not isinstance(found, list):
        raise Invalid(places=(("resourceType", N_("须为 Parameters")),))
    out = []
    for one in found:
        said = one if isinstance(one, dict) else {}
        value = next((said[key] for key in ("valueString", "valueInstant", "valueCode") if key in said), None)
        if not isinstance(said.get("name"), str) or not isinstance(value, str):
            raise Invalid(places=(("parameter", N_("数据类型不正确")),))
        out.append((said["name"], value))
    return out


async def status(request: Request, actor: Actor, secret: str) -> Answer:
    """202 while it is being made, then the manifest."""
    who, now = (actor.account, secret), monotonic()
    if _polled.get(who, now) > now:
        after = ceil(_polled[who] - now)
        raise TooMany(N_("查询进度过于频繁。"), N_("请按 Retry-After 的秒数等候。"), after=after)
    done = await asked(actor, Verb.TAKE_BULK, TakeBulk(secret=secret))
    found: BulkTaken = done.value
    if found.state == BulkState.BUILDING.value:
        again(who, now + found.wait)
        progress = b"%d%%" % found.percent
        return Answer(
            status=202,
            headers=((b"x-progress", progress), (b"retry-after", b"%d" % found.wait), entry_header(done.trace)),
        )
    base = f"{request.base}/fhir/{STATUS}/{secret}"
    manifest = {
        "transactionTime": found.made.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "request": found.url, "requiresAccessToken": True,
        "output": [{"type": one.type, "url": f"{base}/{one.n}.ndjson", "count": one.count} for one in found.files],
        "deleted": [], "error": [],
    }  # fmt: skip
    return Answer(
        body=fhir_json.dump(manifest), kind=JSON,
        headers=((b"expires", http_date(found.ends)), entry_header(done.trace)),
    )  # fmt: skip


def again(who: tuple[int, str], when: float) -> None:
    """Remember when they may ask again; the oldest are forgotten first."""
    _polled[who] = when
    _polled.move_to_end(who)
    while len(_polled) > POLLS:
        _polled.popitem(last=False)


async def file(actor: Actor, secret: str, n: int) -> Answer:
    """One file, decided line by line as it leaves."""
    done = await asked(actor, Verb.TAKE_BULK, TakeBulk(secret=secret, n=n))
    found: BulkTaken = done.value
    return Answer(body=found.body or b"", kind=NDJSON.encode(), headers=(entry_header(done.trace),))


async def listed(request: Request, actor: Actor) -> Answer:
    """The groups that the app may export; who is in them is not told."""
    done = await asked(actor, Verb.TAKE_BULK, BulkGroups())
    base = f"{request.base}/fhir/Group/"
    found = [Found(base + row.id, fhir_json.dump(group(row))) for row in done.value]
    body = searchset(found, self_url=f"{request.base}/fhir/Group", total=len(found))
    return Answer(body=body, headers=(entry_header(done.trace),))


async def one(request: Request, actor: Actor, ident: str) -> Answer:
    """One of these groups."""
    done = await asked(actor, Verb.TAKE_BULK, BulkGroups())
    for row in done.value:
        if row.id == ident:
            return Answer(body=fhir_json.dump(group(row)), headers=(entry_header(done.trace),))
    raise NotFound()


def group(row: BulkGroup) -> dict[str, Any]:
    """A group as a resource: what it is of, without its members."""
    return {
        "resourceType": "Group", "id": row.id, "active": True, "type": "person", "actual": False,
        "name": f"{row.agreement} {row.purpose}",
        "code": {"coding": [{"system": "urn:jingui:share-purpose", "code": row.purpose}]},
        "characteristic": [
            {
                "code": {"coding": [{"system": "urn:jingui:agreement", "code": row.agreement}]},
                "valueBoolean": True, "exclude": False,
            }
        ],
    }  # fmt: skip

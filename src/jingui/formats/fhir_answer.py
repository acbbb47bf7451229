"""五（一）传输: answers joined from stored bytes, which are never parsed again [5.1.2]"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import orjson


class Found(NamedTuple):
    """One resource of a search answer: its absolute address, its stored JSON, match | include | outcome."""

    url: str
    body: bytes
    mode: str = "match"


class Done(NamedTuple):
    """What became of one entry of a transaction or batch, or one version of a history."""

    status: str  # 201 Created
    location: str = ""
    version: str = ""
    modified: datetime | None = None
    body: bytes = b""  # the resource as stored, b"" to leave it out
    outcome: bytes = b""  # an OperationOutcome
    url: str = ""
    method: str = ""  # histories name the request that made the version


def _text(value: str) -> bytes:
    """Return a JSON string."""
    return orjson.dumps(value)


def searchset(
    found: Iterable[Found], *, self_url: str, next_url: str = "", total: int | None = None, outcome: bytes = b""
) -> bytes:
    """Return a searchset Bundle; `total` None leaves it out, `outcome` is an OperationOutcome that goes along."""
    parts = [b'{"resourceType":"Bundle","type":"searchset"']
    if total is not None:
        parts.append(b',"total":%d' % total)
    parts.append(b',"link":[{"relation":"self","url":' + _text(self_url) + b"}")
    if next_url:
        parts.append(b',{"relation":"next","url":' + _text(next_url) + b"}")
    parts.append(b"]")
    entries = [
        b'{"fullUrl":' + _text(url) + b',"resource":' + body + b',"search":{"mode":"' + mode.encode() + b'"}}'
        for url, body, mode in found
    ]
    if outcome:
        entries.append(b'{"resource":' + outcome + b',"search":{"mode":"outcome"}}')
    if entries:
        parts += [b',"entry":[', b",".join(entries), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def response(kind: str, done: Iterable[Done], *, total: int | None = None, self_url: str = "") -> bytes:
    """Return a transaction-response, batch-response or history Bundle, entries in the order given."""
    parts = [b'{"resourceType":"Bundle","type":' + _text(kind)]
    if total is not None:
        parts.append(b',"total":%d' % total)
    if self_url:
        parts.append(b',"link":[{"relation":"self","url":' + _text(self_url) + b"}]")
    entries = [_done(each) for each in done]
    if entries:
        parts += [b',"entry":[', b",".join(entries), b"]"]
    parts.append(b"}")
    return b"".join(parts)


def _done(each: Done) -> bytes:
    """Return one entry of a response."""
    parts = []
    if each.url:
        parts.append(b'"fullUrl":' + _text(each.url))
    if each.body:
        parts.append(b'"resource":' + each.body)
    if each.method:
        parts.append(
            b'"request":{"method":' + _text(each.method) + b',"url":' + _text(each.location or each.url) + b"}"
        )
    inner = [b'"status":' + _text(each.status)]
    if each.location:
        inner.append(b'"location":' + _text(each.location))
    if each.version:
        inner.append(b'"etag":' + _text(f'W/"{each.version}"'))
    if each.modified:
        inner.append(b'"lastModified":' + _text(each.modified.isoformat(timespec="milliseconds")))
    if each.outcome:
        inner.append(b'"outcome":' + each.outcome)
    parts.append(b'"response":{' + b",".join(inner) + b"}")
    return b"{" + b",".join(parts) + b"}"

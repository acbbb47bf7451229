"""五（一）2: how a process asks an ingest process on the same host: frames over a private socket [5.1.2]

A frame is two lengths, a JSON header and bytes. The socket's folder belongs to this account alone, and the account of
whoever connects is asked of the kernel: the actor in a header is believed because only our own processes can send one.
"""

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import orjson

from jingui.core.enter import Made
from jingui.core.errors import Invalid, JinguiError, Refused
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Purpose, Strength
from jingui.gate.attempt import Entered

LENGTHS = struct.Struct(">II")
LONGEST = 300 * 1024 * 1024
PEER = struct.Struct("3i")


async def receive(reader: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """The next frame; IncompleteReadError at the end."""
    head, body = LENGTHS.unpack(await reader.readexactly(LENGTHS.size))
    if head + body > LONGEST:
        raise Invalid()
    return orjson.loads(await reader.readexactly(head)), await reader.readexactly(body)


def framed(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """A frame's bytes."""
    head = orjson.dumps(header)
    return LENGTHS.pack(len(head), len(body)) + head + body


def own_account(connection: socket.socket, account: int) -> bool:
    """Whether the process at the other end runs under `account` (Linux: asked of the kernel)."""
    peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size)
    return bool(PEER.unpack(peer)[1] == account)


def actor_out(actor: Actor) -> dict[str, Any]:
    """An actor as plain values."""
    return asdict(actor)


def actor_in(plain: Mapping[str, Any]) -> Actor:
    """An actor from plain values; an unknown word is an error, never a default."""
    values = dict(plain)
    values["strength"], values["entrance"] = Strength(values["strength"]), Entrance(values["entrance"])
    values["scopes"] = tuple(values["scopes"])
    values["purpose"] = Purpose(values["purpose"]) if values["purpose"] else None
    return Actor(**values)


def entered_out(entered: Entered) -> dict[str, Any]:
    """What became of a submission, without the bodies."""
    made = [[one.id, one.kind, one.version, one.outcome, one.full_url] for one in entered.made]
    return {"made": made, "entries": list(entered.entries)}


def entered_in(plain: Mapping[str, Any]) -> Entered:
    """The answer of an ingest process; its error is raised here as what it was there."""
    if "error" in plain:
        raise error_in(plain["error"])
    made = tuple(Made(one[0], one[1], one[2], one[3], b"", one[4]) for one in plain["made"])
    return Entered(made=made, entries=tuple(plain["entries"]))


def error_out(error: JinguiError) -> dict[str, Any]:
    """An error as plain values."""
    plain: dict[str, Any] = {
        "kind": type(error).__name__, "code": error.code, "message": error.message, "next_step": error.next_step,
        "data": dict(error.data),
    }  # fmt: skip
    if isinstance(error, Invalid):
        plain["places"] = error.places
    if isinstance(error, Refused):
        plain |= {
            "clauses": error.clauses, "rules": error.rules, "reason": error.reason, "matter": error.matter,
            "entry": error.entry,
        }  # fmt: skip
    return plain


def error_in(plain: Mapping[str, Any]) -> JinguiError:
    """The error again, of its own class; of the common one where this process does not know the class."""
    kind = _kinds(JinguiError).get(plain["kind"], JinguiError)
    message, next_step = plain["message"], plain["next_step"]
    if issubclass(kind, Refused):
        return kind(
            message, next_step, clauses=tuple(plain["clauses"]), rules=tuple(plain["rules"]), reason=plain["reason"],
            matter=plain["matter"], entry=plain["entry"],
        )  # fmt: skip
    if issubclass(kind, Invalid):
        return kind(message, next_step, places=tuple((str(a), str(b)) for a, b in plain["places"]))
    data = {name: tuple(v) if isinstance(v, list) else v for name, v in plain["data"].items()}
    return kind(message, next_step, **data)


def _kinds(top: type[JinguiError]) -> dict[str, type[JinguiError]]:
    found = {top.__name__: top}
    for each in top.__subclasses__():
        found |= _kinds(each)
    return found

"""五（一）3: who a bearer token speaks for [5.1.3] [6.1.2]"""

import secrets
from dataclasses import replace
from typing import Any

from jingui.core.errors import NotSignedIn, Tampered, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.vector import Decided
from jingui.core.words import Decision, Entrance, Purpose, Strength, Verb
from jingui.gate.apps_bound import usual
from jingui.gate.apps_grants import ACCESS, LONGEST
from jingui.gate.apps_grants import digest as app_digest
from jingui.gate.entries import draft
from jingui.gate.partners_facts import Kind, genuine
from jingui.gate.pipeline import Pipeline, Stale
from jingui.gate.read import TRIES
from jingui.gate.runtime import Runtime, current
from jingui.store.seals import SEALED_TABLES
from jingui.store.statements import Columns

COLUMNS = SEALED_TABLES["token"]
TOKEN_SQL = f"SELECT {', '.join(COLUMNS)}, mac FROM token WHERE digest = $1::bytea"  # noqa: S608 -- own column names
APP_COLUMNS = Columns()
APP_COLUMNS.sealed("g", "app_grant")
APP_TOKEN_SQL = f"SELECT {APP_COLUMNS.sql} FROM app_grant g WHERE g.access = $1::bytea"  # noqa: S608 -- own column names
APP_TOKEN = Kind(APP_COLUMNS, APP_TOKEN_SQL)
PREFIX = "jg_"
_known: dict[tuple[bytes, str, Entrance], Actor] = {}


def fresh() -> str:
    """A new token: 256 random bits in text, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(runtime: Runtime, token: str) -> bytes:
    """What is stored of a token."""
    return runtime.suite.digest(b"jingui:token:1\0" + token.encode())


def new_token() -> tuple[str, bytes]:
    """A fresh bearer token and the digest that IssueToken stores."""
    token = fresh()
    return token, digest(current(), token)


def token_digest(token: str) -> bytes:
    """What is stored of a token: by this a sensor is known."""
    return digest(current(), token)


async def actor_of(pipe: Pipeline, token: str, address: str, entrance: Entrance = Entrance.FHIR) -> Actor:
    """The actor a token speaks for. Whether it still may is judged with the actor's facts at each use.

    NotSignedIn for a token that is none and Tampered for a changed row are entered first.
    """
    if token.startswith(ACCESS):
        return await of_app(pipe, token, address, entrance)
    if not token.startswith(PREFIX) or len(token) > 100:
        raise NotSignedIn(entry=await entered(pipe, entrance, "unknown_token"))
    key = digest(pipe.runtime, token)
    found = _known.get((key, address, entrance))
    if found is None:
        rows = await pipe.pool.fetch(TOKEN_SQL, key)
        if not rows:
            raise NotSignedIn(entry=await entered(pipe, entrance, "unknown_token"))
        row: Any = rows[0]
        if not pipe.runtime.sealer.holds("token", tuple(row[:-1]), row[-1]):
            raise Tampered(where=f"token:{row[0]}", entry=await entered(pipe, entrance, "tampered"))
        values = dict(zip(COLUMNS, row, strict=False))
        found = Actor(
            account=values["account_id"], post=values["post_id"], token=values["id"], session=f"token:{values['id']}",
            address=address, strength=Strength.TOKEN, entrance=entrance, scopes=tuple(values["scopes"]),
        )  # fmt: skip
        if len(_known) > 10_000:
            _known.clear()
        _known[key, address, entrance] = found
    return found


async def of_app(pipe: Pipeline, token: str, address: str, entrance: Entrance) -> Actor:
    """The actor of an app's access token: whoever granted it, through that app. NotSignedIn once it is over."""
    rows = await pipe.pool.fetch(APP_TOKEN_SQL, app_digest(pipe.runtime, token)) if len(token) <= LONGEST else ()
    if not rows:
        raise NotSignedIn(entry=await entered(pipe, entrance, "unknown_token"))
    try:
        row = genuine(pipe.runtime.sealer, APP_TOKEN, "g", rows[0])
    except Tampered as error:
        raise Tampered(where=str(error.data["where"]), entry=await entered(pipe, entrance, "tampered")) from error
    if row["revoked"] is not None or row["access_ends"] is None or pipe.runtime.clock.now() >= row["access_ends"]:
        raise NotSignedIn(entry=await entered(pipe, entrance, "unknown_token"))
    found = Actor(
        account=row["account_id"], post=row["post_id"], grant=row["id"], session=f"app:{row['app_id']}.{row['family']}",
        address=address, strength=Strength.TOKEN, entrance=entrance, scopes=tuple(row["scopes"]),
    )  # fmt: skip
    return replace(found, purpose=usual(await pipe.actor(found)))


async def entered(pipe: Pipeline, entrance: Entrance, reason: str) -> str:
    """Enter a failed sign-in by token; the entry's id. Nobody is known yet, so the public entrance did it."""
    who = Actor(name=f"public:{entrance}", entrance=entrance)
    decided = Decided(False, (), ("6.1.2",), (), reason, "")
    for _ in range(TRIES):
        actor = await pipe.actor(who)
        operation = Operation(actor=who, verb=Verb.SIGN_IN, at=pipe.runtime.clock.now(), purpose=Purpose.OPERATION)
        made = draft(operation, actor, decided, epoch=actor.epoch, policy=actor.policy, decision=Decision.FAIL)
        try:
            return str((await pipe.enter(made)).id)
        except Stale:
            continue
    raise Unavailable(where="epoch")

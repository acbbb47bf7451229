"""五（一）3: who a bearer token speaks for [5.1.3] [6.1.2]"""

import secrets
from typing import Any

from jingui.core.errors import NotSignedIn, Tampered
from jingui.core.operation import Actor
from jingui.core.words import Entrance, Strength
from jingui.gate.pipeline import Pipeline
from jingui.gate.runtime import Runtime
from jingui.store.seals import SEALED_TABLES

COLUMNS = SEALED_TABLES["token"]
TOKEN_SQL = f"SELECT {', '.join(COLUMNS)}, mac FROM token WHERE digest = $1::bytea"  # noqa: S608 -- own column names
PREFIX = "jg_"
_known: dict[bytes, tuple[int, int, int, tuple[str, ...]]] = {}


def fresh() -> str:
    """A new token: 256 random bits in text, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(runtime: Runtime, token: str) -> bytes:
    """What is stored of a token."""
    return runtime.suite.digest(b"jingui:token:1\0" + token.encode())


async def actor_of(pipe: Pipeline, token: str, address: str, entrance: Entrance = Entrance.FHIR) -> Actor:
    """The actor a token speaks for. Whether it still may is judged with the actor's facts at each use."""
    if not token.startswith(PREFIX) or len(token) > 100:
        raise NotSignedIn()
    key = digest(pipe.runtime, token)
    found = _known.get(key)
    if found is None:
        rows = await pipe.pool.fetch(TOKEN_SQL, key)
        if not rows:
            raise NotSignedIn()
        row: Any = rows[0]
        if not pipe.runtime.sealer.holds("token", tuple(row[:-1]), row[-1]):
            raise Tampered(where=f"token:{row[0]}")
        values = dict(zip(COLUMNS, row, strict=False))
        found = (values["id"], values["account_id"], values["post_id"], tuple(values["scopes"]))
        if len(_known) > 10_000:
            _known.clear()
        _known[key] = found
    number, account, post, scopes = found
    return Actor(
        account=account, post=post, token=number, session=f"token:{number}", address=address, strength=Strength.TOKEN,
        entrance=entrance, scopes=scopes,
    )  # fmt: skip

"""五（一）2 接入应用: from which web origins a browser may let a registered app read our answers [5.1.2]"""

import asyncio
from typing import Final
from urllib.parse import urlsplit

from jingui.gate import plane
from jingui.gate.partners_facts import Kind, genuine
from jingui.store.statements import Columns

SECONDS: Final = 5.0  # an origin opens nothing by itself: every call needs its token
COLUMNS: Final = Columns()
COLUMNS.sealed("p", "app")
LIVE: Final = Kind(
    COLUMNS,
    f"""SELECT {COLUMNS.sql} FROM app p WHERE p.ended IS NULL AND p.starts <= $1::timestamptz
    AND p.ends > $1::timestamptz AND NOT p.confidential LIMIT 1000""",  # noqa: S608 -- own names
)
_known: dict[int, tuple[float, frozenset[str]]] = {}


async def origins() -> frozenset[str]:
    """The origins of the redirect addresses of live apps that prove themselves by PKCE alone, at most seconds old."""
    pipe = plane.current().pipe
    now = asyncio.get_running_loop().time()
    found = _known.get(id(pipe))
    if found is None or found[0] < now:
        rows = [
            genuine(pipe.runtime.sealer, LIVE, "p", row)
            for row in await pipe.pool.fetch(LIVE.sql, pipe.runtime.clock.now())
        ]
        made = frozenset(origin_of(one) for row in rows for one in row["redirects"])
        _known.clear()
        found = _known[id(pipe)] = (now + SECONDS, made)
    return found[1]


def origin_of(address: str) -> str:
    """The origin of a redirect address, as browsers write it."""
    parts = urlsplit(address)
    default = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, default) else f":{parts.port}"
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}{port}"

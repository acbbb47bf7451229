"""五（一）2: bundles are prepared in processes of their own, so that reading never waits for them [5.1.2] [2.2.3]"""

import asyncio
import contextlib
import itertools
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jingui.core.errors import JinguiError, Unavailable
from jingui.core.operation import Actor, Operation
from jingui.core.words import Purpose, Verb
from jingui.gate import importing, plane
from jingui.gate.attempt import Entered
from jingui.gate.ingest_wire import (
    actor_in,
    actor_out,
    entered_in,
    entered_out,
    error_out,
    framed,
    own_account,
    receive,
)

LIMIT = 120.0  # seconds for one bundle
LARGE = 24 * 1024  # bytes, some twenty entries: a smaller bundle costs less than handing it over
ENTRY_SQL = "SELECT 1 FROM entry WHERE id = $1::uuid"
log = logging.getLogger(__name__)
_client: list["Client | None"] = []  # this process's, made at the first large bundle


class Ingest:
    """The server in an ingest process: one connection is served in order, several at the same time."""

    def __init__(self, path: Path) -> None:
        """Listen at `path`, whose folder belongs to this account alone."""
        self._path = path
        self._tasks: set[asyncio.Task[Any]] = set()

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set."""
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._connected, path=str(self._path))
        self._path.chmod(0o600)
        async with server:
            await stop.wait()
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known: dict[str, str] = {}
        if task := asyncio.current_task():
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        over = (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError)
        with contextlib.closing(writer), contextlib.suppress(*over):
            if not own_account(writer.get_extra_info("socket"), os.geteuid()):
                return
            while True:
                header, body = await receive(reader)
                known |= header.pop("known", {})
                writer.write(framed(await self._answer(header, body, known)))
                await writer.drain()

    async def _answer(self, header: dict[str, Any], body: bytes, known: dict[str, str]) -> dict[str, Any]:
        try:
            if "standing" in header:
                return {"stands": bool(await plane.current().pipe.pool.fetch(ENTRY_SQL, header["standing"]))}
            return entered_out(await enter(header, body, known))
        except JinguiError as error:
            return {"error": error_out(error)}
        except Exception as error:  # noqa: BLE001 -- one bundle's surprise must not end the others
            # the kind only: a message could hold content
            log.error("unexpected: %s", type(error).__name__)
            return {"error": error_out(JinguiError())}


async def enter(header: dict[str, Any], body: bytes, known: dict[str, str]) -> Entered:
    """Prepare and enter one bundle in this process."""
    running = plane.current()
    if header["mode"] == "import":
        submission = importing.imported(body, source=header["source"], department=header["department"], known=known)
    else:
        submission = importing.transaction(body, running.pipe.runtime.ids.internal)
    if not submission.changes:
        return Entered(made=(), entries=())
    operation = Operation(
        actor=actor_in(header["actor"]), verb=Verb.IMPORT if submission.source else Verb.ENTER,
        at=running.pipe.runtime.clock.now(), purpose=Purpose(header["purpose"]), data=submission,
        reason=header.get("reason", ""),
    )  # fmt: skip
    return await running.entering.submit(operation)


async def bundle(actor: Actor, purpose: Purpose, body: bytes, reason: str) -> Entered | None:
    """Hand a large transaction to an ingest process; None when this process is to do it itself."""
    if not _client:
        named = os.environ.get("JINGUI_INGEST", "")
        _client.append(Client(named.split(os.pathsep)) if named else None)
    client = _client[0]
    if client is None or len(body) < LARGE:
        return None
    try:
        return await client.transaction(actor, purpose, body, reason)
    except importing.NotTransaction:
        return None


class Client:
    """A web worker's way to the ingest processes: a few connections to each, the least busy process first."""

    def __init__(self, paths: Sequence[str], most: int = 4) -> None:
        """At most `most` bundles are under way at each process; others wait."""
        self._paths = list(paths)
        self._room = {path: asyncio.Semaphore(most) for path in self._paths}
        self._busy = dict.fromkeys(self._paths, 0)
        self._idle: dict[str, list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]] = {p: [] for p in self._paths}
        self._turn = itertools.count()

    async def transaction(self, actor: Actor, purpose: Purpose, body: bytes, reason: str = "") -> Entered:
        """Have a transaction entered; Unavailable when the outcome is unknown or nobody answers in time."""
        header = {"mode": "transaction", "actor": actor_out(actor), "purpose": purpose.value, "reason": reason}
        turn = next(self._turn)
        path = min(self._paths, key=lambda one: (self._busy[one], (self._paths.index(one) + turn) % len(self._paths)))
        self._busy[path] += 1
        try:
            async with self._room[path]:
                return entered_in(await self._ask(path, framed(header, body)))
        finally:
            self._busy[path] -= 1

    async def _ask(self, path: str, frame: bytes) -> dict[str, Any]:
        kept = False
        connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        try:
            async with asyncio.timeout(LIMIT):
                connection = self._idle[path].pop() if self._idle[path] else await asyncio.open_unix_connection(path)
                reader, writer = connection
                writer.write(frame)
                await writer.drain()
                answer = (await receive(reader))[0]
                kept = True
                self._idle[path].append(connection)
                return answer
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            raise Unavailable(where="ingest") from error
        finally:
            if connection is not None and not kept:
                connection[1].close()

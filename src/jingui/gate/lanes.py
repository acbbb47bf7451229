"""Connections of the data plane: a lane owns one, prepares its statements, comes back after PostgreSQL did [4.1.2]"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from jingui.core.errors import Invalid, Unavailable

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a server that dies while a connection is being made leaves the driver's state behind
    asyncpg.PostgresIOError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.DiskFullError,
    asyncpg.InsufficientResourcesError,
    asyncpg.QueryCanceledError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    OSError,
    asyncio.TimeoutError,
    EOFError,
)
# Every statement here looks single keys up. A young database has no statistics, and with them a planner may still
# prefer to scan and hash whole tables (3.7 ms instead of 0.3 for a batch of 20), so only index look-ups are left to it.
PLANNER = {
    "jit": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "application_name": "jingui-plane",
}
LIMIT = 5.0  # seconds: no worker is held longer by one statement


class Lane:
    """One connection and its prepared statements. Callers see Unavailable while the database is away."""

    def __init__(self, address: Mapping[str, Any]) -> None:
        """Remember where to connect; nothing is opened yet."""
        self._address = dict(address)
        self._connection: asyncpg.Connection[Any] | None = None
        self._prepared: dict[str, asyncpg.prepared_stmt.PreparedStatement[Any]] = {}

    async def connection(self) -> "asyncpg.Connection[Any]":
        """The open connection, opened again if it was lost."""
        found = self._connection
        if found is None or found.is_closed():
            self._prepared.clear()
            try:
                self._connection = found = await asyncpg.connect(
                    **self._address, timeout=3, command_timeout=LIMIT, server_settings=PLANNER
                )
            except LOST as error:
                raise Unavailable(where="connect") from error
        return found

    async def fetch(self, sql: str, *args: object) -> tuple[Sequence[Any], str]:
        """Run a prepared statement; return its rows and status line. Unavailable if the connection is lost."""
        try:
            statement = self._prepared.get(sql)
            if statement is None or self._connection is None or self._connection.is_closed():
                connection = await self.connection()
                statement = self._prepared[sql] = await connection.prepare(sql)
            return await statement.fetch(*args, timeout=LIMIT), statement.get_statusmsg()
        except LOST as error:
            await self.drop()
            raise Unavailable(where="statement") from error
        except asyncpg.DataError as error:
            raise Invalid() from error

    async def drop(self) -> None:
        """Close and forget the connection."""
        found, self._connection = self._connection, None
        self._prepared.clear()
        if found is not None and not found.is_closed():
            found.terminate()


class Pool:
    """A few lanes shared by callers that need one statement at a time."""

    def __init__(self, address: Mapping[str, Any], size: int) -> None:
        """Make `size` lanes."""
        self._free: asyncio.LifoQueue[Lane] = asyncio.LifoQueue()
        self._lanes = [Lane(address) for _ in range(size)]
        for lane in self._lanes:
            self._free.put_nowait(lane)

    async def fetch(self, sql: str, *args: object) -> Sequence[Any]:
        """Run one statement on a free lane; Unavailable after 5 s without one."""
        try:
            lane = self._free.get_nowait()
        except asyncio.QueueEmpty:
            lane = await self._next()
        try:
            return (await lane.fetch(sql, *args))[0]
        finally:
            self._free.put_nowait(lane)

    async def _next(self) -> Lane:
        try:
            return await asyncio.wait_for(self._free.get(), LIMIT)
        except TimeoutError as error:
            raise Unavailable(where="pool") from error

    async def close(self) -> None:
        """Drop every connection."""
        for lane in self._lanes:
            await lane.drop()

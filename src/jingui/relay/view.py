"""五（一）1, 二（一）2: a view of the old system's PostgreSQL database on this host, in its order [5.1.1] [2.1.2]"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import orjson
import psycopg
from psycopg import sql

from jingui.core.errors import JinguiError, Unavailable
from jingui.relay.carry import Lane
from jingui.relay.message import of_row
from jingui.relay.places import Feed, Table
from jingui.relay.spool import durable

BATCH: Final = 500
SECONDS: Final = 30


class View:
    """One feed's view. `state` says how far it was read; losing it reads all again, and the house knows each row."""

    def __init__(self, feed: Feed, lane: Lane, state: Path) -> None:
        """Read on from `state`."""
        if feed.table is None:
            raise Unavailable(where=feed.name)
        self.feed, self._lane, self._state, self._table = feed, lane, state, feed.table

    def look(self) -> int:
        """Take the rows that came since; how many. Unavailable when the database or the spool takes no part now."""
        try:
            rows = self._rows(*self._last())
        except psycopg.Error as error:
            raise Unavailable(where=f"{self.feed.name}: {type(error).__name__}") from error
        for row in rows:
            try:
                body = of_row(self._table, row, self.feed.name)
            except JinguiError as error:
                if isinstance(error, Unavailable):
                    raise
                self._bad(row, error)
                continue
            self._lane.put(body)
        if rows:
            last = rows[-1]
            durable(self._state, orjson.dumps([last[self._table.row_time], last[self._table.row_key]]))
        return len(rows)

    def _rows(self, at: str, key: str) -> list[dict[str, str]]:
        table: Table = self._table
        names = sorted({*table.fields.values(), table.row_key, table.row_time})
        time_, number = sql.Identifier(table.row_time), sql.Identifier(table.row_key)
        place = sql.SQL('{t}::text COLLATE "C", {k}::text COLLATE "C"').format(t=time_, k=number)
        after = sql.SQL("WHERE ({place}) > (%s, %s)").format(place=place)
        asked = sql.SQL("SELECT {names} FROM {view} {after} ORDER BY {place} LIMIT {most}").format(
            names=sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(one)) for one in names),
            view=sql.Identifier(*self.feed.view.split(".", 1)), after=after, place=place, most=sql.Literal(BATCH),
        )  # fmt: skip
        options = f"-c default_transaction_read_only=on -c statement_timeout={SECONDS * 1000}"
        with psycopg.connect(self.feed.database, connect_timeout=10, options=options) as connection:
            connection.execute("SET TIME ZONE 'UTC'")
            found: list[tuple[Any, ...]] = connection.execute(asked, (at, key)).fetchall()
        return [dict(zip(names, ("" if one is None else str(one) for one in row), strict=True)) for row in found]

    def _last(self) -> tuple[str, str]:
        try:
            said = orjson.loads(self._state.read_bytes())
        except FileNotFoundError:
            return "", ""
        return str(said[0]), str(said[1])

    def _bad(self, row: dict[str, str], error: JinguiError) -> None:
        """A row that is no message is named by its key, once, for whoever looks after the relay."""
        line = {"key": row.get(self._table.row_key, "")[:80], "why": error.message, "at": stamp()}
        with self._state.with_suffix(".bad").open("ab") as file:
            file.write(orjson.dumps(line) + b"\n")


def stamp() -> str:
    """Now, for people."""
    return datetime.now().astimezone().isoformat(timespec="seconds")

"""四（二）4 教学科研: the columns that risk is measured on, in DuckDB, in process and in bounded memory [4.2.4]

It sees pseudonymous values of quasi-identifiers and sensitive attributes, never texts. Nothing is fetched from outside
and no file is opened but below the folder it is given.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jingui.core.research_fields import Ladder
from jingui.formats.risk_ladders import ANY, at, top

if TYPE_CHECKING:
    import duckdb

MEMORY: Final = "256MB"
THREADS: Final = 2


def connect(folder: Path, memory: str = MEMORY) -> "duckdb.DuckDBPyConnection":
    """A database in memory that may touch `folder` and nothing else."""
    import duckdb  # loaded with the first extract: no other process needs it

    found = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": memory, "threads": THREADS, "temp_directory": str(folder / "spill"),
            "autoinstall_known_extensions": "false", "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        },
    )  # fmt: skip
    found.execute(f"SET allowed_directories = ['{quoted(str(folder))}/']")
    found.execute("SET enable_external_access = false")
    found.execute("SET lock_configuration = true")
    return found


def quoted(text: str) -> str:
    """A text inside an SQL literal."""
    return text.replace("'", "''")


class Table:
    """Rows as they were added, numbered from 0; `quasi` are (name, ladder), `sensitive` names."""

    def __init__(self, folder: Path, quasi: Sequence[tuple[str, Ladder]], sensitive: Sequence[str]) -> None:
        """Begin empty. Names come from the table of fields, never from people."""
        self.quasi = dict(quasi)
        self.sensitive = tuple(sensitive)
        self.count = 0
        self.db = connect(folder)
        columns = [*self.quasi, *(f"s_{name}" for name in self.sensitive)]
        self._columns = columns
        self.db.execute(f"CREATE TABLE t (n BIGINT{''.join(f', {one} VARCHAR' for one in columns)})")
        shape = ", ".join(f'"{one}":"VARCHAR"' for one in columns)
        self._insert = (
            f"INSERT INTO t SELECT r.n{''.join(f', r.{one}' for one in columns)} FROM "  # noqa: S608 -- own names
            f'(SELECT unnest(from_json(?::JSON, \'[{{"n":"BIGINT"{", " + shape if shape else ""}}}]\')) AS r)'
        )

    def add(self, rows: Iterable[Mapping[str, str]]) -> None:
        """More rows: the quasi-identifiers' values and, as `s_name`, the sensitive ones'."""
        batch = []
        for row in rows:
            batch.append({"n": self.count, **{one: row.get(one, "") for one in self._columns}})
            self.count += 1
        if batch:
            self.db.execute(self._insert, [json.dumps(batch)])

    def ready(self) -> None:
        """Prepare every step of every ladder: one small table of distinct values each."""
        for name, ladder in self.quasi.items():
            steps = top(ladder)
            self.db.execute(f"CREATE OR REPLACE TABLE m_{name} (v VARCHAR{levels(steps, ' VARCHAR')})")
            values = [one for (one,) in self.db.execute(f"SELECT DISTINCT {name} FROM t").fetchall()]  # noqa: S608 -- own names
            for start in range(0, len(values), 5000):
                batch = [
                    {"v": one} | {f"l{n}": at(ladder, one, n) for n in range(steps)}
                    for one in values[start : start + 5000]
                ]
                shape = '{"v":"VARCHAR"' + "".join(f',"l{n}":"VARCHAR"' for n in range(steps)) + "}"
                picked = "r.v" + "".join(f", r.l{n}" for n in range(steps))
                self.db.execute(
                    f"INSERT INTO m_{name} SELECT {picked} FROM (SELECT unnest(from_json(?::JSON, '[{shape}]')) AS r)",  # noqa: S608 -- own names
                    [json.dumps(batch)],
                )

    def said(self, plan: Mapping[str, int], extra: str = "") -> str:
        """The text of a query for all rows with their values at the steps of `plan`."""
        joins = "".join(
            f" JOIN m_{name} v_{name} ON v_{name}.v = t.{name}"
            for name, ladder in self.quasi.items()
            if plan[name] < top(ladder)
        )
        picked = "".join(
            f", v_{name}.l{plan[name]} AS {name}" if plan[name] < top(ladder) else f", '{ANY}' AS {name}"
            for name, ladder in self.quasi.items()
        )
        return f"SELECT t.n{picked}{extra} FROM t{joins}"  # noqa: S608 -- own names

    def groups(self, plan: Mapping[str, int]) -> str:
        """The text of a query for the sizes of the groups."""
        by = ", ".join(self.quasi) or "1"
        return f"SELECT count(*) AS size FROM ({self.said(plan)}) GROUP BY {by}"  # noqa: S608 -- own names

    def small(self, plan: Mapping[str, int], k: int) -> int:
        """How many rows are in groups of fewer than `k`."""
        found = self.one(f"SELECT coalesce(sum(size), 0) FROM ({self.groups(plan)}) WHERE size < {int(k)}")  # noqa: S608 -- own names
        return int(found[0])

    def one(self, sql: str) -> tuple[Any, ...]:
        """The single row of a query."""
        row = self.db.execute(sql).fetchone()
        return row if row is not None else ()

    def close(self) -> None:
        """Forget everything."""
        self.db.close()


def levels(count: int, kind: str) -> str:
    """Columns l0, l1 … of a ladder."""
    return "".join(f", l{n}{kind}" for n in range(count))

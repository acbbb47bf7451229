"""五（一）1 中继: rows of a view of the old system's database, each once, read on from where it was [5.1.1]"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from jingui.cluster.scratch import scratch_cluster
from jingui.core.errors import Unavailable
from jingui.relay import spool
from jingui.relay.places import Feed, Table
from jingui.relay.spool import Room, Spool, sealing
from jingui.relay.view import View

TABLE = Table(
    application="HIS", facility="H", message="ADT^A08", fields={"PID-3": "mrn", "PID-5": "name"}, constants={},
    row_key="id", row_time="at",
)  # fmt: skip


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """Some old system's database, with a view and somebody who may only read it."""
    with scratch_cluster() as cluster:
        address = cluster.address("root").psycopg()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE TABLE his (id int, at timestamptz, mrn text, name text)")
            connection.execute("CREATE VIEW out AS SELECT * FROM his")
        yield address


class Kept:
    """A lane that only keeps."""

    def __init__(self, root: Path) -> None:
        self.spool = Spool(root, "his", sealing(root), Room(1 << 20))
        self.fail = False

    def put(self, body: bytes) -> int:
        if self.fail:
            raise Unavailable
        return self.spool.put(body, datetime.now(UTC))


def add(database: str, *rows: tuple[Any, ...]) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.cursor().executemany("INSERT INTO his VALUES (%s, %s, %s, %s)", rows)


def test_each_row_once_in_order(database: str, tmp_path: Path) -> None:
    spool.founded(tmp_path, "intl", os.urandom)
    lane, state = Kept(tmp_path), tmp_path / "view.state"
    feed = Feed(name="his", kind="view", database=database, view="public.out", table=TABLE)
    add(database, *((n, f"2026-11-23 08:00:{n % 60:02d}+08", f"00{n}", "顾明远") for n in range(3, 0, -1)))
    view = View(feed, lane, state)  # type: ignore[arg-type]
    assert view.look() == 3
    assert view.look() == 0
    first = lane.spool.first()
    assert first is not None
    assert b"|001" in first.body  # by time, whatever order they were written in
    add(database, (4, "2026-11-23 09:00+08", "", "无号"), (None, "2026-11-23 09:00:01+08", "5", "无键"))
    assert View(feed, lane, state).look() == 2  # type: ignore[arg-type]  # another start reads on
    assert len(lane.spool) == 4
    assert "没有编号" in state.with_suffix(".bad").read_text("utf-8") or state.with_suffix(".bad").stat().st_size
    add(database, *((n, f"2026-11-23 10:{n // 60:02d}:{n % 60:02d}+08", str(n), "x") for n in range(1200)))
    view = View(feed, lane, state)  # type: ignore[arg-type]
    assert [view.look() for _ in range(4)] == [500, 500, 200, 0]


def test_what_the_spool_does_not_take_is_read_again(database: str, tmp_path: Path) -> None:
    spool.founded(tmp_path, "intl", os.urandom)
    lane, state = Kept(tmp_path), tmp_path / "view.state"
    view = View(Feed(name="his", kind="view", database=database, view="out", table=TABLE), lane, state)  # type: ignore[arg-type]
    add(database, (9999, "2026-11-24", "9999", "x"))
    lane.fail = True
    with pytest.raises(Unavailable):
        view.look()
    assert not state.exists()
    lane.fail = False
    assert view.look() > 0


def test_a_database_that_is_away(tmp_path: Path) -> None:
    spool.founded(tmp_path, "intl", os.urandom)
    away = "host=127.0.0.1 port=9 dbname=none connect_timeout=1"
    with pytest.raises(Unavailable):
        View(
            Feed(name="his", kind="view", database=away, view="out", table=TABLE),
            Kept(tmp_path),
            tmp_path / "s",  # type: ignore[arg-type]
        ).look()

"""三（一）1, 六（一）3 备份: the backup's worker as this process knows it, and a restored cluster lent [3.1.1]

The worker belongs to the wiring (it runs programs and reaches places outside); the door records what it does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final, Protocol

import psycopg

from jingui.core.backup import BackupState, Working
from jingui.core.errors import Conflict, Misconfigured
from jingui.core.settings import Value
from jingui.core.word import N_
from jingui.gate.sql import raw

LIMITS: Final = (
    "backup_every_hours", "backup_hour", "backup_max_hours", "backup_wal_minutes", "backup_places", "backup_keep",
    "restore_test_days", "restore_test_patients",
)  # fmt: skip
ASKED_SQL = "SELECT id FROM backup WHERE kind = 'base' AND state = 'asked' ORDER BY id LIMIT 1"
LAST_SQL = "SELECT max(started) FROM backup WHERE kind = 'base' AND state = ANY($1::text[])"
TESTED_SQL = "SELECT max(started) FROM restore_test WHERE person_id = 0 OR kind = 'test'"
OVER_SQL = """SELECT id, name FROM backup WHERE kind = 'base' AND state = 'complete' AND expires <= $1::timestamptz
AND id NOT IN (SELECT id FROM backup WHERE kind = 'base' AND state = 'complete' ORDER BY started DESC LIMIT $2::int)
ORDER BY started"""
STALE_SQL = "SELECT id, name FROM backup WHERE kind = 'base' AND state = 'running' ORDER BY id"
OUTSIDE = N_("本系统连接的是医院自行管理的数据库，由其自身工具（如 pgBackRest）备份。")
OUTSIDE_STEP = N_("请按恢复手册配置备份，并在“备份与恢复”页登记每次备份。")


class Worker(Protocol):
    """Makes and checks backups of this installation, outside any transaction."""

    def working(self) -> Working:
        """What it last said of itself."""
        ...

    def work(self) -> None:
        """One round: deliver the log, make what is due or asked for, test what is due."""
        ...


_worker: list[Worker] = []
_lent: list["psycopg.Connection[Any]"] = []


def install(worker: Worker) -> None:
    """Make `worker` this process's."""
    _worker[:] = [worker]


def working() -> Working:
    """How the worker is; of an outside database when there is none."""
    return _worker[0].working() if _worker else Working(embedded=False)


def work() -> None:
    """One round of the worker."""
    if _worker:
        _worker[0].work()


def embedded() -> None:
    """Misconfigured, with what to do instead, where the hospital's own server is not ours to back up."""
    if not working().embedded:
        raise Misconfigured(OUTSIDE, OUTSIDE_STEP)


@contextmanager
def lent(address: str) -> Iterator[None]:
    """Lend a restored cluster to the restore test that runs meanwhile in this process; it is only read."""
    reading = "-c default_transaction_read_only=on"
    with psycopg.connect(address, autocommit=True, connect_timeout=5, options=reading) as connection:
        _lent.append(connection)
        try:
            yield
        finally:
            _lent.remove(connection)


def restored() -> "psycopg.Connection[Any]":
    """The restored cluster; Conflict when none stands: nobody can claim a comparison that did not take place."""
    if not _lent:
        raise Conflict(N_("没有恢复出的数据库可供比对。"), N_("请用 jingui restore-test 进行恢复测试。"))
    return _lent[-1]


def asked() -> int:
    """The backup that somebody asked for, 0 for none."""
    rows = raw(ASKED_SQL)
    return int(rows[0][0]) if rows else 0


def last(*states: BackupState) -> datetime | None:
    """When the newest base backup in one of these states began."""
    found: datetime | None = raw(LAST_SQL, [state.value for state in states])[0][0]
    return found


def tested() -> datetime | None:
    """When the newest restore test began."""
    found: datetime | None = raw(TESTED_SQL)[0][0]
    return found


def over(at: datetime, keep: int) -> dict[int, str]:
    """Base backups whose time is over, never one of the newest `keep` complete ones."""
    return {row[0]: row[1] for row in raw(OVER_SQL, at, max(keep, 1))}


def stale() -> dict[int, str]:
    """Base backups that stand as running."""
    return {row[0]: row[1] for row in raw(STALE_SQL)}


def known() -> dict[str, int]:
    """Complete base backups: their numbers by name."""
    rows = raw("SELECT name, id FROM backup WHERE kind = 'base' AND state = 'complete'")
    return {row[0]: int(row[1]) for row in rows}


def limits(values: dict[str, Value]) -> dict[str, int]:
    """The settings of this section as numbers."""
    return {name: int(values[name]) for name in LIMITS}

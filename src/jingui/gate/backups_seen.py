"""三（一）1, 六（一）3 备份: backups and restore tests as they are shown: genuine, or named as not [3.1.1] [6.1.3]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.backup import BackupLine, Backups, BackupsRequest, Report, TestLine
from jingui.core.errors import NotFound, Tampered
from jingui.gate import backups
from jingui.gate.context import ReadContext
from jingui.gate.evidence import key
from jingui.gate.runtime import Runtime
from jingui.gate.settings import SETTINGS_SQL, remember
from jingui.gate.sql import raw
from jingui.store.statements import Columns

MOST: Final = 200
BACKUP = Columns()
BACKUP.sealed("b", "backup")
BACKUP.add("b.note")
LIST_SQL = f"""SELECT {BACKUP.sql} FROM backup b WHERE ($1::bigint = 0 OR b.id < $1::bigint)
ORDER BY b.id DESC LIMIT $2::int"""  # noqa: S608 -- own texts only
NEWEST_SQL = f"""SELECT {BACKUP.sql} FROM backup b WHERE b.state = 'complete' AND b.kind IN ('base', 'outside')
ORDER BY b.started DESC, b.id DESC LIMIT 1"""  # noqa: S608 -- own texts only
TEST = Columns()
TEST.sealed("t", "restore_test")
TEST.add("b.name", "pe.name")
TESTS = "FROM restore_test t LEFT JOIN backup b ON b.id = t.backup_id LEFT JOIN person pe ON pe.id = t.person_id"
TESTS_SQL = f"SELECT {TEST.sql} {TESTS} ORDER BY t.id DESC LIMIT $1::int"
TEST_SQL = f"SELECT {TEST.sql} {TESTS} WHERE t.id = $1::bigint"
AGE_SQL = """SELECT (SELECT max(started) FROM backup WHERE state = 'complete' AND kind IN ('base', 'outside')),
  (SELECT max(ended) FROM backup WHERE state = 'complete' AND kind = 'wal'),
  (SELECT cardinality(places) FROM backup WHERE state = 'complete' AND kind IN ('base', 'outside')
    ORDER BY started DESC LIMIT 1),
  (SELECT max(started) FROM restore_test), (SELECT result FROM restore_test ORDER BY id DESC LIMIT 1)"""


def newest(runtime: Runtime) -> dict[str, Any]:
    """What `troubles` asks about the newest backup and test."""
    base, wal, places, tested, result = raw(AGE_SQL)[0]
    return {"base": base, "wal": wal, "tested": tested, "passed": result == "passed", "places": places or 0}


async def seen(context: ReadContext, asked: BackupsRequest) -> Backups:
    """The page's facts in four statements."""
    count = min(max(asked.count, 1), MOST)
    listed = [line(context.runtime, row) for row in await context.rows(LIST_SQL, asked.before, count)]
    last = [line(context.runtime, row) for row in await context.rows(NEWEST_SQL)]
    tests = tuple(test(context.runtime, row) for row in await context.rows(TESTS_SQL, count))
    values = remember(context.runtime, context.actor.epoch, await context.rows(SETTINGS_SQL))
    return Backups(
        working=backups.working(), backups=tuple(listed), tests=tests, newest=last[0] if last else None,
        tested=tests[0] if tests else None, limits=tuple(backups.limits(dict(values)).items()),
    )  # fmt: skip


def line(runtime: Runtime, row: Sequence[Any]) -> BackupLine:
    """A backup as listed."""
    at, group = BACKUP.at, BACKUP.groups["b"]
    return BackupLine(
        id=row[at["b.id"]], kind=row[at["b.kind"]], name=row[at["b.name"]], state=row[at["b.state"]],
        started=row[at["b.started"]], ended=row[at["b.ended"]], size=row[at["b.size"]],
        digest=bytes(row[at["b.digest"]] or b"").hex(), generation=row[at["b.generation"]],
        places=tuple(row[at["b.places"]]), expires=row[at["b.expires"]], note=row[at["b.note"]],
        genuine=runtime.sealer.holds(group.table, group.values(row), group.mac(row)),
    )  # fmt: skip


def test(runtime: Runtime, row: Sequence[Any]) -> TestLine:
    """A restore test as listed."""
    at, group = TEST.at, TEST.groups["t"]
    return TestLine(
        id=row[at["t.id"]], backup=row[at["b.name"]] or "", kind=row[at["t.kind"]], started=row[at["t.started"]],
        ended=row[at["t.ended"]], result=row[at["t.result"]], size=row[at["t.size"]], seconds=row[at["t.seconds"]],
        patients=row[at["t.patients"]], mismatches=row[at["t.mismatches"]], by=row[at["pe.name"]] or "",
        genuine=runtime.sealer.holds(group.table, group.values(row), group.mac(row)),
    )  # fmt: skip


async def report(context: ReadContext, number: int) -> Report:
    """One test's report; Tampered when its row is not as it was kept."""
    rows = await context.rows(TEST_SQL, number)
    if not rows:
        raise NotFound()
    found = test(context.runtime, rows[0])
    if not found.genuine:
        raise Tampered(where=f"restore_test:{number}")
    return Report(line=found, note=bytes(rows[0][TEST.at["t.report"]]), key=key())

"""三（二）1 存储系统: places, forecasts, fingerprints and the evidence of 3.1.1, in few statements [3.2.1] [3.1.1]"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from jingui.core.capacity import Sample, forecast
from jingui.core.permit import Permit
from jingui.core.storage import FingerprintLine, Measures, PlaceLine, StorageBoard, StorageRequest
from jingui.gate import settings
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.store.statements import Columns

# One point a day and place: the day's last.
POINTS_SQL: Final = """SELECT DISTINCT ON (place, date_trunc('day', at AT TIME ZONE 'Asia/Shanghai')) place, at, used,
total FROM capacity_point WHERE at >= $1::timestamptz
ORDER BY place, date_trunc('day', at AT TIME ZONE 'Asia/Shanghai'), at DESC"""
PRINT = Columns()
PRINT.sealed("f", "fingerprint")
PRINTS_SQL = f"""(SELECT {PRINT.sql} FROM fingerprint f ORDER BY f.id DESC LIMIT 24)
UNION (SELECT {PRINT.sql} FROM fingerprint f WHERE f.drift <> '{{}}' ORDER BY f.id DESC LIMIT 50)"""  # noqa: S608 -- own texts only
BACKUP = Columns()
BACKUP.sealed("b", "backup")
BACKUP_SQL = f"""SELECT {BACKUP.sql} FROM backup b WHERE b.kind = 'base' AND b.state = 'complete'
ORDER BY b.started DESC LIMIT 1"""  # noqa: S608 -- own texts only
TEST = Columns()
TEST.sealed("t", "restore_test")
TEST_SQL = f"SELECT {TEST.sql} FROM restore_test t ORDER BY t.started DESC LIMIT 1"  # noqa: S608 -- own texts only
DRILL = Columns()
DRILL.sealed("d", "drill")
DRILL_SQL = f"SELECT {DRILL.sql} FROM drill d ORDER BY d.started DESC LIMIT 1"  # noqa: S608 -- own texts only
# How many there are is an estimate: nobody counts millions of rows for a page.
REST_SQL: Final = """SELECT (SELECT max(at) FROM proposal WHERE verb = 'rotate_keys' AND state = 'executed'),
  (SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'patient_key'::regclass),
  (SELECT count(*) FROM fingerprint)"""
LONGEST: Final = 1100


async def board(context: ReadContext, permit: Permit, data: StorageRequest) -> StorageBoard:
    """What the storage page shows."""
    since = permit.at - timedelta(days=min(max(data.days, 7), LONGEST))
    samples: dict[str, list[Sample]] = {}
    for place, at, used, total in await context.rows(POINTS_SQL, since):
        samples.setdefault(place, []).append(Sample(at, used, total))
    rows = [checked(context.runtime.sealer, PRINT, "f", row) for row in await context.rows(PRINTS_SQL)]
    rows.sort(key=lambda one: one["id"], reverse=True)
    prints = tuple(
        FingerprintLine(
            at=one["at"], digest=bytes(one["digest"]).hex(), drift=tuple(one["drift"]), matter=one["matter"],
            entry=str(one["entry"]),
        )
        for one in rows
    )  # fmt: skip
    measures, taken = await evidence(context)
    return StorageBoard(
        places=tuple(
            PlaceLine(place=place, samples=tuple(found), forecast=forecast(found)) for place, found in samples.items()
        ),
        fingerprints=prints[:24], drifts=tuple(one for one in prints if one.drift)[:50], measures=measures, taken=taken,
    )  # fmt: skip


async def evidence(context: ReadContext) -> tuple[Measures, int]:
    """What protects the stored information, from rows that others make; each one genuine."""
    backup = first(context, BACKUP, "b", await context.rows(BACKUP_SQL))
    test = first(context, TEST, "t", await context.rows(TEST_SQL))
    drill = first(context, DRILL, "d", await context.rows(DRILL_SQL))
    rotated, keys, taken = (await context.rows(REST_SQL))[0]
    values = await settings.loop_values(context.pipe, context.actor.epoch)
    days = values["key_rotation_days"]
    return Measures(
        suite=context.runtime.suite.name, generation=context.runtime.keyring.generation, rotated=rotated,
        rotation_days=int(days), backup=backup["ended"] if backup else None,
        backup_places=len(backup["places"]) if backup else 0, restore=test["ended"] if test else None,
        restore_passed=bool(test) and test["result"] == "passed", drill=drill["started"] if drill else None, keys=keys,
    ), taken  # fmt: skip


def first(context: ReadContext, columns: Columns, alias: str, rows: Sequence[Any]) -> dict[str, Any]:
    """The first row, genuine; {} for none."""
    return checked(context.runtime.sealer, columns, alias, rows[0]) if rows else {}

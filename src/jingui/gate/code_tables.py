"""二（二）2 编码: the hospital's own code tables, records of its directory, put in force in this process [2.2.2]

They are looked for when templates are asked for, at most once in `EVERY`: one statement, and the bodies only when a
table is new or changed. Nothing of a patient stands in them. A table that is not what was entered, or was put back to
an older version, is named and never used: whoever only opens a form goes on with the last good ones, nothing is handed
in by them until the table is mended.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from jingui.core.errors import Tampered
from jingui.formats import codetables, fhir_json
from jingui.formats.codetables import Table
from jingui.formats.codetables_import import table_of
from jingui.gate.pipeline import Pipeline
from jingui.store.statements import Columns
from jingui.store.vault import seal_of

EVERY: Final = timedelta(seconds=30)
ROW: Final = Columns()
ROW.sealed("r", "record")
# The newest version that was ever entered; a row that says less was put back.
ROW.add("(SELECT max(v.version) FROM record_version v WHERE v.patient_id = r.patient_id AND v.record_id = r.record_id)")
NEWEST: Final = len(ROW.names) - 1
FOUND_SQL: Final = f"""SELECT {ROW.sql} FROM record r WHERE r.patient_id = 0 AND r.kind = 'CodeSystem'
AND r.state <> 'destroyed' ORDER BY r.record_id LIMIT 100"""  # noqa: S608 -- own column names
BODIES_SQL: Final = """SELECT r.record_id, v.version, v.seal, v.payload, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
WHERE r.patient_id = 0 AND r.record_id = ANY($1::bigint[]) AND r.kind = 'CodeSystem'"""
log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """A table's record as its row says it stands: number, version, and what its version must be sealed with."""

    record: int
    version: int
    seal: str


_looked: dict[int, tuple[datetime, tuple[Standing, ...]]] = {}  # by runtime: when, and which versions


async def refresh(pipe: Pipeline, *, reading: bool = False) -> None:
    """Put the tables that stand now in force; Tampered when one is not what was entered.

    `reading`: whoever only looks goes on with the last good tables of this process, where there are any; it is logged.
    """
    now = pipe.runtime.clock.now()
    at, known = _looked.get(id(pipe.runtime), (None, ()))
    if at is not None and now - at < EVERY:
        return
    try:
        found = await standing(pipe)
        if found != known:
            codetables.install(await tables(pipe, found))
    except Tampered as error:
        if not reading or at is None:
            raise
        log.error("code tables: %s is not what was entered; the last good ones stay for reading", error.data["where"])
        return
    _looked[id(pipe.runtime)] = (now, found)


async def standing(pipe: Pipeline) -> tuple[Standing, ...]:
    """The tables' records, each genuine and none put back to an older version."""
    at, group, out = ROW.at, ROW.groups["r"], []
    for row in await pipe.pool.fetch(FOUND_SQL):
        get = {name.partition(".")[2]: row[place] for name, place in at.items() if name.startswith("r.")}
        sealed = pipe.runtime.sealer.holds("record", group.values(row), group.mac(row))
        if not sealed or row[NEWEST] != get["version"]:
            raise Tampered(where=f"record:0.{get['record_id']}")
        seal = seal_of(get["category"], get["level"], get["retention_class"], get["kind"], get["labels"])
        out.append(Standing(get["record_id"], get["version"], seal))
    return tuple(out)


async def tables(pipe: Pipeline, wanted: tuple[Standing, ...]) -> list[Table]:
    """The tables of these records; what is no table of ours is passed over."""
    said = {one.record: one for one in wanted}
    out = []
    for number, version, seal, payload, wrapped in await pipe.pool.fetch(BODIES_SQL, sorted(said)):
        if seal != said[number].seal:
            raise Tampered(where=f"record_version:0.{number}.{version}")
        key = pipe.runtime.vault.key(0, seal.split(":")[2], wrapped)
        table = table_of(fhir_json.parse(pipe.runtime.vault.open(key, 0, number, version, seal, payload)))
        if table is not None:
            out.append(table)
    return out

"""二（二）2 编码: the hospital's own code tables, records of its directory, put in force in this process [2.2.2]

They are looked for when templates are asked for, at most once in `EVERY`: one statement, and the bodies only when a
table is new or changed. Nothing of a patient stands in them.
"""

from datetime import datetime, timedelta
from typing import Final

from jingui.formats import codetables, fhir_json
from jingui.formats.codetables import Table
from jingui.formats.codetables_import import table_of
from jingui.gate.pipeline import Pipeline
from jingui.store.vault import seal_parts

EVERY: Final = timedelta(seconds=30)
FOUND_SQL: Final = """SELECT record_id, version FROM record WHERE patient_id = 0 AND kind = 'CodeSystem'
AND state <> 'destroyed' ORDER BY record_id LIMIT 100"""
BODIES_SQL: Final = """SELECT r.record_id, v.version, v.seal, v.payload, k.wrapped FROM record r
JOIN record_version v ON v.patient_id = r.patient_id AND v.record_id = r.record_id AND v.version = r.version
JOIN patient_key k ON k.patient_id = r.patient_id AND k.retention_class = split_part(v.seal, ':', 3)
WHERE r.patient_id = 0 AND r.record_id = ANY($1::bigint[]) AND r.kind = 'CodeSystem'"""
_looked: dict[int, tuple[datetime, tuple[tuple[int, int], ...]]] = {}  # by runtime: when, and which versions


async def refresh(pipe: Pipeline) -> None:
    """Put the tables that stand now in force; Tampered when one is not what was entered."""
    now = pipe.runtime.clock.now()
    at, known = _looked.get(id(pipe.runtime), (None, ()))
    if at is not None and now - at < EVERY:
        return
    found = tuple((row[0], row[1]) for row in await pipe.pool.fetch(FOUND_SQL))
    if found != known:
        codetables.install(await tables(pipe, [number for number, _ in found]))
    _looked[id(pipe.runtime)] = (now, found)


async def tables(pipe: Pipeline, numbers: list[int]) -> list[Table]:
    """The tables of these records; what is no table of ours is passed over."""
    out = []
    for number, version, seal, payload, wrapped in await pipe.pool.fetch(BODIES_SQL, numbers):
        _, _, retention = seal_parts(seal, f"record_version:0.{number}.{version}")
        key = pipe.runtime.vault.key(0, retention, wrapped)
        body = pipe.runtime.vault.open(key, 0, number, version, seal, payload)
        table = table_of(fhir_json.parse(body))
        if table is not None:
            out.append(table)
    return out

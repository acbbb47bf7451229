"""四（二）4 教学科研: an extract as Parquet, one file for each part, written by DuckDB [4.2.4]"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jingui.core.research_fields import FIELDS, PERSON
from jingui.formats.risk_table import connect, quoted

BATCH: Final = 200


def written(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], folder: Path) -> bytes:
    """The bytes of one Parquet file, made in `folder`, which only its owner may read."""
    db = connect(folder)
    target = folder / "part.parquet"
    try:
        db.execute(f"CREATE TABLE t ({', '.join(f'{name} {kind(name)}' for name in columns)})")
        shape = json.dumps([{name: form(name) for name in columns}])
        picked = ", ".join(f"r.{name}" for name in columns)
        for start in range(0, len(rows), BATCH):
            batch = json.dumps([{name: row.get(name) for name in columns} for row in rows[start : start + BATCH]])
            db.execute(
                f"INSERT INTO t SELECT {picked} FROM (SELECT unnest(from_json(?::JSON, '{quoted(shape)}')) AS r)",  # noqa: S608 -- own names
                [batch],
            )
        db.execute(f"COPY t TO '{quoted(str(target))}' (FORMAT parquet, COMPRESSION zstd)")
        return target.read_bytes()
    finally:
        db.close()
        target.unlink(missing_ok=True)


def kind(name: str) -> str:
    """A column's type in SQL."""
    items = () if name == PERSON else FIELDS[name].items
    return f"STRUCT({', '.join(f'{part} VARCHAR' for part in items)})[]" if items else "VARCHAR"


def form(name: str) -> Any:
    """A column's type as from_json wants it."""
    items = () if name == PERSON else FIELDS[name].items
    return [dict.fromkeys(items, "VARCHAR")] if items else "VARCHAR"

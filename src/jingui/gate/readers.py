"""四（一）2 留痕: who did what with a patient's information, read back from the ledger [4.1.2] [1.3.3]"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from jingui.core.access import ReaderLine
from jingui.gate.context import ReadContext
from jingui.gate.names import NOBODY, Named

_COLUMNS = "e.id, e.at, e.verb, e.decision, e.person_id, e.head, e.private"
# Two indexed halves: entries about this patient alone, and entries about several; newest first (ids grow with time).
READERS_SQL = f"""SELECT {_COLUMNS} FROM (
  (SELECT {_COLUMNS} FROM entry e WHERE e.patient_id = ANY($1::bigint[]) ORDER BY e.id DESC LIMIT $2::int)
  UNION (SELECT {_COLUMNS} FROM entry e WHERE e.patients && $1::bigint[] ORDER BY e.id DESC LIMIT $2::int)) e
ORDER BY e.id DESC LIMIT $2::int"""  # noqa: S608 -- own texts only
LIFE_SQL = f"""SELECT {_COLUMNS} FROM entry e
WHERE (e.patient_id = $1::bigint OR e.patients @> ARRAY[$1::bigint]) AND position($2::bytea IN e.targets) > 0
AND e.id > $3::uuid ORDER BY e.id LIMIT $4::int"""  # noqa: S608 -- own texts only
PERSON = 4  # position of person_id


def reader_lines(
    context: ReadContext, rows: Sequence[Sequence[Any]], people: Mapping[int, Named]
) -> tuple[ReaderLine, ...]:
    """Entries as lines; named system tasks and public entrances stand under their own names."""
    out = []
    for entry, at, verb, decision, person, head, private in rows:
        named = people.get(person or 0, NOBODY)
        name = named.name or str(orjson.loads(private).get("person", ""))
        purpose = str(orjson.loads(head).get("purpose", ""))
        out.append(ReaderLine(str(entry), at, verb, name, named.title, named.department, decision, purpose))
    return tuple(out)

"""六（一）3 灾备演练: the register as it is shown: genuine, or named as not [6.1.3]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.drills import DrillLine, Drills, DrillsRequest
from jingui.core.errors import Tampered
from jingui.gate.context import ReadContext
from jingui.gate.settings import SETTINGS_SQL, remember
from jingui.store.statements import Columns

MOST: Final = 100
DRILL = Columns()
DRILL.sealed("r", "drill")
DRILL.add("r.payload", "pe.name")
DRILLS_SQL = f"""SELECT {DRILL.sql} FROM drill r LEFT JOIN person pe ON pe.id = r.person_id
WHERE ($1::bigint = 0 OR r.id < $1::bigint) ORDER BY r.id DESC LIMIT $2::int"""  # noqa: S608 -- own texts only


async def seen(context: ReadContext, asked: DrillsRequest) -> Drills:
    """A page of the register in two statements."""
    count = min(max(asked.count, 1), MOST)
    rows = await context.rows(DRILLS_SQL, max(asked.before, 0), count + 1)
    values = remember(context.runtime, context.actor.epoch, await context.rows(SETTINGS_SQL))
    return Drills(
        lines=tuple(line(context, row) for row in rows[:count]), more=len(rows) > count,
        limit_lost=int(values["drill_lost"]), limit_seconds=int(values["drill_seconds"]),
    )  # fmt: skip


def line(context: ReadContext, row: Sequence[Any]) -> DrillLine:
    """One drill; of a row that is not as it was written only the number is given."""
    at, group = DRILL.at, DRILL.groups["r"]
    number = row[at["r.id"]]
    genuine = context.runtime.sealer.holds(group.table, group.values(row), group.mac(row))
    text = ""
    if genuine:
        try:
            text = context.runtime.vault.open_note(f"drill{number}", bytes(row[at["r.payload"]])).decode()
        except Tampered:
            genuine = False
    return DrillLine(
        id=number, kind=row[at["r.kind"]] if genuine else "", started=row[at["r.started"]], ended=row[at["r.ended"]],
        lost=row[at["r.lost"]] if genuine else 0, seconds=row[at["r.seconds"]] if genuine else 0,
        person=(row[at["pe.name"]] or "") if genuine else "", text=text, genuine=genuine,
    )  # fmt: skip

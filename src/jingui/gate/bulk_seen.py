"""五（二）批量共享清单: which exports there were, how far, taken when; people by number alone [5.2.1] [7.1.2]"""

from collections.abc import Sequence
from typing import Any, Final

from jingui.core.bulk import BulkLine, BulksBoard, BulksRequest, BulkState
from jingui.core.errors import Tampered
from jingui.core.words import Role, Verb
from jingui.gate.bulk_rows import opened_progress
from jingui.gate.context import ReadContext
from jingui.gate.registry import Done
from jingui.store.statements import Columns

MOST: Final = 500
STOPPERS: Final = frozenset(
    {Role.MEDICAL_AFFAIRS, Role.DUTY_ADMINISTRATOR, Role.HEAD, Role.SECURITY_ADMIN, Role.SYSTEM_ADMIN}
)
ROW: Final = Columns()
ROW.sealed("b", "bulk_export")
ROW.add("b.progress", "b.taken", "a.name", "p.name", "g.number")
LIST_SQL: Final = f"""SELECT {ROW.sql} FROM bulk_export b LEFT JOIN app a ON a.id = b.app_id
LEFT JOIN partner p ON p.id = a.partner_id LEFT JOIN agreement g ON g.id = b.agreement_id
ORDER BY b.id DESC LIMIT $1::int"""  # noqa: S608 -- own column names


async def bulks(context: ReadContext, data: BulksRequest) -> Done:
    """The newest exports; no patient is named here, and none can be."""
    rows = await context.rows(LIST_SQL, max(1, min(data.count, MOST)))
    value = BulksBoard(
        rows=tuple(line(context, row) for row in rows),
        may=(Verb.END_BULK.value,) if context.actor.role in STOPPERS else (),
    )
    return Done(value=value)


def line(context: ReadContext, row: Sequence[Any]) -> BulkLine:
    """One export; Tampered when it is not as the door wrote it."""
    group = ROW.groups["b"]
    get = {name: row[place] for name, place in ROW.at.items()}
    number = get["b.id"]
    if not context.runtime.sealer.holds("bulk_export", group.values(row), group.mac(row)):
        raise Tampered(where=f"bulk_export:{number}")
    state = opened_progress(context.runtime, number, get["b.progress"])
    building = get["b.state"] == BulkState.BUILDING.value
    return BulkLine(
        id=number, app=get["a.name"] or "", partner=get["p.name"] or "", agreement=get["g.number"] or "",
        purpose=get["b.purpose"], types=tuple(get["b.types"]), since=get["b.since"], state=get["b.state"],
        problem=state.problem, percent=state.percent if building else 100, patients=state.patients,
        resources=sum(one[2] for one in state.parts), files=len(state.parts),
        left=tuple(sorted(state.left.items())), made=get["b.made"], ready=get["b.ready"], taken=get["b.taken"],
        ends=get["b.ends"], ended=get["b.ended"],
    )  # fmt: skip

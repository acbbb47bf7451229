"""三（二）3 设备: the register, what is due and a device's log, as pages show them [3.2.3]"""

from typing import Any, Final

from jingui.core.calendars import CHINA
from jingui.core.equipment import Condition, EquipmentBoard, EquipmentLine, EquipmentRequest, LogLine
from jingui.core.errors import NotFound
from jingui.core.permit import Permit
from jingui.gate.context import ReadContext
from jingui.gate.matters_seen import checked
from jingui.gate.names import NOBODY, names_of
from jingui.store.statements import Columns

EQUIPMENT = Columns()
EQUIPMENT.sealed("q", "equipment")
EQUIPMENT.add("o.room")
ROWS_SQL = f"""SELECT {EQUIPMENT.sql} FROM equipment q LEFT JOIN (SELECT id, name AS room FROM storeroom) o
  ON o.id = q.storeroom_id
WHERE ($1::bigint = 0 OR q.id = $1::bigint) AND ($2::text = '' OR q.kind = $2::text)
  AND ($3::text = '' OR q.state = $3::text)
  AND (NOT $4::bool OR (q.next <= $5::date AND q.state IN ('running', 'faulty')))
  AND ($6::text = '' OR position(lower($6::text) in lower(q.name || ' ' || q.serial || ' ' || q.place)) > 0)
ORDER BY q.state = 'scrapped', q.next NULLS LAST, q.id OFFSET $7::int LIMIT $8::int"""  # noqa: S608 -- own texts only
LOG = Columns()
LOG.sealed("l", "equipment_log")
LOG.add("l.payload")
LOG_SQL = f"""SELECT {LOG.sql} FROM equipment_log l WHERE l.equipment_id = $1::bigint
ORDER BY l.at DESC, l.id DESC LIMIT 300"""  # noqa: S608 -- own texts only
COUNTS_SQL: Final = """SELECT kind, count(*)::int, count(*) FILTER (WHERE state = 'faulty')::int,
  count(*) FILTER (WHERE next <= $1::date AND state IN ('running', 'faulty'))::int
FROM equipment WHERE state <> 'scrapped' GROUP BY kind ORDER BY kind"""
ROOMS_SQL: Final = "SELECT id, name FROM storeroom WHERE ended IS NULL ORDER BY name LIMIT 500"
FURTHEST: Final = 1_000_000


async def board(context: ReadContext, permit: Permit, data: EquipmentRequest) -> EquipmentBoard:
    """The register as it was asked for; NotFound for one device that is none."""
    today = permit.at.astimezone(CHINA).date()
    count, after = min(max(data.count, 1), 500), min(max(data.after, 0), FURTHEST)
    found = await context.rows(
        ROWS_SQL, data.equipment, data.kind, data.state, data.due, today, data.find, after, count + 1
    )
    if data.equipment and not found:
        raise NotFound()
    rows = [checked(context.runtime.sealer, EQUIPMENT, "q", row) for row in found[:count]]
    log: list[dict[str, Any]] = []
    if data.equipment:
        log = [checked(context.runtime.sealer, LOG, "l", row) for row in await context.rows(LOG_SQL, data.equipment)]
    people = await names_of(context).people(context, [one["person_id"] for one in (*rows, *log)])
    lines = tuple(
        EquipmentLine(
            id=one["id"], kind=one["kind"], name=one["name"], serial=one["serial"], place=one["place"],
            storeroom=one["room"] or "", person=people.get(one["person_id"], NOBODY).name,
            state=one["state"], next=one["next"], since=one["since"],
            overdue=one["next"] is not None and one["next"] <= today
            and one["state"] in (Condition.RUNNING, Condition.FAULTY),
        )
        for one in rows
    )  # fmt: skip
    told = tuple(
        LogLine(
            kind=one["kind"], person=people.get(one["person_id"], NOBODY).name, before=one["before"],
            after=one["after"], matter=one["matter"], at=one["at"], entry=str(one["entry"]),
            text=context.runtime.vault.open_note(f"eq{one['id']}", bytes(one["payload"])).decode(),
        )
        for one in log
    )  # fmt: skip
    counts = tuple(tuple(row) for row in await context.rows(COUNTS_SQL, today)) if not data.equipment else ()
    rooms = tuple((row[0], row[1]) for row in await context.rows(ROOMS_SQL)) if not data.equipment else ()
    return EquipmentBoard(
        rows=lines, log=told, storerooms=rooms, counts=counts, more=after + count if len(found) > count else 0
    )
